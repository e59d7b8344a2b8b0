package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
)

// howCard is that a yes or no was given on the reader's own card.
const howCard = "card"

// JobLookAgain looks again at the files that wait for a yes, after one was given on
// a card: a yes counts from the moment after it (A11).
const JobLookAgain JobKind = "look_again"

// CardDecision is what a reader says to one ask: to each cell yes, no, or nothing
// new.
type CardDecision struct {
	Agreement bool
	Discloser OrgID
	Answers   map[string]Decision // by CardCell
}

// CardDone is what came of an act on a card.
type CardDone struct {
	Yes, No, Ended int // answers that were noted, and yeses that ended
	Hidden         int // files that went out of sight
}

// DecideCard notes what the reader says, as theirs. What changes is noted anew
// for the whole kind of data: a yes that no longer holds for everything ends, with
// what rested on it, and the rest of it is noted again. *InvalidError: an answer to
// something that is not asked.
//
// Source: convenant, informed consent per discloser, recipient and kind; taking
// back is as easy as giving (AVG art. 7(3)).
func (b *Bot) DecideCard(ctx context.Context, pass, csrf string, d CardDecision) (CardDone, CardPass, error) {
	var done CardDone
	next, err := b.onCard(ctx, pass, csrf, func(tx Tx, r cardReader) error {
		done = CardDone{}
		if !r.decide || r.casus.Status != Open {
			return ErrForbidden
		}
		asks, err := b.cardAsks(ctx, tx, r)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(asks, func(a CardAsk) bool { return a.Agreement == d.Agreement && a.Discloser == d.Discloser })
		if i < 0 {
			return &InvalidError{Field: "ask", Reason: "wrong.gone"}
		}
		done, err = b.decideCard(tx, r, asks[i], d.Answers)
		return err
	})
	return done, next, err
}

func (b *Bot) decideCard(tx Tx, r cardReader, a CardAsk, answers map[string]Decision) (CardDone, error) {
	var done CardDone
	want := map[string]Decision{}
	known := map[string]bool{}
	for _, k := range a.kindsOf() {
		for _, p := range a.Recipients {
			cell := CardCell(k, p.ID)
			known[cell], want[cell] = true, a.State[cell]
		}
	}
	changed := map[DataKind]bool{}
	for cell, said := range answers {
		if !known[cell] || said != Given && said != Refused {
			return done, &InvalidError{Field: "ask", Reason: "wrong.gone"}
		}
		if want[cell] != said {
			kind, _, _ := strings.Cut(cell, "/")
			want[cell], changed[DataKind(kind)] = said, true
		}
	}
	if len(changed) == 0 {
		return done, nil
	}
	// Every yes that says more than is wanted now ends, also for what it said of
	// recipients who are no longer there.
	all, err := b.mineInOrder(tx, r)
	if err != nil {
		return done, err
	}
	for _, y := range all {
		if !y.lives(b.Now()) || !a.takes(y, r.casus) {
			continue
		}
		over := slices.ContainsFunc(a.cellsOf(y), func(cell string) bool { return want[cell] != Given })
		if !over {
			continue
		}
		hidden, err := b.endYes(tx, r, y)
		if err != nil {
			return done, err
		}
		done.Ended++
		done.Hidden += hidden
		for _, k := range a.kindsOf() {
			if a.Agreement || slices.Contains(y.Kinds, k) {
				changed[k] = true
			}
		}
	}
	for _, k := range a.kindsOf() {
		if !changed[k] {
			continue
		}
		var yesTo, noTo []OrgID
		no := false
		for _, p := range a.Recipients {
			cell := CardCell(k, p.ID)
			switch {
			case want[cell] == Given && p.ID != "":
				yesTo = append(yesTo, OrgID(p.ID))
			case want[cell] == Refused && p.ID != "":
				noTo = append(noTo, OrgID(p.ID))
				no = no || a.State[cell] != Refused
			case want[cell] == Refused:
				no = a.State[cell] != Refused
			}
		}
		whole := want[CardCell(k, "")] == Given // nobody else is there to receive it
		if no {
			if err := b.noteOnCard(tx, r, a, k, Refused, noTo); err != nil {
				return done, err
			}
			done.No++
		}
		if len(yesTo) > 0 || whole {
			if err := b.noteOnCard(tx, r, a, k, Given, yesTo); err != nil {
				return done, err
			}
			done.Yes++
		}
	}
	if done.Yes > 0 {
		id := "look_again:" + string(r.casus.Ref) + ":" + b.NewID()
		if err := tx.AddJob(Job{ID: id, Kind: JobLookAgain, Casus: r.casus.Ref, Object: string(r.id()), RunAt: b.Now().Add(time.Millisecond)}); err != nil {
			return done, err
		}
	}
	return done, b.tellAnswered(tx, r, a)
}

