package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// Exception is a person's recorded decision to share without the yes that the
// matrix asks, on a ground of its chapter 5. The bot only checks that it fits; who
// decides is whom the disclosing organisation appointed, never the discloser and
// never the FG (DESIGN §11 Identity).
type Exception struct {
	Code       string // such as "X-SCHOOL"
	Reason     string // of who decided
	ApprovedBy PersonID
	Recipients []string // ids of organisations, and of people who are no professionals
}

// ExceptionAsk is an exception that a discloser asks for.
type ExceptionAsk struct {
	Code   string
	For    []PersonID // who would read it; none: the whole room
	Reason string
	At     time.Time
	Advice string `json:",omitempty"` // of the FG of who asks; blank: none was given
}

// exceptionTerm is how long a file waits for a decision on an exception.
const exceptionTerm = 72 * time.Hour

// The fields of the forms about exceptions.
const (
	fieldGround  = "ground"
	fieldReason  = "reason"
	fieldSure    = "sure"
	fieldVerdict = "verdict"
)

// ground is an exception that the rules would heed, were it recorded: a code and
// for whom.
type ground struct {
	Code string
	For  []PersonID // none: the whole room
}

// key names a ground in a form, however many would read it: a chat bounds the
// value of a choice.
func (g ground) key() string {
	if g.For == nil {
		return g.Code
	}
	sum := sha256.New()
	for _, id := range g.For {
		fmt.Fprintf(sum, "%d:%s", len(id), id)
	}
	return g.Code + " " + hex.EncodeToString(sum.Sum(nil)[:8])
}

// grounds lists what exceptions there could be for a file that may not be shared as
// it is: for the whole room, for one organisation with one task, and for those who
// give care together. The rules say which codes fit (A20, A21); the smallest circle
// that has a code is offered before a larger one.
func (b *Bot) grounds(ctx context.Context, tx Tx, casus Casus, f File) ([]ground, error) {
	poster, ok := casus.Member(f.Account)
	if !ok || poster.Role != Professional || len(f.Kinds) == 0 || f.Exception != nil {
		return nil, nil
	}
	var circles [][]PersonID
	if b.Pages != "" {
		groups, err := b.placesIn(tx, casus, f)
		if err != nil {
			return nil, err
		}
		var carers []PersonID
		for _, g := range groups {
			circles = append(circles, g.people)
			if slices.Contains(secret, g.sector) {
				carers = append(carers, g.people...)
			}
		}
		if len(carers) > 0 && !slices.ContainsFunc(circles, func(c []PersonID) bool { return slices.Equal(c, carers) }) {
			circles = append(circles, carers)
		}
	}
	var all []ground
	for _, circle := range append(circles, nil) {
		g := f
		if circle != nil {
			g.Vault, g.Chosen, g.For = true, true, circle
		}
		v, err := b.judgeShare(ctx, tx, casus, g)
		if err != nil {
			return nil, err
		}
		if v.failed || v.allows() {
			continue // with those it may be shared as it is, or nothing is known
		}
		for _, code := range v.Exceptions {
			if circle == nil && slices.ContainsFunc(all, func(have ground) bool { return have.Code == code }) {
				continue // there is a smaller circle for it
			}
			all = append(all, ground{code, circle})
		}
	}
	return all, nil
}

// offerException adds the way to an exception to what a poster is told of a file
// that may not be shared. false: there is none.
func (b *Bot) offerException(ctx context.Context, tx Tx, casus Casus, f File, m *Message) (bool, error) {
	// Where nobody could decide, a file is not kept for a decision.
	if _, err := b.decider(tx, casus, f); err != nil {
		var nobody *InvalidError
		if errors.As(err, &nobody) || errors.Is(err, ErrForbidden) {
			return false, nil
		}
		return false, err
	}
	all, err := b.grounds(ctx, tx, casus, f)
	if err != nil || len(all) == 0 {
		return false, err
	}
	token, err := b.ticket(tx, Ticket{Action: actAskException, Casus: casus.Ref, Object: string(f.ID), For: f.Account, Expires: f.ExpiresAt})
	if err != nil {
		return false, err
	}
	m.Buttons = append(m.Buttons, Button{Label: text.ExceptionButton.Say(text.None{}), Ticket: token})
	return true, nil
}

