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
		"cut off": image[:len(image)-1000], "longer": image + "x", "empty": image[:keySize], "key alone, then noise": image[:keySize] + "\xff\xff\xff\xff\xff\xff\xff",
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
	if made > 700_000 {
		t.Errorf("a start makes %.0f allocations, at most 700,000", made)
	}
}
