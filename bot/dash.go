package bot

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
)

// The dashboard: what those who watch over casussen see of all of them at once, in
// a browser. It tells no content and no names, and of everything only the part of
// the organisation that somebody watches over for. Somebody who does so for more
// than one puts on one hat at a time.
//
// Who may come in is settled at every request anew: a session only says which
// account it was that followed the link.

// The acts on the dashboard. Looking is ActRead, with the view as its object.
const (
	ActOverviewLink Act = "overview_link"    // got a link
	ActOverviewIn   Act = "overview_entered" // followed it
	ActOverviewOut  Act = "overview_left"
	ActRuleAdopted  Act = "rule_adopted" // the object is the rule
	ActPlanProposed Act = "plan_proposed"
	ActPlanRun      Act = "plan_run" // a second person agreed
	ActLogVerified  Act = "log_verified"
	ActProofTaken   Act = "proof_taken"
)

// actOverview is the action of the link's ticket.
const actOverview = "overview"

const (
	// OverviewLinkTerm is how long the link works.
	OverviewLinkTerm = 10 * time.Minute
	// OverviewIdle is after how long without use somebody is signed out.
	OverviewIdle = 15 * time.Minute
	// OverviewSession is after how long somebody is signed out in any case.
	OverviewSession = 8 * time.Hour
)

// HatKind is as what somebody watches.
type HatKind string

// The hats.
const (
	HatDPO       HatKind = "fg"
	HatAppointee HatKind = "beslisser"
	HatLead      HatKind = "regie"
)

// Hat is as what, and for which organisation, somebody watches.
type Hat struct {
	Kind         HatKind
	Organisation OrgID  // blank for who leads
	Name         string // of the organisation
}

// watch is whose casussen are seen with the hat.
func (h Hat) watch(id PersonID) Watch {
	if h.Kind == HatLead {
		return Watch{Leads: id}
	}
	return Watch{Organisation: h.Organisation}
}

// standings is what the hat makes of its wearer, for the table of rights.
func (h Hat) standings() Standings {
	return Standings{DPOAnywhere: h.Kind == HatDPO, AppointeeAnywhere: h.Kind == HatAppointee, LeadsAny: h.Kind == HatLead}
}

// hats lists what somebody may look at the dashboard as.
func (b *Bot) hats(tx Tx, who caller) ([]Hat, error) {
	if who.ID == "" {
		return nil, nil
	}
	p, err := tx.Person(who.ID)
	if err != nil {
		return nil, goneOrNil(err)
	}
	now := b.Now()
	if len(p.Appointments) > 0 && !slices.ContainsFunc(p.Appointments, func(a Appointment) bool { return a.EndedAt.IsZero() || a.EndedAt.After(now) }) {
		return nil, nil // who works nowhere any more watches for nobody
	}
	orgs, err := tx.Organisations()
	if err != nil {
		return nil, err
	}
	var all []Hat
	for _, o := range orgs {
		if !b.isParty(o) {
			continue
		}
		if o.DPO == who.ID {
			all = append(all, Hat{HatDPO, o.ID, o.Name})
		}
		if o.Appointee == who.ID {
			all = append(all, Hat{HatAppointee, o.ID, o.Name})
		}
	}
	slices.SortStableFunc(all, func(x, y Hat) int { return hatOrder(x) - hatOrder(y) })
	works, err := b.worksForParty(tx, who)
	if err != nil || !works {
		return all, err
	}
	led, err := tx.WatchedCounts(Watch{Leads: who.ID})
	if len(led) > 0 {
		all = append(all, Hat{Kind: HatLead})
	}
	return all, err
}

func hatOrder(h Hat) int { return slices.Index([]HatKind{HatDPO, HatAppointee, HatLead}, h.Kind) }

