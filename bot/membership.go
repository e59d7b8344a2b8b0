package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
)

// Why somebody is not in a casus any more. They are part of the record.
const (
	endedOver        = "over"              // their part was for a while, such as a stand-in's
	endedUnconfirmed = "not_confirmed"     // their organisation did not confirm them again
	endedAppointment = "appointment_ended" // they do not do this work there any more
	endedParty       = "party_left"        // their organisation left the convenant
	endedSafety      = "safety"            // contact with them was stopped; nobody tells them so
)

// The acts on who takes part.
const (
	ActMemberEnded Act = "member_ended"
	ActMemberBack  Act = "member_back"
	ActMemberOut   Act = "member_put_out"  // of the room, because their part is over; who is put back after that is a stranger
	ActLetIn       Act = "stranger_let_in" // who let a stranger in became known when they were out already
)

// endedBecause says why m may not be in the room of a casus now; blank: they may.
// A professional takes part for as long as their organisation is a party and
// stands behind this very capacity. What cannot be found does not count.
func (b *Bot) endedBecause(tx Tx, m Member) (string, error) {
	now := b.Now()
	if !m.Until.IsZero() && !m.Until.After(now) {
		if m.Ended != "" {
			return m.Ended, nil
		}
		return endedOver, nil
	}
	return b.capacityEnded(tx, m)
}

// capacityEnded is endedBecause for the capacity alone, whatever was noted of m.
func (b *Bot) capacityEnded(tx Tx, m Member) (string, error) {
	if m.Role != Professional {
		return "", nil
	}
	org, err := tx.Organisation(m.Organisation)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return "", err
	}
	if err != nil || !b.isParty(org) {
		return endedParty, nil
	}
	p, err := tx.Person(m.ID)
	if errors.Is(err, ErrNotFound) {
		return endedAppointment, nil
	}
	if err != nil {
		return "", err
	}
	why := endedAppointment
	for _, a := range p.Appointments {
		if a.Organisation != m.Organisation || a.Sector != m.Sector {
			continue
		}
		if a.Counts(b.Now()) {
			return "", nil
		}
		if a.Lapsed(b.Now()) {
			why = endedUnconfirmed
		}
	}
	return why, nil
}

// allowed lists the accounts that may be in the room of a casus now. It is
// Casus.Allowed without those whose organisation does not stand behind them.
func (b *Bot) allowed(tx Tx, casus Casus) ([]UserID, error) {
	var users []UserID
	for _, m := range casus.Private.Members {
		if m.Account == "" || slices.Contains(users, m.Account) || stopped(casus, m.ID) {
			continue
		}
		why, err := b.endedBecause(tx, m)
		if err != nil {
			return nil, err
		}
		if why == "" {
			users = append(users, m.Account)
		}
	}
	return users, nil
}

// allowedNow is allowed in a view of its own.
func (b *Bot) allowedNow(ctx context.Context, casus Casus) (users []UserID, err error) {
	err = b.Store.View(ctx, func(tx Tx) error {
		users, err = b.allowed(tx, casus)
		return err
	})
	return users, err
}

// presentMember returns the member with this account when they may be in the
// room now.
func (b *Bot) presentMember(tx Tx, casus Casus, user UserID) (Member, bool, error) {
	m, ok := casus.Member(user)
	if !ok || stopped(casus, m.ID) {
		return m, false, nil
	}
	why, err := b.endedBecause(tx, m)
	return m, err == nil && why == "", err
}

// isHere reports whether the one with this account takes part now.
func (b *Bot) isHere(tx Tx, casus Casus, user UserID) bool {
	m, ok := casus.Member(user)
	return ok && !stopped(casus, m.ID) && b.isPresent(tx, m)
}

// isPresent reports whether m may be in the room now. What cannot be found out is
// no.
func (b *Bot) isPresent(tx Tx, m Member) bool {
	why, err := b.endedBecause(tx, m)
	return err == nil && why == ""
}

// leader returns who leads the casus and may be in its room now: the
// procesregisseur, or else the deputy.
func (b *Bot) leader(tx Tx, casus Casus) (Member, bool, error) {
	for _, id := range []PersonID{casus.Coordinator, casus.Deputy} {
		for _, m := range casus.Private.Members {
			if id == "" || m.ID != id || m.Account == "" {
				continue
			}
			why, err := b.endedBecause(tx, m)
			if err != nil {
				return Member{}, false, err
			}
			if why == "" {
				return m, true, nil
			}
		}
	}
	return Member{}, false, nil
}

// admit puts m among the members. What was noted of the same person before is
// replaced: they take part in one capacity.
func admit(members []Member, m Member) []Member {
	members = slices.DeleteFunc(slices.Clone(members), func(old Member) bool {
		return old.ID == m.ID || old.Account == m.Account && m.Account != ""
	})
	return append(members, m)
}

// endMembers notes of each member who may not take part any more that it is
// over, tells them why, and tells who leads the casus. Who only had to be
// confirmed again, and was, takes part again.
func (b *Bot) endMembers(ctx context.Context, ref Ref) error {
	stale := false
	if err := b.Store.View(ctx, func(tx Tx) error {
		stale = false
		casus, err := tx.Casus(ref)
		if err != nil {
			return err
		}
		changes, err := b.memberChanges(tx, casus)
		stale = len(changes) > 0
		return err
	}); err != nil || !stale {
		return err
	}
	return b.update(ctx, func(tx Tx) error {
		casus, err := tx.Casus(ref)
		if err != nil {
			return err
		}
		return b.applyEnds(ctx, tx, casus)
	})
}

