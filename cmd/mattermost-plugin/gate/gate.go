package gate

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/internal/bridge"
)

// Bot is who decides. An error is a no.
type Bot interface {
	// Upload hands over the bytes of an upload, exactly u.Size of them, and
	// returns the verdict with the SHA-256 of the bytes that were read.
	Upload(ctx context.Context, u bridge.Upload, content io.Reader) (v bridge.Verdict, hash string, err error)
	// Posting asks about a new or changed message.
	Posting(ctx context.Context, p bridge.Posting) (bridge.Verdict, error)
	// Swept asks whether the text of a message may stay that is there already.
	Swept(ctx context.Context, p bridge.Posting) (bridge.Verdict, error)
}

// Channels knows which channels are protected. When it cannot know it says yes.
type Channels interface {
	Protected(channel string) bool
	// Any reports whether any channel at all is protected, or may be.
	Any() bool
}

// Record says that a file passed the gate at its upload.
type Record struct {
	Channel string `json:"c"`
	User    string `json:"u"`
	Hash    string `json:"h"`
}

// Records keeps a Record for each file. Found is false for none.
type Records interface {
	Put(file string, r Record) error
	Get(file string) (r Record, found bool, err error)
}

// Attachments is what hangs on messages, in the server's own database.
type Attachments interface {
	// Bound lists the files that hang on a message and are not deleted.
	Bound(ctx context.Context, post string) ([]string, error)
	// Detach takes files off a message and marks them as deleted, so that they
	// cannot be listed, found or fetched. It is done when it returns nil.
	Detach(ctx context.Context, post string, files []string) error
}

// Texts are what a person reads when the gate itself says no.
type Texts struct {
	Away      string // the bot does not answer
	Resumable string // an upload in parts
	Bookmark  string // a bookmark, or another upload without a person
	Short     string // other bytes than were announced
	Empty     string // no bytes at all
	TooLarge  string
	NoRecord  string // a file without an approval for this channel
	Edit      string // a change that brings a file
	Broken    string // a fault of ours
	Member    string // somebody is added who was not let in by the bot
	Change    string // the channel is changed past the bot
}

// Gate answers the hooks. All its fields must be set.
type Gate struct {
	Bot         Bot
	Channels    Channels
	Records     Records
	Attachments Attachments
	Texts       Texts
	Now         func() time.Time
	// Self returns the user id of the bot's own account.
	Self func() string
	// MaxFile is the size from which a file is refused unread, in bytes.
	MaxFile int64
	// Patience is how long a person waits for the answer about a message.
	Patience time.Duration
	// Slipped is told what got past and could not be undone.
	Slipped func(channel, user, post string, files []string)

	tickets    tickets
	admissions admissions
}

// Ruling is what a hook answers. The zero Ruling lets pass, so it is made only
// by pass and refuse.
type Ruling struct {
	Refusal string // for the person; blank: it may pass
	// Creator replaces that of the plugin's own upload; Channel is that of a file
	// that passes into a protected room.
	Creator string
	Channel string
}

// Passes reports whether the ruling lets pass.
func (r Ruling) Passes() bool { return r.Refusal == "" }

func pass() Ruling { return Ruling{} }

// refuse never makes a Ruling that passes, also when no text is there.
func refuse(text string) Ruling {
	if strings.TrimSpace(text) == "" {
		text = "Nee."
	}
	return Ruling{Refusal: text}
}

// Creators that the server writes for an upload that no person made.
const (
	noUser        = "nouser"
	bookmarkOwner = "bookmark"
)

// Upload is a file at the hook.
type Upload struct {
	File    string // its id; blank for an upload in parts
	Channel string
	Creator string
	Path    string // in the server's file store; it tells the channel where Channel is blank
	Name    string
	Size    int64 // bytes
}

// Upload judges a file before anybody can see it.
func (g *Gate) Upload(ctx context.Context, u Upload, content io.Reader) Ruling {
	channel := u.Channel
	if channel == "" {
		channel = channelOf(u.Path)
	}
	if u.Creator == noUser && g.tickets.awaited() {
		if r, mine := g.own(u, channel, content); mine {
			return r
		}
	}
	if channel == "" {
		// A file of nobody, for nowhere: another plugin's. It can be attached by
		// anyone who has its id, so with protected rooms about it may not exist.
		if g.Channels.Any() {
			return refuse(g.Texts.Bookmark)
		}
		return pass()
	}
	if !g.Channels.Protected(channel) {
		return pass()
	}
	switch {
	case u.Creator == "" || u.Creator == noUser || u.Creator == bookmarkOwner:
		return refuse(g.Texts.Bookmark)
	case u.File == "":
		return refuse(g.Texts.Resumable)
	case u.Size == 0:
		return refuse(g.Texts.Empty)
	case u.Size < 0 || u.Size > g.MaxFile:
		return refuse(g.Texts.TooLarge)
	}
	verdict, hash, err := g.Bot.Upload(ctx, bridge.Upload{
		Channel: channel, User: u.Creator, Name: u.Name, Size: u.Size, At: g.Now().UnixMilli(),
	}, content)
	switch {
	case errors.Is(err, ErrShort):
		return refuse(g.Texts.Short)
	case err != nil:
		return refuse(g.Texts.Away)
	case !verdict.Allow:
		return refuse(verdict.Text)
	case hash == "":
		return refuse(g.Texts.Broken)
	}
	if err := g.Records.Put(u.File, Record{Channel: channel, User: u.Creator, Hash: hash}); err != nil {
		return refuse(g.Texts.Broken)
	}
	return Ruling{Channel: channel}
}

