package bottest

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Latencies runs do b.N times with so many workers at once, and reports how long
// half of the calls and 99 in a hundred of them took, in microseconds. It fails
// on an error and never on a clock.
func Latencies(b *testing.B, workers int, do func() error) {
	b.Helper()
	took := make([][]time.Duration, workers)
	for w := range took {
		took[w] = make([]time.Duration, 0, b.N)
	}
	var begun atomic.Int64
	var group sync.WaitGroup
	b.ResetTimer()
	for w := range workers {
		group.Go(func() {
			for begun.Add(1) <= int64(b.N) {
				start := time.Now()
				err := do()
				took[w] = append(took[w], time.Since(start))
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	b.StopTimer()
	all := slices.Sorted(slices.Values(slices.Concat(took...)))
	at := func(part float64) float64 {
		return float64(all[min(int(float64(len(all))*part), len(all)-1)].Nanoseconds()) / 1000
	}
	b.ReportMetric(at(0.50), "p50-µs")
	b.ReportMetric(at(0.99), "p99-µs")
}
