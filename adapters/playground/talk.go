package playground

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// Post implements bot.Talk.
func (c *Chat) Post(ctx context.Context, to bot.ChannelID, m bot.Message, key string) (bot.MessageID, error) {
	return c.post(ctx, key, m, func(tx *sql.Tx) (bot.ChannelID, error) {
		_, err := channelByID(tx, to)
		return to, err
	})
}

// Tell implements bot.Talk.
func (c *Chat) Tell(ctx context.Context, user bot.UserID, m bot.Message, key string) (bot.MessageID, error) {
	if p, ok := c.people[user]; !ok || p.Inactive {
		return "", fmt.Errorf("tell: %w", bot.ErrNotFound)
	}
	return c.post(ctx, key, m, func(tx *sql.Tx) (bot.ChannelID, error) {
		return ensureDirect(tx, user, BotUser, c.clock.Now())
	})
}

func (c *Chat) post(ctx context.Context, key string, m bot.Message, where func(*sql.Tx) (bot.ChannelID, error)) (bot.MessageID, error) {
	if key == "" {
		return "", &bot.InvalidError{Field: "key", Reason: "required"}
	}
	var id bot.MessageID
	err := c.change(ctx, func(tx *sql.Tx) error {
		to, err := where(tx)
		if err != nil {
			return err
		}
		if id, err = messageByKey(tx, to, key); err != nil || id != "" {
			return err
		}
		thread, err := rootOf(tx, to, m.Thread)
		if err != nil {
			return err
		}
		id, err = addMessage(tx, message{Channel: to, Author: BotUser, Thread: thread, Text: m.Text, Buttons: m.Buttons, Key: key, At: c.clock.Now()})
		if err != nil {
			return err
		}
		return c.markAnswer(tx)
	})
	return id, err
}

// rootOf returns the root of the thread that id belongs to, blank for none. A
// message of another channel, or one that is gone, starts no thread here.
func rootOf(tx *sql.Tx, in bot.ChannelID, id bot.MessageID) (bot.MessageID, error) {
	if id == "" {
		return "", nil
	}
	m, err := messageByID(tx, id)
	if err != nil {
		return "", err
	}
	if m.Channel != in {
		return "", fmt.Errorf("thread: %w", bot.ErrNotFound)
	}
	if m.Thread != "" {
		return m.Thread, nil
	}
	return m.ID, nil
}

// Whisper implements bot.Talk. Whispers live in memory only.
func (c *Chat) Whisper(ctx context.Context, to bot.ChannelID, user bot.UserID, m bot.Message) error {
	var after int64
	if err := c.store.do(ctx, func(tx *sql.Tx) error {
		if _, err := channelFor(tx, to, user); err != nil {
			return err
		}
		return tx.QueryRow(`SELECT coalesce(max(seq), 0) FROM messages`).Scan(&after)
	}); err != nil {
		return err
	}
	c.whispers.add(to, user, whisper{ID: newID(), Author: BotUser, After: after, At: c.clock.Now(), Text: m.Text, Buttons: m.Buttons, Thread: m.Thread})
	if err := c.store.do(ctx, c.markAnswer); err != nil {
		return err
	}
	c.hub.poke()
	return nil
}

// Pin implements bot.Talk.
func (c *Chat) Pin(ctx context.Context, id bot.MessageID) error {
	return c.flag(ctx, id, "pinned")
}

// Hide implements bot.Talk. The text and the bytes stay, unreadable by anybody,
// until the room is erased: removing them is a person's decision.
func (c *Chat) Hide(ctx context.Context, id bot.MessageID) error {
	if err := c.flag(ctx, id, "hidden"); err != nil && !isNotFound(err) {
		return err
	}
	if err := c.store.do(ctx, func(tx *sql.Tx) error { return c.markHidden(tx, id) }); err != nil {
		return err
	}
	return c.store.do(ctx, func(tx *sql.Tx) error { return c.markHidden(tx, id) })
}

func (c *Chat) flag(ctx context.Context, id bot.MessageID, flag string) error {
	return c.change(ctx, func(tx *sql.Tx) error {
		if _, err := messageByID(tx, id); err != nil {
			return err
		}
		rev, err := nextRev(tx)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE messages SET `+flag+` = 1, rev = ? WHERE id = ?`, rev, id)
		return err
	})
}

// whisper is a private reply.
type whisper struct {
	ID      string
	Author  bot.UserID
	After   int64 // seq of the last message when it was said: where it stands in the list
	At      time.Time
	Text    string
	Buttons []bot.Button
	Thread  bot.MessageID
}

// keepWhispers is how many private replies a person keeps in one channel.
const keepWhispers = 20

type whisperPlace struct {
	channel bot.ChannelID
	person  bot.UserID
}

// whispers holds private replies in memory: they may be lost and are not kept.
type whispers struct {
	mu  sync.Mutex
	all map[whisperPlace][]whisper
}

func (w *whispers) add(to bot.ChannelID, user bot.UserID, one whisper) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all == nil {
		w.all = map[whisperPlace][]whisper{}
	}
	at := whisperPlace{to, user}
	w.all[at] = append(w.all[at], one)
	if n := len(w.all[at]); n > keepWhispers {
		w.all[at] = slices.Clone(w.all[at][n-keepWhispers:])
	}
}

func (w *whispers) of(to bot.ChannelID, user bot.UserID) []whisper {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.all[whisperPlace{to, user}])
}

// dismiss forgets one private reply.
func (w *whispers) dismiss(to bot.ChannelID, user bot.UserID, id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := whisperPlace{to, user}
	w.all[at] = slices.DeleteFunc(w.all[at], func(one whisper) bool { return one.ID == id })
}

func (w *whispers) drop(to bot.ChannelID, user bot.UserID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.all, whisperPlace{to, user})
}

func (w *whispers) dropRoom(to bot.ChannelID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for at := range w.all {
		if at.channel == to {
			delete(w.all, at)
		}
	}
}

func (w *whispers) dropAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = nil
}
