package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/fault"
)

// roundEvery is how often each room is looked at without an event. Events are
// hints; the platform's own list of members is what is.
const roundEvery = time.Minute

// rounds looks at every open room once in a while. Every copy follows the rules;
// the rest is one copy's duty.
func (b *Bot) rounds(ctx context.Context) {
	tick := time.NewTicker(roundEvery)
	defer tick.Stop()
	var duty Lease
	defer func() { b.offDuty(ctx, duty) }()
	for {
		b.followPolicy(ctx)
		if lease, mine := b.onDuty(ctx, dutyRounds); mine {
			duty = lease
			err := b.round(ctx, func(tx Tx) error { return tx.Fence(lease) })
			if err != nil && !errors.Is(err, ErrConflict) && ctx.Err() == nil {
				b.Log.Error("the round along the rooms was not finished", "error", err)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (b *Bot) followPolicy(ctx context.Context) {
	if err := b.FollowPolicy(ctx); err != nil && ctx.Err() == nil {
		b.Log.Error("the active rules could not be read; the ones in use stay", "error", err)
	}
}

// Round plans a look at every room that can still have members, the retention
// of every casus that has no job for it, and the removal of what waited too long
// in quarantine.
func (b *Bot) Round(ctx context.Context) error {
	b.followPolicy(ctx)
	return b.round(ctx, func(Tx) error { return nil })
}

// round is Round for whoever may go on after may, which is asked in the
// transaction that plans.
func (b *Bot) round(ctx context.Context, may func(tx Tx) error) error {
	return b.update(ctx, func(tx Tx) error {
		if err := may(tx); err != nil {
			return err
		}
		now := b.Now()
		if err := b.planRounds(tx); err != nil {
			return err
		}
		files, err := tx.FilesWaiting(Quarantined, now, 100)
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := tx.AddJob(Job{ID: "sweep:" + string(f.ID), Kind: JobSweep, Casus: f.Casus, Object: string(f.ID), RunAt: now}); err != nil {
				return err
			}
		}
		return errors.Join(b.planDigest(tx), b.planAppointments(tx), b.planReplan(tx, b.today()))
	})
}

// LookNow plans a look at every room now, because events may have been lost.
func (b *Bot) LookNow(ctx context.Context) error {
	return b.update(ctx, func(tx Tx) error { return b.planLooks(tx, "look", b.Now().UnixNano()) })
}

// planLooks plans a look at every room that can still have members, once for
// each cause and number.
func (b *Bot) planLooks(tx Tx, cause string, n int64) error {
	refs, err := tx.CasusRefs("", 0, Open, Closed)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if err := tx.AddJob(Job{ID: fmt.Sprintf("%s:%s:%d", cause, ref, n), Kind: JobReconcile, Casus: ref, RunAt: b.Now()}); err != nil {
			return err
		}
	}
	return nil
}

// roomChanged handles that somebody came into a room, or left it, or that the
// room itself changed.
func (b *Bot) roomChanged(ctx context.Context, t *turn, e Event) error {
	casus, err := b.casusOfRoom(ctx, e.Platform, e.Channel)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return b.finish(ctx, t, e, nil) // not one of ours
	}
	if err != nil {
		return err
	}
	if e.Kind == Left && !e.Self {
		return b.memberLeft(ctx, t, e, casus.Ref)
	}
	if e.Kind == Joined {
		if err := b.memberCameBack(ctx, e, casus.Ref); err != nil {
			return err
		}
	}
	var came arrival
	if e.Kind == Joined {
		came = arrival{User: e.User, By: e.By, At: e.At}
	}
	if err := b.reconcile(ctx, casus.Ref, eventKey(e), came); err != nil {
		return err
	}
	return b.finish(ctx, t, e, b.roomTouched(e, casus))
}

func (b *Bot) casusOfRoom(ctx context.Context, platform string, room ChannelID) (c Casus, err error) {
	err = b.Store.View(ctx, func(tx Tx) error {
		c, err = tx.CasusByRoom(platform, room)
		return err
	})
	return c, err
}

// reconcileRoom is the job that looks at one room.
func (b *Bot) reconcileRoom(ctx context.Context, t *turn) error {
	return b.reconcile(ctx, t.job.Casus, t.job.ID, arrival{})
}

// reconcile looks who is in the room, for cause; came is whose coming caused it, as
// far as is known.
func (b *Bot) reconcile(ctx context.Context, ref Ref, cause string, came arrival) error {
	// Whose part is over is noted first, so that they are put out as who they were.
	if err := b.endMembers(ctx, ref); err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrGone) {
		return fmt.Errorf("reconcile %s: %w", ref, err)
	}
	casus, err := b.casus(ctx, ref)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reconcile %s: %w", ref, err)
	}
	if casus.Room == "" || casus.Status == Erased || casus.Status == Archived {
		return nil
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return err
	}
	if err := b.fill(ctx, p, casus, cause, came); err != nil {
		return fmt.Errorf("reconcile %s: %w", ref, err)
	}
	if err := b.watchFormer(ctx, p, casus); err != nil {
		return fmt.Errorf("reconcile %s: %w", ref, err)
	}
	return nil
}

