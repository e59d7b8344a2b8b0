package bottest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

var _ bot.Objects = (*MemObjects)(nil)

// MemObjects is a bot.Objects in memory. What is in it can be looked at.
type MemObjects struct {
	Now func() time.Time
	// Fail answers for an act ("put", "get", "drop", "each") before it is done; nil
	// does it.
	Fail func(act, name string) error

	mu  sync.Mutex
	all map[string]memObject
}

type memObject struct {
	data []byte
	at   time.Time
}

func (o *MemObjects) fails(ctx context.Context, act, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if o.Fail == nil {
		return nil
	}
	return o.Fail(act, name)
}

// PutObject implements bot.Objects.
func (o *MemObjects) PutObject(ctx context.Context, name string, data []byte) error {
	if err := o.fails(ctx, "put", name); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.all == nil {
		o.all = map[string]memObject{}
	}
	o.all[name] = memObject{bytes.Clone(data), o.Now()}
	return nil
}

// GetObject implements bot.Objects.
func (o *MemObjects) GetObject(ctx context.Context, name string, most int64) ([]byte, error) {
	if err := o.fails(ctx, "get", name); err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	one, ok := o.all[name]
	if !ok {
		return nil, bot.ErrNotFound
	}
	if int64(len(one.data)) > most {
		return nil, errors.New("more bytes than an object may have")
	}
	return bytes.Clone(one.data), nil
}

// DropObject implements bot.Objects.
func (o *MemObjects) DropObject(ctx context.Context, name string) error {
	if err := o.fails(ctx, "drop", name); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.all, name)
	return nil
}

// EachObject implements bot.Objects.
func (o *MemObjects) EachObject(ctx context.Context, each func(name string, at time.Time) error) error {
	if err := o.fails(ctx, "each", ""); err != nil {
		return err
	}
	o.mu.Lock()
	all := maps.Clone(o.all)
	o.mu.Unlock()
	for name, one := range all {
		if err := each(name, one.at); err != nil {
			return err
		}
	}
	return nil
}

// Objects runs the contract of bot.Objects. open gives an empty one each time.
func Objects(t *testing.T, open func(t *testing.T) bot.Objects) {
	t.Helper()
	const most = 4 << 20
	names := func(t *testing.T, o bot.Objects) []string {
		t.Helper()
		seen := map[string]bool{}
		if err := o.EachObject(t.Context(), func(name string, at time.Time) error {
			if at.IsZero() {
				t.Errorf("%s came at no time", name)
			}
			seen[name] = true
			return nil
		}); err != nil {
			t.Fatalf("EachObject: %v", err)
		}
		return slices.Sorted(maps.Keys(seen))
	}
	put := func(t *testing.T, o bot.Objects, name string, data []byte) {
		t.Helper()
		if err := o.PutObject(t.Context(), name, data); err != nil {
			t.Fatalf("PutObject(%s): %v", name, err)
		}
	}
	t.Run("what was put comes back, of any size", func(t *testing.T) {
		o := open(t)
		for i, size := range []int{0, 1, 4 << 10, 1<<20 + 16} {
			data := bytes.Repeat([]byte{byte(i + 1), 0xff, '\n'}, size/3+1)[:size]
			name := fmt.Sprint("o", i)
			put(t, o, name, data)
			if got, err := o.GetObject(t.Context(), name, most); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%d bytes came back as %d, %v", size, len(got), err)
			}
		}
	})
	t.Run("a second put replaces the first", func(t *testing.T) {
		o := open(t)
		put(t, o, "o", []byte("the first and longer one"))
		put(t, o, "o", []byte("second"))
		if got, err := o.GetObject(t.Context(), "o", most); err != nil || string(got) != "second" {
			t.Errorf("GetObject = %q, %v", got, err)
		}
	})
	t.Run("what is not there is ErrNotFound", func(t *testing.T) {
		if _, err := open(t).GetObject(t.Context(), "o", most); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("GetObject = %v, want ErrNotFound", err)
		}
	})
	t.Run("what is too large is not read", func(t *testing.T) {
		o := open(t)
		put(t, o, "o", make([]byte, 100))
		if _, err := o.GetObject(t.Context(), "o", 100); err != nil {
			t.Errorf("100 of 100 bytes: %v", err)
		}
		if got, err := o.GetObject(t.Context(), "o", 99); err == nil || len(got) > 0 {
			t.Errorf("100 of at most 99 bytes: %d, %v", len(got), err)
		}
	})
	t.Run("what was dropped is gone with all before it, and others stay", func(t *testing.T) {
		o := open(t)
		for _, name := range []string{"o", "o", "o2"} {
			put(t, o, name, []byte("x"))
		}
		for range 2 {
			if err := o.DropObject(t.Context(), "o"); err != nil {
				t.Fatalf("DropObject: %v", err)
			}
		}
		if _, err := o.GetObject(t.Context(), "o", most); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("GetObject = %v, want ErrNotFound", err)
		}
		if got := names(t, o); !slices.Equal(got, []string{"o2"}) {
			t.Errorf("EachObject = %v, want only o2", got)
		}
	})
	t.Run("everything is listed, also many", func(t *testing.T) {
		o := open(t)
		var want []string
		for i := range 25 {
			want = append(want, fmt.Sprintf("o%02d", i))
			put(t, o, want[i], []byte("x"))
		}
		if got := names(t, o); !slices.Equal(got, want) {
			t.Errorf("EachObject = %v", got)
		}
		stop := errors.New("stop")
		if err := o.EachObject(t.Context(), func(string, time.Time) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("EachObject = %v, want what each said", err)
		}
	})
	t.Run("a context that ended ends it", func(t *testing.T) {
		o := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := o.PutObject(ctx, "o", []byte("x")); err == nil {
			t.Error("PutObject went on")
		}
		if _, err := o.GetObject(ctx, "o", most); err == nil {
			t.Error("GetObject went on")
		}
		if err := o.DropObject(ctx, "o"); err == nil {
			t.Error("DropObject went on")
		}
	})
}
