package playground

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/convenantbot/convenantbot/bot"
)

// CreateRoom implements bot.Rooms.
func (c *Chat) CreateRoom(ctx context.Context, name, title string) (bot.ChannelID, error) {
	if !slug.MatchString(name) {
		return "", &bot.InvalidError{Field: "name", Reason: "room_name"}
	}
	var id bot.ChannelID
	err := c.change(ctx, func(tx *sql.Tx) error {
		was, err := scanChannel(tx.QueryRow(`SELECT `+channelColumns+` FROM channels WHERE name = ?`, name).Scan)
		switch {
		case err == nil && was.Ours && !was.Erasing:
			id = was.ID
			return nil
		case err == nil:
			return fmt.Errorf("room %s: %w", name, bot.ErrConflict)
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		id = bot.ChannelID("r" + newID())
		if _, err = tx.Exec(`INSERT INTO channels (id, name, title, kind, ours, created) VALUES (?, ?, ?, 'private', 1, ?)`,
			id, name, title, c.clock.Now().UnixMilli()); err != nil {
			return err
		}
		return c.mark(tx, stepRoom, BotUser)
	})
	return id, err
}

// Protect implements bot.Rooms. Here every file in every channel goes past the
// bot; Protect makes people see that this room is watched.
func (c *Chat) Protect(ctx context.Context, room bot.ChannelID) error {
	return c.change(ctx, func(tx *sql.Tx) error {
		if _, err := roomByID(tx, room); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE channels SET protected = 1 WHERE id = ?`, room)
		return err
	})
}

// roomByID returns a room that the bot made.
func roomByID(tx *sql.Tx, id bot.ChannelID) (channel, error) {
	c, err := channelByID(tx, id)
	if err == nil && !c.Ours {
		err = fmt.Errorf("room: %w", bot.ErrNotFound)
	}
	return c, err
}

// RoomMembers implements bot.Rooms.
func (c *Chat) RoomMembers(ctx context.Context, room bot.ChannelID) ([]bot.UserID, error) {
	var users []bot.UserID
	err := c.store.do(ctx, func(tx *sql.Tx) error {
		if _, err := roomByID(tx, room); err != nil {
			return err
		}
		var err error
		users, err = membersOf(tx, room)
		return err
	})
	return users, err
}

// AddToRoom implements bot.Rooms.
func (c *Chat) AddToRoom(ctx context.Context, room bot.ChannelID, user bot.UserID) error {
	return c.change(ctx, func(tx *sql.Tx) error {
		if _, err := roomByID(tx, room); err != nil {
			return err
		}
		return c.join(tx, room, user, BotUser)
	})
}

// join puts user into a room and notes it. Who is in it already stays so.
func (c *Chat) join(tx *sql.Tx, room bot.ChannelID, user, by bot.UserID) error {
	if p, ok := c.people[user]; !ok || p.Inactive {
		return fmt.Errorf("person: %w", bot.ErrNotFound)
	}
	now := c.clock.Now()
	done, err := tx.Exec(`INSERT INTO members (channel, person, since) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, room, user, now.UnixMilli())
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return err
	}
	return c.note(tx, room, bot.Joined, user, by)
}

// RemoveFromRoom implements bot.Rooms.
func (c *Chat) RemoveFromRoom(ctx context.Context, room bot.ChannelID, user bot.UserID) error {
	err := c.change(ctx, func(tx *sql.Tx) error {
		if _, err := roomByID(tx, room); err != nil {
			return err
		}
		return c.leave(tx, room, user, BotUser)
	})
	c.whispers.drop(room, user)
	return err
}

// leave takes user out of a room and notes it. Who is not in it stays out.
func (c *Chat) leave(tx *sql.Tx, room bot.ChannelID, user, by bot.UserID) error {
	done, err := tx.Exec(`DELETE FROM members WHERE channel = ? AND person = ?`, room, user)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return err
	}
	// A form that was open there does not wait for their return.
	if _, err := tx.Exec(`DELETE FROM forms WHERE channel = ? AND person = ?`, room, user); err != nil {
		return err
	}
	if by == BotUser {
		if err := c.mark(tx, stepOutsider, BotUser); err != nil {
			return err
		}
	}
	return c.note(tx, room, bot.Left, user, by)
}

