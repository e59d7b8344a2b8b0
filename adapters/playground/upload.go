package playground

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/convenantbot/convenantbot/bot"
)

// stagedTerm is how long a judged file waits for the message that brings it.
const stagedTerm = 15 * time.Minute

// refusal is a no with the sentence for the person, in Markdown.
type refusal struct{ Text string }

func (r refusal) Error() string { return r.Text }

// upload judges a file on its way into a channel and stages it. The bot reads
// the stream before any row tells of it; unless it says yes the bytes go away
// again. The result is a *refusal with the bot's sentence for a no.
func (c *Chat) upload(ctx context.Context, who bot.UserID, to bot.ChannelID, name string, size int64, content io.Reader) (file, error) {
	name = orElse(cleanName(name), c.wordsFor(who).Nameless)
	at, err := c.writable(ctx, who, to)
	if err != nil {
		return file{}, err
	}
	c.dropStale(ctx)
	in, err := c.files.take(content)
	if err != nil {
		return file{}, err
	}
	keep := false
	defer func() {
		if keep {
			return
		}
		in.to.Close()
		if err := c.files.remove(in.id); err != nil {
			c.log.Warn("bytes of a refused file could not be removed", "error", err)
		}
	}()
	answer, err := c.in().Upload(ctx, bot.Upload{Platform: Platform, Channel: to, User: who, Name: name, Size: size, At: c.clock.Now(), Protected: at.Protected}, in)
	if err != nil {
		return file{}, c.failed(who, "upload", err)
	}
	if !answer.Allow {
		c.markNow(ctx, stepRefused, who)
		return file{}, refusal{orElse(answer.Text, c.wordsFor(who).Refused)}
	}
	if err := in.finish(); err != nil {
		return file{}, c.failed(who, "read upload", err)
	}
	if in.size != size {
		return file{}, refusal{c.wordsFor(who).Torn}
	}
	f := file{ID: in.id, Channel: to, Person: who, Name: name, Size: in.size, Hash: in.hash()}
	if err := c.store.do(ctx, func(tx *sql.Tx) error { return addFile(tx, f, c.wall()) }); err != nil {
		return file{}, err
	}
	keep = true
	return f, nil
}

// writable returns the channel when who may say something in it: ErrNotFound
// when they are not in it, ErrConflict when it is archived.
func (c *Chat) writable(ctx context.Context, who bot.UserID, to bot.ChannelID) (channel, error) {
	var at channel
	err := c.store.do(ctx, func(tx *sql.Tx) error {
		var err error
		at, err = writable(tx, who, to)
		return err
	})
	return at, err
}

func writable(tx *sql.Tx, who bot.UserID, to bot.ChannelID) (channel, error) {
	at, err := channelFor(tx, to, who)
	if err == nil && at.Archived {
		err = fmt.Errorf("channel is archived: %w", bot.ErrConflict)
	}
	return at, err
}

func addFile(tx *sql.Tx, f file, now time.Time) error {
	m := sql.NullString{String: string(f.Message), Valid: f.Message != ""}
	_, err := tx.Exec(`INSERT INTO files (id, message, channel, person, name, size, hash, at) VALUES (?,?,?,?,?,?,?,?)`,
		f.ID, m, f.Channel, f.Person, f.Name, f.Size, f.Hash, now.UnixMilli())
	return err
}

// stagedFile returns a staged file of who in a channel.
func stagedFile(tx *sql.Tx, id string, who bot.UserID, in bot.ChannelID) (file, error) {
	f, err := scanFile(tx.QueryRow(`SELECT `+fileColumns+` FROM files WHERE id = ? AND message IS NULL AND person = ? AND channel = ?`, id, who, in).Scan)
	return f, found(err, "file")
}

// unstage removes a staged file and its bytes.
func (c *Chat) unstage(ctx context.Context, who bot.UserID, in bot.ChannelID, id string) error {
	err := c.store.do(ctx, func(tx *sql.Tx) error {
		if _, err := stagedFile(tx, id, who, in); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM files WHERE id = ?`, id)
		return err
	})
	if err != nil {
		return err
	}
	return c.files.remove(id)
}

// dropStale removes staged files whose message never came.
func (c *Chat) dropStale(ctx context.Context) {
	var stale []string
	err := c.store.do(ctx, func(tx *sql.Tx) error {
		var err error
		before := c.wall().Add(-stagedTerm).UnixMilli()
		if stale, err = list(tx, column[string], `SELECT id FROM files WHERE message IS NULL AND at <= ?`, before); err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM files WHERE message IS NULL AND at <= ?`, before)
		return err
	})
	for _, id := range stale {
		err = errors.Join(err, c.files.remove(id))
	}
	if err != nil {
		c.log.Warn("stale uploads could not be removed", "error", err)
	}
}

// download returns a file that who may read: one of a message that is not
// hidden, in a channel they are in.
func (c *Chat) download(ctx context.Context, who bot.UserID, id string) (file, error) {
	var f file
	err := c.store.do(ctx, func(tx *sql.Tx) error {
		var err error
		f, err = scanFile(tx.QueryRow(`SELECT `+fileColumns+` FROM files WHERE id = ? AND message IS NOT NULL`, id).Scan)
		if err != nil {
			return found(err, "file")
		}
		m, err := messageByID(tx, f.Message)
		if err != nil {
			return err
		}
		if m.Hidden {
			return fmt.Errorf("file: %w", bot.ErrNotFound)
		}
		_, err = channelFor(tx, f.Channel, who)
		return err
	})
	return f, err
}

// maxName is how long a file's name may be, in bytes, as on most file systems.
const maxName = 255

// cleanName keeps the last part of a path and leaves out what cannot be shown:
// control characters, and the marks that turn the direction of text around, with
// which a name can look like another.
func cleanName(name string) string {
	if at := strings.LastIndexAny(name, `/\`); at >= 0 {
		name = name[at+1:]
	}
	name = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, name)
	name = strings.TrimSpace(name)
	for len(name) > maxName {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	return name
}

func orElse(s, other string) string {
	if strings.TrimSpace(s) == "" {
		return other
	}
	return s
}
