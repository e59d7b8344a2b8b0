package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/region"
)

// planTerm is how long a second person may agree to a plan.
const planTerm = 3 * 24 * time.Hour

// dashBrake is how many casussen one plan may touch.
const dashBrake = 200

// onCasus does f to a casus of the seat. A casus that is not theirs is ErrForbidden,
// and so is one that is not there.
func (b *Bot) onCasus(ctx context.Context, q DashQuery, ref Ref, right Right, f func(tx Tx, h here) error) error {
	return b.atDash(ctx, q, MayHoldAnywhere, func(tx Tx, s seat) error {
		casus, err := tx.Casus(ref)
		if err != nil {
			return err
		}
		if casus.Status == Erased || !slices.Contains(casus.Organisations(), s.hat.Organisation) {
			return ErrForbidden
		}
		h := here{casus: casus, who: s.who}
		if h.Standings, err = b.standings(tx, s.who, casus); err != nil {
			return err
		}
		if !h.May(right) {
			return ErrForbidden
		}
		return f(tx, h)
	})
}

// DashHold places a hold. An *InvalidError says what is wrong with the reason, or
// that erasing has begun.
func (b *Bot) DashHold(ctx context.Context, q DashQuery, ref Ref, reason string) error {
	return b.onCasus(ctx, q, ref, MayHold, func(tx Tx, h here) error { return b.placeHold(ctx, tx, h, reason) })
}

// DashRelease asks a second person to release a hold.
func (b *Bot) DashRelease(ctx context.Context, q DashQuery, ref Ref, hold, reason string) error {
	return b.onCasus(ctx, q, ref, MayHold, func(tx Tx, h here) error {
		err := b.proposeRelease(tx, h, hold, reason, b.NewID())
		if errors.Is(err, ErrConflict) {
			return ErrForbidden // there is no such hold here
		}
		return err
	})
}

// DashAgree is the second of two who release a hold.
func (b *Bot) DashAgree(ctx context.Context, q DashQuery, ref Ref, hold string) error {
	return b.onCasus(ctx, q, ref, MayHold, func(tx Tx, h here) error {
		entries, err := tx.Entries(ref, 0, 0)
		if err != nil {
			return err
		}
		var first Entry
		since := b.Now().AddDate(0, 0, -releaseTerm)
		for _, e := range entries {
			if e.Act == ActReleaseProposed && e.Object == hold && e.At.After(since) {
				first = e
			}
		}
		if first.Actor == "" {
			return ErrForbidden // nobody asked
		}
		if err := b.releaseSecond(ctx, tx, h, first.Actor, hold); !errors.Is(err, ErrConflict) {
			return err
		}
		return ErrForbidden
	})
}

