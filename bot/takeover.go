package bot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/convenantbot/convenantbot/bot/dossier"
	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// The acts of taking over.
const (
	ActTakenOver    Act = "taken_over"    // an organisation chose what it keeps itself
	ActHandoverWait Act = "handover_wait" // an organisation asked to wait with erasing
)

// What an organisation may take over besides files.
const (
	itemTalk   = "talk"       // minutes and arrangements; they stand in the room and nowhere else
	itemYesses = "agreements" // what was agreed and consented to
	itemFile   = "file-"
)

// groundOther is a ground that the list lacks; it needs an explanation.
const groundOther = "other"

// grounds lists on what ground somebody in a sector keeps a file of their own.
//
// Source: the terms named when a casus closes; that a casusoverleg falls under
// them is our own reading (mark I), which the form says.
var grounds = map[Sector][]string{
	Education:         {"pupil_file", "absence", groundOther},
	Attendance:        {"absence", groundOther},
	SWV:               {"swv_file", groundOther},
	YouthCare:         {"youth_care_file", groundOther},
	YouthHealth:       {"youth_health_file", groundOther},
	NeighbourhoodTeam: {"youth_care_file", groundOther},
}

// maxTaken is how many things there are to choose from in one form; the rest comes
// with the next.
const maxTaken = 50

// ofOrganisation is the member who acts for an organisation in a closed casus.
func (b *Bot) ofOrganisation(tx Tx, platform string, casus Casus, user UserID, org OrgID) (here, Member, error) {
	h, err := b.at(tx, platform, casus, user, MayHandOver)
	if err != nil {
		return h, Member{}, err
	}
	m, ok := casus.Member(user)
	switch {
	case !ok || m.Organisation != org:
		return h, m, lackedRight{MayHandOver}
	case casus.Status != Closed && casus.Status != Archived:
		return h, m, &InvalidError{Reason: text.TakeOverGone.Say(text.None{})}
	}
	return h, m, nil
}

// handingOver is the casus of a button about taking over, and the member who pressed
// it for their organisation.
func (b *Bot) handingOver(tx Tx, e Event, ticket Ticket) (Casus, Member, error) {
	casus, err := tx.Casus(ticket.Casus)
	if err != nil {
		return casus, Member{}, gone(err)
	}
	_, m, err := b.ofOrganisation(tx, e.Platform, casus, e.User, OrgID(ticket.Object))
	return casus, m, err
}

// takeable lists what m can still take over for their organisation, oldest first.
func (b *Bot) takeable(tx Tx, casus Casus, m Member) ([]Option, error) {
	var taken []Taken
	for _, h := range casus.Private.Handovers {
		if h.Organisation == m.Organisation {
			taken = h.Taken
		}
	}
	all := []Option{{itemTalk, text.TakeOverTalk.Say(text.None{})}, {itemYesses, text.TakeOverYesses.Say(text.None{})}}
	files, err := tx.FilesOf(casus.Ref)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if b.mayTake(f, m) {
			all = append(all, Option{itemFile + string(f.ID), text.TakeOverFile.Say(text.TakeOverItemArgs{Name: plain.Short(shownName(f), 60), At: f.At})})
		}
	}
	all = slices.DeleteFunc(all, func(o Option) bool {
		return slices.ContainsFunc(taken, func(t Taken) bool { return t.Item == o.Value })
	})
	return all[:min(len(all), maxTaken)], nil
}

// askTakeOver opens the form with which an organisation chooses.
func (b *Bot) askTakeOver(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	var form Form
	err := b.Store.View(ctx, func(tx Tx) error {
		casus, m, err := b.handingOver(tx, e, ticket)
		if err != nil {
			return err
		}
		items, err := b.takeable(tx, casus, m)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			return &InvalidError{Reason: text.TakeOverGone.Say(text.None{})}
		}
		may := grounds[m.Sector]
		w, none := text.TakeOverForm, text.None{}
		form = Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none), Fields: []Field{
			{Name: "items", Label: w.Items.Say(none), Help: w.ItemsHelp.Say(none), Kind: Choices, Options: items},
			{Name: "ground", Label: w.Ground.Say(none), Help: w.GroundHelp.Say(none), Kind: Choice, Options: options(may, text.TakeOverGroundName), Default: may[:1]},
			{Name: "why", Label: w.Why.Say(none), Help: w.WhyHelp.Say(none), Kind: LongText, Optional: true},
			{Name: "key", Label: w.Key.Say(none), Help: w.KeyHelp.Say(none), Kind: ShortText, Optional: true},
		}}
		return nil
	})
	if err != nil {
		return err
	}
	return b.openForm(ctx, t, e, form, Ticket{Action: actTakeOver, Casus: ticket.Casus, Object: ticket.Object})
}

