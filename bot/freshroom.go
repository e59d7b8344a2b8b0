package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
)

// ActRoomLeft is that a casus goes on in a fresh room; the old one is closed for
// whoever came later. Its object is why.
const ActRoomLeft Act = "room_left"

// formerRoom is the code that somebody was put out of a room that was left behind.
const formerRoom = "former_room"

// FormerRoom is a room in which a casus was discussed before. Nobody who came
// later ever sees it, and nothing new can be said in it.
type FormerRoom struct {
	Room   ChannelID
	Circle []UserID // who was in it, and may still read it while they take part
	LeftAt time.Time
}

// Quiet is a platform that can tell whether people said anything in a room.
type Quiet interface {
	// Quiet reports that nobody but the bot ever said or shared anything in the
	// room. ErrNotFound.
	Quiet(ctx context.Context, room ChannelID) (bool, error)
}

// RoomName is the name of the room that the casus has now, or gets.
func (c Casus) RoomName() string {
	if n := len(c.Private.Former); n > 0 {
		return fmt.Sprintf("%s-%d", c.Ref.Room(), n+1)
	}
	return c.Ref.Room()
}

// hasHistory reports whether there is something in the room that somebody new
// would see. What cannot be found out counts as history.
func (b *Bot) hasHistory(ctx context.Context, casus Casus) bool {
	if casus.Room == "" {
		return false
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return true
	}
	q, ok := p.(Quiet)
	if !ok {
		return true
	}
	quiet, err := q.Quiet(ctx, casus.Room)
	return err != nil || !quiet
}

// newParty reports whether nobody of the same organisation and sector takes part
// yet. A parent, young person or supporter is always new to what was said.
func (b *Bot) newParty(tx Tx, casus Casus, m Member) (bool, error) {
	for _, old := range casus.Private.Members {
		if m.Role != Professional || old.Role != Professional || old.Organisation != m.Organisation || old.Sector != m.Sector {
			continue
		}
		why, err := b.endedBecause(tx, old)
		if err != nil {
			return false, err
		}
		if why == "" {
			return false, nil
		}
	}
	return true, nil
}

// takeIn lets m in, whom the rules allowed. Where there is history that a new
// party must not see, the casus goes on in a fresh room with everybody who was in
// the old one.
func (b *Bot) takeIn(tx Tx, casus Casus, m Member, history bool) (Casus, bool, error) {
	fresh, err := b.newParty(tx, casus, m)
	if err != nil {
		return casus, false, err
	}
	if fresh && history {
		if err := b.leaveRoom(tx, &casus); err != nil {
			return casus, false, err
		}
	}
	if fresh {
		casus.CircleAt = b.Now()
	}
	casus.Private.Members = admit(casus.Private.Members, m)
	if m.Role == Professional {
		casus.Private.Handovers = withHandover(casus.Private.Handovers, m.Organisation)
	}
	casus.Private.LeftRoom = slices.DeleteFunc(casus.Private.LeftRoom, func(u UserID) bool { return u == m.Account })
	casus.LastActivityAt = b.Now()
	if casus, err = tx.SaveCasus(casus); err != nil {
		return casus, false, err
	}
	if fresh && history {
		return casus, true, b.planFresh(tx, casus, "new_party")
	}
	job := Job{ID: fmt.Sprintf("join:%s:%s:%d", casus.Ref, m.Account, b.Now().UnixNano()), Kind: JobReconcile, Casus: casus.Ref, RunAt: b.Now()}
	return casus, false, tx.AddJob(job)
}

// leaveRoom makes the room of casus a former one. The circle is who may be in it
// now, before anybody new is in.
func (b *Bot) leaveRoom(tx Tx, casus *Casus) error {
	if casus.Room == "" {
		return nil
	}
	circle, err := b.allowed(tx, *casus)
	if err != nil {
		return err
	}
	casus.Private.Former = append(casus.Private.Former, FormerRoom{casus.Room, circle, b.Now()})
	casus.Room = ""
	return nil
}

// planFresh has the fresh room made, after the casus was saved without one.
func (b *Bot) planFresh(tx Tx, casus Casus, why string) error {
	n := len(casus.Private.Former)
	if n == 0 {
		return nil
	}
	if _, err := tx.Record(Entry{Casus: casus.Ref, At: b.Now(), Act: ActRoomLeft, Object: why, Outcome: outcomeDone}); err != nil {
		return err
	}
	old := casus.Private.Former[n-1]
	m := Message{Text: text.RoomLeft.Say(text.RoomLeftArgs{Ref: string(casus.Ref), Room: casus.RoomName(), NewParty: why == "new_party"})}
	return errors.Join(
		tx.AddJob(Job{ID: fmt.Sprintf("set_up:%s:%d", casus.Ref, n), Kind: JobSetUp, Casus: casus.Ref, RunAt: b.Now()}),
		b.later(tx, casus.Ref, fmt.Sprintf("left_room:%s:%d", casus.Ref, n), speech{Platform: casus.Platform, Channel: old.Room, Message: m}))
}

// watchFormer keeps strangers and whoever takes no part any more out of the
// rooms that a casus left behind.
func (b *Bot) watchFormer(ctx context.Context, p Platform, casus Casus) error {
	if len(casus.Private.Former) == 0 {
		return nil
	}
	allowed, err := b.allowedNow(ctx, casus)
	if err != nil {
		return err
	}
	for _, f := range casus.Private.Former {
		actual, err := p.RoomMembers(ctx, f.Room)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read the members of a former room: %w", err)
		}
		for _, user := range actual {
			if slices.Contains(f.Circle, user) && slices.Contains(allowed, user) {
				continue
			}
			if err := p.RemoveFromRoom(ctx, f.Room, user); err != nil && !errors.Is(err, ErrNotFound) {
				return fmt.Errorf("remove somebody from a former room: %w", err)
			}
			if err := b.update(ctx, func(tx Tx) error {
				who, err := b.who(tx, casus.Platform, user)
				if err != nil {
					return err
				}
				if who.ID == "" {
					who.ID = PersonID(user)
				}
				act, reasons := ActStrangerRemoved, []string{formerRoom}
				if m, ok := casus.Member(user); ok && m.Ended != "" && slices.Contains(f.Circle, user) {
					act, reasons = ActMemberOut, []string{m.Ended, formerRoom}
				}
				_, err = tx.Record(Entry{Casus: casus.Ref, At: b.Now(), Act: act, Object: string(who.ID), Reasons: reasons, Outcome: outcomeDone})
				return err
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

// archiveFormer makes the rooms that a casus left behind read-only on the
// platform too.
func archiveFormer(ctx context.Context, p Platform, casus Casus) error {
	for _, f := range casus.Private.Former {
		if err := p.ArchiveRoom(ctx, f.Room); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return nil
}

// eraseFormer erases the rooms that a casus left behind, and counts it in r.
func eraseFormer(ctx context.Context, p Platform, casus Casus, r *Receipt) error {
	for _, f := range casus.Private.Former {
		one, err := p.EraseRoom(ctx, f.Room)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		r.Posts += one.Posts
		r.Files += one.Files
		for _, code := range one.Remains {
			if !slices.Contains(r.Remains, code) {
				r.Remains = append(r.Remains, code)
			}
		}
	}
	return nil
}
