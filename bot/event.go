package bot

import (
	"context"
	"io"
	"time"
)

// UserID, ChannelID and MessageID are the platform's own stable ids.
type (
	UserID    string
	ChannelID string
	MessageID string
)

// EventKind says what happened on a platform.
type EventKind string

// The events a platform reports.
const (
	Said    EventKind = "said"    // somebody spoke to the bot: a mention, or a direct message
	Command EventKind = "command" // /convenant … or /casus …
	Pressed EventKind = "pressed" // a button of ours
	Joined  EventKind = "joined"  // somebody is in a channel now
	Left    EventKind = "left"    // somebody is not in a channel any more
	Changed EventKind = "changed" // a channel was renamed, archived, restored or converted
	Slipped EventKind = "slipped" // a file is visible in a protected room that no approval covers
)

// Event is something that happened on a chat platform. It is stored before it is
// acknowledged, sealed, and handled once.
type Event struct {
	ID       string // the platform's, unique with Platform; repeats are dropped
	Platform string
	Kind     EventKind
	At       time.Time
	User     UserID    // who spoke, pressed, joined or left
	By       UserID    // who added or removed them; blank when unknown or themselves
	Self     bool      // User is the bot's own account
	Channel  ChannelID // where
	Direct   bool      // Channel is a direct conversation with the bot
	Thread   MessageID // the root of the thread, blank outside one
	Message  MessageID // the message itself
	Text     string    // what was said without the mention, or what follows the command's name
	Name     string    // of the command: "convenant" or "casus"
	Trigger  string    // lets the bot open a form for User; short-lived
	Ticket   string    // of the button
	Files    []PlatformFile
}

// PlatformFile is a file as the platform knows it.
type PlatformFile struct {
	ID   string // the platform's
	Name string
	Size int64  // bytes
	Hash string // hex SHA-256 of the bytes, blank when not known
}

// Incoming is what a chat platform asks of the bot. Receive is for what may be
// handled later; the other three need an answer before the person can go on,
// and an error is a no in each of them.
type Incoming interface {
	// Receive stores e and returns; a repeat is no error. After nil the event
	// survives a crash.
	Receive(ctx context.Context, e Event) error

	// Submit handles a form that was sent. Sending it twice has one effect.
	Submit(ctx context.Context, s Submission) (FormAnswer, error)

	// Upload judges a file that is being uploaded into a channel, before anybody
	// can see it. It reads content to its end when the file is one for the
	// quarantine. The platform must refuse the upload unless Allow is true.
	Upload(ctx context.Context, u Upload, content io.Reader) (Answer, error)

	// Posting judges a message before it is posted: every file it carries must
	// have an approval for this channel, this poster and these bytes.
	Posting(ctx context.Context, p Posting) (Answer, error)
}

// Upload is a file on its way into a channel.
type Upload struct {
	Platform string
	Channel  ChannelID
	User     UserID
	Name     string
	Size     int64 // bytes, as announced
	At       time.Time

	// ID is what the file is kept as, so that a repeat is found; blank: a new one.
	ID FileID

	// Protected says that the gate watches over this channel. A protected channel
	// that the bot does not know is closed to files.
	Protected bool
}

// Posting is a message on its way into a channel.
type Posting struct {
	Platform string
	Channel  ChannelID
	User     UserID
	Thread   MessageID
	Text     string
	Files    []PlatformFile
	At       time.Time
	Changes  MessageID // the message that this would change; blank: a new one

	Protected bool // as with Upload
}

// Answer is a yes or a no to a platform. The zero Answer is no.
type Answer struct {
	Allow bool
	Text  string // for the person, when Allow is false
}
