package sqlstore_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// moveEnv makes a child of this test move a store: from, a space, and to.
const moveEnv = "CONVENANTBOT_SQLSTORE_MOVE"

func moveOnce(both string) error {
	ctx := context.Background()
	from, to, _ := strings.Cut(both, " ")
	s, err := sqlstore.Open(ctx, sqlstore.Options{Address: from, Masters: [][]byte{master}, Now: bottest.NewClock().Now})
	if err != nil {
		return err
	}
	defer s.Close()
	_, err = sqlstore.Move(ctx, s, sqlstore.Options{Address: to, Masters: [][]byte{master}, Now: bottest.NewClock().Now, Careless: true})
	return err
}

// A move that is cancelled, whose process is killed, or whose connection goes,
// in the middle of the last table: the database is as empty as it was, the file
// as full, and the next move does it.
func TestAMoveThatIsInterruptedIsDoneByTheNext(t *testing.T) {
	w, ref, to := moving(t)
	mustOpen(t, to).Close() // makes the tables
	db := mustSQL(t, to.Address)
	mustExec(t, db, `DELETE FROM keys; DELETE FROM secrets; DELETE FROM epochs`)
	mustExec(t, db, `CREATE FUNCTION stuck() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN true; END $$`)
	mustExec(t, db, `ALTER TABLE verdicts ADD CONSTRAINT stuck CHECK (stuck())`)
	inTheMiddle := func(t *testing.T) (pid int) {
		t.Helper()
		for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if db.QueryRow(`SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database() AND query ILIKE 'copy%'`).Scan(&pid) == nil {
				return pid
			}
		}
		t.Fatal("the move never came to the table")
		return 0
	}
	begin := func(ctx context.Context) chan error {
		ended := make(chan error, 1)
		go func() { _, err := sqlstore.Move(ctx, w.store, to); ended <- err }()
		return ended
	}
	whole := t // what is opened again lasts longer than the part
	for _, how := range []string{"cancelled", "cut off", "killed"} {
		t.Run(how, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			switch how {
			case "cancelled":
				ended := begin(ctx)
				inTheMiddle(t)
				stop()
				if err := <-ended; !errors.Is(err, context.Canceled) {
					t.Errorf("Move = %v, want that it was cancelled", err)
				}
			case "cut off":
				ended := begin(ctx)
				mustExec(t, db, `SELECT pg_terminate_backend($1)`, inTheMiddle(t))
				if err := <-ended; err == nil {
					t.Error("Move over a connection that was cut is no error")
				}
			case "killed":
				w.store.Close()
				self, err := os.Executable()
				if err != nil {
					t.Fatal(err)
				}
				child := exec.Command(self)
				child.Env = append(os.Environ(), moveEnv+"="+w.address+" "+to.Address)
				if err := child.Start(); err != nil {
					t.Fatal(err)
				}
				pid := inTheMiddle(t)
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				_ = child.Wait()
				// Asleep, the database would see only later that nobody is there.
				mustExec(t, db, `SELECT pg_terminate_backend($1)`, pid)
				w.store = nil
				w.open(whole)
			}
			for _, table := range []string{"casussen", "keys", "audit_entries"} {
				var n int
				if err := db.QueryRow(`SELECT count(*) FROM ` + table).Scan(&n); err != nil || n != 0 {
					t.Errorf("%d rows in %s, %v; want none", n, table, err)
				}
			}
		})
	}
	mustExec(t, db, `ALTER TABLE verdicts DROP CONSTRAINT stuck`)
	moved, err := sqlstore.Move(t.Context(), w.store, to)
	if err != nil || moved.Entries == 0 {
		t.Fatalf("the next Move = %+v, %v", moved, err)
	}
	copied := &world{address: to.Address, clock: w.clock, store: mustOpen(t, to)}
	if copied.status(t, ref) != w.status(t, ref) {
		t.Errorf("%s is %s, want %s", ref, copied.status(t, ref), w.status(t, ref))
	}
}
