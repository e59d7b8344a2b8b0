package testserver

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	// The driver for the databases that are made here.
	_ "github.com/jackc/pgx/v5/stdlib"
)

// cluster is the one PostgreSQL cluster of this test process.
var cluster struct {
	once sync.Once
	port int
	dir  string
	err  error
	made atomic.Int64
	// child is kept so that nothing closes its pipe before the process ends.
	child *child
}

// Postgres returns the address of a fresh, empty database, as a URL that both
// pgx and lib/pq understand. The database is dropped when the test ends. It
// keeps nothing over a crash of the machine (fsync is off), which makes it fast;
// a test of durability kills the process and not the machine.
func Postgres(t testing.TB) string {
	t.Helper()
	cluster.once.Do(func() { cluster.err = startCluster() })
	if cluster.err != nil {
		t.Fatalf("PostgreSQL is needed and does not start: %v\n"+
			"install it with: apt-get install postgresql-15", cluster.err)
	}
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), cluster.made.Add(1))
	admin := mustOpen(t, clusterURL("postgres"))
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	_ = admin.Close()
	t.Cleanup(func() {
		admin, err := sql.Open("pgx", clusterURL("postgres"))
		if err != nil {
			return
		}
		defer func() { _ = admin.Close() }()
		_, _ = admin.Exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)")
	})
	return clusterURL(name)
}

func mustOpen(t testing.TB, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatalf("open the database: %v", err)
	}
	return db
}

func clusterURL(name string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", cluster.port, name)
}

// postgresBin finds the folder with initdb and postgres, of the newest version.
func postgresBin() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	sort.Slice(found, func(i, j int) bool { // "9" is older than "15"
		if len(found[i]) != len(found[j]) {
			return len(found[i]) > len(found[j])
		}
		return found[i] > found[j]
	})
	if len(found) > 0 {
		return filepath.Dir(found[0]), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", fmt.Errorf("no initdb below /usr/lib/postgresql nor on the PATH")
	}
	return filepath.Dir(path), nil
}

func startCluster() error {
	bin, err := postgresBin()
	if err != nil {
		return err
	}
	all, err := Scratch()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(all, "pg-")
	if err != nil {
		return err
	}
	root := os.Getuid() == 0
	if root {
		if err := os.Chown(dir, nobody, nobody); err != nil {
			return err
		}
	}
	port, err := Port()
	if err != nil {
		return err
	}
	cluster.dir, cluster.port = dir, port
	log := dir + ".log"
	data := filepath.Join(dir, "data")
	env := append(os.Environ(), "HOME="+dir, "LC_ALL=C.UTF-8")
	// initdb and the server in one line, so that one pipe holds both.
	script := fmt.Sprintf(`'%[1]s/initdb' -D '%[2]s' -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null &&
exec '%[1]s/postgres' -D '%[2]s' -c listen_addresses=127.0.0.1 -c port=%[3]d -c unix_socket_directories='%[4]s' \
 -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 -c shared_buffers=64MB`, bin, data, port, dir)
	if root { // the log must be writable by who runs it
		if f, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
			_ = f.Close()
		}
	}
	c, err := startChild("/", log, env, root, []string{dir}, "/bin/sh", "-c", script)
	if err != nil {
		return err
	}
	cluster.child = c
	url := clusterURL("postgres")
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if c.ended() {
			break
		}
		db, err := sql.Open("pgx", url)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		err = db.PingContext(ctx)
		cancel()
		_ = db.Close()
		if err == nil {
			_ = os.Remove(log)
			return nil
		}
	}
	return fmt.Errorf("no answer on port %d; its log:\n%s", port, strings.TrimSpace(tail(log)))
}
