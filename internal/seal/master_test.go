package seal_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/seal"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
)

// service is a key elsewhere that can be away, and can be slow.
type service struct {
	*subtle.AESGCM
	mu   sync.Mutex
	away error
	wait chan struct{}
}

func newService(t *testing.T) *service {
	t.Helper()
	key, err := subtle.NewAESGCM(master(9))
	if err != nil {
		t.Fatal(err)
	}
	return &service{AESGCM: key}
}

func (s *service) state() (wait chan struct{}, away error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wait, s.away
}

func (s *service) set(away error, wait chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away, s.wait = away, wait
}

func (s *service) Encrypt(plaintext, ad []byte) ([]byte, error) {
	wait, away := s.state()
	if wait != nil {
		<-wait
	}
	if away != nil {
		return nil, away
	}
	return s.AESGCM.Encrypt(plaintext, ad)
}

func (s *service) Decrypt(box, ad []byte) ([]byte, error) {
	wait, away := s.state()
	if wait != nil {
		<-wait
	}
	if away != nil {
		return nil, away
	}
	return s.AESGCM.Decrypt(box, ad)
}

func mustLocal(t *testing.T, key []byte) seal.Master {
	t.Helper()
	m, err := seal.Local(key)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAMasterElsewhereIsAskedOnceForAnEpochAndNotWithoutIt(t *testing.T) {
	ctx := context.Background()
	epochs, svc := &seal.Memory{}, newService(t)
	now := november
	ring := func() *seal.Ring {
		r, err := seal.NewRingOf([]seal.Master{seal.Remote("hcvault://a/keys/k", svc)}, epochs, func() time.Time { return now })
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	running := ring()
	_, w := mustNew(t, running, "casus/a")
	svc.set(errors.New("away"), nil)
	if _, err := running.Open(ctx, w); err != nil {
		t.Errorf("what runs stopped because the service is away: %v", err)
	}
	if _, err := ring().Open(ctx, w); !errors.Is(err, seal.ErrAway) {
		t.Errorf("a start while it is away: %v, want ErrAway", err)
	}
	now = now.AddDate(0, 1, 0)
	if err := running.Prepare(ctx); !errors.Is(err, seal.ErrAway) {
		t.Errorf("a new epoch while it is away: %v, want ErrAway", err)
	}
	if names, _ := epochs.List(ctx); len(names) != 1 {
		t.Errorf("epochs = %v: one was kept that nobody wrapped", names)
	}
	svc.set(nil, nil)
	if err := running.Prepare(ctx); err != nil {
		t.Errorf("when it is back: %v", err)
	}
}

func TestASlowMasterHoldsUpNobodyWhoDoesNotNeedIt(t *testing.T) {
	ctx := context.Background()
	svc := newService(t)
	now := november
	r, err := seal.NewRingOf([]seal.Master{seal.Remote("hcvault://a/keys/k", svc)}, &seal.Memory{}, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	_, w := mustNew(t, r, "casus/a")
	wait := make(chan struct{})
	svc.set(nil, wait)
	now = now.AddDate(0, 1, 0)
	done := make(chan error)
	go func() { done <- r.Prepare(ctx) }()
	opened := make(chan error)
	go func() { _, err := r.Open(ctx, w); opened <- err }()
	select {
	case err := <-opened:
		if err != nil {
			t.Errorf("Open: %v", err)
		}
	case err := <-done:
		t.Fatalf("the slow one was first: %v", err)
	}
	close(wait)
	if err := <-done; err != nil {
		t.Errorf("Prepare: %v", err)
	}
}

func TestAMasterKeyMovesToAServiceAndBack(t *testing.T) {
	ctx := context.Background()
	epochs, svc := &seal.Memory{}, newService(t)
	here := mustLocal(t, master(1))
	there := seal.Remote("hcvault://a/keys/k", svc)
	ring := func(masters ...seal.Master) *seal.Ring {
		r, err := seal.NewRingOf(masters, epochs, fixed(november))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	_, w := mustNew(t, ring(here), "casus/a")
	for _, move := range [][]seal.Master{{there, here}, {here, there}} {
		if n, err := ring(move...).RewrapEpochs(ctx); n != 1 || err != nil {
			t.Fatalf("RewrapEpochs = %d, %v, want 1", n, err)
		}
		if _, err := ring(move[0]).Open(ctx, w); err != nil {
			t.Errorf("with the new one alone: %v", err)
		}
		if _, err := ring(move[1]).Open(ctx, w); !errors.Is(err, seal.ErrMaster) {
			t.Errorf("with the old one alone: %v, want ErrMaster", err)
		}
	}
	if _, err := ring(seal.Remote("hcvault://b/keys/k", svc)).Open(ctx, w); !errors.Is(err, seal.ErrMaster) {
		t.Errorf("a service at another address: %v, want ErrMaster", err)
	}
}

func TestAReplicaKeptAnEpochThatAnotherDropped(t *testing.T) {
	ctx := context.Background()
	epochs := &seal.Memory{}
	now := november
	clock := func() time.Time { return now }
	one, two := mustRing(t, epochs, clock, master(1)), mustRing(t, epochs, clock, master(1))
	_, w := mustNew(t, one, "casus/a")
	if _, err := two.Open(ctx, w); err != nil {
		t.Fatal(err)
	}
	now = now.AddDate(0, 1, 0)
	for _, r := range []*seal.Ring{one, two} {
		if err := r.Prepare(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := one.DropEpoch(ctx, seal.Epoch(november)); err != nil {
		t.Fatal(err)
	}
	if err := two.Follow(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := two.Open(ctx, w); !errors.Is(err, seal.ErrDestroyed) {
		t.Errorf("Open = %v, want ErrDestroyed", err)
	}
	if _, _, err := two.New(ctx, "casus/b"); err != nil {
		t.Errorf("the epoch of now was forgotten too: %v", err)
	}
}
