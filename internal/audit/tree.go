package audit

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// HashReader reads stored hashes of the tree by their index.
type HashReader = tlog.HashReader

// Grow returns the hashes to store, from index tlog.StoredHashIndex(0, n) on,
// when the entry with hash h becomes leaf n (from 0).
func Grow(n int64, h Hash, r HashReader) ([]Hash, error) {
	return tlog.StoredHashesForRecordHash(n, h, r)
}

// FirstIndex is the index of the first hash that leaf n adds to the store.
func FirstIndex(n int64) int64 { return tlog.StoredHashIndex(0, n) }

// Root is the root of the tree over the first size leaves. The root of nothing
// is zero.
func Root(size int64, r HashReader) (Hash, error) {
	if size == 0 {
		return Hash{}, nil
	}
	return tlog.TreeHash(size, r)
}

// builder makes the tree anew, leaf by leaf, in memory that grows with the
// logarithm of its size.
type builder struct {
	size  int64
	stack []Hash // roots of the complete subtrees, largest first
}

// add takes the next leaf and returns the hashes that it adds to the store, in
// the order of their indexes.
func (b *builder) add(leaf Hash) []Hash {
	added := []Hash{leaf}
	h := leaf
	for n := b.size; n&1 == 1; n >>= 1 {
		h = tlog.NodeHash(b.stack[len(b.stack)-1], h)
		b.stack = b.stack[:len(b.stack)-1]
		added = append(added, h)
	}
	b.stack = append(b.stack, h)
	b.size++
	return added
}

func (b *builder) root() Hash {
	if len(b.stack) == 0 {
		return Hash{}
	}
	h := b.stack[len(b.stack)-1]
	for i := len(b.stack) - 2; i >= 0; i-- {
		h = tlog.NodeHash(b.stack[i], h)
	}
	return h
}

// Proof shows that one entry is in the log of a signed checkpoint. Whoever has
// it and the public key needs nothing of ours to check it.
type Proof struct {
	Checkpoint string `json:"checkpoint"` // signed note
	Leaf       int64  `json:"leaf"`       // from 0
	Body       []byte `json:"body"`       // canonical encoding of the entry
	Path       []Hash `json:"path"`
}

// Prove returns the proof that body is leaf in the tree of the signed checkpoint
// note, of which size is the size.
func Prove(note string, size, leaf int64, body []byte, r HashReader) (Proof, error) {
	path, err := tlog.ProveRecord(size, leaf, r)
	if err != nil {
		return Proof{}, fmt.Errorf("prove leaf %d of %d: %w", leaf, size, err)
	}
	return Proof{Checkpoint: note, Leaf: leaf, Body: body, Path: path}, nil
}

// Check returns the entry that p proves, or an error when it proves nothing.
// key is the public key of the installation, as a note verifier key.
func (p Proof) Check(key string) (Entry, Checkpoint, error) {
	c, err := OpenCheckpoint(p.Checkpoint, key)
	if err != nil {
		return Entry{}, Checkpoint{}, err
	}
	if p.Leaf < 0 || p.Leaf >= c.Size {
		return Entry{}, Checkpoint{}, fmt.Errorf("leaf %d is outside a tree of %d", p.Leaf, c.Size)
	}
	if err := tlog.CheckRecord(p.Path, c.Size, c.Root, p.Leaf, tlog.RecordHash(p.Body)); err != nil {
		return Entry{}, Checkpoint{}, fmt.Errorf("leaf %d: %w", p.Leaf, err)
	}
	e, err := Decode(p.Body)
	return e, c, err
}
