package bot

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/names"
	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// Rooms of another shape than a casusoverleg about one young person. In a list
// room codes stand and who acts on them; in a policy room nothing about anybody.
// Neither takes files.
//
// Source: overlegvormen 4.7 to 4.9 (mark I).

const actOpenShape = "open_shape" // send the form for a list or a policy room

func isList(k Kind) bool   { return k == AlleKinderenInBeeld || k == SluitendeRegistratie }
func isPolicy(k Kind) bool { return k == TOMBeleidstafel }

// aboutSomebody reports whether a casusoverleg of this kind is about one young
// person.
func (b *Bot) aboutSomebody(k Kind) bool { return !isList(k) && !isPolicy(k) }

// shapes are the words behind "/casus nieuw".
var shapes = map[string]func(Kind) bool{"lijst": isList, "beleid": isPolicy}

// notInShapes are the commands about a young person, their family or their files:
// in a list or policy room they mean nothing.
var notInShapes = []string{"nodig", "formulier", "toestemming", "intrekken", "uitnodigen", "hoorrecht", "gegevens", "fase", "overnemen", "kaart", "veiligheid"}

// wrongShape says that a command does not belong in the room where it was given.
func (b *Bot) wrongShape(ctx context.Context, e Event, word string) error {
	if !slices.Contains(notInShapes, word) {
		return nil
	}
	casus, err := b.casusOfRoom(ctx, e.Platform, e.Channel)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return nil
	}
	if err == nil && !b.aboutSomebody(casus.Kind) {
		err = &InvalidError{Reason: text.NotInShape.Say(text.ShapeArgs{Kind: text.KindName(string(casus.Kind)), Policy: isPolicy(casus.Kind)})}
	}
	return err
}

// askShape opens the form for a list or a policy room.
func (b *Bot) askShape(ctx context.Context, t *turn, e Event, is func(Kind) bool) error {
	var form Form
	if err := b.Store.View(ctx, func(tx Tx) error {
		if _, err := b.at(tx, e.Platform, Casus{}, e.User, MayOpen); err != nil {
			return err
		}
		var kinds []string
		for _, k := range Kinds {
			if is(k) && b.regionHas(k) {
				kinds = append(kinds, string(k))
			}
		}
		if len(kinds) == 0 {
			return &InvalidError{Reason: text.ShapeNotHere.Say(text.None{})}
		}
		w, none := text.ShapeForm, text.None{}
		form = Form{Title: w.Title.Say(none), Send: w.Send.Say(none), Intro: w.Intro.Say(text.ShapeArgs{Policy: is(TOMBeleidstafel)}), Fields: []Field{
			{Name: fieldKind, Label: w.Kind.Say(none), Kind: Choice, Options: options(kinds, text.KindName), Default: kinds[:1]},
			{Name: fieldPurpose, Label: w.Purpose.Say(none), Help: w.PurposeHelp.Say(none), Kind: ShortText},
			{Name: fieldMembers, Label: w.Members.Say(none), Help: w.MembersHelp.Say(none), Kind: Users, Many: true},
		}}
		more, err := b.actsAsField(tx, e.Platform, e.User)
		form.Fields = append(form.Fields, more...)
		return err
	}); err != nil {
		return err
	}
	return b.openForm(ctx, t, e, form, Ticket{Action: actOpenShape})
}

// submitShape opens the room. Who opens it leads it.
func (b *Bot) submitShape(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	p, err := b.platform(s.Platform)
	if err != nil {
		return FormAnswer{}, err
	}
	users := []UserID{s.User}
	for _, u := range s.Values[fieldMembers] {
		if !slices.Contains(users, UserID(u)) {
			users = append(users, UserID(u))
		}
	}
	if len(users) > maxMembers {
		return FormAnswer{}, &InvalidError{Field: fieldMembers, Reason: text.Wrong.TooMany.Say(text.None{})}
	}
	for _, user := range users {
		on, err := activeInside(ctx, p, user, fieldMembers)
		if err != nil {
			return FormAnswer{}, err
		}
		if !on {
			return FormAnswer{}, &InvalidError{Field: fieldMembers, Reason: text.Wrong.Inactive.Say(text.None{})}
		}
	}
	var answer FormAnswer
	err = b.update(ctx, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		h, err := b.at(tx, s.Platform, Casus{}, s.User, MayOpen)
		if err != nil {
			return err
		}
		answer, err = b.openShape(ctx, tx, h.who, users, s)
		return err
	})
	if err == nil {
		opened()
	}
	return answer, err
}

