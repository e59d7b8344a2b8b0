package stories

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/testserver"
)

// front is what stands before several replicas: it carries connections to the
// first of them that answers.
type front struct {
	listener net.Listener
	behind   []string
	carried  atomic.Int64 // to another than the first
}

func mustFront(t *testing.T, at string, behind ...string) *front {
	t.Helper()
	l, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	f := &front{listener: l, behind: behind}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go f.carry(c)
		}
	}()
	return f
}

func (f *front) carry(c net.Conn) {
	defer c.Close()
	for n, addr := range f.behind {
		to, err := net.DialTimeout("tcp", addr, 5*time.Second)
		if err != nil {
			continue
		}
		defer to.Close()
		if n > 0 {
			f.carried.Add(1)
		}
		go func() {
			_, _ = io.Copy(to, c)
			_ = to.(*net.TCPConn).CloseWrite()
		}()
		_, _ = io.Copy(c, to)
		return
	}
}

// replica writes the settings of one more replica on the shared store and Redis.
func (h *house) replica(n, listen, bridge, store, redis string) (config string) {
	h.t.Helper()
	raw, err := os.ReadFile(h.config)
	if err != nil {
		h.t.Fatal(err)
	}
	dir := filepath.Join(h.dir, "replica-"+n)
	if err := os.Mkdir(dir, 0o700); err != nil {
		h.t.Fatal(err)
	}
	set := func(text, pattern, value string) string {
		re := regexp.MustCompile(`(?m)^` + pattern + `: .*$`)
		if !re.MatchString(text) {
			h.t.Fatalf("the settings have no %s", pattern)
		}
		return re.ReplaceAllString(text, pattern+`: "`+value+`"`)
	}
	text := set(set(set(string(raw), "listen", listen), "data_dir", dir), "  listen", bridge)
	text += "store: {dsn: \"" + store + "\"}\nredis: {addresses: \"" + redis + "\"}\n"
	config = filepath.Join(dir, "convenantbot.yaml")
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
	return config
}

// Two replicas on PostgreSQL and Redis. The one that everything goes to dies when
// it has recorded a consent and not answered yet; the other goes on, and all that
// was meant happens once.
func TestOneOfTwoReplicasDiesInTheMiddleOfAConsent(t *testing.T) {
	database, redis := testserver.OwnPostgres(t, ""), testserver.Redis(t)
	h := newHouse(t, "", nil)
	raw, err := os.ReadFile(h.config)
	if err != nil {
		t.Fatal(err)
	}
	bridge := regexp.MustCompile(`(?m)^  listen: "([^"]+)"`).FindStringSubmatch(string(raw))[1]
	first, second := freePort(t), freePort(t)
	front := mustFront(t, bridge, first, second)
	one := h.replica("one", freePort(t), first, database.URL, redis.Addr)
	other := freePort(t)
	two := h.replica("two", other, second, database.URL, redis.Addr)

	doomed := launch(h.root, h.environ("consent.committed=exit@2"), "serve", "--config", one)
	// The plugin keeps its connection to whoever it found first, so the first is there
	// before the plugin is.
	until(t, "the first replica is up", patience, func() bool {
		c, err := net.DialTimeout("tcp", first, time.Second)
		if err == nil {
			_ = c.Close()
		}
		return err == nil || doomed.gone()
	}, doomed.said)
	h.listen, h.config = other, two
	h.startWith(two, "")

	c := h.open()
	h.discuss(c)
	const name = "verslag.txt"
	data := []byte("een verslag zonder namen")
	h.bring(h.carer, c, name, data)
	h.classify(h.carer, name, "health")
	h.carer.wasTold("de jongere, moeder en vader")
	for _, g := range givers {
		h.carer.press("Toestemming vastleggen", name)
		h.carer.form()
		form := h.carer.shown
		until(t, "the consent of "+g[0]+" is taken", patience, func() bool {
			answer, err := h.carer.submit(form, h.consent(g[0], g[1]))
			return err == nil && len(answer) == 0
		}, h.bot.said)
	}
	// The other may answer before the system has told that the first is gone.
	until(t, "the first replica is gone", patience, doomed.gone, doomed.said)
	if !strings.Contains(doomed.said(), "fault: exit at consent.committed") {
		t.Fatalf("the first replica did not die where it should:\n%s", tail(doomed.said(), 4000))
	}
	if front.carried.Load() == 0 {
		t.Error("nothing came to the second replica")
	}
	h.carer.sees(c.room, map[string][]byte{name: data})
	h.ib.sees(c.room, map[string][]byte{name: data})
	posts := 0
	for _, p := range h.ib.posts(c.room) {
		posts += len(p.FileIds)
	}
	if posts != 1 {
		t.Errorf("the file hangs on %d messages, want one", posts)
	}
	// It stands in the room a moment before that is written down.
	log := h.log()
	until(t, "it is written that the file was posted", patience, func() bool {
		log = h.log()
		return count(log, c.ref, "file_posted") > 0
	}, nil)
	for act, want := range map[string]int{"consent_recorded": len(givers), "file_posted": 1, "casus_opened": 1} {
		if n := count(log, c.ref, act); n != want {
			t.Errorf("the log has %d of %s, want %d: %v", n, act, want, acts(log, c.ref))
		}
	}
}
