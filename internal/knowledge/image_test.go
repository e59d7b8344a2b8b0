package knowledge

import (
	"context"
	"testing"

	"github.com/convenantbot/convenantbot/internal/knowledge/base"
)

// A start that learns everything anew takes several times as long as one from
// the image.
func TestTheImageIsMadeFromTheBaseAsItIs(t *testing.T) {
	made, err := Image(base.Files)
	if err != nil {
		t.Fatal(err)
	}
	if string(made) != image {
		t.Error("base/image.bin is not what the base gives now: go generate ./internal/knowledge")
	}
}

func TestABaseFromAnImageAnswersAsTheOneThatWasBuilt(t *testing.T) {
	ctx := context.Background()
	opened, err := openImage(image)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := load(base.Files)
	if err != nil {
		t.Fatal(err)
	}
	built, err := build(raw)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range mustQuestions(t, "eval/questions.jsonl") {
		a, err := built.Ask(ctx, Question{Text: q.Question})
		if err != nil {
			t.Fatal(err)
		}
		b, err := opened.Ask(ctx, Question{Text: q.Question})
		if err != nil {
			t.Fatal(err)
		}
		if a.Text != b.Text || a.Confidence != b.Confidence || len(a.Citations) != len(b.Citations) {
			t.Errorf("%s: built %q (%v), from the image %q (%v)", q.ID, a.Text, a.Confidence, b.Text, b.Confidence)
		}
	}
}

func TestADamagedImageIsRefused(t *testing.T) {
	for name, damaged := range map[string]string{
		"cut off": image[:len(image)-1000], "longer": image + "x", "empty": image[:keySize], "without numbers": image[:keySize+2],
		"of more numbers than there are": image[:keySize] + "\xff\xff\xff\x7f" + image[keySize+4:], "of no numbers": image[:keySize] + "\x00\x00\x00\x00" + image[keySize+4:], "key alone, then noise": image[:keySize] + "\xff\xff\xff\xff\xff\xff\xff",
	} {
		if _, err := openImage(damaged); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// How long a start takes depends on the machine; how much it makes does not.
func TestAStartMakesLittle(t *testing.T) {
	made := testing.AllocsPerRun(1, func() {
		b, err := Open(nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.index.close(); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("%.0f allocations", made)
	if made > 350_000 {
		t.Errorf("a start makes %.0f allocations, at most 350,000", made)
	}
}

// The counted terms of the image and those of the texts themselves must make the same
// index: what the index says of an entry is a fifth of its score.
func TestTheTermsOfTheImageAreThoseOfTheTexts(t *testing.T) {
	raw, err := load(base.Files)
	if err != nil {
		t.Fatal(err)
	}
	docs := documents(raw, &tuned)
	v := newVocabulary(raw.synonyms)
	for i := range docs {
		docs[i].words = words(docs[i].text)
		if docs[i].taught {
			for _, w := range docs[i].words {
				v.learn(w)
			}
		}
	}
	v.freeze()
	for i := range docs {
		docs[i].tokens = v.tokens(docs[i].words, false)
	}
	opened, err := openImage(image)
	if err != nil {
		t.Fatal(err)
	}
	r := opened.rank
	got := termsOf(r, r.names)
	for i, want := range entryTerms(docs, len(raw.entries)) {
		if got[i].length != want.length || len(got[i].found) != len(want.found) {
			t.Fatalf("entry %d has %d of %d terms, want %d of %d", i, got[i].length, len(got[i].found), want.length, len(want.found))
		}
		for name, f := range want.found {
			if g := got[i].found[name]; g == nil || g.Frequency() != f.Frequency() || string(g.Term) != name {
				t.Errorf("entry %d: %s stands there %v times, want %d", i, name, g, f.Frequency())
			}
		}
	}
}
