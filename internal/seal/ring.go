package seal

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// secretSize is the length of every secret here, in bytes.
const secretSize = 32

// Wrapped is a scope's key as the store keeps it. Without the epoch's key it
// says nothing.
type Wrapped struct {
	Scope string
	Key   string // id, 16 hexadecimal digits
	Epoch string // "2026-11"
	Box   []byte
}

// Epochs keeps the keys of the epochs, wrapped by the master key.
type Epochs interface {
	// Load returns the wrapped key of an epoch, or ErrNoEpoch.
	Load(ctx context.Context, epoch string) ([]byte, error)
	// Store keeps box for epoch unless the epoch is there already, and returns
	// what is kept: of two replicas that start an epoch together, both go on
	// with the key of the first.
	Store(ctx context.Context, epoch string, box []byte) ([]byte, error)
	// Replace puts box in the place of the wrapped key of an epoch that is
	// there, or returns ErrNoEpoch.
	Replace(ctx context.Context, epoch string, box []byte) error
	// Drop removes an epoch for good. A second Drop is no error.
	Drop(ctx context.Context, epoch string) error
	// List returns the epochs that are there, oldest first.
	List(ctx context.Context) ([]string, error)
}

// Ring makes and opens the keys of scopes. It is safe for concurrent use.
type Ring struct {
	masters []Master
	epochs  Epochs
	now     func() time.Time

	loading sync.Mutex        // one at a time asks the store and the master, which may be slow
	mu      sync.Mutex        // of what is below; never held while somebody is asked
	open    map[string][]byte // epoch → its secret
	last    string            // the epoch that Prepare made ready; blank: none yet
}

// NewRing returns a ring. masters are secrets of 32 bytes: the first one wraps,
// the others only open, so that a master key can be replaced without a stop. now
// decides the current epoch.
func NewRing(masters [][]byte, epochs Epochs, now func() time.Time) (*Ring, error) {
	var all []Master
	for _, key := range masters {
		m, err := Local(key)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return NewRingOf(all, epochs, now)
}

// NewRingOf is NewRing for masters of any kind.
func NewRingOf(masters []Master, epochs Epochs, now func() time.Time) (*Ring, error) {
	if len(masters) == 0 {
		return nil, errors.New("a master key is needed")
	}
	return &Ring{masters: masters, epochs: epochs, now: now, open: map[string][]byte{}}, nil
}

// Epoch is the name of the epoch that t falls in: the month in UTC.
func Epoch(t time.Time) string { return t.UTC().Format("2006-01") }

// Prepare makes the current epoch ready, so that New and Rewrap need not write
// to Epochs: they go on with the epoch made ready last. A store that keeps its
// epochs in the same database calls it before each transaction.
func (r *Ring) Prepare(ctx context.Context) error {
	name := Epoch(r.now())
	r.mu.Lock()
	ready := r.last == name
	r.mu.Unlock()
	if ready {
		return nil
	}
	secret, err := r.epoch(ctx, name, true)
	if err != nil {
		return err
	}
	clear(secret)
	r.mu.Lock()
	r.last = name
	r.mu.Unlock()
	return nil
}

// current is the epoch under which new keys are wrapped.
func (r *Ring) current() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last != "" {
		return r.last
	}
	return Epoch(r.now())
}

// New returns a fresh key for scope, and how to keep it. Whoever stores the
// Wrapped must refuse a second key for the same scope.
func (r *Ring) New(ctx context.Context, scope string) (*Key, Wrapped, error) {
	secret := make([]byte, secretSize)
	rand.Read(secret)
	defer clear(secret)
	var id [idSize]byte
	rand.Read(id[:])
	w := Wrapped{Scope: scope, Key: hex.EncodeToString(id[:]), Epoch: r.current()}
	key, err := newKey(w.Key, scope, secret)
	if err != nil {
		return nil, Wrapped{}, err
	}
	if w.Box, err = r.wrap(ctx, w, secret); err != nil {
		return nil, Wrapped{}, err
	}
	return key, w, nil
}

