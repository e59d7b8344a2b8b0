package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/fault"
)

// setUp makes the room of a casus, puts the gate before it, fills it and says
// what it is for. Each step looks at what is there, so that a bot that died in
// between goes on where it was.
func (b *Bot) setUp(ctx context.Context, t *turn) error {
	ref := t.job.Casus
	casus, err := b.casus(ctx, ref)
	if err != nil {
		return fmt.Errorf("set up %s: %w", ref, err)
	}
	if casus.Status != Open {
		return nil
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return err
	}
	room := casus.Room
	if room == "" {
		room, err = p.CreateRoom(ctx, casus.RoomName(), text.RoomTitle.In(text.NL, text.CasusArgs{Ref: string(ref)}))
		if err != nil {
			return fmt.Errorf("set up %s: create the room: %w", ref, err)
		}
		fault.Hit("setup.after_create")
	}
	if err := p.Protect(ctx, room); err != nil {
		return fmt.Errorf("set up %s: protect the room: %w", ref, err)
	}
	fault.Hit("setup.after_protect")
	// From here on the bot knows the room as this casus; only then does the first
	// person come in.
	if casus.Room == "" {
		if err := b.update(ctx, func(tx Tx) error {
			c, err := tx.Casus(ref)
			if err != nil {
				return err
			}
			c.Room = room
			casus, err = tx.SaveCasus(c)
			return err
		}); err != nil {
			return fmt.Errorf("set up %s: save the room: %w", ref, err)
		}
		fault.Hit("setup.after_room_saved")
	}
	if err := b.fill(ctx, p, casus, "set_up", arrival{}); err != nil {
		return fmt.Errorf("set up %s: %w", ref, err)
	}
	welcome, err := b.welcome(ctx, casus)
	if err != nil {
		return err
	}
	id, err := p.Post(ctx, room, text.Read(text.NL, welcome), "welcome:"+string(ref))
	if err != nil {
		return fmt.Errorf("set up %s: say what the room is for: %w", ref, err)
	}
	fault.Hit("setup.after_welcome")
	if err := p.Pin(ctx, id); err != nil {
		return fmt.Errorf("set up %s: pin: %w", ref, err)
	}
	fault.Hit("setup.after_pin")
	return t.Commit(ctx, func(tx Tx) error {
		_, err := tx.Record(Entry{Casus: ref, At: b.Now(), Act: ActRoomReady, Outcome: outcomeDone})
		return err
	})
}

// fill brings the members of a room in line with those who are allowed. Each
// stranger gets a job that takes them out, under the name of cause, so that the
// removal and its record survive whatever happens in between; came is whose
// coming caused the look. It adds nobody whom a person took out: that is for a
// person to decide (see roomChanged).
func (b *Bot) fill(ctx context.Context, p Platform, casus Casus, cause string, came arrival) error {
	actual, err := p.RoomMembers(ctx, casus.Room)
	if err != nil {
		return fmt.Errorf("read the members: %w", err)
	}
	allowed, err := b.allowedNow(ctx, casus)
	if err != nil {
		return fmt.Errorf("read who may be in: %w", err)
	}
	var strangers []UserID
	for _, user := range actual {
		if !slices.Contains(allowed, user) {
			strangers = append(strangers, user)
		}
	}
	if came.outAlready(casus, actual, allowed) {
		strangers = append(strangers, came.User)
	}
	if len(strangers) > 0 {
		if err := b.update(ctx, func(tx Tx) error {
			for _, user := range strangers {
				job := Job{ID: fmt.Sprintf("remove:%s:%s:%s", casus.Ref, user, cause), Kind: JobRemove, Casus: casus.Ref,
					Object: string(user), RunAt: b.Now()}
				var how removal
				switch came.User {
				case "":
				case user:
					if !came.byTheRules(casus) {
						how.By = came.By
					}
				default:
					// Found while looking for somebody else: their own event is on its way and
					// knows who let them in. When it is lost, this job is there.
					job.RunAt = job.RunAt.Add(arrivalTerm)
				}
				job.Body = encode(how)
				if err := tx.AddJob(job); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		fault.Hit("reconcile.strangers_found")
	}
	left := leftOut(casus)
	missing := slices.DeleteFunc(slices.Clone(allowed), func(u UserID) bool { return slices.Contains(actual, u) || left[u] })
	if filler, ok := p.(RoomFiller); ok && len(missing) > 1 {
		if err := filler.AddAllToRoom(ctx, casus.Room, missing); err != nil {
			return fmt.Errorf("add the members: %w", err)
		}
		added()
		return nil
	}
	for _, user := range missing {
		err := p.AddToRoom(ctx, casus.Room, user)
		if errors.Is(err, ErrNotFound) {
			continue // deactivated since: there is nobody to add
		}
		if err != nil {
			return fmt.Errorf("add a member: %w", err)
		}
		added()
	}
	return nil
}

// added is the moment after somebody was let in.
func added() { fault.Hit("reconcile.after_add") }

// leftOut are the members whom a person took out of the room, or who left.
func leftOut(casus Casus) map[UserID]bool {
	left := map[UserID]bool{}
	for _, user := range casus.Private.LeftRoom {
		left[user] = true
	}
	return left
}

// casus reads a casus.
func (b *Bot) casus(ctx context.Context, ref Ref) (c Casus, err error) {
	err = b.Store.View(ctx, func(tx Tx) error {
		c, err = tx.Casus(ref)
		return err
	})
	return c, err
}

// welcome is the first message of a room: what it is for, who is in it, by which
// rules, and until when. It is pinned.
func (b *Bot) welcome(ctx context.Context, casus Casus) (Message, error) {
	args := text.WelcomeArgs{
		Ref: string(casus.Ref), Kind: text.KindName(string(casus.Kind)), Purpose: plain.Escape(casus.Private.Purpose),
		Phase: text.PhaseName(string(casus.Phase)), Days: b.termOf(casus.Kind),
	}
	err := b.Store.View(ctx, func(tx Tx) error {
		for _, m := range casus.Private.Members {
			line := text.WelcomeMember{Function: plain.Escape(m.Function), Task: plain.Escape(m.Task), Coordinator: m.ID == casus.Coordinator}
			if m.Organisation != "" {
				org, err := tx.Organisation(m.Organisation)
				if err != nil {
					return err
				}
				line.Organisation = plain.Escape(org.Name)
			}
			args.Members = append(args.Members, line)
		}
		return nil
	})
	if !b.aboutSomebody(casus.Kind) {
		return b.shapeWelcome(casus, args), err
	}
	return Message{Text: text.Welcome.Say(args)}, err
}
