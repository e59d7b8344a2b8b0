package audit

import (
	"context"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Row is an entry as it is stored.
type Row struct {
	Chain   string
	Seq     int64
	Prev    Hash
	Hash    Hash
	Body    []byte // nil when it is not there
	Removed bool   // the body was removed after its term, and that was noted
}

// Leaf is a leaf of the tree as it is stored.
type Leaf struct {
	N     int64
	Chain string
	Seq   int64
	Hash  Hash
	Row   Hash // hash of the stored row with that chain and seq
	Found bool // that row is there
}

// Record is something stored whose writing must have left an entry.
type Record struct {
	Table   string
	Row     string
	Version int64  // grows with each write
	Chain   string // chain of its casus
	Log     string // chain in which its writing is told, when that is another
	Old     bool   // of a kind that was not always told of: it may be without an entry
	Broken  bool   // it does not open: changed outside the program
}

// Source gives all that is stored. Each method calls yield in the order named
// and stops at its first error.
type Source interface {
	Rows(ctx context.Context, yield func(Row) error) error            // each chain by seq; chains may alternate
	Heads(ctx context.Context, yield func(Head) error) error          // by chain
	Leaves(ctx context.Context, yield func(Leaf) error) error         // by N
	Hashes(ctx context.Context, yield func(int64, Hash) error) error  // by index
	Checkpoints(ctx context.Context, yield func(string) error) error  // signed notes, oldest first
	Records(ctx context.Context, yield func(Record) error) error      // in any order
	Erased(ctx context.Context, yield func(chain string) error) error // chains whose records were erased
}

// Kind says what sort of break it is.
type Kind string

// The kinds of breaks.
const (
	Changed Kind = "changed" // a row does not say what it said
	Missing Kind = "removed" // a row is not there
	Swapped Kind = "swapped" // a row stands in the place of another
	Cut     Kind = "cut"     // the end is not there
	Added   Kind = "added"   // something is there that the log does not know
)

// Break is one place where the log does not hold.
type Break struct {
	Kind  Kind   `json:"kind"`
	Chain string `json:"chain,omitempty"`
	Seq   int64  `json:"seq,omitempty"`
	Text  string `json:"text"`
}

// maxBreaks bounds a report: after a hundred the rest says nothing new.
const maxBreaks = 100

// Report is the outcome of Verify.
type Report struct {
	Entries     int64   `json:"entries"`
	Chains      int     `json:"chains"`
	Pending     int64   `json:"pending"` // entries that the tree has not taken in yet
	Removed     int64   `json:"removed"` // bodies that were removed after their term
	Records     int64   `json:"records"`
	Checkpoints int     `json:"checkpoints"`
	Size        int64   `json:"size"` // of the tree
	Breaks      []Break `json:"breaks"`
	More        int     `json:"more,omitempty"` // breaks beyond those listed
}

// OK reports whether nothing was found.
func (r Report) OK() bool { return len(r.Breaks) == 0 }

func (r *Report) add(k Kind, chain string, seq int64, format string, args ...any) {
	if len(r.Breaks) >= maxBreaks {
		r.More++
		return
	}
	r.Breaks = append(r.Breaks, Break{Kind: k, Chain: chain, Seq: seq, Text: fmt.Sprintf(format, args...)})
}

// Verify reads everything and names each place that does not hold. public is the
// key of the log; outside holds checkpoints that were kept elsewhere, as signed
// notes. An error means that src could not be read, and says nothing of the log.
func Verify(ctx context.Context, src Source, public string, outside ...string) (Report, error) {
	v := verifier{Report: Report{Breaks: []Break{}}, writes: map[string]written{}, ends: map[string]Head{}, erased: map[string]bool{}, faded: map[string]bool{}}
	steps := []struct {
		name string
		run  func(context.Context, Source) error
	}{{"entries", v.rows}, {"ends of chains", v.heads}, {"tree", func(ctx context.Context, s Source) error {
		return v.tree(ctx, s, public, outside)
	}}, {"records", v.records}}
	for _, step := range steps {
		if err := step.run(ctx, src); err != nil {
			return v.Report, fmt.Errorf("verify %s: %w", step.name, err)
		}
	}
	return v.Report, nil
}

type written struct {
	version int64
	chain   string
	seq     int64
}

type verifier struct {
	Report
	ends   map[string]Head    // last row seen of each chain
	writes map[string]written // newest write of each record that the log knows
	erased map[string]bool
	faded  map[string]bool // chains of which something was removed after its term
}

// rows walks every chain: each row hashes to what it says, follows the one
// before it, and stands where its body says.
func (v *verifier) rows(ctx context.Context, src Source) error {
	err := src.Rows(ctx, func(r Row) error {
		v.Entries++
		last := v.ends[r.Chain]
		if r.Seq > last.Seq+1 {
			v.gap(r.Chain, last.Seq+1, r.Seq-1)
		} else if r.Prev != last.Hash {
			v.add(Changed, r.Chain, r.Seq, "%s: entry %d does not follow entry %d", r.Chain, r.Seq, r.Seq-1)
		}
		v.ends[r.Chain] = Head{Chain: r.Chain, Seq: r.Seq, Hash: r.Hash}
		v.body(r)
		return nil
	})
	v.Chains = len(v.ends)
	return err
}

func (v *verifier) gap(chain string, from, to int64) {
	if from == to {
		v.add(Missing, chain, from, "%s: entry %d is missing", chain, from)
		return
	}
	v.add(Missing, chain, from, "%s: entries %d to %d are missing", chain, from, to)
}

func (v *verifier) body(r Row) {
	if r.Body == nil {
		if r.Removed {
			v.Removed++
			v.faded[r.Chain] = true
			return
		}
		v.add(Missing, r.Chain, r.Seq, "%s: what entry %d says is missing", r.Chain, r.Seq)
		return
	}
	e, err := Decode(r.Body)
	switch {
	case err != nil:
		v.add(Changed, r.Chain, r.Seq, "%s: entry %d was changed: it cannot be read", r.Chain, r.Seq)
		return
	case e.Chain != r.Chain || e.Seq != r.Seq:
		v.add(Swapped, r.Chain, r.Seq, "%s: in the place of entry %d stands entry %d of %s", r.Chain, r.Seq, e.Seq, e.Chain)
		return
	case tlog.RecordHash(r.Body) != r.Hash || e.Prev != r.Prev:
		v.add(Changed, r.Chain, r.Seq, "%s: entry %d was changed", r.Chain, r.Seq)
		return
	}
	for _, w := range e.Writes {
		name, version, ok := cutWrite(w)
		if ok && version >= v.writes[name].version {
			v.writes[name] = written{version, r.Chain, r.Seq}
		}
	}
}

func cutWrite(w string) (name string, version int64, ok bool) {
	i := strings.LastIndexByte(w, '@')
	if i < 0 {
		return "", 0, false
	}
	version, err := strconv.ParseInt(w[i+1:], 10, 64)
	return w[:i], version, err == nil
}

// heads compares the last row of each chain with the end that was noted apart:
// a chain whose last rows are gone is still a perfect chain.
func (v *verifier) heads(ctx context.Context, src Source) error {
	seen := map[string]bool{}
	err := src.Heads(ctx, func(h Head) error {
		seen[h.Chain] = true
		end := v.ends[h.Chain]
		switch {
		case end.Seq < h.Seq:
			v.add(Cut, h.Chain, end.Seq+1, "%s: the end is cut off: entries %d to %d are missing", h.Chain, end.Seq+1, h.Seq)
		case end.Seq > h.Seq:
			v.add(Added, h.Chain, h.Seq+1, "%s: entries after %d are not accounted for", h.Chain, h.Seq)
		case end.Hash != h.Hash:
			v.add(Changed, h.Chain, h.Seq, "%s: the last entry, %d, is another one than was noted", h.Chain, h.Seq)
		}
		return nil
	})
	for _, chain := range sortedKeys(v.ends) {
		if !seen[chain] {
			v.add(Missing, chain, 0, "%s: the note of its end is missing", chain)
		}
	}
	return err
}

// tree makes the tree anew from its leaves and compares it with the stored
// hashes and with every checkpoint.
func (v *verifier) tree(ctx context.Context, src Source, public string, outside []string) error {
	type wanted struct {
		Checkpoint
		outside bool
	}
	var checks []wanted
	take := func(signed string, out bool) {
		v.Checkpoints++
		c, err := OpenCheckpoint(signed, public)
		if err != nil {
			v.add(Changed, "", 0, "checkpoint %d is not one of this log: %v", v.Checkpoints, err)
			return
		}
		checks = append(checks, wanted{c, out})
	}
	if err := src.Checkpoints(ctx, func(s string) error { take(s, false); return nil }); err != nil {
		return err
	}
	for _, s := range outside {
		take(s, true)
	}
	sort.SliceStable(checks, func(i, j int) bool { return checks[i].Size < checks[j].Size })

	var b builder
	var want []Hash   // hashes that must be stored, in order
	found := int64(0) // entries that stand in the tree
	due := 0
	check := func() {
		for ; due < len(checks) && checks[due].Size == b.size; due++ {
			if c := checks[due]; b.root() != c.Root {
				v.add(Changed, "", c.Size, "the first %d entries are not those of the checkpoint of %s", c.Size, c.At.Format("2006-01-02 15:04:05"))
			}
		}
	}
	check()
	err := src.Leaves(ctx, func(l Leaf) error {
		if l.N != b.size {
			v.add(Missing, l.Chain, l.Seq, "tree: leaf %d is missing", b.size)
		}
		if l.Found {
			found++
		}
		switch {
		case !l.Found:
			v.add(Missing, l.Chain, l.Seq, "%s: entry %d, leaf %d of the tree, is missing", l.Chain, l.Seq, l.N)
		case l.Hash != l.Row:
			v.add(Changed, l.Chain, l.Seq, "%s: entry %d is another one than leaf %d of the tree", l.Chain, l.Seq, l.N)
		}
		want = append(want, b.add(l.Hash)...)
		check()
		return nil
	})
	if err != nil {
		return err
	}
	v.Size = b.size
	v.Pending = v.Entries - found
	for ; due < len(checks); due++ {
		c := checks[due]
		v.add(Cut, "", b.size+1, "the log was cut off: the checkpoint of %s has %d entries, the tree has %d",
			c.At.Format("2006-01-02 15:04:05"), c.Size, b.size)
	}
	next, broken := int64(0), false
	err = src.Hashes(ctx, func(i int64, h Hash) error {
		if !broken && (i != next || i >= int64(len(want)) || want[i] != h) {
			broken = true
			v.add(Changed, "", 0, "tree: stored hash %d is not that of its leaves", min(i, next))
		}
		next++
		return nil
	})
	if err == nil && !broken && next != int64(len(want)) {
		v.add(Missing, "", 0, "tree: stored hash %d is missing", next)
	}
	return err
}

// records holds the records against the log, both ways.
func (v *verifier) records(ctx context.Context, src Source) error {
	if err := src.Erased(ctx, func(chain string) error { v.erased[chain] = true; return nil }); err != nil {
		return err
	}
	err := src.Records(ctx, func(r Record) error {
		v.Records++
		name := r.Table + "/" + r.Row
		w, known := v.writes[name]
		delete(v.writes, name)
		switch {
		case r.Broken:
			v.add(Changed, r.Chain, w.seq, "record %s was changed outside the program", name)
		case v.erased[r.Chain]:
			v.add(Added, r.Chain, 0, "record %s is there, its casus was erased", name)
		case !known && !r.Old && !v.faded[r.Chain] && !v.faded[r.Log]:
			v.add(Added, r.Chain, 0, "record %s has no entry", name)
		case known && r.Version < w.version:
			v.add(Changed, w.chain, w.seq, "record %s is version %d, entry %d of %s wrote version %d", name, r.Version, w.seq, w.chain, w.version)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range sortedKeys(v.writes) {
		w := v.writes[name]
		if !v.erased[w.chain] {
			v.add(Missing, w.chain, w.seq, "record %s, which entry %d of %s wrote, is missing", name, w.seq, w.chain)
		}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
