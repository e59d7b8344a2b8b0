package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/fault"
	"github.com/convenantbot/convenantbot/rules"
)

// lookAgain is how often a person is reminded of what waits for them.
const lookAgain = 24 * time.Hour

// lookAnyway is after how long a casus is looked at for which the rules name no
// moment, such as a held one.
const lookAnyway = 30 * 24 * time.Hour

func retainJob(ref Ref) string { return "retain:" + string(ref) }

// planRetention makes sure that the casus is looked at when something is next
// due. It is part of every transaction that changes what the terms count from.
func (b *Bot) planRetention(ctx context.Context, tx Tx, casus Casus) error {
	r, err := b.judgeRetain(ctx, tx, casus)
	if err != nil {
		return err
	}
	if err := tx.SetDue(casus.Ref, r.Due); err != nil {
		return err
	}
	at := b.nextLook(r)
	err = tx.MoveJob(retainJob(casus.Ref), at)
	if errors.Is(err, ErrNotFound) {
		return tx.AddJob(Job{ID: retainJob(casus.Ref), Kind: JobRetain, Casus: casus.Ref, RunAt: at})
	}
	return err
}

// nextLook is when a casus must be looked at after the answer r: at the next
// moment at which anything can change, at once when something is to be done, and
// again the next day when it is for a person.
func (b *Bot) nextLook(r rules.Retention) time.Time {
	switch {
	case r.Action == rules.Remind, r.Action == rules.Human:
		return b.Now().Add(lookAgain)
	case r.Due.IsZero():
		return b.Now().Add(lookAnyway)
	}
	return r.Due
}

// retain looks what should happen to a casus now, and does it.
func (b *Bot) retain(ctx context.Context, t *turn) error {
	ref := t.job.Casus
	var casus Casus
	var r rules.Retention
	var other *comparison
	err := b.Store.View(ctx, func(tx Tx) (err error) {
		if casus, err = tx.Casus(ref); err != nil {
			return err
		}
		if r, err = b.judgeRetain(ctx, tx, casus); err != nil {
			return err
		}
		other, err = b.compareRetention(ctx, tx, casus, r)
		return err
	})
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("retain %s: %w", ref, err)
	}
	if casus.Status == Erased {
		return nil
	}
	if err := b.recordRetentionOnce(ctx, ref, r.Policy, other); err != nil {
		return fmt.Errorf("retain %s: %w", ref, err)
	}
	switch r.Action {
	case rules.Archive:
		return b.archive(ctx, t, casus, r)
	case rules.AnnounceErasure:
		return b.announce(ctx, t, r)
	case rules.Erase:
		return t.Replan(ctx, b.Now().Add(time.Hour), func(tx Tx) error {
			// One that failed and waits for another try, or that was put before a person,
			// is tried now.
			err := tx.MoveJob("erase:"+string(ref), b.Now())
			if errors.Is(err, ErrNotFound) {
				err = tx.AddJob(Job{ID: "erase:" + string(ref), Kind: JobErase, Casus: ref, RunAt: b.Now()})
			}
			return err
		})
	case rules.Remind, rules.Human:
		return b.remind(ctx, t, casus, r)
	}
	return t.Replan(ctx, b.nextLook(r), func(tx Tx) error { return tx.SetDue(ref, r.Due) })
}

// archive makes the room read-only and the casus archived.
func (b *Bot) archive(ctx context.Context, t *turn, casus Casus, r rules.Retention) error {
	if casus.Room != "" {
		p, err := b.platform(casus.Platform)
		if err != nil {
			return err
		}
		if err := p.ArchiveRoom(ctx, casus.Room); err != nil && !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("archive %s: %w", casus.Ref, err)
		}
		if err := archiveFormer(ctx, p, casus); err != nil {
			return fmt.Errorf("archive %s: %w", casus.Ref, err)
		}
		fault.Hit("archive.after_platform")
	}
	return b.replanned(ctx, t, ActArchived, r, func(tx Tx, c *Casus, _ DecisionID) error {
		c.Status, c.ArchivedAt = Archived, b.Now()
		return nil
	})
}

