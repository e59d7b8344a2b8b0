package gate

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"sync"
)

// Ticket lets the plugin's own upload for a person pass, once.
type Ticket struct {
	Channel string
	User    string
	Hash    string // hex SHA-256
	Size    int64  // bytes
}

// tickets holds the one ticket for an upload and those for messages. Uploads go
// one at a time: the hook sees only bytes, and with two open tickets it could
// not tell which upload is whose.
type tickets struct {
	one sync.Mutex // held from Ticketed's start to its end

	mu   sync.Mutex
	open *Ticket
	post *postTicket
}

type postTicket struct {
	channel, user string
	files         []string
}

// Ticketed uploads and posts for a person. upload and post are the server's own
// calls, which come back through the hooks: upload returns the new file's id,
// post posts it. The tickets end with the call, used or not.
func (g *Gate) Ticketed(t Ticket, upload func() (file string, err error), post func(file string) error) error {
	g.tickets.one.Lock()
	defer g.tickets.one.Unlock()
	defer g.tickets.clear()

	g.tickets.mu.Lock()
	g.tickets.open = &t
	g.tickets.mu.Unlock()
	file, err := upload()
	if err != nil {
		return err
	}
	g.tickets.mu.Lock()
	g.tickets.open = nil
	g.tickets.post = &postTicket{t.Channel, t.User, []string{file}}
	g.tickets.mu.Unlock()
	return post(file)
}

// Again posts a file that passed by a ticket earlier, when the message did not
// come about then. The file's record is what remains of that ticket.
func (g *Gate) Again(t Ticket, file string, post func() error) error {
	g.tickets.one.Lock()
	defer g.tickets.one.Unlock()
	defer g.tickets.clear()

	r, found, err := g.Records.Get(file)
	if err != nil {
		return err
	}
	if !found || r != (Record{Channel: t.Channel, User: t.User, Hash: t.Hash}) {
		return ErrNoRecord
	}
	g.tickets.mu.Lock()
	g.tickets.post = &postTicket{t.Channel, t.User, []string{file}}
	g.tickets.mu.Unlock()
	return post()
}

// ErrNoRecord means that a file never passed the gate, or not as this one.
var ErrNoRecord = errors.New("gate: no record of this file")

func (t *tickets) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open, t.post = nil, nil
}

// awaited reports whether an upload of ours is under way.
func (t *tickets) awaited() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.open != nil
}

// take uses up the open ticket when the upload could be the one it is for.
func (t *tickets) take(channel string, size int64) (Ticket, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open == nil || t.open.Channel != channel || t.open.Size != size {
		return Ticket{}, false
	}
	taken := *t.open
	t.open = nil
	return taken, true
}

// posting reports whether this message is the one that the plugin posts now.
func (t *tickets) posting(channel, user string, files []string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.post != nil && len(t.post.files) > 0 && t.post.channel == channel && t.post.user == user && slices.Equal(t.post.files, files)
}

// hashOf reads at most size+1 bytes and returns their SHA-256 and number.
func hashOf(content io.Reader, size int64) (string, int64, error) {
	sum := sha256.New()
	n, err := io.Copy(sum, io.LimitReader(content, size+1))
	return hex.EncodeToString(sum.Sum(nil)), n, err
}