// memberChange is a member whose part is over, or begins again.
type memberChange struct {
	at  int    // in Members
	why string // blank: they are back
}

func (b *Bot) memberChanges(tx Tx, casus Casus) ([]memberChange, error) {
	if casus.Status == Erased {
		return nil, nil
	}
	var all []memberChange
	for i, m := range casus.Private.Members {
		if m.Ended == endedUnconfirmed {
			why, err := b.capacityEnded(tx, m)
			if err != nil {
				return nil, err
			}
			if why == "" && casus.Status == Open {
				all = append(all, memberChange{i, ""})
			}
			continue
		}
		if m.Ended != "" {
			continue
		}
		why, err := b.endedBecause(tx, m)
		if err != nil {
			return nil, err
		}
		if why != "" {
			all = append(all, memberChange{i, why})
		}
	}
	return all, nil
}

func (b *Bot) applyEnds(ctx context.Context, tx Tx, casus Casus) error {
	changes, err := b.memberChanges(tx, casus)
	if err != nil || len(changes) == 0 {
		return err
	}
	now := b.Now()
	led := casus.Coordinator
	lost := false
	var decisions []DecisionID // in the order of the changes
	for _, c := range changes {
		m := &casus.Private.Members[c.at]
		act := ActMemberEnded
		if c.why == "" {
			act, m.Until, m.Ended = ActMemberBack, time.Time{}, ""
		} else {
			m.Ended = c.why
			if m.Until.IsZero() || m.Until.After(now) {
				m.Until = now
			}
			lost = lost || m.ID == led || m.ID == casus.Deputy
		}
		e := Entry{Casus: casus.Ref, At: now, Act: act, Object: string(m.ID), Decision: DecisionID(b.NewID()), Outcome: outcomeDone}
		decisions = append(decisions, e.Decision)
		if c.why != "" {
			e.Reasons = []string{c.why}
		}
		if _, err := tx.Record(e); err != nil {
			return err
		}
		args := text.MemberEndedArgs{Ref: string(casus.Ref), Function: b.functionOf(tx, casus, m.ID), Why: text.EndedName(c.why), Back: c.why == "",
			Unconfirmed: c.why == endedUnconfirmed}
		id := fmt.Sprintf("member:%s:%s:%s:%d", casus.Ref, m.ID, act, now.UnixNano())
		if m.Account != "" {
			told, err := b.withWhy(tx, Message{Text: text.YouEnded.Say(args)}, casus.Ref, e.Decision, m.Account)
			if err != nil {
				return err
			}
			if err := b.later(tx, casus.Ref, id, speech{Platform: casus.Platform, User: m.Account, Message: told}); err != nil {
				return err
			}
		}
	}
	saved, err := tx.SaveCasus(casus)
	if err != nil {
		return err
	}
	for i, c := range changes {
		m := saved.Private.Members[c.at]
		args := text.MemberEndedArgs{Ref: string(saved.Ref), Function: b.functionOf(tx, saved, m.ID), Why: text.EndedName(c.why), Back: c.why == "",
			Replace: c.why != endedOver && c.why != "" && saved.Status == Open}
		id := fmt.Sprintf("member:%s:%s:%s:%d:led", saved.Ref, m.ID, c.why, now.UnixNano())
		told, err := b.withWhy(tx, Message{Text: text.MemberEnded.Say(args)}, saved.Ref, decisions[i], "")
		if err != nil {
			return err
		}
		if err := b.toCoordinator(tx, saved, id, told); err != nil {
			return err
		}
	}
	if lost && saved.Status == Open {
		if err := b.withoutLeader(tx, saved); err != nil {
			return err
		}
	}
	return tx.AddJob(Job{ID: fmt.Sprintf("ended:%s:%d", saved.Ref, now.UnixNano()), Kind: JobReconcile, Casus: saved.Ref, RunAt: now})
}

// JobMembers looks whether the members of a casus may still take part.
const JobMembers JobKind = "members"

// checkMembers is that job. The look at the room that follows puts out whoever
// may not be in it.
func (b *Bot) checkMembers(ctx context.Context, t *turn) error {
	err := b.endMembers(ctx, t.job.Casus)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("check the members of %s: %w", t.job.Casus, err)
	}
	return b.reconcile(ctx, t.job.Casus, t.job.ID, arrival{})
}

// planMembers leaves a look at every casus that these people are in.
func (b *Bot) planMembers(tx Tx, cause string, people ...PersonID) error {
	var seen []Ref
	for _, id := range people {
		refs, err := tx.RefsOf(id)
		if err != nil {
			return err
		}
		for _, ref := range refs {
			if slices.Contains(seen, ref) {
				continue
			}
			seen = append(seen, ref)
			job := Job{ID: "members:" + string(ref) + ":" + cause, Kind: JobMembers, Casus: ref, RunAt: b.Now()}
			if err := tx.AddJob(job); err != nil {
				return err
			}
		}
	}
	return nil
}
