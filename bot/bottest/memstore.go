package bottest

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// MemStore is a bot.Store that keeps everything in memory, for tests of use
// cases. It keeps every promise of the port but surviving the process and
// sealing. Updates take turns; a view sees the picture of its beginning.
type MemStore struct {
	now   func() time.Time
	turn  sync.Mutex
	state atomic.Pointer[memState]
}

var _ bot.Store = (*MemStore)(nil)

// NewMemStore returns an empty store. now is the clock by which leases lapse.
func NewMemStore(now func() time.Time) *MemStore {
	s := &MemStore{now: now}
	s.state.Store(&memState{
		People: memMap{}, Orgs: memMap{}, Casussen: memMap{}, Receipts: memMap{}, Agreements: memMap{}, Consents: memMap{}, Files: memMap{},
		Verdicts: memMap{}, Policies: memMap{}, Holds: memMap{}, Circles: memMap{}, Matters: memMap{}, Cards: memMap{}, Dues: memMap{}, Jobs: memMap{}, Events: memMap{}, Tickets: memMap{}, Nonces: memMap{},
		Talks: memMap{}, Counts: memMap{}, Released: memMap{}, Leases: memMap{}, Sessions: memMap{}, Adoptions: memMap{}, Proposals: memMap{}, SignedOut: memMap{},
		blobs: map[bot.FileID]memBlob{}, codes: map[int]int{}, decoded: &sync.Map{},
	})
	return s
}

// memMap holds records as JSON, so that nothing that a caller keeps can change
// what is stored. A record that is changed is replaced.
type memMap map[string][]byte

// memState is one picture of the store. It is never changed once it is shown.
type memState struct {
	People, Orgs, Casussen, Receipts, Agreements, Consents, Files, Verdicts, Holds, Jobs, Events, Tickets, Nonces, Policies,
	Talks, Counts, Released, Matters, Cards, Dues, Circles, Leases, Sessions, Adoptions, Proposals, SignedOut memMap

	blobs   map[bot.FileID]memBlob
	codes   map[int]int // newest number by year
	entries []bot.Entry
	order   int // of records that come back in the order of adding

	decoded *sync.Map // jobs by the first byte of their record; shared by every picture
}

type memBlob struct {
	ref  bot.Ref
	data []byte
}

func (s *memState) clone() *memState {
	next := *s
	for _, m := range []*memMap{&next.People, &next.Orgs, &next.Casussen, &next.Receipts, &next.Agreements, &next.Consents, &next.Files,
		&next.Verdicts, &next.Holds, &next.Jobs, &next.Events, &next.Tickets, &next.Nonces, &next.Policies,
		&next.Talks, &next.Counts, &next.Released, &next.Matters, &next.Cards, &next.Dues, &next.Circles, &next.Leases,
		&next.Sessions, &next.Adoptions, &next.Proposals, &next.SignedOut} {
		*m = maps.Clone(*m)
	}
	next.blobs, next.codes = maps.Clone(s.blobs), maps.Clone(s.codes)
	next.entries = slices.Clone(s.entries)
	return &next
}

// ordered is a record with its place in the order of adding.
type ordered[T any] struct {
	Order int
	Value T
}

func get[T any](m memMap, key string) (T, error) {
	var v T
	data, ok := m[key]
	if !ok {
		return v, bot.ErrNotFound
	}
	return v, json.Unmarshal(data, &v)
}

func put(m memMap, key string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	m[key] = data
}

// all returns every record that keep wants, in the order of their keys.
func all[T any](m memMap, keep func(T) bool) ([]T, error) {
	var out []T
	for _, key := range slices.Sorted(maps.Keys(m)) {
		v, err := get[T](m, key)
		if err != nil {
			return nil, err
		}
		if keep(v) {
			out = append(out, v)
		}
	}
	return out, nil
}

// View implements bot.Store.
func (s *MemStore) View(ctx context.Context, f func(tx bot.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return f(&memTx{state: s.state.Load(), now: s.now})
}

// Update implements bot.Store.
func (s *MemStore) Update(ctx context.Context, f func(tx bot.Tx) error) error {
	return s.update(ctx, func(tx *memTx) error { return f(tx) })
}

func (s *MemStore) update(ctx context.Context, f func(tx *memTx) error) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	tx := &memTx{state: s.state.Load().clone(), now: s.now, write: true}
	if err := f(tx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	tx.dropBodies()
	s.state.Store(tx.state)
	return nil
}

// memTx is one transaction: a picture of its own, shown when it ends well.
type memTx struct {
	state    *memState
	now      func() time.Time
	write    bool
	finished map[string]bool
}

var errView = errors.New("a view cannot write")

// there reports whether a casus can be read: ErrNotFound, or ErrGone once erased.
func (tx *memTx) there(ref bot.Ref) error {
	c, err := get[bot.Casus](tx.state.Casussen, string(ref))
	if err == nil && c.Status == bot.Erased {
		err = bot.ErrGone
	}
	return err
}

// known is the same for writing.
func (tx *memTx) known(ref bot.Ref) error {
	if !tx.write {
		return errView
	}
	return tx.there(ref)
}

// add stores a new record of a casus in the order of adding.
func add[T any](tx *memTx, m memMap, ref bot.Ref, key string, v T) error {
	if err := tx.known(ref); err != nil {
		return err
	}
	if _, ok := m[key]; ok {
		return bot.ErrConflict
	}
	tx.state.order++
	put(m, key, ordered[T]{tx.state.order, v})
	return nil
}

// of returns the records of a casus in the order of adding.
func of[T any](tx *memTx, m memMap, ref bot.Ref, casus func(T) bot.Ref) ([]T, error) {
	if err := tx.there(ref); err != nil {
		return nil, err
	}
	records, err := all(m, func(r ordered[T]) bool { return casus(r.Value) == ref })
	slices.SortFunc(records, func(a, b ordered[T]) int { return a.Order - b.Order })
	var out []T
	for _, r := range records {
		out = append(out, r.Value)
	}
	return out, err
}

// end sets a moment of a record, once.
func end[T any](tx *memTx, m memMap, ref bot.Ref, id string, at time.Time, moment func(*T) *time.Time) error {
	if err := tx.known(ref); err != nil {
		return err
	}
	r, err := get[ordered[T]](m, keyOf(ref, id))
	if err != nil {
		return err
	}
	if !moment(&r.Value).IsZero() {
		return bot.ErrConflict
	}
	*moment(&r.Value) = at
	put(m, keyOf(ref, id), r)
	return nil
}

func keyOf(ref bot.Ref, id string) string { return string(ref) + "/" + id }
