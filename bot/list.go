package bot

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// ActListed is that it was noted who acts on a code. Its object is the code's
// place in the list, and not the code.
const ActListed Act = "list_noted"

const actList = "list" // send the form of a list

// ListLine is one young person who is at home, by a code that only the parties
// can read, and who acts.
type ListLine struct {
	Code   string
	Org    OrgID // who acts
	Action string
	On     string // plain date by which, blank: none
	By     PersonID
	At     time.Time
}

// listActions are what can be done about somebody on a list. What is the matter
// with them is no part of it: that is for a casusoverleg.
var listActions = []string{"contact", "visit", "casus", "waits", "done"}

// maxList is how many codes one list can have.
const maxList = 500

// listCode is how a code must look. It has too few digits for any number that the
// law or a school gave somebody.
var listCode = regexp.MustCompile(`^[A-Z]{1,4}-?\d{1,5}$`)

// commandList is "/casus lijst".
func (b *Bot) commandList(ctx context.Context, t *turn, e Event, rest string) error {
	return b.askIn(ctx, t, e, rest, MayKeepList, Ticket{Action: actList}, func(tx Tx, h here, _ *Ticket) (Form, error) {
		if err := keepsList(h.casus); err != nil {
			return Form{}, err
		}
		w, none := text.ListForm, text.None{}
		return Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none), Fields: []Field{
			{Name: "code", Label: w.Code.Say(none), Help: w.CodeHelp.Say(none), Kind: ShortText},
			{Name: fieldOrg, Label: w.Org.Say(none), Kind: Choice, Options: b.partiesIn(tx, h.casus)},
			{Name: fieldWhat, Label: w.What.Say(none), Kind: Choice, Options: options(listActions, text.ListAction)},
			{Name: "on", Label: w.On.Say(none), Kind: Date, Optional: true},
		}}, nil
	})
}

func keepsList(casus Casus) error {
	switch {
	case !isList(casus.Kind):
		return &InvalidError{Reason: text.NoListHere.Say(text.None{})}
	case casus.Status != Open:
		return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
	}
	return nil
}

func (b *Bot) partiesIn(tx Tx, casus Casus) []Option {
	var all []Option
	for _, id := range casus.Organisations() {
		all = append(all, Option{string(id), plain.Short(b.plainOrgName(tx, id), 60)})
	}
	return all
}

// submitList notes who acts on a code; a code that is known is replaced.
func (b *Bot) submitList(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.submitIn(ctx, ticket, s, MayKeepList, func(tx Tx, h here) error {
		casus, w, none := h.casus, text.ListForm, text.None{}
		if err := keepsList(casus); err != nil {
			return err
		}
		line := ListLine{Code: strings.ToUpper(strings.TrimSpace(s.Value("code"))), Org: OrgID(s.Value(fieldOrg)), Action: s.Value(fieldWhat),
			On: s.Value("on"), By: h.who.ID, At: b.Now()}
		switch {
		case !listCode.MatchString(line.Code) || refRE.MatchString(line.Code):
			return &InvalidError{Field: "code", Reason: w.WrongCode.Say(none)}
		case !slices.Contains(casus.Organisations(), line.Org):
			return &InvalidError{Field: fieldOrg, Reason: text.WrongChoice.Say(none)}
		case !slices.Contains(listActions, line.Action):
			return &InvalidError{Field: fieldWhat, Reason: text.WrongChoice.Say(none)}
		}
		if line.On != "" {
			if _, err := startOfDay(line.On); err != nil {
				return &InvalidError{Field: "on", Reason: text.Wrong.Date.Say(none)}
			}
		}
		list := slices.Clone(casus.Private.List)
		i := slices.IndexFunc(list, func(l ListLine) bool { return l.Code == line.Code })
		switch {
		case i >= 0:
			list[i] = line
		case len(list) >= maxList:
			return &InvalidError{Field: "code", Reason: w.Full.Say(none)}
		default:
			i, list = len(list), append(list, line)
		}
		casus.Private.List, casus.LastActivityAt = list, b.Now()
		casus, err := tx.SaveCasus(casus)
		if err != nil {
			return err
		}
		if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActListed, Object: fmt.Sprint(i + 1), Reasons: []string{line.Action}}); err != nil {
			return err
		}
		said := text.ListSaid.Say(b.listLine(tx, line))
		answer.Text = said
		m := speech{Platform: casus.Platform, Channel: casus.Room, Message: Message{Text: said}}
		if err := b.later(tx, casus.Ref, "list:"+ticket.Token, m); err != nil {
			return err
		}
		return b.planRetention(ctx, tx, casus)
	})
	return answer, err
}

func (b *Bot) listLine(tx Tx, l ListLine) text.ListLine {
	return text.ListLine{Code: l.Code, Org: b.orgName(tx, l.Org), Action: text.ListAction(l.Action), On: l.On}
}

func (b *Bot) listLines(tx Tx, casus Casus) []text.ListLine {
	var all []text.ListLine
	for _, l := range casus.Private.List {
		all = append(all, b.listLine(tx, l))
	}
	return all
}
