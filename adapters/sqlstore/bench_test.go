package sqlstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
)

// onBoth runs a benchmark on both databases. PostgreSQL runs as the test server
// has it: without fsync, so its figures are those of the code and not of a disk.
func onBoth(b *testing.B, bench func(b *testing.B, s *sqlstore.Store)) {
	for name, address := range map[string]func(t testing.TB) string{"SQLite": sqliteAddress, "PostgreSQL": pgAddress} {
		b.Run(name, func(b *testing.B) {
			bench(b, mustOpen(b, sqlstore.Options{Address: address(b), Careless: true}))
		})
	}
}

// mustRoom makes a casus with eight members and twenty consents.
func mustRoom(b *testing.B, s *sqlstore.Store) bot.Ref {
	b.Helper()
	var ref bot.Ref
	err := s.Update(context.Background(), func(tx bot.Tx) error {
		in := bot.Casus{Status: bot.Open, Kind: bot.MDO}
		for i := range 8 {
			in.Private.Members = append(in.Private.Members, bot.Member{ID: bot.PersonID(fmt.Sprint("p", i)), Account: bot.UserID(fmt.Sprint("u", i)), Role: bot.Professional, Organisation: bot.OrgID(fmt.Sprint("o", i%4)), Sector: bot.Education})
		}
		c, err := tx.AddCasus(in, 2026)
		ref = c.Ref
		for i := range 20 {
			err = errors.Join(err, tx.AddConsent(bot.Consent{ID: fmt.Sprint("c", i), Casus: ref, Giver: "g1", Discloser: "o1", Recipients: []bot.OrgID{"o2", "o3"}, Kinds: []bot.DataKind{bot.Health}, Purpose: "plan", GivenAt: time.Now()}))
		}
		_, err2 := tx.Record(bot.Entry{Casus: ref, Act: bot.ActCasusOpened})
		return errors.Join(err, err2)
	})
	if err != nil {
		b.Fatal(err)
	}
	return ref
}

func BenchmarkWhatADecisionReads(b *testing.B) {
	onBoth(b, func(b *testing.B, s *sqlstore.Store) {
		ref := mustRoom(b, s)
		for b.Loop() {
			err := s.View(b.Context(), func(tx bot.Tx) error {
				_, err1 := tx.Casus(ref)
				_, err2 := tx.Agreements(ref)
				consents, err3 := tx.Consents(ref)
				if len(consents) != 20 {
					b.Fatal(len(consents))
				}
				return errors.Join(err1, err2, err3)
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// A recorded decision: verdict, file, job and entry in one transaction.
func BenchmarkARecordedDecision(b *testing.B) {
	onBoth(b, func(b *testing.B, s *sqlstore.Store) {
		for _, writers := range []int{1, 4} {
			b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
				var refs []bot.Ref
				for range writers {
					refs = append(refs, mustRoom(b, s))
				}
				var next, worker atomic.Int64
				next.Store(time.Now().UnixNano())
				b.SetParallelism(max(writers/2, 1))
				decide := func(ref bot.Ref) error {
					id := fmt.Sprint(next.Add(1))
					return s.Update(b.Context(), func(tx bot.Tx) error {
						_, err := tx.Record(bot.Entry{Casus: ref, Actor: "p1", Act: bot.ActFileDecided, Object: id, Decision: bot.DecisionID(id), Outcome: "done"})
						return errors.Join(err,
							tx.AddVerdict(bot.Verdict{ID: bot.DecisionID(id), Casus: ref, About: "share", Effect: "allow", Facts: make([]byte, 1500)}),
							tx.AddFile(bot.File{ID: bot.FileID(id), Casus: ref, State: bot.Approved, Name: "verslag.pdf"}),
							tx.AddJob(bot.Job{ID: "post:" + id, Kind: bot.JobPostFile, Casus: ref, Object: id, RunAt: time.Now()}))
					})
				}
				if writers == 1 {
					for b.Loop() {
						if err := decide(refs[0]); err != nil {
							b.Fatal(err)
						}
					}
					return
				}
				b.RunParallel(func(pb *testing.PB) {
					ref := refs[int(worker.Add(1))%writers]
					for pb.Next() {
						if err := decide(ref); err != nil {
							b.Error(err)
							return
						}
					}
				})
			})
		}
	})
}

// The floor under a recorded decision: the smallest update that is synced.
func BenchmarkTheSmallestUpdate(b *testing.B) {
	onBoth(b, func(b *testing.B, s *sqlstore.Store) {
		n := 0
		for b.Loop() {
			n++
			err := s.Update(b.Context(), func(tx bot.Tx) error { return tx.UseNonce(fmt.Sprint(n), time.Now()) })
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// One event from the platform to the inbox and its job through to the end.
func BenchmarkAnEventInAndDone(b *testing.B) {
	onBoth(b, func(b *testing.B, s *sqlstore.Store) {
		n := 0
		for b.Loop() {
			n++
			id := fmt.Sprint("e", n)
			err := s.Update(b.Context(), func(tx bot.Tx) error {
				return errors.Join(tx.PutEvent(bot.Event{ID: id, Platform: "x", Text: "een vraag"}), tx.AddJob(bot.Job{ID: "event:" + id, Kind: bot.JobEvent, Object: "x:" + id, RunAt: time.Now()}))
			})
			if err != nil {
				b.Fatal(err)
			}
			job, err := s.ClaimJob(b.Context(), time.Now(), time.Minute)
			if err != nil {
				b.Fatal(err)
			}
			if err := s.Update(b.Context(), func(tx bot.Tx) error { return errors.Join(tx.DropEvent(job.Object), tx.FinishJob(job)) }); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkABlobOf1MiB(b *testing.B) {
	onBoth(b, func(b *testing.B, s *sqlstore.Store) {
		ref := mustRoom(b, s)
		data := make([]byte, 1<<20)
		b.SetBytes(1 << 20)
		for b.Loop() {
			if _, err := s.PutBlob(b.Context(), ref, "f", bytes.NewReader(data)); err != nil {
				b.Fatal(err)
			}
			r, err := s.OpenBlob(b.Context(), ref, "f")
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, r); err != nil {
				b.Fatal(err)
			}
			r.Close()
		}
	})
}

// A log of 100,000 entries in 100 chains, verified from nothing.
func BenchmarkVerify100000Entries(b *testing.B) {
	onBoth(b, func(b *testing.B, s *sqlstore.Store) {
		for i := range 1000 {
			err := s.Update(b.Context(), func(tx bot.Tx) error {
				for j := range 100 {
					if _, err := tx.Record(bot.Entry{Casus: bot.Ref(fmt.Sprintf("C-2026-%04d", j+1)), Actor: "p-0123456789", Act: bot.ActFileDecided, Object: fmt.Sprint(i), Policy: "sha256:0123456789abcdef", Outcome: "done"}); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		begin := time.Now()
		if _, _, err := s.Checkpoint(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(begin).Microseconds())/100_000, "µs/entry-into-tree")
		b.ResetTimer()
		for b.Loop() {
			r, err := s.Verify(b.Context())
			if err != nil || !r.OK() || r.Size != 100_000 {
				b.Fatalf("%+v, %v", r, err)
			}
		}
	})
}
