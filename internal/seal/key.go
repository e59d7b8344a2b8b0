package seal

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"sync"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
)

// layout is the first byte of every sealed value.
const layout = 1

// idSize is the length of a key's id in a sealed value, in bytes.
const idSize = 8

// Place says where a sealed value lives. It is bound to the value, so that a
// ciphertext that is copied to another row, column, casus or table, or that is
// read by code for another shape, does not open.
type Place struct {
	Table  string
	Column string
	Scope  string   // the casus, person or installation whose key seals it
	Row    string   // primary key of the row
	Schema int      // version of the plaintext's shape, counted from 1
	Clear  []string // what stands unsealed beside it and must not change either
}

func (p Place) bytes() []byte {
	b := make([]byte, 0, 64)
	for _, s := range []string{p.Table, p.Column, p.Scope, p.Row} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	b = binary.AppendUvarint(b, uint64(p.Schema))
	for _, s := range p.Clear {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return b
}

// Key is the opened key of one scope. It is safe for concurrent use. The zero
// Key is a destroyed one.
type Key struct {
	mu     sync.RWMutex
	id     string
	scope  string
	sealer *subtle.AESGCM
	commit []byte
	lookup []byte
}

// newKey derives the three uses of a scope's secret, so that no use can be
// turned into another.
func newKey(id, scope string, secret []byte) (*Key, error) {
	derive := func(use string) ([]byte, error) {
		return hkdf.Key(sha256.New, secret, nil, "convenantbot/"+use+"/1", 32)
	}
	sealing, err := derive("seal")
	if err != nil {
		return nil, fmt.Errorf("derive sealing key: %w", err)
	}
	defer clear(sealing)
	sealer, err := subtle.NewAESGCM(sealing)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	commit, err := derive("commit")
	if err != nil {
		return nil, fmt.Errorf("derive commitment key: %w", err)
	}
	lookup, err := derive("lookup")
	if err != nil {
		return nil, fmt.Errorf("derive lookup key: %w", err)
	}
	return &Key{id: id, scope: scope, sealer: sealer, commit: commit, lookup: lookup}, nil
}

// ID is the random public name of the key: 16 hexadecimal digits. It may appear
// in a receipt of destruction.
func (k *Key) ID() string { return k.id }

// Scope is what the key belongs to.
func (k *Key) Scope() string { return k.scope }

// Seal returns plain sealed for place. The scope of place must be the key's own.
func (k *Key) Seal(place Place, plain []byte) ([]byte, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.sealer == nil {
		return nil, at(place, ErrDestroyed)
	}
	if place.Scope != k.scope {
		return nil, at(place, ErrSealed)
	}
	id, err := hex.DecodeString(k.id)
	if err != nil || len(id) != idSize {
		return nil, at(place, ErrSealed)
	}
	box, err := k.sealer.Encrypt(plain, place.bytes())
	if err != nil {
		return nil, at(place, err)
	}
	out := make([]byte, 0, 1+idSize+len(box))
	out = append(out, layout)
	out = append(out, id...)
	return append(out, box...), nil
}

// Open returns what Seal sealed for exactly this place. Anything else is
// ErrSealed; after Destroy it is ErrDestroyed.
func (k *Key) Open(place Place, sealed []byte) ([]byte, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.sealer == nil {
		return nil, at(place, ErrDestroyed)
	}
	if len(sealed) < 1+idSize || sealed[0] != layout || place.Scope != k.scope {
		return nil, at(place, ErrSealed)
	}
	if hex.EncodeToString(sealed[1:1+idSize]) != k.id {
		return nil, at(place, ErrSealed)
	}
	plain, err := k.sealer.Decrypt(sealed[1+idSize:], place.bytes())
	if err != nil {
		// The library's error says nothing that helps, and might say too much.
		return nil, at(place, ErrSealed)
	}
	return plain, nil
}

// Commit returns a keyed commitment to content: whoever has the key can later
// show that content was this, and once the key is gone nobody can guess it back.
// The parts are kept apart: ("ab","c") and ("a","bc") differ. A destroyed key
// gives ErrDestroyed.
func (k *Key) Commit(content ...[]byte) ([]byte, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return mac(k.commit, content...)
}

// Lookup returns a keyed hash by which a row can be found again without storing
// the value: 64 hexadecimal digits. kind keeps the same value in different uses
// apart. Only the installation's key is meant for this.
func (k *Key) Lookup(kind, value string) (string, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	sum, err := mac(k.lookup, []byte(kind), []byte(value))
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(sum), nil
}

// Destroy wipes the key in this process; every later use is ErrDestroyed. It
// can be called twice. The library keeps its expanded cipher to
// itself, so that part of memory is left to the garbage collector.
func (k *Key) Destroy() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.commit)
	clear(k.lookup)
	k.sealer, k.commit, k.lookup = nil, nil, nil
}

// String keeps a key out of logs.
func (k *Key) String() string { return "key " + k.id }

func mac(key []byte, parts ...[]byte) ([]byte, error) {
	if key == nil {
		return nil, ErrDestroyed
	}
	h := hmac.New(sha256.New, key)
	var size [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(size[:], uint64(len(p)))
		h.Write(size[:])
		h.Write(p)
	}
	return h.Sum(nil), nil
}

// at says where it went wrong, without the row: a row's id may point at a person.
func at(p Place, err error) error {
	return fmt.Errorf("%s.%s: %w", p.Table, p.Column, err)
}
