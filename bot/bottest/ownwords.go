package bottest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

var (
	_ bot.Voice  = (*Chat)(nil)
	_ bot.Author = (*Chat)(nil)
)

// SayFor implements bot.Voice. Like a real platform it asks about the message
// once more.
func (c *Chat) SayFor(ctx context.Context, id bot.ChannelID, user bot.UserID, thread bot.MessageID, text, key string) (message bot.MessageID, err error) {
	if r := c.rooms[id]; r != nil && r.keys[key] == "" && c.in != nil {
		answer, err := c.in.Posting(ctx, bot.Posting{Platform: ChatName, Channel: id, User: user, Thread: thread, Text: text, Protected: r.protected})
		if err != nil || !answer.Allow {
			return "", errors.Join(bot.ErrForbidden, err)
		}
	}
	err = c.do("SayFor", func() error {
		r, err := c.room(id)
		if err != nil {
			return err
		}
		if !slices.Contains(r.members, user) {
			return bot.ErrNotFound
		}
		message, err = c.post(id, &chatPost{Seen: Seen{Author: user, Text: text, Thread: thread}}, key)
		return err
	})
	return message, err
}

// PostsOf implements bot.Author.
func (c *Chat) PostsOf(_ context.Context, id bot.ChannelID, user bot.UserID, since time.Time, limit int) (all []bot.MessageID, err error) {
	err = c.do("PostsOf", func() error {
		r, err := c.room(id)
		if err != nil {
			return err
		}
		for _, p := range r.posts {
			if p.Author == user && !p.at.Before(since) && len(all) < limit {
				all = append(all, p.ID)
			}
		}
		return nil
	})
	return all, err
}

// ownWords checks the promises of bot.Voice and bot.Author, on a platform that
// has them.
func ownWords(t testing.TB, b *scene, room bot.ChannelID) {
	voice, ok := b.Platform.(bot.Voice)
	if !ok {
		return
	}
	me, other, outside := b.People[0], b.People[1], b.People[2]
	b.Incoming.Answer(nil, func(bot.Posting) (bot.Answer, error) { return bot.Answer{Allow: true}, nil }, nil)
	var mine bot.MessageID
	for range 2 {
		id, err := voice.SayFor(b.ctx(t), room, me.ID(), "", "Afspraak: woensdag bellen.", "say-"+string(room))
		if err != nil {
			t.Fatalf("SayFor: %v", err)
		}
		if mine != "" && id != mine {
			t.Errorf("SayFor again = %q, want %q", id, mine)
		}
		mine = id
	}
	seen, err := other.See(room)
	if err != nil {
		t.Fatalf("See: %v", err)
	}
	n := 0
	for _, s := range seen {
		if s.Text == "Afspraak: woensdag bellen." {
			n++
			if s.Author != me.ID() {
				t.Errorf("its author is %q, want the person", s.Author)
			}
		}
	}
	if n != 1 {
		t.Errorf("the message is there %d times, want once", n)
	}
	if _, err := voice.SayFor(b.ctx(t), room, outside.ID(), "", "Van buiten.", "out-"+string(room)); !errors.Is(err, bot.ErrNotFound) && !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("SayFor of somebody outside: err = %v, want ErrNotFound or ErrForbidden", err)
	}

	author, ok := b.Platform.(bot.Author)
	if !ok {
		return
	}
	if err := other.Say(room, "Goed, woensdag."); err != nil {
		t.Fatalf("Say: %v", err)
	}
	if err := me.Say(room, "Tot dan."); err != nil {
		t.Fatalf("Say: %v", err)
	}
	long := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	posts, err := author.PostsOf(b.ctx(t), room, me.ID(), long, 100)
	if err != nil || len(posts) != 2 || posts[0] != mine {
		t.Fatalf("PostsOf = %v, %v; want both messages of theirs, oldest first", posts, err)
	}
	if few, err := author.PostsOf(b.ctx(t), room, me.ID(), long, 1); err != nil || len(few) != 1 || few[0] != mine {
		t.Errorf("PostsOf at most one = %v, %v; want the oldest", few, err)
	}
	if late, err := author.PostsOf(b.ctx(t), room, me.ID(), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), 100); err != nil || len(late) != 0 {
		t.Errorf("PostsOf from a day to come = %v, %v; want none", late, err)
	}
	if err := b.Platform.Hide(b.ctx(t), mine); err != nil {
		t.Fatalf("Hide: %v", err)
	}
	if left, err := author.PostsOf(b.ctx(t), room, me.ID(), long, 100); err != nil || len(left) != 1 || left[0] == mine {
		t.Errorf("PostsOf after hiding one = %v, %v; want the other", left, err)
	}
	if _, err := author.PostsOf(b.ctx(t), "nosuchroomnosuchroomnosuch", me.ID(), long, 100); !errors.Is(err, bot.ErrNotFound) && !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("PostsOf a room that is not there: err = %v, want ErrNotFound", err)
	}
}