// Open returns the key in w. An epoch that was dropped is ErrDestroyed; a box
// that belongs to another scope, key or epoch is ErrSealed. The caller ends with
// Key.Destroy.
func (r *Ring) Open(ctx context.Context, w Wrapped) (*Key, error) {
	secret, err := r.unwrap(ctx, w)
	if err != nil {
		return nil, err
	}
	defer clear(secret)
	return newKey(w.Key, w.Scope, secret)
}

// Rewrap returns w under the current epoch. The result was opened and compared
// with the old one before it is returned; until the caller has stored it the old
// one stays valid. Already current is no error.
func (r *Ring) Rewrap(ctx context.Context, w Wrapped) (Wrapped, error) {
	secret, err := r.unwrap(ctx, w)
	if err != nil {
		return Wrapped{}, err
	}
	defer clear(secret)
	next := w
	next.Epoch = r.current()
	if next.Box, err = r.wrap(ctx, next, secret); err != nil {
		return Wrapped{}, err
	}
	again, err := r.unwrap(ctx, next)
	if err != nil {
		return Wrapped{}, fmt.Errorf("verify new wrap: %w", err)
	}
	defer clear(again)
	if subtle.ConstantTimeCompare(secret, again) != 1 {
		return Wrapped{}, fmt.Errorf("verify new wrap: %w", ErrSealed)
	}
	return next, nil
}

// RewrapEpochs puts every epoch's key under the first master key, verified, and
// returns how many it changed. After it the other master keys may go.
func (r *Ring) RewrapEpochs(ctx context.Context) (int, error) {
	names, err := r.epochs.List(ctx)
	if err != nil {
		return 0, fmt.Errorf("list epochs: %w", err)
	}
	changed := 0
	for _, name := range names {
		box, err := r.epochs.Load(ctx, name)
		if err != nil {
			return changed, fmt.Errorf("read epoch %s: %w", name, err)
		}
		if len(box) > 0 && box[0] == layout && len(box) > idSize && r.masters[0].Name() == hex.EncodeToString(box[1:1+idSize]) {
			continue
		}
		secret, err := openBox(r.masters, box, epochPlace(name))
		if err != nil {
			return changed, fmt.Errorf("epoch %s: %w", name, err)
		}
		next, err := makeBox(r.masters[0], secret, epochPlace(name))
		if err != nil {
			return changed, fmt.Errorf("epoch %s: %w", name, err)
		}
		again, err := openBox(r.masters[:1], next, epochPlace(name))
		if err != nil || subtle.ConstantTimeCompare(secret, again) != 1 {
			return changed, fmt.Errorf("epoch %s: verify new wrap: %w", name, ErrMaster)
		}
		if err := r.epochs.Replace(ctx, name, next); err != nil {
			return changed, fmt.Errorf("keep epoch %s: %w", name, err)
		}
		changed++
	}
	return changed, nil
}

// DropEpoch destroys the key of a past epoch, here and in its store. Whatever is
// still wrapped under it is then gone for good, so the caller first makes sure
// that every live key was wrapped anew. The current epoch is refused.
func (r *Ring) DropEpoch(ctx context.Context, epoch string) error {
	if epoch >= r.current() || epoch >= Epoch(r.now()) {
		return fmt.Errorf("epoch %s is not past", epoch)
	}
	if err := r.epochs.Drop(ctx, epoch); err != nil {
		return fmt.Errorf("drop epoch %s: %w", epoch, err)
	}
	r.forget(epoch)
	return nil
}

func (r *Ring) forget(epoch string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.open[epoch])
	delete(r.open, epoch)
}

// Follow forgets the epochs that are not in the store any more: another replica,
// or an operator, dropped them. Until it is called this process could still open
// what was wrapped under one.
func (r *Ring) Follow(ctx context.Context) error {
	names, err := r.epochs.List(ctx)
	if err != nil {
		return fmt.Errorf("list epochs: %w", err)
	}
	r.mu.Lock()
	var gone []string
	for name := range r.open {
		if !slices.Contains(names, name) {
			gone = append(gone, name)
		}
	}
	r.mu.Unlock()
	for _, name := range gone {
		// A fresh epoch may have been stored after the list was made.
		if _, err := r.epochs.Load(ctx, name); errors.Is(err, ErrNoEpoch) {
			r.forget(name)
		}
	}
	return nil
}