// DashApprove is the second person's yes to rules that loosen.
func (b *Bot) DashApprove(ctx context.Context, q DashQuery, hash string) error {
	var policy Policy
	err := b.atDash(ctx, q, MayApproveRules, func(tx Tx, s seat) error {
		waiting, err := b.waitingPolicies(tx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(waiting, func(p Policy) bool { return p.Hash == hash })
		if i < 0 {
			return ErrForbidden
		}
		policy = waiting[i]
		return b.activate(tx, policy, s.who)
	})
	if err != nil {
		return err
	}
	return b.use(policy)
}

// DashAdopt notes that the region made a reading its own: which body did, and on
// which day.
func (b *Bot) DashAdopt(ctx context.Context, q DashQuery, rule, by, on string) error {
	err := b.atDash(ctx, q, MayAdopt, func(tx Tx, s seat) error {
		if !slices.ContainsFunc(b.Judge.Bundle().Readings(), func(r rules.Reading) bool { return r.Code == rule }) {
			return ErrForbidden
		}
		by = strings.TrimSpace(by)
		if n := len([]rune(by)); n < 3 || n > 80 || !plain.Readable(by) || strings.ContainsAny(by, "\n\r\t") {
			return &InvalidError{Field: "by", Reason: text.Dash("wrong_by")}
		}
		if _, err := time.Parse(time.DateOnly, on); err != nil || on > b.today() || on < "2015-01-01" {
			return &InvalidError{Field: "on", Reason: text.Dash("wrong_on")}
		}
		if err := tx.SaveAdopted(Adopted{Rule: rule, By: by, On: on, NotedBy: s.who.ID, NotedFor: s.who.Organisation, NotedAt: b.Now()}); err != nil {
			return err
		}
		return b.record(tx, s.who, Entry{Act: ActRuleAdopted, Object: rule, Reasons: []string{"on:" + on}})
	})
	if err != nil {
		return err
	}
	return b.followAdopted(ctx)
}

// followAdopted puts in use what the region adopted, as another copy of the bot may
// have noted it.
func (b *Bot) followAdopted(ctx context.Context) error {
	var all []region.Adoption
	err := b.Store.View(ctx, func(tx Tx) error {
		found, err := tx.Adopted()
		all = nil
		for _, a := range found {
			all = append(all, region.Adoption{Rule: a.Rule, By: a.By, On: a.On})
		}
		return err
	})
	if err == nil {
		b.Region.AlsoAdopted(all)
	}
	return err
}

// DashProposePlan asks a second person to have everything that is due now looked
// at. It is returned how many casussen that are. An *InvalidError: nothing is due,
// or more than the brake lets through.
func (b *Bot) DashProposePlan(ctx context.Context, q DashQuery) (int, error) {
	n := 0
	err := b.atDash(ctx, q, MayRunPlan, func(tx Tx, s seat) error {
		due, _, err := tx.WatchedDue(s.hat.watch(s.who.ID), b.Now())
		if err != nil {
			return err
		}
		if n = len(due); n == 0 {
			return &InvalidError{Field: "plan", Reason: text.Dash("plan_nothing")}
		}
		if n > dashBrake {
			return &InvalidError{Field: "plan", Reason: text.Dash("plan_brake")}
		}
		p := PlanProposal{ID: b.NewID(), Organisation: s.hat.Organisation, By: s.who.ID, At: b.Now(), Expires: b.Now().Add(planTerm)}
		for _, one := range due {
			p.Refs = append(p.Refs, one.Ref)
		}
		if err := tx.AddProposal(p); err != nil {
			return err
		}
		return b.record(tx, s.who, Entry{Act: ActPlanProposed, Object: p.ID, Reasons: []string{fmt.Sprintf("casussen:%d", n)}})
	})
	return n, err
}

// DashRunPlan is the second of two: what was due when it was proposed, and is so
// still, is looked at now. Whoever proposed it is not a second person.
func (b *Bot) DashRunPlan(ctx context.Context, q DashQuery, id string) (int, error) {
	n := 0
	err := b.atDash(ctx, q, MayRunPlan, func(tx Tx, s seat) error {
		n = 0
		waiting, err := tx.Proposals(s.hat.Organisation, b.Now())
		if err != nil {
			return err
		}
		i := slices.IndexFunc(waiting, func(p PlanProposal) bool { return p.ID == id })
		if i < 0 {
			return ErrForbidden
		}
		p := waiting[i]
		if p.By == s.who.ID {
			return &InvalidError{Field: "plan", Reason: text.Dash("plan_self")}
		}
		org, err := tx.Organisation(p.Organisation)
		if err != nil {
			return err
		}
		if p.By != org.DPO && p.By != org.Appointee {
			return ErrForbidden // who proposed it may not do so any more
		}
		due, _, err := tx.WatchedDue(s.hat.watch(s.who.ID), b.Now())
		if err != nil {
			return err
		}
		if err := tx.DropProposal(p.ID); err != nil {
			return err
		}
		for _, one := range due {
			if !slices.Contains(p.Refs, one.Ref) {
				continue
			}
			if err := tx.MoveJob(retainJob(one.Ref), b.Now()); err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
			n++
		}
		return b.record(tx, s.who, Entry{Act: ActPlanRun, Object: p.ID, Reasons: []string{"proposed_by:" + string(p.By), fmt.Sprintf("casussen:%d", n)}})
	})
	if err == nil {
		b.Wake()
	}
	return n, err
}

// DashVerify records that somebody has the log verified. Whoever calls it does that.
func (b *Bot) DashVerify(ctx context.Context, q DashQuery) error {
	return b.atDash(ctx, q, MaySupervise, func(tx Tx, s seat) error { return b.record(tx, s.who, Entry{Act: ActLogVerified}) })
}

// DashProof records that somebody takes the proof of an entry, which must be of a
// casus of theirs. ErrForbidden: it is not, or there is none.
func (b *Bot) DashProof(ctx context.Context, q DashQuery, seq int64) error {
	return b.atDash(ctx, q, MaySupervise, func(tx Tx, s seat) error {
		found, err := tx.Entries("", seq-1, 1)
		if err != nil {
			return err
		}
		if len(found) == 0 || found[0].Seq != seq || found[0].Casus == "" {
			return ErrForbidden
		}
		casus, err := tx.Casus(found[0].Casus)
		if err != nil {
			return err
		}
		if !slices.Contains(casus.Organisations(), s.hat.Organisation) {
			return ErrForbidden
		}
		return b.record(tx, s.who, Entry{Casus: casus.Ref, Act: ActProofTaken, Object: fmt.Sprint(seq)})
	})
}
