package bridge

import (
	"context"
	"sync"
	"time"
)

// Nonces remembers the nonces of calls that were accepted. The bot keeps them
// in SQL and the plugin in the server's key-value store, so that neither a
// restart nor a second replica opens the door to a replay.
type Nonces interface {
	// Fresh records nonce until the given time and reports whether it was new.
	// Of two calls at the same time with one nonce exactly one is new. An error
	// means that nobody knows; the caller refuses.
	Fresh(ctx context.Context, nonce string, until time.Time) (bool, error)
}

// MemoryNonces keeps nonces in the memory of one process, for tests and for a
// process that never outlives its secret. Make it with NewMemoryNonces.
type MemoryNonces struct {
	now  func() time.Time
	mu   sync.Mutex
	seen map[string]time.Time
	// purge is at how many nonces the next look for stale ones is taken.
	purge int
}

var _ Nonces = (*MemoryNonces)(nil)

// NewMemoryNonces returns an empty store of nonces.
func NewMemoryNonces(now func() time.Time) *MemoryNonces {
	return &MemoryNonces{now: now, seen: map[string]time.Time{}}
}

// Fresh implements Nonces.
func (m *MemoryNonces) Fresh(_ context.Context, nonce string, until time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if len(m.seen) >= m.purge {
		for old, end := range m.seen {
			if end.Before(now) {
				delete(m.seen, old)
			}
		}
		m.purge = max(1024, 2*len(m.seen))
	}
	if _, seen := m.seen[nonce]; seen {
		return false, nil
	}
	m.seen[nonce] = until
	return true, nil
}
