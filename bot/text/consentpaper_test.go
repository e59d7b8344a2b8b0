package text

import (
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/internal/paper"
)

func TestEveryLetterOfTheFormsIsPrinted(t *testing.T) {
	b, err := load(files)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for lang, texts := range b.texts {
		for code, tmpl := range texts {
			kind, _, _ := strings.Cut(code, ".")
			if kind != "paper" && kind != "data" && kind != "kind" {
				continue
			}
			n++
			for _, r := range tmpl.Root.String() {
				if r != '\n' && !paper.Prints(r) {
					t.Errorf("%s: %s has %q, which the fonts of the forms lack", lang, code, r)
				}
			}
		}
	}
	if n < 80 {
		t.Errorf("%d texts looked at, want all of them", n)
	}
}
