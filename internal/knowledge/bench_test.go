package knowledge

import (
	"context"
	"os"
	"testing"
)

// BenchmarkOpen is the start of the program: load, check and index everything.
func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		r, err := loadLenient(os.DirFS("base"))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := build(r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAsk(b *testing.B) {
	r, err := loadLenient(os.DirFS("base"))
	if err != nil {
		b.Fatal(err)
	}
	base, err := build(r)
	if err != nil {
		b.Fatal(err)
	}
	q := Question{Text: "Leerling van 14, moeder weigert haar handtekening, mag ik als ib'er het behandelverslag dan toch met het wijkteam delen?"}
	for b.Loop() {
		if _, err := base.Ask(context.Background(), q); err != nil {
			b.Fatal(err)
		}
	}
}
