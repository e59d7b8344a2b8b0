package sqlstore_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
)

// wire stands between the store and PostgreSQL and breaks the connection at the
// next commit: after it reached the server, or before.
type wire struct {
	listener net.Listener
	server   string
	at       atomic.Int32
}

const (
	whole int32 = iota
	afterCommit
	beforeCommit
)

func mustWire(t *testing.T, address string) (*wire, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{server: u.Host}
	if w.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.listener.Close() })
	go func() {
		for {
			c, err := w.listener.Accept()
			if err != nil {
				return
			}
			go w.carry(c)
		}
	}()
	u.Host = w.listener.Addr().String()
	return w, u.String()
}

func (w *wire) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", w.server)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		io.Copy(client, server)
		client.Close()
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		if bytes.Contains(buf[:n], []byte("Q\x00\x00\x00\x0bcommit\x00")) {
			switch at := w.at.Swap(whole); at {
			case afterCommit:
				client.(*net.TCPConn).SetLinger(0)
				client.Close() // the answer finds nobody
				server.Write(buf[:n])
				time.Sleep(100 * time.Millisecond)
				return
			case beforeCommit:
				return
			}
		}
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
	}
}

func TestTheOutcomeOfALostCommitIsLookedUp(t *testing.T) {
	wire, address := mustWire(t, pgAddress(t))
	s := mustOpen(t, sqlstore.Options{Address: address, Careless: true})
	add := func(id string) (runs int, err error) {
		err = s.Update(t.Context(), func(tx bot.Tx) error {
			runs++
			_, err := tx.Record(bot.Entry{Act: bot.ActDirectory, Object: id, Outcome: "done"})
			return errors.Join(err, tx.AddJob(bot.Job{ID: id, Kind: bot.JobTell, RunAt: time.Now()}))
		})
		return runs, err
	}
	there := func() (objects []string) {
		if err := s.View(t.Context(), func(tx bot.Tx) error {
			entries, err := tx.Entries("", 0, 0)
			for _, e := range entries {
				objects = append(objects, e.Object)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return objects
	}
	wire.at.Store(afterCommit)
	if runs, err := add("kept"); runs != 1 || err != nil {
		t.Errorf("a commit whose answer was lost: %d runs, %v, want once and no error", runs, err)
	}
	if wire.at.Load() != whole {
		t.Fatal("the connection was not broken, so this showed nothing")
	}
	wire.at.Store(beforeCommit)
	if runs, err := add("undone"); runs != 1 || !errors.Is(err, bot.ErrUnavailable) {
		t.Errorf("a commit that never arrived: %d runs, %v, want once and ErrUnavailable", runs, err)
	}
	if _, err := add("next"); err != nil {
		t.Errorf("the next update: %v", err)
	}
	if got := there(); len(got) != 2 || got[0] != "kept" || got[1] != "next" {
		t.Errorf("entries %v, want kept and next", got)
	}
}

func TestADatabaseThatIsAwayIsUnavailable(t *testing.T) {
	wire, address := mustWire(t, pgAddress(t))
	s := mustOpen(t, sqlstore.Options{Address: address, Careless: true})
	wire.listener.Close()
	wire.at.Store(beforeCommit)
	add := func() error {
		return s.Update(t.Context(), func(tx bot.Tx) error { return tx.UseNonce("n", time.Now()) })
	}
	for range 2 {
		if err := add(); !errors.Is(err, bot.ErrUnavailable) {
			t.Errorf("Update = %v, want ErrUnavailable", err)
		}
	}
}