// announce tells everybody in the casus that it will be erased, and when.
func (b *Bot) announce(ctx context.Context, t *turn, r rules.Retention) error {
	return b.replanned(ctx, t, ActAnnounced, r, func(tx Tx, c *Casus, why DecisionID) error {
		c.ErasureAnnouncedAt = b.Now()
		at := b.Now().In(amsterdam).AddDate(0, 0, announceDays)
		m := Message{Text: text.Announced.Say(text.AnnouncedArgs{Ref: string(c.Ref), At: at})}
		users, err := b.allowed(tx, *c)
		if err != nil {
			return err
		}
		for _, user := range users {
			id := fmt.Sprintf("announce:%s:%s:%d", c.Ref, user, c.ClosedAt.Unix())
			m, err := b.withWhy(tx, m, c.Ref, why, user)
			if err != nil {
				return err
			}
			if err := b.later(tx, c.Ref, id, speech{Platform: c.Platform, User: user, Message: m}); err != nil {
				return err
			}
		}
		return nil
	})
}

// announceDays is how long erasing is announced ahead, in calendar days. It is a
// floor in the code and not a setting, so that a mistyped region pack cannot
// empty a room by surprise.
const announceDays = 14

// replanned decides once more inside the transaction, and when the answer is
// still the same changes the casus, records it and plans the next look.
func (b *Bot) replanned(ctx context.Context, t *turn, act Act, r rules.Retention, change func(tx Tx, c *Casus, why DecisionID) error) error {
	var next time.Time
	err := b.update(ctx, func(tx Tx) error {
		c, err := tx.Casus(t.job.Casus)
		if err != nil {
			return err
		}
		again, err := b.judgeRetain(ctx, tx, c)
		if err != nil {
			return err
		}
		if again.Action != r.Action {
			next = b.Now()
			return b.moveTurn(tx, t, next)
		}
		why, err := b.keepRetention(tx, c, again)
		if err != nil {
			return err
		}
		if err := change(tx, &c, why); err != nil {
			return err
		}
		if c, err = tx.SaveCasus(c); err != nil {
			return err
		}
		if _, err := tx.Record(Entry{Casus: c.Ref, At: b.Now(), Act: act, Decision: why, Policy: r.Policy, Reasons: retentionCodes(r), Outcome: outcomeDone}); err != nil {
			return err
		}
		after, err := b.judgeRetain(ctx, tx, c)
		if err != nil {
			return err
		}
		return errors.Join(tx.SetDue(c.Ref, after.Due), b.moveTurn(tx, t, b.nextLook(after)))
	})
	if err == nil {
		t.over = true
		fault.Hit("retain.committed")
	}
	return err
}

// moveTurn ends the turn and lets its job come back at at.
func (b *Bot) moveTurn(tx Tx, t *turn, at time.Time) error {
	if err := tx.FinishJob(t.job); err != nil {
		return err
	}
	return tx.MoveJob(t.job.ID, at)
}

func retentionCodes(r rules.Retention) []string {
	var codes []string
	for _, reason := range r.Reasons {
		codes = append(codes, reason.Code)
	}
	return codes
}

// remind tells the procesregisseur what waits for a person, once for each moment
// at which it became due.
func (b *Bot) remind(ctx context.Context, t *turn, casus Casus, r rules.Retention) error {
	return t.Replan(ctx, b.nextLook(r), func(tx Tx) error {
		if err := tx.SetDue(casus.Ref, r.Due); err != nil {
			return err
		}
		id := fmt.Sprintf("remind:%s:%s:%d", casus.Ref, r.Action, r.Due.Unix())
		e := Entry{Casus: casus.Ref, At: b.Now(), Act: ActReminded, Policy: r.Policy, Reasons: retentionCodes(r), Outcome: outcomeDone}
		// It is told once, and looked at every day: what it was decided on is kept once.
		if err := tx.UseNonce("why:"+id, b.Now().AddDate(1, 0, 0)); errors.Is(err, ErrConflict) {
			_, err := tx.Record(e)
			return err
		} else if err != nil {
			return err
		}
		now, err := tx.Casus(casus.Ref)
		if err != nil {
			return err
		}
		if e.Decision, err = b.keepRetention(tx, now, r); err != nil {
			return err
		}
		if _, err := tx.Record(e); err != nil {
			return err
		}
		m, err := b.withWhy(tx, Message{Text: text.Remind.Say(text.RemindArgs{Ref: string(casus.Ref), Why: reasonText(r.Reasons, b.Region)})}, casus.Ref, e.Decision, "")
		if err != nil {
			return err
		}
		return b.toCoordinator(tx, casus, id, m)
	})
}