// ErrShort is for a Bot to return when there were not exactly Size bytes.
var ErrShort = errors.New("gate: not the announced number of bytes")

// own judges what may be the plugin's own upload. It is mine only when the
// bytes are the ones that the open ticket names; whatever else comes along
// meanwhile has then been read and must be refused.
func (g *Gate) own(u Upload, channel string, content io.Reader) (Ruling, bool) {
	t, ok := g.tickets.take(channel, u.Size)
	if !ok {
		return Ruling{}, false
	}
	hash, n, err := hashOf(content, u.Size)
	if err != nil || n != u.Size || hash != t.Hash || u.File == "" {
		return refuse(g.Texts.Short), true
	}
	if err := g.Records.Put(u.File, Record{Channel: t.Channel, User: t.User, Hash: t.Hash}); err != nil {
		return refuse(g.Texts.Broken), true
	}
	return Ruling{Creator: t.User, Channel: t.Channel}, true
}

// channelOf reads the channel from a path such as
// 20260113/teams/noteam/channels/<id>/users/nouser/<id>/name.
func channelOf(path string) string {
	parts := strings.Split(path, "/")
	for i := 0; i+1 < len(parts); i++ {
		if parts[i] == "channels" {
			if id := parts[i+1]; validID(id) {
				return id
			}
			return ""
		}
	}
	return ""
}

// validID says whether s has the form of the server's ids.
func validID(s string) bool {
	if len(s) != 26 {
		return false
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			return false
		}
	}
	return true
}

// Post is a message at the hook.
type Post struct {
	ID      string
	Channel string
	User    string
	Thread  string
	Type    string
	Text    string // with the text and links of its attachments
	Files   []string
}

// system says whether the server itself wrote the message.
func (p Post) system() bool { return strings.HasPrefix(p.Type, "system_") }

// Posting judges a new message before it is stored.
func (g *Gate) Posting(ctx context.Context, p Post) Ruling {
	if !g.Channels.Protected(p.Channel) {
		return pass()
	}
	switch {
	case len(p.Files) == 0 && p.system():
		// Joins, leaves and the like; refusing them breaks the act itself.
		return pass()
	case len(p.Files) == 0 && p.User == g.Self():
		return pass()
	case len(p.Files) > 0 && g.tickets.posting(p.Channel, p.User, p.Files):
		return pass()
	}
	files, refusal := g.approved(p)
	if refusal != "" {
		return refuse(refusal)
	}
	return g.ask(ctx, p, "", files)
}

// approved returns the files of p with their hashes, or why not.
func (g *Gate) approved(p Post) (files []bridge.File, refusal string) {
	for _, id := range p.Files {
		r, found, err := g.Records.Get(id)
		switch {
		case err != nil:
			return nil, g.Texts.Broken
		case !found || r.Channel != p.Channel || r.User != p.User || r.Hash == "":
			return nil, g.Texts.NoRecord
		}
		files = append(files, bridge.File{ID: id, Hash: r.Hash, Channel: r.Channel, User: r.User})
	}
	return files, ""
}

// ask puts a message before the bot.
func (g *Gate) ask(ctx context.Context, p Post, changed string, files []bridge.File) Ruling {
	ctx, cancel := context.WithTimeout(ctx, g.Patience)
	defer cancel()
	v, err := g.Bot.Posting(ctx, bridge.Posting{
		Channel: p.Channel, User: p.User, Thread: p.Thread, Post: changed,
		Text: p.Text, Files: files, At: g.Now().UnixMilli(),
	})
	switch {
	case err != nil:
		return refuse(g.Texts.Away)
	case !v.Allow:
		return refuse(v.Text)
	}
	return pass()
}