// noteOnCard stores one answer of the reader.
func (b *Bot) noteOnCard(tx Tx, r cardReader, a CardAsk, k DataKind, said Decision, to []OrgID) error {
	now, id := b.Now(), b.NewID()
	if a.Agreement {
		act := ActAgreementGiven
		if said == Refused {
			act = ActAgreementRefused
		}
		return errors.Join(tx.AddAgreement(Agreement{ID: id, Casus: r.casus.Ref, Giver: r.id(), Decision: said, Covers: to, How: howCard, NotedBy: r.id(), GivenAt: now}),
			b.record(tx, r.who(), Entry{Casus: r.casus.Ref, Act: act, Object: id}))
	}
	c := Consent{ID: id, Casus: r.casus.Ref, Giver: r.id(), Capacity: "authority", Decision: said, Discloser: a.Discloser, Recipients: to, Kinds: []DataKind{k},
		Purpose: r.casus.Private.Purpose, How: howCard, NotedBy: r.id(), GivenAt: now, ExpiresAt: now.In(amsterdam).AddDate(1, 0, 0)}
	if r.young {
		c.Capacity = "young_person"
	}
	act := ActConsentRecorded
	if said == Refused {
		act = ActConsentRefused
	}
	return errors.Join(tx.AddConsent(c), b.record(tx, r.who(), Entry{Casus: r.casus.Ref, Act: act, Object: id}))
}

// endYes takes back a yes of the reader, and out of sight what rested on it.
func (b *Bot) endYes(tx Tx, r cardReader, y yes) (hidden int, err error) {
	if y.Agreement {
		return 0, errors.Join(tx.WithdrawAgreement(r.casus.Ref, y.ID, b.Now()),
			b.record(tx, r.who(), Entry{Casus: r.casus.Ref, Act: ActAgreementEnded, Object: y.ID}),
			b.toCoordinator(tx, r.casus, "agreement_ended:"+y.ID, Message{Text: text.AgreementEndTold.Say(text.CasusArgs{Ref: string(r.casus.Ref)})}))
	}
	why := DecisionID(b.NewID())
	if err := errors.Join(tx.WithdrawConsent(r.casus.Ref, y.ID, b.Now()),
		b.record(tx, r.who(), Entry{Casus: r.casus.Ref, Act: ActConsentEnded, Object: y.ID, Decision: why})); err != nil {
		return 0, err
	}
	return b.withdrawFiles(tx, r.casus, y.ID, "", why)
}

// tellAnswered tells who must act on an answer: the professionals of the
// organisation that would share, and who leads. Nobody of the family hears it.
func (b *Bot) tellAnswered(tx Tx, r cardReader, a CardAsk) error {
	args := text.CardArgs{Ref: string(r.casus.Ref), Who: b.labels(r.casus, []string{string(r.id())})[0]}
	if !a.Agreement {
		args.Organisation = b.orgName(tx, a.Discloser)
	}
	id := "card_answer:" + b.NewID()
	m := Message{Text: text.CardAnswered.Say(args)}
	lead, led, err := b.leader(tx, r.casus)
	if err != nil {
		return err
	}
	for _, p := range r.casus.Private.Members {
		if p.Role != Professional || p.Account == "" || a.Agreement || p.Organisation != a.Discloser || led && p.Account == lead.Account {
			continue
		}
		if why, err := b.endedBecause(tx, p); err != nil {
			return err
		} else if why != "" {
			continue
		}
		if err := b.later(tx, r.casus.Ref, id+":"+string(p.Account), speech{Platform: r.casus.Platform, User: p.Account, Message: m}); err != nil {
			return err
		}
	}
	return b.toCoordinator(tx, r.casus, id, m)
}

// lookAgain is the job that looks at the waiting files once a yes counts.
func (b *Bot) lookAgain(ctx context.Context, t *turn) error {
	return t.Commit(ctx, func(tx Tx) error {
		casus, err := tx.Casus(t.job.Casus)
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) || err == nil && casus.Status != Open {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = b.decideWaiting(ctx, tx, caller{ID: PersonID(t.job.Object)}, casus)
		return err
	})
}

// mine finds a yes or no of the reader.
func (b *Bot) mineCalled(tx Tx, r cardReader, value string) (yes, error) {
	y, err := b.findYes(tx, r.casus, value)
	if errors.Is(err, ErrNotFound) || err == nil && y.Giver != r.id() {
		return yes{}, ErrForbidden
	}
	return y, err
}

// WithdrawCard takes back one yes in the reader's name, whoever noted it. That is
// possible for as long as the casus is there.
func (b *Bot) WithdrawCard(ctx context.Context, pass, csrf, value string) (CardDone, CardPass, error) {
	var done CardDone
	next, err := b.onCard(ctx, pass, csrf, func(tx Tx, r cardReader) error {
		y, err := b.mineCalled(tx, r, value)
		if err != nil {
			return err
		}
		if !y.lives(b.Now()) {
			return &InvalidError{Field: "yes", Reason: "wrong.gone"}
		}
		hidden, err := b.endYes(tx, r, y)
		if err != nil {
			return err
		}
		done = CardDone{Ended: 1, Hidden: hidden}
		return b.tellAnswered(tx, r, CardAsk{Agreement: y.Agreement, Discloser: y.Discloser})
	})
	return done, next, err
}

// AffirmCard is the reader's own word that a yes or no that was noted is theirs.
func (b *Bot) AffirmCard(ctx context.Context, pass, csrf, value string) (CardPass, error) {
	return b.onCard(ctx, pass, csrf, func(tx Tx, r cardReader) error {
		y, err := b.mineCalled(tx, r, value)
		if err != nil || byThemselves(r.casus, y) {
			return err
		}
		casus := r.casus
		casus.Private.Affirmed = append(casus.Private.Affirmed, Affirmed{Yes: y.value(), At: b.Now()})
		_, err = tx.SaveCasus(casus)
		return errors.Join(err, b.record(tx, r.who(), Entry{Casus: casus.Ref, Act: ActYesAffirmed, Object: y.ID}))
	})
}