func (b *Bot) openShape(ctx context.Context, tx Tx, opener caller, users []UserID, s Submission) (FormAnswer, error) {
	kind, purpose, now := Kind(s.Value(fieldKind)), strings.TrimSpace(s.Value(fieldPurpose)), b.Now()
	switch {
	case b.aboutSomebody(kind) || !b.regionHas(kind):
		return FormAnswer{}, &InvalidError{Field: fieldKind, Reason: text.Wrong.Kind.Say(text.None{})}
	case !plain.Sentence(purpose, 150):
		return FormAnswer{}, &InvalidError{Field: fieldPurpose, Reason: text.Wrong.Sentence.Say(text.None{})}
	case personalIn(kind, purpose):
		return FormAnswer{}, &InvalidError{Field: fieldPurpose, Reason: text.ShapeForm.WrongPurpose.Say(text.None{})}
	}
	casus := Casus{Region: b.Region.ID, Kind: kind, Phase: "F0", Status: Open, Platform: s.Platform, OpenedAt: now, LastActivityAt: now,
		Private: Private{Purpose: purpose}}
	type entry struct {
		member Member
		v      verdict
	}
	var entries []entry
	var refused []text.RefusedMember
	var ask []UserID
	for _, user := range users {
		m, err := b.chosenCandidate(tx, s, user)
		if errors.Is(err, ErrConflict) && user != s.User {
			ask = append(ask, user)
			continue
		}
		if err != nil {
			return FormAnswer{}, asInvalid(err, fieldMembers)
		}
		v, err := b.judgeEntry(ctx, tx, casus, m, opener.ID, nil)
		if err != nil {
			return FormAnswer{}, err
		}
		entries = append(entries, entry{m, v})
		switch {
		case v.allows():
			casus.Private.Members = append(casus.Private.Members, m)
			casus.Private.Handovers = withHandover(casus.Private.Handovers, m.Organisation)
		case user == s.User:
			return FormAnswer{}, &InvalidError{Field: fieldKind, Reason: v.text()}
		default:
			refused = append(refused, text.RefusedMember{Function: plain.Escape(m.Function), Why: v.text()})
		}
	}
	casus.Coordinator, opener.Organisation = entries[0].member.ID, entries[0].member.Organisation
	casus, err := tx.AddCasus(casus, now.In(amsterdam).Year())
	if err != nil {
		return FormAnswer{}, err
	}
	if err := b.record(tx, opener, Entry{Casus: casus.Ref, Act: ActCasusOpened, Object: string(casus.Kind)}); err != nil {
		return FormAnswer{}, err
	}
	var whys []Button
	for _, e := range entries {
		if e.v.allows() {
			err = b.recordEntry(tx, opener, casus, ActMemberAdded, string(e.member.ID), e.v)
		} else {
			whys, err = b.recordNotAdded(tx, opener, casus, e.member, e.v, whys)
		}
		if err != nil {
			return FormAnswer{}, err
		}
	}
	for _, user := range ask {
		if err := b.askCapacity(tx, casus, user, s.User, string(casus.Ref)); err != nil {
			return FormAnswer{}, err
		}
	}
	if err := tx.AddJob(Job{ID: "set_up:" + string(casus.Ref), Kind: JobSetUp, Casus: casus.Ref, RunAt: now}); err != nil {
		return FormAnswer{}, err
	}
	if len(refused) > 0 {
		m := Message{Text: text.NotAdded.Say(text.NotAddedArgs{Ref: string(casus.Ref), Members: refused}), Buttons: whys}
		if err := b.later(tx, casus.Ref, "refused:"+string(casus.Ref), speech{Platform: s.Platform, User: s.User, Message: m}); err != nil {
			return FormAnswer{}, err
		}
	}
	return FormAnswer{Text: text.Opened.Say(text.CasusArgs{Ref: string(casus.Ref), Room: casus.RoomName()})}, b.planRetention(ctx, tx, casus)
}