// note writes down who came or went, for the members to read and for the bot.
func (c *Chat) note(tx *sql.Tx, room bot.ChannelID, kind bot.EventKind, user, by bot.UserID) error {
	now := c.clock.Now()
	if _, err := addMessage(tx, message{Channel: room, Kind: noted, At: now, Text: string(kind) + "|" + string(user) + "|" + string(by)}); err != nil {
		return err
	}
	if by == user {
		by = ""
	}
	return c.tell(tx, bot.Event{Kind: kind, At: now, User: user, By: by, Channel: room})
}

// ArchiveRoom implements bot.Rooms.
func (c *Chat) ArchiveRoom(ctx context.Context, room bot.ChannelID) error {
	return c.change(ctx, func(tx *sql.Tx) error {
		was, err := roomByID(tx, room)
		if err != nil || was.Archived {
			return err
		}
		if _, err := tx.Exec(`UPDATE channels SET archived = 1 WHERE id = ?`, room); err != nil {
			return err
		}
		now := c.clock.Now()
		if _, err := addMessage(tx, message{Channel: room, Kind: noted, At: now, Text: "archived||"}); err != nil {
			return err
		}
		return c.mark(tx, stepArchived, BotUser)
	})
}

// EraseRoom implements bot.Rooms. First nobody can see the room any more, then
// the bytes go, then the rows; an interrupted run is followed by the next,
// which finds the rest by its rows. Nothing stays here, so Remains is empty
// unless a look afterwards finds something.
func (c *Chat) EraseRoom(ctx context.Context, room bot.ChannelID) (bot.Receipt, error) {
	var receipt bot.Receipt
	var files []string
	there := true
	err := c.change(ctx, func(tx *sql.Tx) error {
		was, err := scanChannel(tx.QueryRow(`SELECT `+channelColumns+` FROM channels WHERE id = ?`, room).Scan)
		if errors.Is(err, sql.ErrNoRows) {
			there = false
			return nil
		}
		if err != nil {
			return err
		}
		if !was.Ours {
			return fmt.Errorf("erase room: %w", bot.ErrNotFound)
		}
		if _, err := tx.Exec(`UPDATE channels SET erasing = 1 WHERE id = ?`, room); err != nil {
			return err
		}
		files, err = list(tx, column[string], `SELECT id FROM files WHERE channel = ?`, room)
		return err
	})
	if err != nil || !there {
		return receipt, err
	}
	c.whispers.dropRoom(room)
	for _, id := range files {
		if err := c.files.remove(id); err != nil {
			return receipt, fmt.Errorf("erase room: %w", err)
		}
	}
	err = c.change(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRow(`SELECT count(*) FROM messages WHERE channel = ? AND kind = 'said'`, room).Scan(&receipt.Posts); err != nil {
			return err
		}
		// A staged file was never on the platform for anybody; it goes uncounted.
		if err := tx.QueryRow(`SELECT count(*) FROM files WHERE channel = ? AND message IS NOT NULL`, room).Scan(&receipt.Files); err != nil {
			return err
		}
		for _, table := range []string{"files", "messages", "members", "reads", "triggers", "forms", "outbox"} {
			if _, err := tx.Exec(`DELETE FROM `+table+` WHERE channel = ?`, room); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`DELETE FROM channels WHERE id = ?`, room); err != nil {
			return err
		}
		return c.mark(tx, stepErased, BotUser)
	})
	if err != nil {
		return bot.Receipt{}, err
	}
	if !c.looksEmpty(ctx, files) {
		receipt.Remains = append(receipt.Remains, bot.RemainUnlooked)
	}
	return receipt, nil
}

// looksEmpty moves what the journal of the database still holds into the
// database, cuts the journal, and looks whether the bytes are really gone.
func (c *Chat) looksEmpty(ctx context.Context, files []string) bool {
	var busy, logged, moved int
	err := c.store.db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &logged, &moved)
	empty := err == nil && busy == 0
	for _, id := range files {
		empty = empty && !c.files.exists(id)
	}
	return empty
}
