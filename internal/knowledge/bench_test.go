package knowledge

import (
	"context"
	"testing"
)

// BenchmarkOpen is the start of the program: load, check and index everything.
func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		if _, err := Open(nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAsk is one answer from the built-in base.
func BenchmarkAsk(b *testing.B) {
	base := mustBuiltIn(b)
	q := Question{Text: "Leerling van 14, moeder weigert haar handtekening, mag ik als ib'er het behandelverslag dan toch met het wijkteam delen?"}
	for b.Loop() {
		if _, err := base.Ask(context.Background(), q); err != nil {
			b.Fatal(err)
		}
	}
}
