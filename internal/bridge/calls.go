package bridge

import "encoding/json"

// Call is one named call with the types of its question and answer. What is
// not in this file cannot be asked over the bridge.
type Call[In, Out any] struct {
	Name      string
	Direction Direction
	// Stream says that bytes go along with the question.
	Stream bool
}

// Path returns the path of the call below the address of who is called. It is
// what both sides sign.
func (c Call[In, Out]) Path() string { return Prefix + c.Name }

// Prefix is the path under which all calls live.
const Prefix = "/bridge/v1/"

// The calls of the plugin to the bot.
var (
	// BotHello is the first call after a start: versions and state.
	BotHello = Call[PluginState, BotState]{Name: "hello", Direction: ToBot}
	// BotUpload offers the bytes of an upload. The zero Verdict is no.
	BotUpload = Call[Upload, Verdict]{Name: "upload", Direction: ToBot, Stream: true}
	// BotPosting asks whether a message may be posted or changed.
	BotPosting = Call[Posting, Verdict]{Name: "posting", Direction: ToBot}
	// BotSwept asks about a message that was stored while nobody could be asked:
	// whether its text may stay.
	BotSwept = Call[Posting, Verdict]{Name: "swept", Direction: ToBot}
	// BotEvent hands over something that happened. After an answer the bot has
	// stored it.
	BotEvent = Call[Event, Done]{Name: "event", Direction: ToBot}
	// BotSubmit hands over a form that was sent, and waits for the answer.
	BotSubmit = Call[Submission, SubmitAnswer]{Name: "submit", Direction: ToBot}
)

// The calls of the bot to the plugin.
var (
	// PluginHello asks for versions and state.
	PluginHello = Call[BotState, PluginState]{Name: "hello", Direction: ToPlugin}
	// PluginProtect makes the gate watch a channel; it is answered when that is
	// written down.
	PluginProtect = Call[ChannelRef, Done]{Name: "protect", Direction: ToPlugin}
	// PluginUnprotect ends it, after a channel was erased.
	PluginUnprotect = Call[ChannelRef, Done]{Name: "unprotect", Direction: ToPlugin}
	// PluginProtected lists the channels that the gate watches.
	PluginProtected = Call[Done, Channels]{Name: "protected", Direction: ToPlugin}
	// PluginAdmit announces what the bot is about to do to a protected channel,
	// so that the hooks of newer servers let exactly that pass, once.
	PluginAdmit = Call[Admission, Done]{Name: "admit", Direction: ToPlugin}
	// PluginMembers lists who is in each of the channels.
	PluginMembers = Call[Channels, Members]{Name: "members", Direction: ToPlugin}
	// PluginRestoreBot puts the bot back into a channel as its admin.
	PluginRestoreBot = Call[ChannelRef, Done]{Name: "restore-bot", Direction: ToPlugin}
	// PluginSay posts as the bot, once for each key.
	PluginSay = Call[Saying, PostRef]{Name: "say", Direction: ToPlugin}
	// PluginWhisper shows something to one person.
	PluginWhisper = Call[Whisper, Done]{Name: "whisper", Direction: ToPlugin}
	// PluginOpenForm opens a dialog.
	PluginOpenForm = Call[OpenForm, Done]{Name: "open-form", Direction: ToPlugin}
	// PluginPostFile posts an approved file for a person, once for each key. The
	// bytes go along.
	PluginPostFile = Call[PersonFile, PostRef]{Name: "post-file", Direction: ToPlugin, Stream: true}
	// PluginRetract takes out of sight what was posted under a key, and lets nothing
	// be posted under it any more. The answer names no message when none stood there.
	PluginRetract = Call[Retraction, PostRef]{Name: "retract", Direction: ToPlugin}
	// PluginSayFor posts a message for a person, once for each key.
	PluginSayFor = Call[PersonSaying, PostRef]{Name: "say-for", Direction: ToPlugin}
	// PluginPostsOf lists what a person said in a channel, oldest first.
	PluginPostsOf = Call[PostsOf, Posts]{Name: "posts-of", Direction: ToPlugin}
	// PluginHide takes a message with its files out of sight.
	PluginHide = Call[PostRef, Done]{Name: "hide", Direction: ToPlugin}
	// PluginFiles lists every file of a channel with where it hangs.
	PluginFiles = Call[ChannelRef, Files]{Name: "files", Direction: ToPlugin}
	// PluginExposed tells what somebody could have read in a channel.
	PluginExposed = Call[Exposed, Exposure]{Name: "exposed", Direction: ToPlugin}
	// PluginPosts lists every message of a channel, also deleted ones and earlier
	// versions, replies before their roots.
	PluginPosts = Call[ChannelRef, Posts]{Name: "posts", Direction: ToPlugin}
	// PluginAdoptFiles hangs files that no message names on throw-away messages
	// that nobody sees, so that an admin can remove both for good.
	PluginAdoptFiles = Call[Files, Posts]{Name: "adopt-files", Direction: ToPlugin}
)

