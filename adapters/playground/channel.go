package playground

import (
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// The three kinds of channels.
const (
	public  = "public"  // everybody is in it
	private = "private" // its members only
	direct  = "direct"  // two people, or one and the bot
)

type channel struct {
	ID        bot.ChannelID
	Name      string
	Title     string
	Kind      string
	Ours      bool // made by the bot
	Protected bool // the gate watches over it
	Archived  bool
	Erasing   bool // being erased: nobody sees it any more
}

const channelColumns = `id, name, title, kind, ours, protected, archived, erasing`

func scanChannel(row func(...any) error) (channel, error) {
	var c channel
	err := row(&c.ID, &c.Name, &c.Title, &c.Kind, &c.Ours, &c.Protected, &c.Archived, &c.Erasing)
	return c, err
}

// channelByID returns a channel that is there and is not being erased.
func channelByID(tx *sql.Tx, id bot.ChannelID) (channel, error) {
	c, err := scanChannel(tx.QueryRow(`SELECT `+channelColumns+` FROM channels WHERE id = ? AND erasing = 0`, id).Scan)
	return c, found(err, "channel")
}

// channelFor returns a channel that person may see. One they may not see is
// ErrNotFound, so that nobody learns which rooms there are.
func channelFor(tx *sql.Tx, id bot.ChannelID, person bot.UserID) (channel, error) {
	c, err := channelByID(tx, id)
	if err != nil {
		return channel{}, err
	}
	in, err := isMember(tx, c, person)
	if err != nil {
		return channel{}, err
	}
	if !in {
		return channel{}, fmt.Errorf("channel: %w", bot.ErrNotFound)
	}
	return c, nil
}

func isMember(tx *sql.Tx, c channel, person bot.UserID) (bool, error) {
	if c.Kind == public {
		return true, nil
	}
	var n int
	err := tx.QueryRow(`SELECT count(*) FROM members WHERE channel = ? AND person = ?`, c.ID, person).Scan(&n)
	return n > 0, err
}

func membersOf(tx *sql.Tx, id bot.ChannelID) ([]bot.UserID, error) {
	return list(tx, column[bot.UserID], `SELECT person FROM members WHERE channel = ? AND person <> ? ORDER BY since, person`, id, BotUser)
}

// directID is the one direct channel of two people.
func directID(a, b bot.UserID) bot.ChannelID {
	if b < a {
		a, b = b, a
	}
	return bot.ChannelID("d--" + string(a) + "--" + string(b))
}

// ensureDirect makes the direct channel of two people when it is not there.
func ensureDirect(tx *sql.Tx, a, b bot.UserID, now time.Time) (bot.ChannelID, error) {
	id := directID(a, b)
	if _, err := tx.Exec(`INSERT INTO channels (id, name, title, kind, created) VALUES (?, ?, '', 'direct', ?) ON CONFLICT (id) DO NOTHING`,
		id, id, now.UnixMilli()); err != nil {
		return "", err
	}
	for _, p := range []bot.UserID{a, b} {
		if _, err := tx.Exec(`INSERT INTO members (channel, person, since) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, id, p, now.UnixMilli()); err != nil {
			return "", err
		}
	}
	return id, nil
}

// partner returns with whom person talks in a direct channel.
func partner(id bot.ChannelID, person bot.UserID) bot.UserID {
	parts := strings.Split(string(id), "--")
	if len(parts) != 3 {
		return ""
	}
	if bot.UserID(parts[1]) == person {
		return bot.UserID(parts[2])
	}
	return bot.UserID(parts[1])
}
