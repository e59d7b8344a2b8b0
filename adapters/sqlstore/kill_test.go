package sqlstore_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
)

// The long form is: go test ./adapters/sqlstore -run Kill -acks 25000
var acks = flag.Int("acks", 1000, "how many acknowledged writes the kill -9 tests see")

const childEnv = "CONVENANTBOT_SQLSTORE_CHILD"

func TestMain(m *testing.M) {
	if address := os.Getenv(childEnv); address != "" {
		fmt.Fprintln(os.Stderr, writeUntilKilled(address))
		os.Exit(1)
	}
	if address := os.Getenv(migrateEnv); address != "" {
		if err := migrateOnce(address); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if both := os.Getenv(moveEnv); both != "" {
		if err := moveOnce(both); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	flag.Parse()
	os.Exit(m.Run())
}

// writeUntilKilled is the child: each round changes the casus, adds a job and
// records it in one transaction, and says so once it was acknowledged.
func writeUntilKilled(address string) error {
	ctx := context.Background()
	s, err := sqlstore.Open(ctx, sqlstore.Options{Address: address, Masters: [][]byte{master}, Now: time.Now, Careless: true})
	if err != nil {
		return err
	}
	go s.Run(ctx, nil)
	for {
		var n int
		err := s.Update(ctx, func(tx bot.Tx) error {
			c, err := tx.Casus("C-2026-0001")
			if errors.Is(err, bot.ErrNotFound) {
				c, err = tx.AddCasus(bot.Casus{Status: bot.Open}, 2026)
			}
			if err != nil {
				return err
			}
			n, _ = strconv.Atoi(c.Private.Purpose)
			n++
			c.Private.Purpose = strconv.Itoa(n)
			if _, err := tx.SaveCasus(c); err != nil {
				return err
			}
			_, err = tx.Record(bot.Entry{Casus: c.Ref, Act: bot.ActPhaseChanged, Object: strconv.Itoa(n), Outcome: "done"})
			return errors.Join(err, tx.AddJob(bot.Job{ID: fmt.Sprintf("j%08d", n), Kind: bot.JobTell, Casus: c.Ref, RunAt: time.Now()}))
		})
		if err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// runAndKill lets a child write for a while and returns the last number that it
// said was kept.
func runAndKill(t *testing.T, address string) int {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self)
	child.Env = append(os.Environ(), childEnv+"="+address)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	if err != nil {
		child.Process.Kill()
		t.Fatalf("the child wrote nothing: %v", err)
	}
	// Killed after a number of writes and not after a time, so that a slow machine
	// does the same and not more; and at a moment that nobody chose, in the middle
	// of whatever it does within the next two writes.
	start, writes := time.Now(), 1+*acks/15+rand.IntN(*acks/15+1)
	for range writes {
		line, err := lines.ReadString('\n')
		if err != nil {
			break
		}
		first += line
	}
	time.Sleep(rand.N(2*time.Since(start)/time.Duration(writes) + 1))
	child.Process.Kill()
	rest, _ := io.ReadAll(lines)
	child.Wait()
	if !strings.HasPrefix(address, "sqlite:") {
		mustBeAlone(t, address)
	}
	text := first + string(rest)
	said := strings.Split(text[:strings.LastIndexByte(text, '\n')], "\n")
	last, err := strconv.Atoi(said[len(said)-1])
	if err != nil {
		t.Fatalf("the child said %q", said[len(said)-1])
	}
	return last
}

// mustBeAlone waits until PostgreSQL has seen that nobody is there any more: until then
// it may still be doing the last thing that it was asked.
func mustBeAlone(t *testing.T, address string) {
	t.Helper()
	db := mustSQL(t, address)
	defer db.Close()
	db.SetMaxOpenConns(1)
	others := -1
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if err := db.QueryRow(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`).Scan(&others); err != nil {
			t.Fatal(err)
		}
		if others == 0 {
			return
		}
	}
	t.Fatalf("%d connections of a process that was killed are still there", others)
}

// stored looks at what is there: everything up to one number, each once, each
// with its entry and its job. It returns that number.
func stored(t *testing.T, address string) int {
	t.Helper()
	s, err := sqlstore.Open(context.Background(), sqlstore.Options{Address: address, Masters: [][]byte{master}, Now: time.Now, Careless: true})
	if err != nil {
		t.Fatalf("open after the kill: %v", err)
	}
	defer s.Close()
	n := 0
	err = s.View(context.Background(), func(tx bot.Tx) error {
		c, err := tx.Casus("C-2026-0001")
		if errors.Is(err, bot.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		n, _ = strconv.Atoi(c.Private.Purpose)
		entries, err := tx.Entries(c.Ref, 0, 0)
		if err != nil {
			return err
		}
		jobs, err := tx.JobsOf(c.Ref)
		if len(entries) != n || len(jobs) != n {
			t.Errorf("%d writes, %d entries, %d jobs: want as many of each", n, len(entries), len(jobs))
		}
		for i, e := range entries {
			if e.Object != strconv.Itoa(i+1) || e.Seq != int64(i+1) && strings.HasPrefix(address, "sqlite:") {
				t.Errorf("entry %d tells of %s", e.Seq, e.Object)
				break
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	report, err := s.Verify(context.Background())
	if err != nil || !report.OK() {
		t.Errorf("Verify = %+v, %v", report, err)
	}
	return n
}

func TestKillingTheProcessLosesNothingThatWasAcknowledged(t *testing.T) {
	for name, open := range map[string]func(t testing.TB) string{"SQLite": sqliteAddress, "PostgreSQL": pgAddress} {
		t.Run(name, func(t *testing.T) {
			address := open(t)
			kills, images, extra := 0, 0, 0
			for last := 0; last < *acks; kills++ {
				said := runAndKill(t, address)
				if strings.HasPrefix(address, "sqlite:") {
					images += tornImages(t, strings.TrimPrefix(address, "sqlite:"), said)
				}
				n := stored(t, address)
				if n < said || n > said+1 {
					t.Fatalf("kill %d: %d were acknowledged, %d are there", kills, said, n)
				}
				extra += n - said
				last = n
				if t.Failed() {
					return
				}
			}
			t.Logf("%d acknowledged over %d kills, none lost, %d kept beyond the last acknowledgement, %d torn images whole", *acks, kills, extra, images)
		})
	}
}

// tornImages copies what a killed process left and cuts the write-ahead log at
// random bytes of what was not moved into the database yet, as a machine that
// loses power while it writes would. Each image opens and holds a beginning.
func tornImages(t *testing.T, path string, said int) int {
	t.Helper()
	wal, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	shm, err := os.ReadFile(path + "-shm")
	if err != nil {
		t.Fatal(err)
	}
	// The index of the log: how many frames are valid, and how many were moved or
	// begun to be. Those were on the disk for certain before the first of them was
	// moved; without them the database would be half old and half new.
	valid, moved := int64(binary.NativeEndian.Uint32(shm[16:])), int64(binary.NativeEndian.Uint32(shm[128:]))
	const head, frame = 32, 24 + 4096
	from, to := head+moved*frame, min(head+valid*frame, int64(len(wal)))
	if to <= from {
		return 0
	}
	const images = 3
	for range images {
		cut := from + rand.Int64N(to-from+1)
		dir := t.TempDir()
		copyFile(t, path, filepath.Join(dir, "bot.db"), -1)
		copyFile(t, path+"-wal", filepath.Join(dir, "bot.db-wal"), cut)
		if err := os.CopyFS(filepath.Join(dir, "bot.db.epochs"), os.DirFS(path+".epochs")); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(dir, "bot.db.epochs"), 0o700); err != nil {
			t.Fatal(err)
		}
		w := &world{address: "sqlite:" + filepath.Join(dir, "bot.db")}
		var whole string
		if err := w.raw(t).QueryRow(`PRAGMA integrity_check`).Scan(&whole); err != nil || whole != "ok" {
			t.Errorf("log cut at %d of %d: %s, %v", cut, len(wal), whole, err)
		}
		if n := stored(t, w.address); n > said+1 {
			t.Errorf("log cut at %d: %d are there, %d were written", cut, n, said+1)
		}
		os.RemoveAll(dir)
	}
	return images
}

func copyFile(t *testing.T, from, to string, size int64) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if size >= 0 {
		data = data[:size]
	}
	if err := os.WriteFile(to, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
