package slackfake

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// obj is a piece of JSON.
type obj = map[string]any

// user is an account, of a person or of an app.
type user struct {
	ID, TeamID, Name, RealName, Email, Locale                         string
	Bot, Deleted, Admin, Owner, Restricted, UltraRestricted, Stranger bool
	BotID                                                             string
	Updated                                                           time.Time
}

// channel is a conversation of any kind.
type channel struct {
	ID, Name, Topic, Purpose, Creator    string
	Private, IM, MPIM, Archived, General bool
	Shared                               []string // teams it is shared with besides its own
	Created                              time.Time
	Members                              []string // in the order in which they came
	Messages                             []*message
	Pins                                 []string // timestamps
	Bookmarks                            []obj
	PostingBy                            string // "": everybody; "admin": owners, administrators, and apps that are in it
	Retention                            int    // days; 0: as the workspace has it
	Previous                             []string
	AllowedGroups                        []string
	whispers                             []whisper
	InviteOnlyByAdmins                   bool
}

// message is what stands in a channel.
type message struct {
	TS, Thread, User, BotID, Text, Subtype string
	Blocks, Attachments, Metadata          json.RawMessage
	Files                                  []string
	Edited                                 string // timestamp
	Extra                                  obj
	Broadcast                              bool
}

// whisper is an ephemeral message: shown to one person, kept nowhere.
type whisper struct {
	TS, User, Text, Thread string
	Blocks                 json.RawMessage
}

// file is an uploaded file, an external one or a canvas.
type file struct {
	ID, Name, Title, User, Mimetype, Filetype, Mode string
	External                                        string // address of an external file
	Data                                            []byte
	Created                                         time.Time
	Deleted, Gone                                   bool
	Channels                                        map[string][]string // channel to the timestamps of its shares
}

// view is a modal or a home tab.
type view struct {
	ID, Hash, Type, User, Root, Previous, ExternalID string
	App                                              json.RawMessage // as the app gave it
	Open                                             bool
}

// token is what a caller shows.
type token struct {
	Value, Kind, User string // Kind: bot, user, app
	Scopes            []string
	Expires           time.Time // zero: does not
	Revoked           bool
	Refresh           string
}

// ids gives identifiers of the form that Slack's have: a letter and capitals.
func newID(prefix string) string {
	b := make([]byte, 6)
	_, _ = rand.Read(b) // never fails
	return prefix + strings.TrimRight(base32.StdEncoding.EncodeToString(b), "=")
}

// secret gives a random text for tokens and hashes.
func secret() string {
	b := make([]byte, 15)
	_, _ = rand.Read(b)
	return strings.ToLower(base32.StdEncoding.EncodeToString(b))
}

// ts is a message's timestamp: of its second, and never given twice.
func (s *Server) ts() string {
	micro := s.Clock.Now().UnixMicro()
	if micro <= s.lastTS {
		micro = s.lastTS + 1
	}
	s.lastTS = micro
	return fmt.Sprintf("%d.%06d", micro/1_000_000, micro%1_000_000)
}

func (c *channel) has(user string) bool { return slices.Contains(c.Members, user) }

func (c *channel) remove(user string) {
	c.Members = slices.DeleteFunc(c.Members, func(m string) bool { return m == user })
}

func (c *channel) find(ts string) *message {
	for _, m := range c.Messages {
		if m.TS == ts {
			return m
		}
	}
	return nil
}

// kind is the word scopes and events have for this kind of conversation.
func (c *channel) kind() string {
	switch {
	case c.IM:
		return "im"
	case c.MPIM:
		return "mpim"
	case c.Private:
		return "groups"
	}
	return "channels"
}

// channelType is what message events call it.
func (c *channel) channelType() string {
	return map[string]string{"im": "im", "mpim": "mpim", "groups": "group", "channels": "channel"}[c.kind()]
}

// sees says whether somebody may know of the channel at all: of a private one
// only its members do, and guests know only the channels they are in.
//
// Source: API page conversations.info (channel_not_found); help centre "Guest roles".
func (c *channel) sees(u *user) bool {
	if c.has(u.ID) {
		return true
	}
	return !c.Private && !c.IM && !c.MPIM && !u.Restricted && !u.UltraRestricted && !u.Stranger
}