// arrival is who came into a room, and who let them in as far as is known. The
// zero arrival is nobody's: a look without an event.
type arrival struct {
	User, By UserID
	At       time.Time // when we heard of it
}

// outAlready reports whether the one who came does not belong in the room, is out
// of it again, and somebody let them in: another look was sooner.
func (a arrival) outAlready(casus Casus, inside, allowed []UserID) bool {
	if a.User == "" || a.By == "" || slices.Contains(inside, a.User) || slices.Contains(allowed, a.User) {
		return false
	}
	return !a.byTheRules(casus)
}

// byTheRules reports whether the one who came was let in by the rules: they came while
// their part lasted, however late we look at it.
func (a arrival) byTheRules(casus Casus) bool {
	m, was := casus.Member(a.User)
	return was && a.At.Before(m.Until)
}

// arrivalTerm is how long somebody's own event may be under way.
const arrivalTerm = 2 * time.Second

// removal is what a job remembers of a stranger besides who they are.
type removal struct{ By UserID }

// removeStranger takes a stranger out of a room, records it with who let them
// in, and tells the procesregisseur.
func (b *Bot) removeStranger(ctx context.Context, t *turn) error {
	body, err := decode[removal](t.job.Body)
	if err != nil {
		return err
	}
	user := UserID(t.job.Object)
	casus, err := b.casus(ctx, t.job.Casus)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return nil
	}
	if err != nil {
		return err
	}
	allowed, err := b.allowedNow(ctx, casus)
	if err != nil {
		return fmt.Errorf("remove a stranger from %s: %w", casus.Ref, err)
	}
	if slices.Contains(allowed, user) {
		return nil // let in by the rules meanwhile
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return err
	}
	inside, err := p.RoomMembers(ctx, casus.Room)
	if err != nil {
		return fmt.Errorf("remove a stranger from %s: %w", casus.Ref, err)
	}
	if !slices.Contains(inside, user) && t.job.Attempts == 0 {
		// Gone already, and it was not us: another job has the record. When that one did
		// not know who let them in, this one does.
		return t.Commit(ctx, func(tx Tx) error { return b.recordLetIn(tx, t, casus, user, body.By) })
	}
	if err := p.RemoveFromRoom(ctx, casus.Room, user); err != nil {
		return fmt.Errorf("remove a stranger from %s: %w", casus.Ref, err)
	}
	fault.Hit("reconcile.after_remove")
	seen := b.exposed(ctx, p, casus.Room, user, "")
	return t.Commit(ctx, func(tx Tx) error { return b.recordStranger(tx, t, casus, user, body.By, seen) })
}

func (b *Bot) recordStranger(tx Tx, t *turn, casus Casus, user, by UserID, seen Exposure) error {
	stranger, err := b.who(tx, casus.Platform, user)
	if err != nil {
		return err
	}
	var let caller
	if by != "" {
		if let, err = b.whoIn(tx, casus, casus.Platform, by); err != nil {
			return err
		}
	}
	object := string(stranger.ID)
	if object == "" {
		object = string(user)
	}
	if m, ok := casus.Member(user); ok && m.Ended != "" && by == "" {
		// No stranger: their part is over, and they and the procesregisseur know why.
		// Unless they were put out before: then somebody put them back.
		if before, err := wasPutOut(tx, casus.Ref, m); err != nil || !before {
			return errors.Join(err, b.record(tx, caller{}, Entry{Casus: casus.Ref, Act: ActMemberOut, Object: string(m.ID), Reasons: append([]string{m.Ended}, seen.codes()...)}))
		}
	}
	e := Entry{Casus: casus.Ref, Act: ActStrangerRemoved, Object: object, Decision: DecisionID(b.NewID()), Reasons: append([]string{"not_allowed_in_room"}, seen.codes()...)}
	if err := b.record(tx, let, e); err != nil {
		return err
	}
	why, err := b.whyOf(tx, casus.Ref, e.Decision, "")
	if err != nil {
		return err
	}
	args := text.StrangerArgs{Ref: string(casus.Ref), KnownBy: by != ""}
	told := text.StrangerRemoved.Say(args) + "\n\n" + text.Exposed.Say(seen.args())
	if err := errors.Join(b.toCoordinator(tx, casus, t.job.ID, Message{Text: told, Buttons: []Button{why}}),
		b.everyGuardian(tx, casus, t.job.ID+":guardian", Message{Text: text.StrangerForGuardian.Say(b.roomArgs(tx, casus, "", let, seen)), Buttons: []Button{why}})); err != nil {
		return err
	}
	if by == "" {
		return nil
	}
	return b.tellWhoLetIn(tx, casus, t.job.ID, by, why, args)
}