// Due is one line of a retention plan.
type Due struct {
	Ref    Ref       `json:"ref"`
	Kind   Kind      `json:"kind"`
	Status Status    `json:"status"`
	Action string    `json:"action"`
	DueAt  time.Time `json:"due_at,omitzero"`
	Rule   string    `json:"rule"`
	Why    []string  `json:"why"`
	Policy string    `json:"policy"`
}

// Plan says what is to be done or decided at the moment at, earliest first. It
// costs what is due, however many casussen there are, and changes nothing.
func (b *Bot) Plan(ctx context.Context, at time.Time) ([]Due, error) {
	then := *b
	then.Now = func() time.Time { return at }
	var plan []Due
	err := b.Store.View(ctx, func(tx Tx) error {
		due, err := tx.DueKept(at)
		if err != nil {
			return err
		}
		plan = make([]Due, 0, len(due))
		for _, k := range due {
			r, err := then.judgeKept(ctx, then.keptInput(k))
			if err != nil {
				return fmt.Errorf("plan %s: %w", k.Casus.Ref, err)
			}
			plan = append(plan, dueOf(k.Casus, r))
		}
		return nil
	})
	// What was due by an older reckoning may only wait by now.
	return slices.DeleteFunc(plan, func(d Due) bool { return d.Action == rules.Keep.String() }), err
}

// PlanAll is Plan for every casus that is not erased, also those that only wait,
// in the order of their codes.
func (b *Bot) PlanAll(ctx context.Context, at time.Time) ([]Due, error) {
	then := *b
	then.Now = func() time.Time { return at }
	var plan []Due
	for after := Ref(""); ; {
		done := false
		err := b.Store.View(ctx, func(tx Tx) error {
			refs, err := tx.CasusRefs(after, planPage, Open, Closed, Archived)
			if err != nil {
				return err
			}
			if done = len(refs) < planPage; len(refs) > 0 {
				after = refs[len(refs)-1]
			}
			plan, err = then.dues(ctx, tx, refs, plan)
			return err
		})
		if err != nil || done {
			return plan, err
		}
	}
}

// planPage is how many casussen are planned in one transaction.
const planPage = 500

func (b *Bot) dues(ctx context.Context, tx Tx, refs []Ref, plan []Due) ([]Due, error) {
	for _, ref := range refs {
		casus, err := tx.Casus(ref)
		if errors.Is(err, ErrGone) {
			continue
		}
		if err != nil {
			return plan, err
		}
		r, err := b.judgeRetain(ctx, tx, casus)
		if err != nil {
			return plan, fmt.Errorf("plan %s: %w", ref, err)
		}
		plan = append(plan, dueOf(casus, r))
	}
	return plan, nil
}

func dueOf(casus Casus, r rules.Retention) Due {
	d := Due{Ref: casus.Ref, Kind: casus.Kind, Status: casus.Status, Action: r.Action.String(), DueAt: r.Due, Rule: r.Rule, Policy: r.Policy}
	for _, reason := range r.Reasons {
		d.Why = append(d.Why, reason.Text)
	}
	return d
}

// RunDue looks at every casus for which something is due now, and waits until
// that is done. A casus that fails does not stop the next. brake is how many may
// be archived or erased in one run; a larger plan is refused with ErrForbidden
// and nothing is touched.
func (b *Bot) RunDue(ctx context.Context, brake int) ([]Due, error) {
	plan, err := b.Plan(ctx, b.Now())
	if err != nil {
		return nil, err
	}
	var due []Due
	strong := 0
	for _, d := range plan {
		if d.Action == rules.Keep.String() {
			continue
		}
		due = append(due, d)
		if d.Action == rules.Archive.String() || d.Action == rules.Erase.String() {
			strong++
		}
	}
	if strong > brake {
		return due, fmt.Errorf("%d casussen would be archived or erased, the brake is %d: %w", strong, brake, ErrForbidden)
	}
	err = b.update(ctx, func(tx Tx) error {
		for _, d := range due {
			if err := tx.MoveJob(retainJob(d.Ref), b.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	return due, err
}
