package bottest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"sync"

	"github.com/convenantbot/convenantbot/bot"
)

// Incoming is a bot.Incoming that remembers what it was told and answers what
// it was set to. Its zero value refuses everything.
type Incoming struct {
	mu sync.Mutex

	// OnUpload, OnPosting and OnSubmit answer the three questions; nil is no.
	OnUpload  func(bot.Upload, []byte) (bot.Answer, error)
	OnPosting func(bot.Posting) (bot.Answer, error)
	OnSubmit  func(bot.Submission) (bot.FormAnswer, error)

	seen    map[string]bool
	events  []bot.Event
	uploads []bot.Upload
	posts   []bot.Posting
	changed chan struct{}
}

var _ bot.Incoming = (*Incoming)(nil)

// Receive remembers the event; a repeat of its ID is dropped.
func (in *Incoming) Receive(_ context.Context, e bot.Event) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if e.ID == "" || e.Platform == "" {
		return errors.New("an event without an id or platform")
	}
	if in.seen == nil {
		in.seen = map[string]bool{}
	}
	if key := e.Platform + "|" + e.ID; !in.seen[key] {
		in.seen[key] = true
		in.events = append(in.events, e)
		in.wake()
	}
	return nil
}

// Submit answers with OnSubmit.
func (in *Incoming) Submit(_ context.Context, s bot.Submission) (bot.FormAnswer, error) {
	in.mu.Lock()
	f := in.OnSubmit
	in.mu.Unlock()
	if f == nil {
		return bot.FormAnswer{}, errors.New("nobody answers this form")
	}
	return f(s)
}

// Upload reads content to its end and answers with OnUpload.
func (in *Incoming) Upload(_ context.Context, u bot.Upload, content io.Reader) (bot.Answer, error) {
	data, err := io.ReadAll(content)
	if err != nil {
		return bot.Answer{}, err
	}
	in.mu.Lock()
	f := in.OnUpload
	in.uploads = append(in.uploads, u)
	in.wake()
	in.mu.Unlock()
	if f == nil {
		return bot.Answer{Text: "nee"}, nil
	}
	return f(u, data)
}

// Posting answers with OnPosting.
func (in *Incoming) Posting(_ context.Context, p bot.Posting) (bot.Answer, error) {
	in.mu.Lock()
	f := in.OnPosting
	in.posts = append(in.posts, p)
	in.wake()
	in.mu.Unlock()
	if f == nil {
		return bot.Answer{Text: "nee"}, nil
	}
	return f(p)
}

// Answer sets the three answers in one step; a nil one stays as it is.
func (in *Incoming) Answer(
	upload func(bot.Upload, []byte) (bot.Answer, error),
	posting func(bot.Posting) (bot.Answer, error),
	submit func(bot.Submission) (bot.FormAnswer, error),
) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if upload != nil {
		in.OnUpload = upload
	}
	if posting != nil {
		in.OnPosting = posting
	}
	if submit != nil {
		in.OnSubmit = submit
	}
}

// Uploads lists the uploads that were judged.
func (in *Incoming) Uploads() []bot.Upload {
	in.mu.Lock()
	defer in.mu.Unlock()
	return clone(in.uploads)
}

func clone[T any](s []T) []T { return append([]T(nil), s...) }

// wake tells those who wait that something came in. The caller holds the lock.
func (in *Incoming) wake() {
	if in.changed != nil {
		close(in.changed)
		in.changed = nil
	}
}

// Await returns the first event that fits, waiting for it until ctx ends.
func (in *Incoming) Await(ctx context.Context, fits func(bot.Event) bool) (bot.Event, error) {
	for {
		in.mu.Lock()
		for _, e := range in.events {
			if fits(e) {
				in.mu.Unlock()
				return e, nil
			}
		}
		if in.changed == nil {
			in.changed = make(chan struct{})
		}
		changed := in.changed
		in.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return bot.Event{}, ctx.Err()
		}
	}
}

// Hash returns the hex SHA-256 of data, as bot.Document and bot.PlatformFile
// spell it.
func Hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// reader returns data as a stream that says nothing of its length.
func reader(data []byte) io.Reader { return io.MultiReader(bytes.NewReader(data)) }