// Done is an answer, or a question, without content.
type Done struct{}

// ChannelRef names a channel.
type ChannelRef struct {
	Channel string `json:"channel"`
}

// Channels names several.
type Channels struct {
	Channels []string `json:"channels"`
}

// Exposed asks about a stay in a channel (User), or about a message that stood
// there (Post).
type Exposed struct {
	Channel string `json:"channel"`
	User    string `json:"user,omitempty"`
	Post    string `json:"post,omitempty"`
}

// Exposure is when it lasted, by the server's own tables, and what stood in the
// channel meanwhile. To is zero while it lasts.
type Exposure struct {
	From     int64 `json:"from"`     // milliseconds since 1970
	To       int64 `json:"to"`       // likewise
	Messages int   `json:"messages"` // that could be read; the server's own notices left out
	Files    int   `json:"files"`    // that hung on them
	People   int   `json:"people"`   // who were in the channel at its end, the bot left out
}

// PostRef names a message; the zero one names none.
type PostRef struct {
	Post string `json:"post"`
	File string `json:"file,omitempty"`
}

// Posts names several.
type Posts struct {
	Posts []string `json:"posts"`
}

// PluginState is what the plugin says of itself.
type PluginState struct {
	Bridge    int    `json:"bridge"`
	Plugin    string `json:"plugin"`    // its version
	Server    string `json:"server"`    // version of the chat server
	Bot       string `json:"bot"`       // user id of the bot's account
	Protected int    `json:"protected"` // channels it watches
	Readable  bool   `json:"readable"`  // false: it could not read them and guards every private channel with the bot
	Waiting   int    `json:"waiting"`   // events not yet handed over
	Started   int64  `json:"started"`   // milliseconds since 1970
	Database  bool   `json:"database"`  // it can detach files that an edit brought
	Panics    int64  `json:"panics"`    // hooks that panicked since the start, and said no
	Guard     bool   `json:"guard"`     // the server is new enough to close a channel while the plugin is away
}

// BotState is what the bot says of itself.
type BotState struct {
	Bridge int    `json:"bridge"`
	Bot    string `json:"bot"` // its version
	Now    int64  `json:"now"` // its clock, in milliseconds since 1970
}

// Verdict is the bot's yes or no. The zero Verdict is no.
type Verdict struct {
	Allow bool   `json:"allow"`
	Text  string `json:"text,omitempty"` // for the person, when it is no
}

// Upload is a file on its way into a channel; its bytes go along.
type Upload struct {
	Channel string `json:"channel"`
	User    string `json:"user"`
	Name    string `json:"name"`
	Size    int64  `json:"size"` // bytes
	At      int64  `json:"at"`   // milliseconds since 1970
}

// File is a file as the chat server knows it.
type File struct {
	ID      string `json:"id"`
	Name    string `json:"name,omitempty"`
	Size    int64  `json:"size,omitempty"` // bytes
	Hash    string `json:"hash,omitempty"` // hex SHA-256
	Channel string `json:"channel,omitempty"`
	User    string `json:"user,omitempty"` // its creator
	Post    string `json:"post,omitempty"` // blank: hangs on no message
	Gone    bool   `json:"gone,omitempty"` // marked as deleted, row and bytes are still there
}

// Files are several files of one channel.
type Files struct {
	Channel string `json:"channel"`
	Files   []File `json:"files"`
}

