package bot

import (
	"context"
	"io"

	"github.com/convenantbot/convenantbot/bot/text"
)

// Message is something the bot says. Text is the Markdown that all platforms
// share: paragraphs, **bold**, _italic_, `code`, > quotes, lists and links.
type Message struct {
	Text    string
	Thread  MessageID // answers in this thread; blank: in the channel itself
	Buttons []Button
	Lang    text.Lang `json:",omitempty"` // of its words, for what a platform puts around them; blank: Dutch
}

// Button is something a person can press below a message.
type Button struct {
	Label  string
	Ticket string // comes back in the event; single use
	Danger bool
}

// Rooms makes rooms and keeps them as they should be. Every call looks at what is and changes only
// the difference, so a repeat is harmless. ErrNotFound: the room or person is
// not there; ErrUnavailable: the platform cannot be reached, try again.
type Rooms interface {
	// CreateRoom makes a private channel with this name, or returns the one that
	// the bot made under this name earlier, also when it is archived. title is what
	// people see; it too names nobody. A channel of somebody else with this name
	// is ErrConflict.
	CreateRoom(ctx context.Context, name, title string) (ChannelID, error)

	// Protect makes the gate watch over the room. It returns after the gate has
	// acknowledged it; only then may the first person be added.
	Protect(ctx context.Context, room ChannelID) error

	// RoomMembers lists everybody in the room but the bot itself.
	RoomMembers(ctx context.Context, room ChannelID) ([]UserID, error)

	// AddToRoom adds a person. A deactivated or unknown one is ErrNotFound.
	AddToRoom(ctx context.Context, room ChannelID, user UserID) error

	// RemoveFromRoom removes a person.
	RemoveFromRoom(ctx context.Context, room ChannelID, user UserID) error

	// ArchiveRoom makes the room read-only.
	ArchiveRoom(ctx context.Context, room ChannelID) error

	// EraseRoom removes everything that was said and every byte of every file,
	// then the room itself where the platform can, and then looks what is left.
	// It goes on where an interrupted one stopped. The Receipt fields Posts, Files
	// and Remains are filled in; an erased room is no error and finds nothing.
	EraseRoom(ctx context.Context, room ChannelID) (Receipt, error)
}

// Talk lets the bot speak.
type Talk interface {
	// Post says m in a channel. key makes a repeat harmless: a second Post with
	// the same key in the same channel returns the first message's id.
	Post(ctx context.Context, channel ChannelID, m Message, key string) (MessageID, error)

	// Tell says m to one person, in a direct conversation; key as with Post.
	Tell(ctx context.Context, user UserID, m Message, key string) (MessageID, error)

	// Whisper says m in a channel so that only user sees it. It may be lost when
	// that person is away and is not kept.
	Whisper(ctx context.Context, channel ChannelID, user UserID, m Message) error

	// Pin keeps a message at hand in its channel.
	Pin(ctx context.Context, message MessageID) error

	// Hide takes a message with its files out of sight for everybody. A message
	// that is gone is no error.
	Hide(ctx context.Context, message MessageID) error
}

// Forms opens forms.
type Forms interface {
	// OpenForm shows f to the person whose act gave trigger. A form that the
	// platform could not show is an error here and never a silent nothing; an expired trigger
	// is ErrConflict.
	OpenForm(ctx context.Context, trigger string, f Form) error
}

// Documents puts approved files into rooms, and hands over what the bot itself
// made.
type Documents interface {
	// PostFile posts the bytes of content with text in the room, named for its
	// poster. key makes a repeat harmless: a second PostFile with the same key
	// returns the first message's id and posts nothing. Bytes that do not have
	// this hash are ErrConflict and nothing is posted.
	PostFile(ctx context.Context, room ChannelID, f Document, content io.Reader, key string) (MessageID, error)

	// Retract sees to it that nothing of PostFile under this key can be seen, now
	// or later: what stood there goes out of sight, and a PostFile with the key that
	// comes after it, from a process that was paused for instance, is ErrConflict
	// and posts nothing. It returns the message that stood there, blank when there
	// was none; a repeat returns the same. A room that is not there has nothing to
	// retract.
	Retract(ctx context.Context, room ChannelID, key string) (MessageID, error)

	// TellFile gives the bytes of content with text to one person, in their direct
	// conversation and from the bot itself: the poster of f is blank. key and the
	// hash are as with PostFile. A person who is not there is ErrNotFound.
	TellFile(ctx context.Context, user UserID, f Document, content io.Reader, key string) (MessageID, error)
}

// Document is a file that may be posted.
type Document struct {
	Poster UserID // blank: the bot itself
	Name   string
	Size   int64  // bytes
	Hash   string // hex SHA-256
	Text   string
}

// Accounts tells about the people of a platform.
type Accounts interface {
	// Active reports whether the account exists and is not deactivated.
	Active(ctx context.Context, user UserID) (bool, error)
	// DisplayName is how the platform shows this person. It is used to address
	// people and never stored.
	DisplayName(ctx context.Context, user UserID) (string, error)
	// Locale is the language in which this person uses the chat, such as "nl" or
	// "en-GB"; blank when the platform does not say. It chooses words and is never
	// stored. ErrNotFound.
	Locale(ctx context.Context, user UserID) (string, error)
}

// Platform is one chat platform: everything the bot does there.
type Platform interface {
	Name() string // "mattermost", "slack", "playground"
	Rooms
	Talk
	Forms
	Documents
	Accounts
}
