package playground

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/convenantbot/convenantbot/bot"
)

// maxText is how long a message may be, in characters; as on Mattermost.
const maxText = 16383

// utterance is what somebody sends from the composer.
type utterance struct {
	Who    bot.UserID
	Tab    string
	To     bot.ChannelID
	Thread bot.MessageID
	Text   string
	Files  []string // ids of staged files
}

// say takes what somebody sends: a command, or a message with its files. A
// message with files is posted when the bot lets it through; otherwise the
// result is a refusal, and the files are gone.
func (c *Chat) say(ctx context.Context, u utterance) error {
	u.Text = strings.TrimSpace(strings.ReplaceAll(u.Text, "\r\n", "\n"))
	if !utf8.ValidString(u.Text) || utf8.RuneCountInString(u.Text) > maxText {
		return refusal{c.wordsFor(u.Who).TooLong}
	}
	if u.Text == "" && len(u.Files) == 0 {
		return refusal{c.wordsFor(u.Who).Nothing}
	}
	if real := c.real(ctx, u); real != "" {
		return refusal{real}
	}
	if strings.HasPrefix(u.Text, "/") {
		if len(u.Files) > 0 {
			return refusal{c.wordsFor(u.Who).CommandWithFile}
		}
		return c.command(ctx, u)
	}
	asks := len(u.Files) > 0
	if !asks {
		// In a protected room the text counts too: a BSN may stand in it.
		guarded, err := c.guarded(ctx, u)
		if err != nil {
			return err
		}
		asks = guarded
	}
	if asks {
		if err := c.askPosting(ctx, u); err != nil {
			var no refusal
			if errors.As(err, &no) {
				step := stepRefused
				if len(u.Files) == 0 {
					step = stepHeld
				}
				c.markNow(ctx, step, u.Who)
				for _, id := range u.Files {
					err = errors.Join(err, ignoreNotFound(c.unstage(ctx, u.Who, u.To, id)))
				}
			}
			return err
		}
	}
	return c.change(ctx, func(tx *sql.Tx) error {
		at, err := writable(tx, u.Who, u.To)
		if err != nil {
			return err
		}
		thread, err := rootOf(tx, u.To, u.Thread)
		if err != nil {
			return err
		}
		now := c.clock.Now()
		id, err := addMessage(tx, message{Channel: u.To, Author: u.Who, Thread: thread, Text: u.Text, At: now})
		if err != nil {
			return err
		}
		for _, staged := range u.Files {
			if _, err := stagedFile(tx, staged, u.Who, u.To); err != nil {
				return err
			}
			if _, err := tx.Exec(`UPDATE files SET message = ? WHERE id = ?`, id, staged); err != nil {
				return err
			}
		}
		e := bot.Event{Kind: bot.Said, At: now, User: u.Who, Channel: u.To, Thread: thread, Message: id}
		var forBot bool
		if at.Kind == direct {
			e.Direct, e.Text, forBot = true, u.Text, partner(at.ID, u.Who) == BotUser
		} else {
			e.Text, forBot = mentioned(u.Text)
		}
		if !forBot {
			return nil
		}
		if e.Files, err = platformFiles(tx, id); err != nil {
			return err
		}
		if e.Trigger, err = c.newTrigger(tx, u.Who, u.Tab, u.To); err != nil {
			return err
		}
		if err := c.mark(tx, stepAsked, u.Who); err != nil {
			return err
		}
		return c.tell(tx, e)
	})
}

// guarded reports whether the channel is one that the bot watches over.
func (c *Chat) guarded(ctx context.Context, u utterance) (guarded bool, err error) {
	err = c.store.do(ctx, func(tx *sql.Tx) error {
		at, err := writable(tx, u.Who, u.To)
		guarded = at.Protected
		return err
	})
	return guarded, err
}

// askPosting asks the bot whether this message may be posted with its files.
// A failure is a no.
func (c *Chat) askPosting(ctx context.Context, u utterance) error {
	p := bot.Posting{Platform: Platform, Channel: u.To, User: u.Who, Thread: u.Thread, Text: u.Text, At: c.clock.Now()}
	err := c.store.do(ctx, func(tx *sql.Tx) error {
		at, err := writable(tx, u.Who, u.To)
		if err != nil {
			return err
		}
		p.Protected = at.Protected
		for _, id := range u.Files {
			f, err := stagedFile(tx, id, u.Who, u.To)
			if err != nil {
				return err
			}
			p.Files = append(p.Files, bot.PlatformFile{ID: f.ID, Name: f.Name, Size: f.Size, Hash: f.Hash})
		}
		return nil
	})
	if err != nil {
		return err
	}
	answer, err := c.in().Posting(ctx, p)
	if err != nil {
		return c.failed(u.Who, "posting", err)
	}
	if !answer.Allow {
		return refusal{orElse(answer.Text, c.wordsFor(u.Who).Refused)}
	}
	return nil
}

func platformFiles(tx *sql.Tx, of bot.MessageID) ([]bot.PlatformFile, error) {
	return list(tx, func(row func(...any) error) (bot.PlatformFile, error) {
		var f bot.PlatformFile
		err := row(&f.ID, &f.Name, &f.Size, &f.Hash)
		return f, err
	}, `SELECT id, name, size, hash FROM files WHERE message = ? ORDER BY at, id`, of)
}

// mention is the bot's name with a word's edge on both sides: an address such
// as info@convenantbot.example speaks to nobody.
var mention = regexp.MustCompile(`(?i)(^|[^\w.@/-])@convenantbot($|[^\w@-])`)

