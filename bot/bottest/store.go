package bottest

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// StoreBench is a fresh store under test, with the clock by which its leases
// lapse.
type StoreBench struct {
	Store bot.Store
	Now   func() time.Time
	Pass  func(d time.Duration) // moves the clock forward
}

// Store runs the contract of bot.Store. open gives an empty store each time.
func Store(t *testing.T, open func(t *testing.T) StoreBench) {
	t.Helper()
	storeTests(t, open, []storeGroup{
		{"transactions", transactionTests},
		{"directory", directoryTests},
		{"casussen", casusTests},
		{"circles", circleTests},
		{"consents", consentTests},
		{"files", fileTests},
		{"blobs", blobTests},
		{"verdicts", verdictTests},
		{"policies", policyTests},
		{"holds", holdTests},
		{"keeping", keepingTests},
		{"cards", cardTests},
		{"erasing", eraseTests},
		{"jobs", jobTests},
		{"claims", claimTests},
		{"claims by name", namedTests},
		{"leases", leaseTests},
		{"inbox", inboxTests},
		{"tickets", ticketTests},
		{"questions", questionTests},
		{"watching", watchTests},
		{"sessions", sessionTests}, {"proofs", proofTests},
		{"adoptions", adoptionTests},
		{"audit", auditTests},
	})
}

// Blobs runs the part of it that is about the bytes of files.
func Blobs(t *testing.T, open func(t *testing.T) StoreBench) {
	t.Helper()
	storeTests(t, open, []storeGroup{{"blobs", blobTests}, {"erasing", eraseTests}})
}

type storeGroup struct {
	name  string
	tests []storeTest
}

func storeTests(t *testing.T, open func(t *testing.T) StoreBench, groups []storeGroup) {
	t.Helper()
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			for _, test := range group.tests {
				t.Run(test.name, func(t *testing.T) { test.run(t, &bench{StoreBench: open(t), ctx: t.Context()}) })
			}
		})
	}
}

type storeTest struct {
	name string
	run  func(t *testing.T, b *bench)
}

// bench adds to a store what the tests say often.
type bench struct {
	StoreBench
	ctx context.Context
}

func (b *bench) mustUpdate(t testing.TB, f func(tx bot.Tx) error) {
	t.Helper()
	if err := b.Store.Update(b.ctx, f); err != nil {
		t.Fatalf("Update: %v", err)
	}
}

func (b *bench) mustView(t testing.TB, f func(tx bot.Tx) error) {
	t.Helper()
	if err := b.Store.View(b.ctx, f); err != nil {
		t.Fatalf("View: %v", err)
	}
}

// refused runs f in an update and wants its error to be of a kind.
func (b *bench) refused(t testing.TB, what string, want error, f func(tx bot.Tx) error) {
	t.Helper()
	if err := b.Store.Update(b.ctx, f); !errors.Is(err, want) {
		t.Errorf("%s: error %v, want %v", what, err, want)
	}
}

func (b *bench) now() time.Time { return b.Now().UTC().Truncate(time.Microsecond) }

func same[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s = %+v, want %+v", what, got, want)
	}
}

var errUndo = errors.New("undo")
