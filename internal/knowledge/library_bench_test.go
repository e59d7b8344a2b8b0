package knowledge

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"
	"time"
)

// manyPassages writes documents with n articles in all, made of the base's own
// words, so that a question finds many that are near.
func manyPassages(b *Base, n int) []Source {
	dice := rand.New(rand.NewPCG(1, 2))
	entries := b.Entries()
	var out []Source
	for file := 0; n > 0; file++ {
		var s strings.Builder
		fmt.Fprintf(&s, "# Document %d\n\n", file)
		for i := 1; i <= min(n, 500); i++ {
			fmt.Fprintf(&s, "## Artikel %d %s\n\n", i, entries[dice.IntN(len(entries))].Title)
			for range 3 {
				s.WriteString(strings.ReplaceAll(entries[dice.IntN(len(entries))].Answer, "\n", " ") + " ")
			}
			s.WriteString("\n\n")
		}
		out = append(out, source(fmt.Sprintf("document-%d.md", file), s.String()))
		n -= 500
	}
	return out
}

// BenchmarkAskWithTenThousandPassages is one answer beside an index on disk of
// 10,000 imported passages; p99 is over the questions of the evaluation.
func BenchmarkAskWithTenThousandPassages(b *testing.B) {
	base := mustOpenWith(b, b.TempDir())
	start := time.Now()
	mustImport(b, base.Library(), manyPassages(base, 10_000)...)
	imported := time.Since(start).Seconds()
	measureAsks(b, base) // the index's files are read once
	took := measureAsks(b, base)
	for b.Loop() {
		if _, err := base.Ask(context.Background(), Question{Text: "hoe lang bewaren wij het verslag van een casusoverleg"}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(imported, "s/import")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms/p99")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/p50")
}

// BenchmarkAskAll is the built-in base alone over the questions of the evaluation.
func BenchmarkAskAll(b *testing.B) {
	base := mustBuiltIn(b)
	for b.Loop() {
		took := measureAsks(b, base)
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms/p99")
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/p50")
	}
}

// measureAsks asks every evaluation question once and returns the times, shortest first.
func measureAsks(b *testing.B, base *Base) []time.Duration {
	b.Helper()
	var took []time.Duration
	for _, q := range mustQuestions(b, "eval/questions.jsonl") {
		start := time.Now()
		if _, err := base.Ask(context.Background(), Question{Text: q.Question}); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	return took
}
