package knowledge

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// stubEmbedder answers with place, and remembers what it heard.
type stubEmbedder struct {
	mu    sync.Mutex
	heard []string
	place func(ctx context.Context, texts []string) ([][]float32, error)
}

func (s *stubEmbedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	s.mu.Lock()
	s.heard = append(s.heard, texts...)
	s.mu.Unlock()
	return s.place(ctx, texts)
}

// aligned places every text in the same direction, but for one that has a word:
// those lie together apart from the others.
func aligned(word string) func(context.Context, []string) ([][]float32, error) {
	return func(_ context.Context, texts []string) ([][]float32, error) {
		out := make([][]float32, len(texts))
		for i, s := range texts {
			out[i] = []float32{1, 0}
			if strings.Contains(s, word) {
				out[i] = []float32{0, 1}
			}
		}
		return out, nil
	}
}

// withEmbedder returns a base of its own, whose entries are placed.
func withEmbedder(t *testing.T, place func(context.Context, []string) ([][]float32, error)) (*Base, *stubEmbedder) {
	t.Helper()
	s := &stubEmbedder{place: place}
	b, err := Open(nil, WithEmbedder(s, time.Now), WithLibrary(t.TempDir(), at(21)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Library().Close() })
	mustImport(t, b.Library(), source("regio.md", regional))
	return b, s
}

var embedQuestions = []string{
	"vanaf welke leeftijd beslist een jongere zelf",
	"hoeveel maanden opzegtermijn geldt voor een partij die opzegt",
	"mag ik als mentor de diagnose van een kind van 14 delen met het wijkteam",
	"hoe laat gaat de bus naar school",
	"wat is een mdo",
}

func TestAnEmbedderThatFailsChangesNothing(t *testing.T) {
	plain := mustOpenWith(t, t.TempDir())
	mustImport(t, plain.Library(), source("regio.md", regional))
	for name, place := range map[string]func(context.Context, []string) ([][]float32, error){
		"an error": func(context.Context, []string) ([][]float32, error) { return nil, errors.New("nee") },
		"too few":  func(context.Context, []string) ([][]float32, error) { return [][]float32{}, nil },
		"of another size each time": func(_ context.Context, texts []string) ([][]float32, error) {
			out := make([][]float32, len(texts))
			for i := range out {
				out[i] = make([]float32, len(texts)+i+1)
			}
			return out, nil
		},
		"slow": func(ctx context.Context, _ []string) ([][]float32, error) { <-ctx.Done(); return nil, ctx.Err() },
	} {
		b, _ := withEmbedder(t, place)
		for _, q := range embedQuestions {
			started := time.Now()
			got, want := mustAsk(t, b, Question{Text: q}), mustAsk(t, plain, Question{Text: q})
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %q is answered with %q, want %q", name, q, got.Text, want.Text)
			}
			if took := time.Since(started); took > time.Minute {
				t.Errorf("%s: %q took %s", name, q, took)
			}
		}
	}
}

func TestNothingOfACasusAndNoNameIsSent(t *testing.T) {
	b, s := withEmbedder(t, aligned("opzeg"))
	mustAsk(t, b, Question{Text: "mag ik de diagnose van deze leerling delen met school", Closed: true})
	mustAsk(t, b, Question{Text: "zij wordt thuis geslagen door haar vader", Closed: true})
	if len(s.heard) != 0 {
		t.Errorf("heard in a casus: %q", s.heard)
	}
	mustAsk(t, b, Question{Text: "mag ik de diagnose van Xandrina Oostergo, bsn 111222333, geboren 01-02-2013, delen met school"})
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := false
	for _, h := range s.heard {
		if !strings.HasPrefix(h, "mag ik de diagnose") {
			continue // one of our own texts
		}
		asked = true
		for _, secret := range []string{"xandrina", "oostergo", "111222333", "2013"} {
			if strings.Contains(strings.ToLower(h), secret) {
				t.Errorf("sent %q", h)
			}
		}
	}
	if !asked {
		t.Errorf("the question was never sent, so nothing was tested: %d texts", len(s.heard))
	}
}

func TestWhatMeansTheSameIsRankedHigher(t *testing.T) {
	b, _ := withEmbedder(t, aligned("Partij op zonder reden"))
	q := Question{Text: "hoeveel tijd zit er tussen een brief en het einde van de deelname van een partij"}
	mustAsk(t, b, q)
	// The entries are placed beside everything else.
	for end := time.Now().Add(2 * time.Minute); b.meaning.entries.Load() == nil && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
	}
	if b.meaning.entries.Load() == nil {
		t.Fatal("the entries were never placed")
	}
	// An entry that came near without help stands no lower with it.
	found, err := b.retrieve(t.Context(), q.Text, "model")
	if err != nil || len(found.best) < 4 {
		t.Fatalf("%d entries found, %v", len(found.best), err)
	}
	far := found.best[3].entry
	vectors := make([][]float32, len(b.entries))
	for i := range vectors {
		vectors[i] = []float32{1, 0}
	}
	vectors[far] = []float32{0, 1}
	b.meaning.entries.Store(&vectors)
	ctx := context.WithValue(t.Context(), meantKey{}, []float32{0, 1})
	helped := position(t, b, ctx, q.Text, far)
	if helped > 3 || b.meant(ctx)[far] < 0.9*meantEntry || len(b.meant(ctx)) != 1 {
		t.Errorf("the entry stands at %d with help, want 3 or before; help %v", helped, b.meant(ctx))
	}
	if b.meant(t.Context()) != nil {
		t.Error("helped without a place of the question")
	}
}

// position is where an entry stands in a ranking; past the end when it does not.
func position(t *testing.T, b *Base, ctx context.Context, text string, entry int) int {
	t.Helper()
	found, err := b.retrieve(ctx, text, "model")
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range found.best {
		if c.entry == entry {
			return i
		}
	}
	return len(b.entries)
}
