package knowledge

import (
	"context"
	"io/fs"
	"testing"
)

func mustBaseFiles(t testing.TB) fs.FS {
	t.Helper()
	files, err := fs.Sub(builtIn, "base")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// A start that learns everything anew takes several times as long as one from
// the image.
func TestTheImageIsMadeFromTheBaseAsItIs(t *testing.T) {
	made, err := Image(mustBaseFiles(t))
	if err != nil {
		t.Fatal(err)
	}
	if string(made) != image {
		t.Error("base/image.bin is not what the base gives now: go generate ./internal/knowledge")
	}
}

func TestABaseFromAnImageAnswersAsTheOneThatWasBuilt(t *testing.T) {
	ctx := context.Background()
	files := mustBaseFiles(t)
	made, err := Image(files)
	if err != nil {
		t.Fatal(err)
	}
	key, err := baseKey(files)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := openImage(string(made), key)
	if err != nil || opened == nil {
		t.Fatalf("openImage = %v, %v", opened, err)
	}
	raw, err := load(files)
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

func TestAnImageOfOtherFilesIsNotUsed(t *testing.T) {
	var key [keySize]byte
	if b, err := openImage(image, key); b != nil || err != nil {
		t.Errorf("openImage with another key = %v, %v; want neither", b, err)
	}
}

func TestADamagedImageIsRefused(t *testing.T) {
	var key [keySize]byte
	copy(key[:], image)
	for name, damaged := range map[string]string{
		"cut off": image[:len(image)-1000], "longer": image + "x", "empty": image[:keySize], "key alone, then noise": image[:keySize] + "\xff\xff\xff\xff\xff\xff\xff",
	} {
		if _, err := openImage(damaged, key); err == nil {
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
