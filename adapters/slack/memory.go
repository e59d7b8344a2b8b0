package slack

import (
	"context"
	"sync"

	"github.com/convenantbot/convenantbot/bot"
)

// Memory keeps small things that Slack does not keep for us: short values under a
// name of ours, sealed at rest. It is shared by all copies and outlives a
// restart.
type Memory interface {
	// Recall returns what was noted last under name; bot.ErrNotFound.
	Recall(ctx context.Context, name string) ([]byte, error)
	// Note keeps value under name, in the place of what was there.
	Note(ctx context.Context, name string, value []byte) error
}

// Forgetful is a Memory that lasts as long as the process. Its zero value is
// empty.
type Forgetful struct {
	mu    sync.Mutex
	known map[string][]byte
}

var _ Memory = (*Forgetful)(nil)

// Recall implements Memory.
func (f *Forgetful) Recall(_ context.Context, name string) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if v, ok := f.known[name]; ok {
		return v, nil
	}
	return nil, bot.ErrNotFound
}

// Note implements Memory.
func (f *Forgetful) Note(_ context.Context, name string, value []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known == nil {
		f.known = map[string][]byte{}
	}
	f.known[name] = append([]byte(nil), value...)
	return nil
}
