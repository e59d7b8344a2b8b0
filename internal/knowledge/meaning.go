package knowledge

import (
	"context"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
)

// Embedder places texts near others that mean the same: for each text a vector
// of length 1, all of one size. An error, or ctx ending, costs nothing but the
// help.
type Embedder interface {
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}

// The limits of the help of an embedder.
const (
	meantPatience = 900 * time.Millisecond // that a question waits for it
	meantRetry    = time.Minute            // after the entries could not be placed
	meantBatch    = 64                     // entries at a time
	meantHelped   = 5                      // entries and passages that are helped
	meantEntry    = 0.06                   // help to the nearest entry, in the ranker's score
	meantPassage  = 0.06                   // help to the nearest passage, in coverage
)

// meaning is the embedder of a base with what it placed.
type meaning struct {
	from    Embedder
	now     func() time.Time
	entries atomic.Pointer[[][]float32]
	mu      sync.Mutex
	busy    bool
	again   time.Time // not before
	places  map[string][]float32
}

// WithEmbedder lets e help to rank entries and passages, for questions that may
// leave the installation; see Question.Closed. Without an answer from it in time
// everything is as without it.
func WithEmbedder(e Embedder, now func() time.Time) Option {
	return func(b *Base) { b.meaning = &meaning{from: e, now: now, places: map[string][]float32{}} }
}

type meantKey struct{}

// withMeaning brings the place of a question along in ctx, when there is an
// embedder, the question may leave, and the answer came in time.
func (b *Base) withMeaning(ctx context.Context, q Question) context.Context {
	if b.meaning == nil || q.Closed {
		return ctx
	}
	b.meaning.prepare(b)
	sent := b.mayLeave(b.inContext(q))
	if sent == "" {
		return ctx
	}
	wait, cancel := context.WithTimeout(ctx, meantPatience)
	defer cancel()
	v, err := b.meaning.from.Embed(wait, []string{sent})
	if err != nil || len(v) != 1 {
		return ctx
	}
	return context.WithValue(ctx, meantKey{}, v[0])
}

// mayLeave is what may be sent of a question: its words that the base itself
// uses. A name is none of them, and a number is left out too unless it can be an
// age. Under three words nothing is sent.
func (b *Base) mayLeave(question string) string {
	var out []string
	for _, w := range words(question) {
		if unicode.IsDigit([]rune(w)[0]) {
			if len(w) <= 2 {
				out = append(out, w)
			}
			continue
		}
		if stopWords[w] || b.words.known[w] > 0 {
			out = append(out, w)
		}
	}
	if len(out) < 3 {
		return ""
	}
	return strings.Join(out, " ")
}

// prepare places the entries, once and beside everything else.
func (m *meaning) prepare(b *Base) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.busy || m.entries.Load() != nil || m.now().Before(m.again) {
		return
	}
	m.busy = true
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		placed := make([][]float32, 0, len(b.entries))
		for at := 0; at < len(b.entries); at += meantBatch {
			var texts []string
			for _, e := range b.entries[at:min(at+meantBatch, len(b.entries))] {
				texts = append(texts, e.Title+". "+e.Answer)
			}
			v, err := m.from.Embed(ctx, texts)
			if err != nil || len(v) != len(texts) {
				break
			}
			placed = append(placed, v...)
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		m.busy = false
		if len(placed) == len(b.entries) {
			m.entries.Store(&placed)
		} else {
			m.again = m.now().Add(meantRetry)
		}
	}()
}

// meant is how much the embedder adds to the score of an entry, by its number; nil
// when it does not help. The ranker adds it before it sorts.
func (b *Base) meant(ctx context.Context) map[int]float32 {
	q, ok := ctx.Value(meantKey{}).([]float32)
	if !ok {
		return nil
	}
	placed := b.meaning.entries.Load()
	if placed == nil {
		return nil
	}
	return nearestOf(q, *placed, meantEntry)
}

// meantPassages is the same for passages that were found, in coverage.
func (b *Base) meantPassages(ctx context.Context, found []shelved) map[int]float32 {
	q, ok := ctx.Value(meantKey{}).([]float32)
	if !ok {
		return nil
	}
	v := make([][]float32, len(found))
	var texts []string
	var missing []int
	b.meaning.mu.Lock()
	for i, p := range found {
		if v[i] = b.meaning.places[p.key()]; v[i] == nil {
			texts, missing = append(texts, p.text.Heading+" "+p.text.Text), append(missing, i)
		}
	}
	b.meaning.mu.Unlock()
	if len(texts) > 0 {
		wait, cancel := context.WithTimeout(ctx, meantPatience)
		defer cancel()
		placed, err := b.meaning.from.Embed(wait, texts)
		if err != nil || len(placed) != len(texts) {
			return nil
		}
		b.meaning.mu.Lock()
		if len(b.meaning.places) > 20_000 {
			clear(b.meaning.places)
		}
		for i, at := range missing {
			v[at], b.meaning.places[found[at].key()] = placed[i], placed[i]
		}
		b.meaning.mu.Unlock()
	}
	return nearestOf(q, v, meantPassage)
}

func (p shelved) key() string { return p.doc.ID + "#" + itoa(p.number) }

// nearestOf gives the nearest few of all to q a part of most: the nearest the
// whole, the next ones less. Another size than that of q is nothing at all.
func nearestOf(q []float32, all [][]float32, most float32) map[int]float32 {
	type near struct {
		at  int
		cos float32
	}
	list := make([]near, 0, len(all))
	for i, v := range all {
		if len(v) != len(q) {
			return nil
		}
		var cos float32
		for j, x := range v {
			cos += x * q[j]
		}
		list = append(list, near{i, cos})
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].cos > list[j].cos })
	out := map[int]float32{}
	for i, n := range list[:min(len(list), meantHelped)] {
		if n.cos > 0 {
			out[n.at] = most * float32(meantHelped-i) / meantHelped
		}
	}
	return out
}