// tellWhoLetIn tells who let a stranger in that it was undone; why is for those who
// take part.
func (b *Bot) tellWhoLetIn(tx Tx, casus Casus, id string, by UserID, why Button, args text.StrangerArgs) error {
	m := Message{Text: text.StrangerYouAdded.Say(args)}
	if b.isHere(tx, casus, by) {
		m.Buttons = []Button{why}
	}
	return b.later(tx, casus.Ref, id+":by", speech{Platform: casus.Platform, User: by, Message: m})
}

// wasPutOut reports whether m was put out since their part ended.
func wasPutOut(tx Tx, ref Ref, m Member) (bool, error) {
	all, err := tx.Entries(ref, 0, 0)
	return slices.ContainsFunc(all, func(e Entry) bool {
		return e.Act == ActMemberOut && e.Object == string(m.ID) && !e.At.Before(m.Until) && !slices.Contains(e.Reasons, formerRoom)
	}), err
}

// recordLetIn records who let a stranger in whom another job put out, and tells
// them.
func (b *Bot) recordLetIn(tx Tx, t *turn, casus Casus, user, by UserID) error {
	if by == "" {
		return nil
	}
	stranger, err := b.who(tx, casus.Platform, user)
	if err != nil {
		return err
	}
	let, err := b.whoIn(tx, casus, casus.Platform, by)
	if err != nil {
		return err
	}
	object := string(stranger.ID)
	if object == "" {
		object = string(user)
	}
	e := Entry{Casus: casus.Ref, Act: ActLetIn, Object: object, Decision: DecisionID(b.NewID()), Reasons: []string{"not_allowed_in_room"}}
	why, err := b.whyOf(tx, casus.Ref, e.Decision, by)
	return errors.Join(err, b.record(tx, let, e), b.tellWhoLetIn(tx, casus, t.job.ID, by, why, text.StrangerArgs{Ref: string(casus.Ref), KnownBy: true}))
}

// toCoordinator leaves m to be told to the procesregisseur of the casus, or to
// the deputy when the procesregisseur takes no part any more. With nobody left it
// is for those who watch over the casus.
func (b *Bot) toCoordinator(tx Tx, casus Casus, id string, m Message) error {
	lead, ok, err := b.leader(tx, casus)
	if err != nil {
		return err
	}
	if ok {
		return b.later(tx, casus.Ref, id, speech{Platform: casus.Platform, User: lead.Account, Message: m})
	}
	return b.everyGuardian(tx, casus, id, m)
}

// memberLeft remembers that somebody is out of the room, so that the bot does
// not put them back, and asks the procesregisseur what was meant.
func (b *Bot) memberLeft(ctx context.Context, t *turn, e Event, ref Ref) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		casus, err := tx.Casus(ref)
		if err != nil {
			return err
		}
		m, ok := casus.Member(e.User)
		if !ok || m.Ended != "" || casus.Status == Archived || slices.Contains(casus.Private.LeftRoom, e.User) {
			return nil // a stranger, or somebody whose part is over, or nobody is in that room any more
		}
		casus.Private.LeftRoom = append(casus.Private.LeftRoom, e.User)
		if _, err := tx.SaveCasus(casus); err != nil {
			return err
		}
		args := text.LeftArgs{Ref: string(ref), Function: plain.Escape(m.Function), BySelf: e.By == "" || e.By == e.User}
		return b.toCoordinator(tx, casus, "left:"+eventKey(e), Message{Text: text.MemberLeft.Say(args)})
	})
}

// memberCameBack forgets that an allowed member had left.
func (b *Bot) memberCameBack(ctx context.Context, e Event, ref Ref) error {
	return b.update(ctx, func(tx Tx) error {
		casus, err := tx.Casus(ref)
		if err != nil {
			return err
		}
		i := slices.Index(casus.Private.LeftRoom, e.User)
		if i < 0 {
			return nil
		}
		casus.Private.LeftRoom = slices.Delete(casus.Private.LeftRoom, i, i+1)
		_, err = tx.SaveCasus(casus)
		return err
	})
}