// mentioned reports whether text speaks to the bot, and what it says without
// the mention.
func mentioned(text string) (rest string, yes bool) {
	if !mention.MatchString(text) {
		return "", false
	}
	rest = mention.ReplaceAllString(text, "$1 $2")
	rest = strings.Join(strings.FieldsFunc(rest, func(r rune) bool { return r == ' ' || r == '\t' }), " ")
	return strings.TrimLeft(strings.TrimSpace(rest), ":, "), true
}

// command hands a slash command to the bot. One that the bot does not have is a refusal.
func (c *Chat) command(ctx context.Context, u utterance) error {
	name, rest, _ := strings.Cut(strings.TrimPrefix(u.Text, "/"), " ")
	name = strings.ToLower(name)
	if !c.hasCommand(name) {
		return refusal{sprintf(c.wordsFor(u.Who).UnknownCommand, "/"+oneLine(name, 30))}
	}
	rest = strings.TrimSpace(rest)
	var after int64
	err := c.change(ctx, func(tx *sql.Tx) error {
		// In an archived room commands still work: closing, asking and erasing
		// go on there.
		at, err := channelFor(tx, u.To, u.Who)
		if err != nil {
			return err
		}
		thread, err := rootOf(tx, u.To, u.Thread)
		if err != nil {
			return err
		}
		if err := tx.QueryRow(`SELECT coalesce(max(seq), 0) FROM messages`).Scan(&after); err != nil {
			return err
		}
		trigger, err := c.newTrigger(tx, u.Who, u.Tab, u.To)
		if err != nil {
			return err
		}
		if err := c.markCommand(tx, name, rest, u.Who); err != nil {
			return err
		}
		return c.tell(tx, bot.Event{Kind: bot.Command, At: c.clock.Now(), User: u.Who, Channel: u.To, Thread: thread,
			Direct: at.Kind == direct && partner(at.ID, u.Who) == BotUser, Name: name, Text: rest, Trigger: trigger})
	})
	if err != nil {
		return err
	}
	// Nobody else sees a command. Its sender sees that it went.
	c.whispers.add(u.To, u.Who, whisper{ID: newID(), Author: u.Who, After: after, At: c.clock.Now(), Text: "`" + strings.ReplaceAll(oneLine(u.Text, 200), "`", "'") + "`", Thread: u.Thread})
	c.hub.poke()
	return nil
}

func (c *Chat) hasCommand(name string) bool {
	for _, one := range c.commands {
		if one.Name == name {
			return true
		}
	}
	return false
}

// press hands a button to the bot: number n below a message or a private reply
// that who can see. The ticket itself never leaves the server.
func (c *Chat) press(ctx context.Context, who bot.UserID, tab string, in bot.ChannelID, id string, n int) error {
	var buttons []bot.Button
	for _, w := range c.whispers.of(in, who) {
		if w.ID == id {
			buttons = w.Buttons
		}
	}
	whispered := buttons != nil
	return c.change(ctx, func(tx *sql.Tx) error {
		at, err := channelFor(tx, in, who)
		if err != nil {
			return err
		}
		e := bot.Event{Kind: bot.Pressed, At: c.clock.Now(), User: who, Channel: in, Direct: at.Kind == direct}
		if !whispered {
			m, err := messageByID(tx, bot.MessageID(id))
			if err != nil {
				return err
			}
			if m.Channel != in || m.Hidden {
				return fmt.Errorf("button: %w", bot.ErrNotFound)
			}
			buttons, e.Message, e.Thread = m.Buttons, m.ID, m.Thread
		}
		if n < 0 || n >= len(buttons) {
			return fmt.Errorf("button: %w", bot.ErrNotFound)
		}
		e.Ticket = buttons[n].Ticket
		if e.Trigger, err = c.newTrigger(tx, who, tab, in); err != nil {
			return err
		}
		if err := c.markAsked(tx, "button:"+buttons[n].Label, who); err != nil {
			return err
		}
		return c.tell(tx, e)
	})
}

// addByHand adds somebody to a private room, as its members may on a real
// platform. Whether that person may stay is the bot's to say.
func (c *Chat) addByHand(ctx context.Context, who bot.UserID, to bot.ChannelID, user bot.UserID) error {
	return c.change(ctx, func(tx *sql.Tx) error {
		if err := handled(tx, who, to); err != nil {
			return err
		}
		return c.join(tx, to, user, who)
	})
}

// removeByHand removes somebody, possibly who themselves, from a private room.
func (c *Chat) removeByHand(ctx context.Context, who bot.UserID, from bot.ChannelID, user bot.UserID) error {
	err := c.change(ctx, func(tx *sql.Tx) error {
		if err := handled(tx, who, from); err != nil {
			return err
		}
		return c.leave(tx, from, user, who)
	})
	if err == nil {
		c.whispers.drop(from, user)
	}
	return err
}

// handled says whether members of this channel are changed by hand at all.
func handled(tx *sql.Tx, who bot.UserID, in bot.ChannelID) error {
	at, err := writable(tx, who, in)
	if err == nil && at.Kind != private {
		err = fmt.Errorf("members of this channel: %w", bot.ErrConflict)
	}
	return err
}

func oneLine(s string, limit int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}

func isNotFound(err error) bool { return errors.Is(err, bot.ErrNotFound) }

func ignoreNotFound(err error) error {
	if isNotFound(err) {
		return nil
	}
	return err
}