// commandOverview is "/convenant overzicht": a link to the dashboard, for the eyes
// of who asked alone.
func (b *Bot) commandOverview(ctx context.Context, t *turn, e Event, _ string) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		who, err := b.who(tx, e.Platform, e.User)
		if err != nil {
			return err
		}
		hats, err := b.hats(tx, who)
		if err != nil {
			return err
		}
		if len(hats) == 0 {
			return lackedRight{MayOversee}
		}
		if b.Overview == "" {
			return &InvalidError{Reason: text.OverviewNone.Say(text.None{})}
		}
		token, err := b.ticket(tx, Ticket{Action: actOverview, For: e.User, Body: encode(Account{e.Platform, e.User}), Expires: b.Now().Add(OverviewLinkTerm)})
		if err != nil {
			return err
		}
		if err := b.record(tx, who, Entry{Act: ActOverviewLink}); err != nil {
			return err
		}
		args := text.VaultLinkArgs{URL: b.Overview + "/overzicht/in/" + token, Minutes: int(OverviewLinkTerm / time.Minute)}
		return b.whisper(tx, "", e, Message{Text: text.OverviewLink.Say(args)})
	})
}

// overviewTicket is the ticket of a link to the dashboard. ErrForbidden: it does
// not work any more, or never did.
func (b *Bot) overviewTicket(tx Tx, link string) (Account, error) {
	ticket, err := tx.Ticket(link, b.Now())
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrConflict) || errors.Is(err, ErrGone) || err == nil && ticket.Action != actOverview {
		return Account{}, ErrForbidden
	}
	if err != nil {
		return Account{}, err
	}
	return decode[Account](ticket.Body)
}

// PeekOverview reports whether a link can still be followed, and uses nothing up:
// programs that look behind a link do no harm. ErrForbidden: it cannot.
func (b *Bot) PeekOverview(ctx context.Context, link string) error {
	return b.Store.View(ctx, func(tx Tx) error {
		_, err := b.overviewTicket(tx, link)
		return err
	})
}

// EnterOverview follows a link, which is used up whatever comes of it, and returns
// the token of a new session. old is what the browser showed before; that ends, so
// that nobody can put a session of theirs under somebody else. ErrForbidden: the
// link does not work, or its person watches over nothing any more.
func (b *Bot) EnterOverview(ctx context.Context, link, old string) (token string, err error) {
	var no error
	err = b.update(ctx, func(tx Tx) error {
		no, token = nil, ""
		account, err := b.overviewTicket(tx, link)
		if err != nil {
			return err
		}
		if err := tx.UseTicket(link, b.Now()); errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
			return ErrForbidden
		} else if err != nil {
			return err
		}
		token, no, err = b.enter(tx, Proof{Account: account}, old)
		return err
	})
	if err = errors.Join(err, no); err != nil {
		token = ""
	}
	return token, err
}

// enter begins a session for whoever has the account, and ends the one that their
// browser had. no says that they watch over nothing; that is recorded.
func (b *Bot) enter(tx Tx, p Proof, old string) (token string, no, err error) {
	account := p.Account
	who, err := b.who(tx, account.Platform, account.User)
	if err != nil {
		return "", nil, err
	}
	hats, err := b.hats(tx, who)
	if err != nil {
		return "", nil, err
	}
	if err := tx.EndSession(old); err != nil {
		return "", nil, err
	}
	if len(hats) == 0 {
		return "", ErrForbidden, b.recordRefusal(tx, "", account.Platform, account.User, "no_right")
	}
	token = b.NewID() + b.NewID()
	if err := tx.AddSession(Session{Token: token, Person: who.ID, Account: account, BeganAt: b.Now(), SeenAt: b.Now(), Expires: b.Now().Add(OverviewSession),
		ProvedAt: p.At, Names: p.Names}); err != nil {
		return "", nil, err
	}
	return token, nil, b.record(tx, who, Entry{Act: ActOverviewIn})
}