func (r *Ring) wrap(ctx context.Context, w Wrapped, secret []byte) ([]byte, error) {
	kek, err := r.epoch(ctx, w.Epoch, true)
	if err != nil {
		return nil, err
	}
	return makeBox(local(kek), secret, wrapPlace(w))
}

func (r *Ring) unwrap(ctx context.Context, w Wrapped) ([]byte, error) {
	kek, err := r.epoch(ctx, w.Epoch, false)
	if err != nil {
		return nil, err
	}
	secret, err := openBox([]Master{local(kek)}, w.Box, wrapPlace(w))
	if errors.Is(err, ErrMaster) {
		err = ErrSealed
	}
	if err != nil {
		return nil, fmt.Errorf("open key %s: %w", w.Key, err)
	}
	return secret, nil
}

// epoch returns the secret of an epoch, making it when that is asked for. The
// secret stays in memory: it is the scope's own key that has to be gone at once,
// and DropEpoch empties this process's copy.
func (r *Ring) epoch(ctx context.Context, name string, create bool) ([]byte, error) {
	opened := func() ([]byte, bool) {
		r.mu.Lock()
		defer r.mu.Unlock()
		s, ok := r.open[name]
		return append([]byte(nil), s...), ok
	}
	if s, ok := opened(); ok {
		return s, nil
	}
	r.loading.Lock()
	defer r.loading.Unlock()
	if s, ok := opened(); ok {
		return s, nil
	}
	box, err := r.epochs.Load(ctx, name)
	if errors.Is(err, ErrNoEpoch) && !create {
		return nil, fmt.Errorf("epoch %s: %w", name, ErrDestroyed)
	}
	if errors.Is(err, ErrNoEpoch) {
		fresh := make([]byte, secretSize)
		rand.Read(fresh)
		if box, err = makeBox(r.masters[0], fresh, epochPlace(name)); err == nil {
			box, err = r.epochs.Store(ctx, name, box)
		}
		clear(fresh)
	}
	if err != nil {
		return nil, fmt.Errorf("epoch %s: %w", name, err)
	}
	secret, err := openBox(r.masters, box, epochPlace(name))
	if err != nil {
		return nil, fmt.Errorf("epoch %s: %w", name, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open[name] = secret
	return append([]byte(nil), secret...), nil
}

func epochPlace(name string) []byte {
	return Place{Table: "epochs", Column: "box", Row: name, Schema: 1}.bytes()
}

func wrapPlace(w Wrapped) []byte {
	return Place{Table: "keys", Column: "box", Scope: w.Scope, Row: w.Key + "/" + w.Epoch, Schema: 1}.bytes()
}

// fingerprint names a wrapping key without saying anything about it.
func fingerprint(key []byte) string {
	sum := sha256.Sum256(append([]byte("convenantbot/fingerprint/1"), key...))
	return hex.EncodeToString(sum[:idSize])
}

// makeBox wraps secret: a byte of layout, the name of the master, and its box.
func makeBox(m Master, secret, ad []byte) ([]byte, error) {
	box, err := m.Wrap(secret, ad)
	if err != nil {
		return nil, err
	}
	id, err := hex.DecodeString(m.Name())
	if err != nil || len(id) != idSize {
		return nil, fmt.Errorf("wrap: the master has no name of %d bytes", idSize)
	}
	return append(append([]byte{layout}, id...), box...), nil
}

// openBox opens a box with the one master that it names; ErrMaster if that is
// not among masters, ErrSealed if it does not open.
func openBox(masters []Master, box, ad []byte) ([]byte, error) {
	if len(box) < 1+idSize || box[0] != layout {
		return nil, ErrSealed
	}
	want := hex.EncodeToString(box[1 : 1+idSize])
	for _, m := range masters {
		if m.Name() != want {
			continue
		}
		secret, err := m.Unwrap(box[1+idSize:], ad)
		if err == nil && len(secret) != secretSize {
			err = ErrSealed
		}
		return secret, err
	}
	return nil, ErrMaster
}