// askException opens the form in which a discloser asks for an exception.
func (b *Bot) askException(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	var form Form
	err := b.Store.View(ctx, func(tx Tx) error {
		casus, f, err := b.held(tx, ticket, e.User)
		if err != nil {
			return err
		}
		if _, err := b.decider(tx, casus, f); err != nil {
			return err
		}
		all, err := b.grounds(ctx, tx, casus, f)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return &InvalidError{Reason: text.ExceptionGone.Say(text.None{})}
		}
		w, none := text.ExceptionForm, text.None{}
		args := text.ExceptionIntroArgs{}
		var options []Option
		told := map[string]bool{}
		for _, g := range all {
			options = append(options, Option{g.key(), text.ExceptionLabel.Say(text.ExceptionLabelArgs{Ground: text.ExceptionName(g.Code), With: b.circleNames(tx, casus, g.For)})})
			if !told[g.Code] {
				told[g.Code] = true
				args.Grounds = append(args.Grounds, text.ExceptionGround{Name: text.ExceptionName(g.Code), Condition: text.ExceptionCondition(g.Code)})
			}
		}
		form = Form{Title: w.Title.Say(none), Send: w.Send.Say(none), Intro: w.Intro.Say(args), Fields: []Field{
			{Name: fieldGround, Label: w.Ground.Say(none), Help: w.GroundHelp.Say(none), Kind: Choice, Options: options},
			{Name: fieldReason, Label: w.Reason.Say(none), Help: w.ReasonHelp.Say(none), Kind: LongText},
			{Name: fieldSure, Label: w.Sure.Say(none), Help: w.SureHelp.Say(none), Kind: Tick},
		}}
		return nil
	})
	return b.openIfWaiting(ctx, t, e, form, err, Ticket{Action: actAskException, Casus: ticket.Casus, Object: ticket.Object}, text.FileWaitsNoMore)
}

// circleNames are the people of a circle as others may read them; none: everybody.
func (b *Bot) circleNames(tx Tx, casus Casus, circle []PersonID) []string {
	var names []string
	for _, id := range circle {
		names = append(names, plain.Escape(b.functionOf(tx, casus, id)))
	}
	return names
}

// decider is who decides on exceptions for the organisation that discloses f, never
// its FG, who has to look on. An
// *InvalidError says that there is nobody, or only the discloser.
func (b *Bot) decider(tx Tx, casus Casus, f File) (Person, error) {
	poster, ok := casus.Member(f.Account)
	if !ok || poster.Role != Professional {
		return Person{}, ErrForbidden
	}
	org, err := tx.Organisation(poster.Organisation)
	if err != nil {
		return Person{}, err
	}
	nobody := &InvalidError{Reason: text.ExceptionNobody.Say(text.ExceptionOrgArgs{Organisation: plain.Escape(org.Name)})}
	if org.Appointee == "" || org.Appointee == f.Poster || org.Appointee == org.DPO || !b.isParty(org) {
		return Person{}, nobody
	}
	p, err := tx.Person(org.Appointee)
	if errors.Is(err, ErrNotFound) || err == nil && !slices.ContainsFunc(p.Accounts, func(a Account) bool { return a.Platform == casus.Platform }) {
		return Person{}, nobody
	}
	return p, err
}

// submitAskException puts an exception before who decides on it. The file waits for
// the answer.
func (b *Bot) submitAskException(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	answer := FormAnswer{Text: text.ExceptionAsked.Say(text.ExceptionDaysArgs{Days: int(exceptionTerm / (24 * time.Hour))})}
	err := b.update(ctx, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		casus, f, err := b.held(tx, ticket, s.User)
		if err != nil {
			return err
		}
		person, err := b.decider(tx, casus, f)
		if err != nil {
			return err
		}
		all, err := b.grounds(ctx, tx, casus, f)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(g ground) bool { return g.key() == s.Value(fieldGround) })
		reason := strings.TrimSpace(s.Value(fieldReason))
		switch {
		case i < 0:
			return &InvalidError{Field: fieldGround, Reason: text.WrongChoice.Say(text.None{})}
		case !plain.LongEnough(reason) || !plain.Readable(reason):
			return &InvalidError{Field: fieldReason, Reason: text.Wrong.Reason.Say(text.None{})}
		case len(FindKnown(casus, reason)) > 0:
			return &InvalidError{Field: fieldReason, Reason: text.WrongNamed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
		case s.Value(fieldSure) != "true":
			return &InvalidError{Field: fieldSure, Reason: text.ExceptionNotSure.Say(text.None{})}
		}
		f.Asked = &ExceptionAsk{Code: all[i].Code, For: all[i].For, Reason: reason, At: b.Now()}
		f.ExpiresAt = b.Now().Add(exceptionTerm)
		who, err := b.who(tx, s.Platform, s.User)
		if err != nil {
			return err
		}
		if m, ok := casus.Member(s.User); ok {
			who.Organisation = m.Organisation // those for whom they share here
		}
		return errors.Join(tx.SaveFile(f),
			b.record(tx, who, Entry{Casus: casus.Ref, Act: ActExceptionAsked, Object: string(f.ID), Decision: f.Decision, Reasons: []string{f.Asked.Code}}),
			b.tellDecider(tx, casus, f, person, ticket.Token))
	})
	return answer, err
}