// LeaveOverview ends a session; one that is over already is no error.
func (b *Bot) LeaveOverview(ctx context.Context, token string) error {
	return b.update(ctx, func(tx Tx) error {
		s, err := tx.Session(token, b.Now())
		if errors.Is(err, ErrNotFound) {
			return tx.EndSession(token)
		}
		if err != nil {
			return err
		}
		who, err := b.who(tx, s.Account.Platform, s.Account.User)
		if err != nil {
			return err
		}
		return errors.Join(tx.EndSession(token), b.record(tx, who, Entry{Act: ActOverviewOut}))
	})
}

// seat is somebody at the dashboard, with the hat they have on.
type seat struct {
	who     caller
	session Session
	hats    []Hat
	hat     Hat
}

// SignedOutError is a session that is over. It is an ErrForbidden.
type SignedOutError struct{}

func (SignedOutError) Error() string { return "signed out" }

// Is makes it an ErrForbidden.
func (SignedOutError) Is(target error) bool { return target == ErrForbidden }

// sit finds who has the session, as they are now. hat is the one they want to have
// on; a blank kind is their first. A SignedOutError: the session is over, by its
// time or since its person watches over nothing any more. ErrForbidden: the hat is
// not theirs.
func (b *Bot) sit(tx Tx, token string, hat Hat) (seat, error) {
	var s seat
	var err error
	if s.session, err = tx.Session(token, b.Now()); errors.Is(err, ErrNotFound) {
		return s, SignedOutError{}
	} else if err != nil {
		return s, err
	}
	if b.Now().Sub(s.session.SeenAt) >= OverviewIdle {
		return s, SignedOutError{}
	}
	if err := endedElsewhere(tx, s.session); err != nil {
		return s, err
	}
	if s.who, err = b.who(tx, s.session.Account.Platform, s.session.Account.User); err != nil {
		return s, err
	}
	if s.hats, err = b.hats(tx, s.who); err != nil {
		return s, err
	}
	if len(s.hats) == 0 || s.who.ID != s.session.Person {
		return s, SignedOutError{}
	}
	if s.hat = s.hats[0]; hat.Kind != "" {
		i := slices.IndexFunc(s.hats, func(h Hat) bool { return h.Kind == hat.Kind && h.Organisation == hat.Organisation })
		if i < 0 {
			return s, ErrForbidden
		}
		s.hat = s.hats[i]
	}
	s.who.Organisation = s.hat.Organisation
	return s, nil
}

// at the dashboard somebody does f with a right, in one transaction with its record.
// An attempt without the right is recorded and is ErrForbidden.
func (b *Bot) atDash(ctx context.Context, q DashQuery, right Right, f func(tx Tx, s seat) error) error {
	var no error
	err := b.update(ctx, func(tx Tx) error {
		no = nil
		s, err := b.sit(tx, q.Token, q.Hat)
		var out SignedOutError
		switch {
		case errors.As(err, &out):
			no = err
			return tx.EndSession(q.Token)
		case errors.Is(err, ErrForbidden):
			no = err
			return b.refuseAtDash(tx, s, q)
		case err != nil:
			return err
		}
		if !s.hat.standings().May(right) {
			no = ErrForbidden
			return b.refuseAtDash(tx, s, q)
		}
		if err := tx.TouchSession(q.Token, b.Now()); err != nil {
			return err
		}
		if err = f(tx, s); errors.Is(err, ErrForbidden) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
			// What is not theirs and what is not there are the same to them.
			no = ErrForbidden
			return errRefused{s}
		}
		return err
	})
	var refused errRefused
	if errors.As(err, &refused) {
		err = b.update(ctx, func(tx Tx) error { return b.refuseAtDash(tx, refused.s, q) })
	}
	return errors.Join(err, no)
}

// errRefused undoes what was begun, so that only the refusal is recorded.
type errRefused struct{ s seat }

func (errRefused) Error() string { return "refused" }

func (b *Bot) refuseAtDash(tx Tx, s seat, q DashQuery) error {
	return b.record(tx, s.who, Entry{Act: ActRefused, Object: "overview:" + q.View, Reasons: []string{"no_right"}, Outcome: outcomeRefused})
}
