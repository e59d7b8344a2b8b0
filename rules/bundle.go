package rules

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
)

// FactsVersion is the version of the fact structs. Adding a fact is
// compatible; changing what one means is not, and gets a new version.
const FactsVersion = "facts/v1"

// EngineVersion is that of this package's judging: how effects are folded and
// exceptions opened. A bundle says the least it needs.
const EngineVersion = 1

// Bundle is a loaded policy. It is not changed after loading and is safe for
// use by many goroutines; a decision uses one bundle from start to end.
type Bundle struct {
	Name      string
	Version   string
	Effective string // a date, as written

	identity  string
	questions map[string]*compiled
	builtin   map[string]Reason
	sources   sourcesYAML
	codes     []string
	cases     []Case
}

// compiled is one question's clauses.
type compiled struct {
	question
	clauses  []*clause
	document []*clause
	parts    []*clause // per kind and per cell, in file order
	matrix   *selection
}

// Identity is "sha256:" and the hash of the bundle's canonical files: the same
// files give the same identity wherever they lie. Every decision carries it.
func (b *Bundle) Identity() string { return b.identity }

// Codes are all reason codes the bundle can give, sorted: a closed list.
func (b *Bundle) Codes() []string { return slices.Clone(b.codes) }

// Reason is what a code says that a verdict of this bundle gave; allowed asks for what
// it says when its rule lets through. ok: the bundle knows the code.
func (b *Bundle) Reason(code string, allowed bool) (r Reason, ok bool) {
	r, ok = b.builtin[code]
	for _, q := range b.questions {
		for _, c := range q.clauses {
			switch {
			case c.code != code:
			case allowed && c.ground.Code != "":
				return c.ground, true
			case !ok:
				r, ok = c.reason, true
			}
		}
	}
	return r, ok
}

// Clauses is how many clauses the question has; 0 for an unknown question.
func (b *Bundle) Clauses(question string) int {
	if q := b.questions[question]; q != nil {
		return len(q.clauses)
	}
	return 0
}

// identify hashes files by name. Each name and content goes in with its
// length, so that no two sets of files write the same bytes.
func identify(files map[string][]byte) string {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	h := sha256.New()
	var n [8]byte
	write := func(b []byte) {
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	for _, name := range names {
		write([]byte(name))
		write(files[name])
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}
