package playground

import (
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// Kinds of messages: what somebody said, and what the chat itself notes about
// who came and went.
const (
	said  = "said"
	noted = "noted" // its text is "joined|who|by" or "left|who|by" or "archived||"
)

type message struct {
	Seq     int64
	ID      bot.MessageID
	Channel bot.ChannelID
	Author  bot.UserID
	Kind    string
	Thread  bot.MessageID
	Text    string
	Buttons []bot.Button
	Pinned  bool
	Hidden  bool
	Via     bool // the bot posted it for its author
	At      time.Time
	Rev     int64
	Key     string // of the bot; blank: said by a person
}

const messageColumns = `seq, id, channel, author, kind, thread, text, buttons, pinned, hidden, via, at, rev`

func scanMessage(row func(...any) error) (message, error) {
	var m message
	var buttons string
	var at int64
	if err := row(&m.Seq, &m.ID, &m.Channel, &m.Author, &m.Kind, &m.Thread, &m.Text, &buttons, &m.Pinned, &m.Hidden, &m.Via, &at, &m.Rev); err != nil {
		return m, err
	}
	m.At = time.UnixMilli(at).UTC()
	return m, json.Unmarshal([]byte(buttons), &m.Buttons)
}

func messageByID(tx *sql.Tx, id bot.MessageID) (message, error) {
	m, err := scanMessage(tx.QueryRow(`SELECT `+messageColumns+` FROM messages WHERE id = ?`, id).Scan)
	return m, found(err, "message")
}

// messageByKey returns the id of what the bot posted under key in a channel, blank when
// it posted nothing under it.
func messageByKey(tx *sql.Tx, c bot.ChannelID, key string) (bot.MessageID, error) {
	var id bot.MessageID
	err := tx.QueryRow(`SELECT id FROM messages WHERE channel = ? AND key = ?`, c, key).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return id, err
}

// addMessage stores m and returns its id. The thread's root gets a new turn
// too, since it shows how many answers there are.
func addMessage(tx *sql.Tx, m message) (bot.MessageID, error) {
	rev, err := nextRev(tx)
	if err != nil {
		return "", err
	}
	buttons, err := json.Marshal(m.Buttons)
	if err != nil {
		return "", err
	}
	if m.Kind == "" {
		m.Kind = said
	}
	m.ID = bot.MessageID(newID())
	key := sql.NullString{String: m.Key, Valid: m.Key != ""}
	if _, err := tx.Exec(`INSERT INTO messages (id, channel, author, kind, thread, text, buttons, key, via, at, rev) VALUES (?,?,?,?,?,?,?,?,?,?,?)`,
		m.ID, m.Channel, m.Author, m.Kind, m.Thread, m.Text, string(buttons), key, m.Via, m.At.UnixMilli(), rev); err != nil {
		return "", err
	}
	if m.Thread != "" {
		if _, err := tx.Exec(`UPDATE messages SET rev = ? WHERE id = ?`, rev, m.Thread); err != nil {
			return "", err
		}
	}
	return m.ID, nil
}

func newID() string { return strings.ToLower(rand.Text()) }

// file is a file of a message, or a staged one.
type file struct {
	ID      string
	Message bot.MessageID // blank: staged
	Channel bot.ChannelID
	Person  bot.UserID
	Name    string
	Size    int64 // bytes
	Hash    string
}

const fileColumns = `id, coalesce(message, ''), channel, person, name, size, hash`

func scanFile(row func(...any) error) (file, error) {
	var f file
	err := row(&f.ID, &f.Message, &f.Channel, &f.Person, &f.Name, &f.Size, &f.Hash)
	return f, err
}