// gone is err, told as a button that does nothing any more when the casus was
// erased.
func gone(err error) error {
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return &InvalidError{Reason: text.ButtonUsed.Say(text.None{})}
	}
	return err
}

// takeOver is what the job that hands over remembers.
type takeOver struct {
	User   UserID
	Org    OrgID
	Items  []string
	Ground string
	Key    string // blank: no seal
}

// submitTakeOver records the choice and leaves the handing over to a job.
func (b *Bot) submitTakeOver(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.submitIn(ctx, ticket, s, MayHandOver, func(tx Tx, h here) error {
		_, m, err := b.ofOrganisation(tx, s.Platform, h.casus, s.User, OrgID(ticket.Object))
		if err != nil {
			return err
		}
		order := takeOver{User: s.User, Org: m.Organisation, Items: s.Values["items"], Ground: s.Value("ground"), Key: strings.TrimSpace(s.Value("key"))}
		why := strings.TrimSpace(s.Value("why"))
		offered, err := b.takeable(tx, h.casus, m)
		if err != nil {
			return err
		}
		w, none := text.TakeOverForm, text.None{}
		switch {
		case len(order.Items) == 0:
			return &InvalidError{Field: "items", Reason: w.None.Say(none)}
		case slices.ContainsFunc(order.Items, func(id string) bool {
			return !slices.ContainsFunc(offered, func(o Option) bool { return o.Value == id })
		}):
			return &InvalidError{Field: "items", Reason: text.WrongChoice.Say(none)}
		case !slices.Contains(grounds[m.Sector], order.Ground):
			return &InvalidError{Field: "ground", Reason: text.WrongChoice.Say(none)}
		case order.Ground == groundOther && !plain.LongEnough(why):
			return &InvalidError{Field: "why", Reason: w.NoWhy.Say(none)}
		case order.Key != "" && dossier.CheckKey(order.Key) != nil:
			return &InvalidError{Field: "key", Reason: text.DataForm.WrongKey.Say(none)}
		}
		if some, err := someInVault(tx, order.Items); err != nil {
			return err
		} else if some && order.Key == "" {
			return &InvalidError{Field: "key", Reason: text.TakeOverVaultKey.Say(none)}
		}
		slices.Sort(order.Items)
		order.Items = slices.Compact(order.Items)
		casus := h.casus
		casus.Private.Handovers = slices.Clone(withHandover(casus.Private.Handovers, m.Organisation))
		for i := range casus.Private.Handovers {
			if one := &casus.Private.Handovers[i]; one.Organisation == m.Organisation {
				for _, id := range order.Items {
					one.Taken = append(slices.Clip(one.Taken), Taken{Item: id, Ground: order.Ground, Why: why, By: m.ID, At: b.Now()})
				}
			}
		}
		if casus, err = tx.SaveCasus(casus); err != nil {
			return err
		}
		what := []string{"ground:" + order.Ground, "sealed:" + strconv.FormatBool(order.Key != "")}
		for _, id := range order.Items {
			what = append(what, "item:"+id)
		}
		if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActTakenOver, Object: string(m.Organisation), Reasons: what}); err != nil {
			return err
		}
		args, err := b.takeOverArgs(tx, casus, order)
		if err != nil {
			return err
		}
		answer.Text = text.TakeOverSaved.Say(args)
		return tx.AddJob(Job{ID: "take_over:" + ticket.Token, Kind: JobTakeOver, Casus: casus.Ref, Body: encode(order), RunAt: b.Now()})
	})
	return answer, err
}

func (b *Bot) takeOverArgs(tx Tx, casus Casus, o takeOver) (text.TakeOverArgs, error) {
	org, err := tx.Organisation(o.Org)
	return text.TakeOverArgs{Ref: string(casus.Ref), Organisation: org.Name, Items: len(o.Items),
		Ground: text.TakeOverGroundName(o.Ground), Sealed: o.Key != ""}, err
}
