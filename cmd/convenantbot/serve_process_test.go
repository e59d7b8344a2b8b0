package main

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/testserver"
)

// beTheProgram makes the tests' own program the built one, in a process of its own.
const beTheProgram = "CONVENANTBOT_TEST_VERSION"

// patient is how long a test waits for what must come about on a busy machine.
const patient = 2 * time.Minute

// replica is a process of "serve".
type replica struct {
	*exec.Cmd
	health string // its address
	ended  chan struct{}

	mu  sync.Mutex
	log bytes.Buffer
}

func (r *replica) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.Write(p)
}

func (r *replica) said() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.String()
}

// quietServer answers what a bot asks of a chat server when it starts.
func quietServer(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.Contains(r.URL.Path, "/teams/name/") {
			_ = json.NewEncoder(w).Encode(map[string]string{"id": "t0000000000000000000000001", "name": "x"})
			return
		}
		http.Error(w, `{"id": "none", "status_code": 404}`, http.StatusNotFound)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func mustPort(t *testing.T) string {
	t.Helper()
	port, err := testserver.Port()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", port)
}

// installation is what its replicas share.
type installation struct{ chat, database, redis, key string }

// mustInstallation starts a PostgreSQL that keeps what it acknowledges, as serve
// demands, and a Redis.
func mustInstallation(t *testing.T) (installation, *testserver.RedisServer, *testserver.PostgresServer) {
	t.Helper()
	r, p := testserver.Redis(t), testserver.OwnPostgres(t, "")
	sum := sha256.Sum256([]byte(t.Name()))
	return installation{quietServer(t), p.URL, r.Addr, fmt.Sprintf("%x", sum)}, r, p
}

// start starts a replica of this version, which may not be ready yet.
func (in installation) start(t *testing.T, version string) *replica {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	r := &replica{health: mustPort(t), ended: make(chan struct{})}
	config := filepath.Join(dir, "convenantbot.yaml")
	data := fmt.Sprintf("listen: %q\ndata_dir: %q\nregion: model\nkey: {master: %q}\nstore: {dsn: %q}\nredis: {addresses: %q}\n"+
		"mattermost: {url: %q, team: x, token: t, bridge_secret: %q, listen: %q}\n",
		r.health, dir, in.key, in.database, in.redis, in.chat, strings.Repeat("s", 32), mustPort(t))
	if err := os.WriteFile(config, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	r.Cmd = exec.Command(os.Args[0], "serve", "--config", config)
	r.Env = append(os.Environ(), beTheProgram+"="+version)
	r.Stdout, r.Stderr = r, r
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { defer close(r.ended); _ = r.Wait() }()
	t.Cleanup(func() {
		_ = r.Process.Kill()
		<-r.ended
		if t.Failed() {
			t.Logf("version %s said:\n%s", version, r.said())
		}
	})
	return r
}

// asked is what readiness says, with its status; 0: nobody answers.
func (r *replica) asked() (status int, body string) {
	res, err := http.Get("http://" + r.health + "/readyz")
	if err != nil {
		return 0, ""
	}
	defer res.Body.Close()
	var b bytes.Buffer
	_, _ = b.ReadFrom(res.Body)
	return res.StatusCode, strings.TrimSpace(b.String())
}

func (r *replica) until(t *testing.T, what string, is func(status int, body string) bool) {
	t.Helper()
	var status int
	var body string
	for end := time.Now().Add(patient); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if status, body = r.asked(); is(status, body) {
			return
		}
		select {
		case <-r.ended:
			t.Fatalf("%s did not come about; the process ended", what)
		default:
		}
	}
	t.Fatalf("%s did not come about; readiness says %d %s", what, status, body)
}

func (r *replica) ready(t *testing.T) {
	t.Helper()
	r.until(t, "ready with Redis", func(status int, body string) bool { return status == 200 && body == `{"state":"ready"}` })
}

// over waits until the process has ended and returns its exit code.
func (r *replica) over(t *testing.T) int {
	t.Helper()
	select {
	case <-r.ended:
	case <-time.After(patient):
		t.Fatal("the process does not end")
	}
	return r.ProcessState.ExitCode()
}

func TestReadinessTellsTheTruthAboutRedisAndTheStore(t *testing.T) {
	in, server, database := mustInstallation(t)
	r := in.start(t, "v1")
	r.ready(t)
	server.Kill()
	r.until(t, "ready without Redis", func(status int, body string) bool {
		return status == 200 && body == `{"state":"ready","without":["redis"]}`
	})
	server.Start()
	r.ready(t)

	database.Crash()
	r.until(t, "not ready without its store", func(status int, body string) bool {
		return status == 503 && strings.Contains(body, `"why":"store"`)
	})
	if res, err := http.Get("http://" + r.health + "/healthz"); err != nil || res.StatusCode != 200 {
		t.Errorf("alive: %v, %v; a restart would not bring the database back", res, err)
	} else {
		res.Body.Close()
	}
	database.Start()
	r.ready(t)
}

func mustExec(t *testing.T, db *sql.DB, query string) {
	t.Helper()
	if _, err := db.Exec(query); err != nil {
		t.Fatal(err)
	}
}

func TestAVersionTakesOverFromAnotherThatStopsInTime(t *testing.T) {
	in, _, _ := mustInstallation(t)
	older := in.start(t, "v1")
	older.ready(t)
	newer := in.start(t, "v2")
	newer.ready(t)
	older.ready(t)

	// What a newer version leaves when it only adds to the tables.
	db := mustSQL(t, in.database)
	mustExec(t, db, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)`)
	older.ready(t)

	began := time.Now()
	if err := older.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := older.over(t); code != 0 {
		t.Errorf("a stop in good order is exit code %d", code)
	}
	t.Logf("it stopped in %s", time.Since(began).Round(time.Millisecond))
	if !strings.Contains(older.said(), "stopped") {
		t.Error("it did not say that it stopped")
	}
	newer.ready(t)
	// One that does not know of the change does not start beside it.
	late := in.start(t, "v1")
	if code := late.over(t); code == 0 || !strings.Contains(late.said(), "newer version") {
		t.Errorf("an older one that starts: exit code %d", code)
	}

	// And a change that others cannot live with ends the one that runs.
	mustExec(t, db, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (1000, true)`)
	if code := newer.over(t); code != exitNegative || !strings.Contains(newer.said(), "a newer version of the bot took over the database") {
		t.Errorf("one whose tables went on: exit code %d", code)
	}
}
