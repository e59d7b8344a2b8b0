package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// RollCaller is a platform that can say of many rooms at once who is in them.
type RollCaller interface {
	// Members lists everybody but the bot in each of the rooms. A room that is not
	// there is missing from the result.
	Members(ctx context.Context, rooms ...ChannelID) (map[ChannelID][]UserID, error)
}

// RoomFiller is a platform that can let several people into a room at once.
type RoomFiller interface {
	// AddAllToRoom adds them, those who have no active account left out. Who is in
	// already is no error, and so a repeat is harmless.
	AddAllToRoom(ctx context.Context, room ChannelID, users []UserID) error
}

// RollCalls calls the roll every minute until ctx ends, when it is this copy's
// duty. What a roll finds is looked at again before anything is done, so one that
// two copies called would cost and do no harm.
func (b *Bot) RollCalls(ctx context.Context) error {
	tick := time.NewTicker(roundEvery)
	defer tick.Stop()
	var duty Lease
	defer func() { b.offDuty(ctx, duty) }()
	for {
		if lease, mine := b.onDuty(ctx, dutyRoll); mine {
			duty = lease
			if _, _, err := b.RollCall(ctx); err != nil && ctx.Err() == nil {
				b.Log.Warn("the roll of the rooms could not be called", "error", err)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// RollCall compares who is in every room with who may be, in few calls of the
// platform, and plans a look at each room where they differ. Looking at each
// room by itself costs a call and a transaction; where thousands of rooms are
// as they should be this costs neither. It returns how many rooms it saw.
func (b *Bot) RollCall(ctx context.Context) (rooms, wrong int, err error) {
	type room struct {
		ref           Ref
		allowed, left []UserID
	}
	known := map[string]map[ChannelID]room{}
	err = b.Store.View(ctx, func(tx Tx) error {
		clear(known)
		refs, err := tx.CasusRefs("", 0, Open, Closed)
		if err != nil {
			return err
		}
		directory := recall(tx)
		for _, ref := range refs {
			casus, err := tx.Casus(ref)
			if errors.Is(err, ErrGone) || errors.Is(err, ErrNotFound) || err == nil && casus.Room == "" {
				continue
			}
			if err != nil {
				return err
			}
			if known[casus.Platform] == nil {
				known[casus.Platform] = map[ChannelID]room{}
			}
			allowed, err := b.allowed(directory, casus)
			if err != nil {
				return err
			}
			known[casus.Platform][casus.Room] = room{ref, allowed, casus.Private.LeftRoom}
		}
		return nil
	})
	if err != nil {
		return 0, 0, fmt.Errorf("roll call: %w", err)
	}
	var differ []Ref
	var errs []error
	for name, all := range known {
		p, err := b.platform(name)
		if err != nil {
			continue // its rooms are looked at when it is there
		}
		caller, ok := p.(RollCaller)
		if !ok {
			continue
		}
		ids := make([]ChannelID, 0, len(all))
		for id := range all {
			ids = append(ids, id)
		}
		there, err := caller.Members(ctx, ids...)
		if err != nil {
			errs = append(errs, fmt.Errorf("roll call: %w", err))
			continue
		}
		for id, r := range all {
			rooms++
			actual, ok := there[id]
			if !ok || slices.ContainsFunc(actual, func(u UserID) bool { return !slices.Contains(r.allowed, u) }) ||
				slices.ContainsFunc(r.allowed, func(u UserID) bool { return !slices.Contains(actual, u) && !slices.Contains(r.left, u) }) {
				differ = append(differ, r.ref)
			}
		}
	}
	if len(differ) == 0 {
		return rooms, 0, errors.Join(errs...)
	}
	slices.Sort(differ)
	at := b.Now().Unix() / int64(roundEvery/time.Second)
	err = b.update(ctx, func(tx Tx) error {
		for _, ref := range differ {
			// Replicas that call the roll in the same minute look once.
			if err := tx.AddJob(Job{ID: fmt.Sprintf("roll:%s:%d", ref, at), Kind: JobReconcile, Casus: ref, RunAt: b.Now()}); err != nil {
				return err
			}
		}
		return nil
	})
	return rooms, len(differ), errors.Join(append(errs, err)...)
}