// exceptionArgs is what is said about an exception that was asked for: nothing of
// the file but its kinds of data.
func (b *Bot) exceptionArgs(tx Tx, casus Casus, f File) text.ExceptionArgs {
	a := f.Asked
	args := text.ExceptionArgs{Ref: string(casus.Ref), By: plain.Escape(b.functionOf(tx, casus, f.Poster)), Ground: text.ExceptionName(a.Code), Code: a.Code,
		Condition: text.ExceptionCondition(a.Code), With: b.circleNames(tx, casus, a.For), Purpose: plain.Escape(casus.Private.Purpose), Reason: plain.Escape(a.Reason), Advice: plain.Escape(a.Advice), Until: f.ExpiresAt}
	for _, k := range f.Kinds {
		args.Kinds = append(args.Kinds, text.DataKindName(string(k)))
	}
	return args
}

// tellDecider asks who decides, once for key.
func (b *Bot) tellDecider(tx Tx, casus Casus, f File, p Person, key string) error {
	for _, a := range p.Accounts {
		if a.Platform != casus.Platform {
			continue
		}
		token, err := b.ticket(tx, Ticket{Action: actDecideException, Casus: casus.Ref, Object: string(f.ID), For: a.User, Expires: f.ExpiresAt})
		if err != nil {
			return err
		}
		m := Message{Text: text.ExceptionAsk.Say(b.exceptionArgs(tx, casus, f)), Buttons: []Button{{Label: text.ExceptionDecide.Say(text.None{}), Ticket: token}}}
		if err := b.later(tx, casus.Ref, "exception:"+key+":"+string(a.User), speech{Platform: casus.Platform, User: a.User, Message: m}); err != nil {
			return err
		}
	}
	return nil
}

// askedException returns a file for which an exception is asked of this person. ErrNotFound:
// it waits no more, or it is somebody else's to decide.
func (b *Bot) askedException(tx Tx, ticket Ticket, platform string, user UserID) (Casus, File, caller, error) {
	f, err := tx.File(FileID(ticket.Object))
	if err != nil {
		return Casus{}, f, caller{}, err
	}
	if f.State != Quarantined || f.Asked == nil || !f.ExpiresAt.After(b.Now()) {
		return Casus{}, f, caller{}, ErrNotFound
	}
	casus, err := tx.Casus(f.Casus)
	if err != nil {
		return casus, f, caller{}, err
	}
	p, err := b.decider(tx, casus, f)
	if err != nil {
		return casus, f, caller{}, errors.Join(ErrForbidden, err)
	}
	if !slices.Contains(p.Accounts, Account{Platform: platform, User: user}) {
		return casus, f, caller{}, ErrForbidden
	}
	poster, _ := casus.Member(f.Account)
	return casus, f, caller{ID: p.ID, Account: user, Organisation: poster.Organisation}, nil
}

// askDecision opens the form in which an exception is granted or refused.
func (b *Bot) askDecision(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	var form Form
	err := b.Store.View(ctx, func(tx Tx) error {
		casus, f, _, err := b.askedException(tx, ticket, e.Platform, e.User)
		if err != nil {
			return err
		}
		w, none := text.DecisionForm, text.None{}
		form = Form{Title: w.Title.Say(none), Send: w.Send.Say(none), Intro: w.Intro.Say(b.exceptionArgs(tx, casus, f)), Fields: []Field{
			{Name: fieldVerdict, Label: w.Decision.Say(none), Kind: Choice, Options: []Option{{"granted", w.Granted.Say(none)}, {"denied", w.Denied.Say(none)}}},
			{Name: fieldReason, Label: w.Reason.Say(none), Help: w.ReasonHelp.Say(none), Kind: LongText},
		}}
		return nil
	})
	return b.openIfWaiting(ctx, t, e, form, err, Ticket{Action: actDecideException, Casus: ticket.Casus, Object: ticket.Object}, text.ExceptionOver)
}

// submitDecision records what was decided on an exception, and what follows for the
// file.
func (b *Bot) submitDecision(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.update(ctx, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		casus, f, who, err := b.askedException(tx, ticket, s.Platform, s.User)
		if err != nil {
			return err
		}
		reason := strings.TrimSpace(s.Value(fieldReason))
		switch {
		case s.Value(fieldVerdict) != "granted" && s.Value(fieldVerdict) != "denied":
			return &InvalidError{Field: fieldVerdict, Reason: text.WrongChoice.Say(text.None{})}
		case !plain.LongEnough(reason) || !plain.Readable(reason):
			return &InvalidError{Field: fieldReason, Reason: text.Wrong.Reason.Say(text.None{})}
		case len(FindKnown(casus, reason)) > 0:
			return &InvalidError{Field: fieldReason, Reason: text.WrongNamed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
		}
		if s.Value(fieldVerdict) == "denied" {
			answer.Text = text.ExceptionDeniedDone.Say(text.None{})
			return b.deny(tx, casus, f, who, reason)
		}
		answer.Text = text.ExceptionGrantedDone.Say(text.None{})
		return b.grant(ctx, tx, casus, f, who, reason)
	})
	return answer, err
}