// Posting is a message on its way into a channel, or a change to one.
type Posting struct {
	Channel string `json:"channel"`
	User    string `json:"user"`
	Thread  string `json:"thread,omitempty"`
	Post    string `json:"post,omitempty"` // the message that is changed; blank for a new one
	Text    string `json:"text,omitempty"`
	Files   []File `json:"files,omitempty"`
	At      int64  `json:"at"`
}

// Event is something that happened.
type Event struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	At      int64  `json:"at"` // milliseconds since 1970
	User    string `json:"user,omitempty"`
	By      string `json:"by,omitempty"`
	Channel string `json:"channel,omitempty"`
	Direct  bool   `json:"direct,omitempty"`
	Thread  string `json:"thread,omitempty"`
	Message string `json:"message,omitempty"`
	Text    string `json:"text,omitempty"`
	Name    string `json:"name,omitempty"`
	Trigger string `json:"trigger,omitempty"`
	Ticket  string `json:"ticket,omitempty"`
	Files   []File `json:"files,omitempty"`
}

// The kinds of events.
const (
	Said    = "said"
	Command = "command"
	Pressed = "pressed"
	Joined  = "joined"
	Left    = "left"
	Changed = "changed"
	Slipped = "slipped"
)

// Submission is a form that a person sent. Values holds each field's values.
type Submission struct {
	Ticket  string              `json:"ticket"`
	User    string              `json:"user"`
	Channel string              `json:"channel"`
	Values  map[string][]string `json:"values"`
}

// SubmitAnswer is what the person sees after sending a form.
type SubmitAnswer struct {
	Errors map[string]string `json:"errors,omitempty"` // by field; "" is about the whole form
	Next   json.RawMessage   `json:"next,omitempty"`   // a next form, rendered by the adapter
	Text   string            `json:"text,omitempty"`   // shown to the person alone
}

// Admission announces one act of the bot itself.
type Admission struct {
	Channel string `json:"channel"`
	Act     string `json:"act"`
	User    string `json:"user,omitempty"` // who is added
}

// The acts that are announced.
const (
	ActAdd     = "add"
	ActArchive = "archive"
	ActRestore = "restore"
	ActUpdate  = "update"
)

// Member is somebody in a channel.
type Member struct {
	User  string `json:"user"`
	Admin bool   `json:"admin,omitempty"` // of the channel
}

// Members are the members of channels, the bot included. A channel that is not
// there is missing.
type Members struct {
	Members map[string][]Member `json:"members"`
}

// Saying is a message of the bot. Body is the message as the adapter rendered
// it; Channel and User are exclusive, User is a direct message.
type Saying struct {
	Channel string          `json:"channel,omitempty"`
	User    string          `json:"user,omitempty"`
	Key     string          `json:"key"`
	Body    json.RawMessage `json:"body"`
}

// Whisper is a message that one person sees.
type Whisper struct {
	Channel string          `json:"channel"`
	User    string          `json:"user"`
	Body    json.RawMessage `json:"body"`
}

// OpenForm is a dialog as the adapter rendered it.
type OpenForm struct {
	Trigger string          `json:"trigger"`
	Dialog  json.RawMessage `json:"dialog"`
}

// Retraction names what was, or may yet be, posted under a key.
type Retraction struct {
	Channel string `json:"channel"`
	Key     string `json:"key"`
}

// PersonSaying is a message that the plugin posts for a person.
type PersonSaying struct {
	Channel string `json:"channel"`
	User    string `json:"user"`
	Thread  string `json:"thread,omitempty"`
	Text    string `json:"text"`
	Key     string `json:"key"`
}

// PostsOf asks for the messages of a person that can be seen.
type PostsOf struct {
	Channel string `json:"channel"`
	User    string `json:"user"`
	Since   int64  `json:"since"` // milliseconds since 1970
	Limit   int    `json:"limit"`
}

// PersonFile is an approved file that the plugin posts for a person.
type PersonFile struct {
	Channel string `json:"channel"`
	User    string `json:"user"`
	Thread  string `json:"thread,omitempty"`
	Name    string `json:"name"`
	Size    int64  `json:"size"` // bytes
	Hash    string `json:"hash"` // hex SHA-256
	Text    string `json:"text,omitempty"`
	Key     string `json:"key"`
}