// judgeEntry is judgeJoin, and for a policy room the little that is asked there:
// somebody of a party, who is not of the police. The rules of joining are about a
// casus, which a policy table is not, and refuse it.
func (b *Bot) judgeEntry(ctx context.Context, tx Tx, casus Casus, m Member, by PersonID, agreements []Agreement) (verdict, error) {
	if !isPolicy(casus.Kind) {
		return b.judgeJoin(ctx, tx, casus, m, by, agreements)
	}
	asked := casus
	asked.Kind, asked.Status = MDO, Open
	v, err := b.judgeJoin(ctx, tx, asked, m, by, agreements)
	if err != nil {
		return v, err
	}
	// Of what is asked for a casus only these concern a room without personal data.
	v.Reasons = slices.DeleteFunc(slices.Clone(v.Reasons), func(r reason) bool {
		return !slices.Contains([]string{"not_acceded", "police", "already_member", "account_inactive", "policy_error"}, r.Code)
	})
	v.Missing, v.Rule, v.join, v.ruled = nil, "", nil, ""
	switch {
	case v.failed || casus.Status != Open || m.Role != Professional || len(v.Reasons) > 0:
		v.Effect = effectRefuse
	default:
		v.Effect = effectAllow
	}
	return v, nil
}

// recordEntry records who was let in, or not. Of a policy room no verdict is
// kept: the rules were not asked about it.
func (b *Bot) recordEntry(tx Tx, who caller, casus Casus, act Act, object string, v verdict) error {
	_, err := b.addEntry(tx, who, casus, act, object, v)
	return err
}

// addEntry is recordEntry; it returns under which id it can be explained.
func (b *Bot) addEntry(tx Tx, who caller, casus Casus, act Act, object string, v verdict) (DecisionID, error) {
	if !isPolicy(casus.Kind) {
		return b.addVerdict(tx, who, casus.Ref, act, object, v)
	}
	e := Entry{Casus: casus.Ref, Act: act, Object: object, Policy: v.Policy, Reasons: v.codes(), Decision: DecisionID(b.NewID())}
	if !v.allows() {
		e.Outcome = outcomeRefused
	}
	return e.Decision, b.record(tx, who, e)
}

// refRE finds a code by which a young person is known, here or in a list.
var refRE = regexp.MustCompile(`(?i)\bC-\d{4}-\d{1,6}\b`)

// personalIn reports whether a text says too much for a room of this kind. In a
// policy room a code is already somebody.
func personalIn(k Kind, s string) bool {
	return names.Personal(s) || isPolicy(k) && refRE.MatchString(s) || names.First(s) != ""
}

// shapeRefuses says why a message cannot stand in a list or policy room; blank:
// it can, or the room is of a casus.
func (b *Bot) shapeRefuses(casus Casus, p Posting) (code, why string) {
	none, way := text.None{}, text.LooksLikeName.Say(text.LooksLikeNameArgs{Word: plain.Escape(names.First(p.Text))})
	switch {
	case b.aboutSomebody(casus.Kind):
		return "", why
	case len(p.Files) > 0:
		return "no_files_here", text.NoFilesHere.Say(none)
	case personalIn(casus.Kind, p.Text) && isPolicy(casus.Kind):
		return "personal_data", strings.TrimSpace(text.NobodyHere.Say(none) + " " + way)
	case personalIn(casus.Kind, p.Text):
		return "personal_data", strings.TrimSpace(text.CodesOnly.Say(none) + " " + way)
	}
	return "", why
}

// shapeWelcome is the first message of such a room.
func (b *Bot) shapeWelcome(casus Casus, args text.WelcomeArgs) Message {
	return Message{Text: text.ShapeWelcome.Say(text.ShapeWelcomeArgs{WelcomeArgs: args, Policy: isPolicy(casus.Kind)})}
}

// shapeStatus is the status of such a room: who is in it, and the list.
func (b *Bot) shapeStatus(tx Tx, h here) (string, error) {
	c := h.casus
	args := text.ShapeStatusArgs{Ref: string(c.Ref), Kind: text.KindName(string(c.Kind)), Status: text.StatusName(string(c.Status)),
		Purpose: plain.Escape(c.Private.Purpose), Policy: isPolicy(c.Kind), Lines: b.listLines(tx, c)}
	for _, m := range c.Private.Members {
		why, err := b.endedBecause(tx, m)
		if err != nil {
			return "", err
		}
		if why == "" {
			args.Members = append(args.Members, plain.Escape(b.functionOf(tx, c, m.ID)))
		}
	}
	return text.ShapeStatus.Say(args), nil
}