// deny tells who asked; the file waits as long as any.
func (b *Bot) deny(tx Tx, casus Casus, f File, who caller, reason string) error {
	args := b.exceptionArgs(tx, casus, f)
	code := f.Asked.Code
	f.Asked, f.ExpiresAt = nil, b.Now().Add(QuarantineTerm)
	args.Reason, args.Until = plain.Escape(reason), f.ExpiresAt
	e := Entry{Casus: casus.Ref, Act: ActExceptionDenied, Object: string(f.ID), Decision: DecisionID(b.NewID()), Reasons: []string{code}, Outcome: outcomeRefused}
	told, err := b.withWhy(tx, Message{Text: text.ExceptionDenied.Say(args)}, casus.Ref, e.Decision, f.Account)
	return errors.Join(err, tx.SaveFile(f), b.record(tx, who, e),
		b.later(tx, casus.Ref, "exception_denied:"+string(f.ID), speech{Platform: casus.Platform, User: f.Account, Message: told}))
}

// grant records the exception and has the rules judge the file with it. An
// *InvalidError: it would not open anything any more, so nothing was recorded.
func (b *Bot) grant(ctx context.Context, tx Tx, casus Casus, f File, who caller, reason string) error {
	args := b.exceptionArgs(tx, casus, f)
	a := f.Asked
	f.Asked = nil
	if a.For != nil {
		f.Vault, f.Chosen, f.For = true, true, a.For
	}
	var err error
	f.Exception = &Exception{Code: a.Code, Reason: reason, ApprovedBy: who.ID, Recipients: recipientsOf(casus, f)}
	v, err := b.judgeShare(ctx, tx, casus, f)
	if err != nil {
		return err
	}
	if !v.allows() {
		return &InvalidError{Field: fieldVerdict, Reason: text.ExceptionNoMore.Say(text.None{})}
	}
	granted := Entry{Casus: casus.Ref, Act: ActExceptionGranted, Object: string(f.ID), Decision: DecisionID(b.NewID()), Reasons: []string{a.Code}}
	if err := b.record(tx, who, granted); err != nil {
		return err
	}
	poster, err := b.whoIn(tx, casus, casus.Platform, f.Account)
	if err != nil {
		return err
	}
	if _, drop, err := b.decideFile(ctx, tx, poster, casus, f); err != nil || drop {
		return errors.Join(err, map[bool]error{true: fmt.Errorf("grant an exception for %s: %w", f.ID, ErrConflict)}[drop])
	}
	args.Reason = plain.Escape(reason)
	told, err := b.withWhy(tx, Message{Text: text.ExceptionGranted.Say(args)}, casus.Ref, granted.Decision, f.Account)
	if err != nil {
		return err
	}
	if err := b.later(tx, casus.Ref, "exception_granted:"+string(f.ID), speech{Platform: casus.Platform, User: f.Account, Message: told}); err != nil {
		return err
	}
	seen, err := b.withWhy(tx, Message{Text: text.ExceptionForDPO.Say(args)}, casus.Ref, granted.Decision, "")
	if err != nil {
		return err
	}
	return b.tellDPO(tx, casus, poster.Organisation, "exception_dpo:"+string(f.ID), seen)
}

// tellDPO tells the FG of an organisation, who sees and advises.
func (b *Bot) tellDPO(tx Tx, casus Casus, id OrgID, key string, m Message) error {
	org, err := tx.Organisation(id)
	if err != nil || org.DPO == "" {
		return err
	}
	p, err := tx.Person(org.DPO)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, a := range p.Accounts {
		if a.Platform != casus.Platform {
			continue
		}
		if err := b.later(tx, casus.Ref, key+":"+string(a.User), speech{Platform: casus.Platform, User: a.User, Message: m}); err != nil {
			return err
		}
	}
	return nil
}

// recipientsOf are the organisations that would read f, and the people in the room
// who are no professionals. Who comes later is not among them, so that the rules
// ask again.
func recipientsOf(casus Casus, f File) []string {
	var all []string
	for _, m := range casus.Private.Members {
		id := string(m.ID)
		switch {
		case !m.Until.IsZero() || m.ID == f.Poster || len(f.For) > 0 && !slices.Contains(f.For, m.ID):
			continue
		case m.Role == Professional:
			id = string(m.Organisation)
		}
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}