// Update judges a change to a message. The server has attached what the change
// brings before it asks, and a no does not undo that; so the gate undoes it
// itself. An old version that is put back comes along the same way.
func (g *Gate) Update(ctx context.Context, changed, old Post) Ruling {
	if !g.Channels.Protected(old.Channel) && !g.Channels.Protected(changed.Channel) {
		return pass()
	}
	had := map[string]bool{}
	for _, id := range old.Files {
		had[id] = true
	}
	var brought []string
	note := func(ids []string) {
		for _, id := range ids {
			if !had[id] {
				had[id] = true
				brought = append(brought, id)
			}
		}
	}
	note(changed.Files)
	bound, err := g.Attachments.Bound(ctx, old.ID)
	note(bound)
	if len(brought) > 0 {
		if undo := g.Attachments.Detach(ctx, old.ID, brought); undo != nil || err != nil {
			g.Slipped(old.Channel, old.User, old.ID, brought)
		}
		return refuse(g.Texts.Edit)
	}
	if err != nil {
		return refuse(g.Texts.Broken)
	}
	if changed.Text == old.Text || old.User == g.Self() || old.system() {
		return pass()
	}
	return g.ask(ctx, changed, old.ID, nil)
}

// Posted looks at a message after it was stored: what stands there without a
// record got past the gate while it was away.
func (g *Gate) Posted(p Post) {
	if len(p.Files) == 0 || !g.Channels.Protected(p.Channel) {
		return
	}
	if _, refusal := g.approved(p); refusal != "" {
		g.Slipped(p.Channel, p.User, p.ID, p.Files)
	}
}

// Swept looks at a message of a protected channel that came, or was changed,
// while the gate may have been away; p.Files are only those that came then. What
// has no approval is reported as slipped in, and so is a text that the bot would
// have stopped. While the bot does not answer it is ErrUnasked and must be looked
// at again.
func (g *Gate) Swept(ctx context.Context, p Post) error {
	if p.system() || !g.Channels.Protected(p.Channel) {
		return nil
	}
	if len(p.Files) > 0 {
		if _, refusal := g.approved(p); refusal != "" {
			g.Slipped(p.Channel, p.User, p.ID, p.Files)
			return nil
		}
	}
	if p.User == g.Self() || strings.TrimSpace(p.Text) == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, g.Patience)
	defer cancel()
	v, err := g.Bot.Swept(ctx, bridge.Posting{Channel: p.Channel, User: p.User, Thread: p.Thread, Post: p.ID, Text: p.Text, At: g.Now().UnixMilli()})
	if err != nil {
		return errors.Join(ErrUnasked, err)
	}
	if !v.Allow {
		g.Slipped(p.Channel, p.User, p.ID, nil)
	}
	return nil
}

// ErrUnasked means that the bot could not be asked about what is there already.
var ErrUnasked = errors.New("gate: the bot could not be asked")

// MemberAdded judges somebody who is about to be in a channel. Only whom the
// bot announced comes in; so a bot that is away adds nobody.
func (g *Gate) MemberAdded(channel, user string) Ruling {
	if !g.Channels.Protected(channel) || user == g.Self() {
		return pass()
	}
	if g.admissions.use(g.Now(), bridge.Admission{Channel: channel, Act: bridge.ActAdd, User: user}) {
		return pass()
	}
	return refuse(g.Texts.Member)
}

// Change judges a rename, conversion, archive or restore of a channel.
func (g *Gate) Change(channel, act string) Ruling {
	if !g.Channels.Protected(channel) || g.admissions.use(g.Now(), bridge.Admission{Channel: channel, Act: act}) {
		return pass()
	}
	return refuse(g.Texts.Change)
}

// Unsent judges what is written down for later: a scheduled message or draft
// with files. It is judged again when it is sent; here only files are refused
// that have no approval.
func (g *Gate) Unsent(p Post) Ruling {
	if len(p.Files) == 0 || !g.Channels.Protected(p.Channel) {
		return pass()
	}
	if _, refusal := g.approved(p); refusal != "" {
		return refuse(refusal)
	}
	return pass()
}

// Admit notes that the bot is about to do this itself.
func (g *Gate) Admit(a bridge.Admission) { g.admissions.add(g.Now(), a) }

// admissionTerm is how long an announced act may take to arrive.
const admissionTerm = 30 * time.Second

type admissions struct {
	mu   sync.Mutex
	open map[bridge.Admission]time.Time
}

func (a *admissions) add(now time.Time, what bridge.Admission) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open == nil {
		a.open = map[bridge.Admission]time.Time{}
	}
	for old, end := range a.open {
		if !now.Before(end) {
			delete(a.open, old)
		}
	}
	a.open[what] = now.Add(admissionTerm)
}

func (a *admissions) use(now time.Time, what bridge.Admission) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	end, ok := a.open[what]
	delete(a.open, what)
	return ok && now.Before(end)
}
