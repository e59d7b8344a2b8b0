package sqlstore_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
)

// statements collects every statement that a store sends.
type statements struct {
	mu   sync.Mutex
	all  map[string]bool
	deaf bool // verifying, which reads the whole log, is none of them
}

func (s *statements) listen(on bool) { s.mu.Lock(); defer s.mu.Unlock(); s.deaf = !on }

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.deaf {
		s.all[q.SQL] = true
	}
	return ctx
}

func (*statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// contractSent is what the contract sent, in whichever test it ran.
var contractSent = &statements{all: map[string]bool{}}

// fewStatements is less than the whole contract sends.
const fewStatements = 100

// mayScan are the statements that read a whole table, each with why that is so.
// What is not here finds its rows by an index.
var mayScan = map[string]string{
	"SELECT count(*) FROM casussen WHERE true":                                "how many there ever were; nothing that repeats asks it",
	"SELECT id, version, sealed FROM persons WHERE appointed = 1 ORDER BY id": "everybody with an appointment, which is who is asked for",
}

// typical are arguments of statements that ask for a range: without them the
// database assumes that a third of the table is in it. They are found by how the
// statement begins or ends.
var typical = []struct{ part, args string }{
	{"c.due_at <= $1", "1700000050000000"},
	{"FROM casussen WHERE due_at > 0 AND due_at <= $1", "1700000050000000"},
	{"FROM casussen WHERE true AND status IN ($1)", "'open'"},
	{"WHERE e.id > $1 ORDER BY e.id", "59000"},
	{"FROM verdicts WHERE taken_at >= $1", "19900"},
	{"DELETE FROM events WHERE sealed IS NULL AND at < $1", "100"},
	{"DELETE FROM jobs WHERE state = 'done' AND run_at < $1", "1700000000000100"},
}

// shortRun is enough for the database to prefer an index wherever there is one.
const shortRun = 20_000

// plansOver is how many casussen the plans are made for: few in a short run, and
// as many as the variable says in a long one.
func plansOver(t *testing.T) int {
	given := os.Getenv("CONVENANTBOT_TEST_CASUSSEN")
	if given == "" {
		return shortRun
	}
	n, err := strconv.Atoi(given)
	if err != nil || n < 1000 {
		t.Fatalf("CONVENANTBOT_TEST_CASUSSEN=%q: want a number of 1000 or more", given)
	}
	return n
}

var (
	holder = regexp.MustCompile(`\$(\d+)`)
	sends  = regexp.MustCompile(`(?i)^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b`)
)

// TestNoStatementReadsAWholeTable has the database plan every statement of the
// contract on tables as full as after years, with sequential scans allowed: the
// store itself forbids them, and a plan that only avoids them because of that
// would still be slow.
func TestNoStatementReadsAWholeTable(t *testing.T) {
	if len(contractSent.all) < fewStatements {
		t.Run("collect", TestTheStoreOnPostgreSQL)
	}
	address := pgAddress(t)
	mustOpen(t, sqlstore.Options{Address: address, Careless: true}).Close()
	db := mustSQL(t, address)
	db.SetMaxOpenConns(1)
	start := time.Now()
	n := plansOver(t)
	fill(t, db, n)
	t.Logf("%d casussen in %s", n, time.Since(start).Round(time.Second))
	big := map[string]bool{}
	rows, err := db.Query(`SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= 1000 AND relnamespace = current_schema()::regnamespace`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		big[name] = true
	}
	rows.Close()
	if len(big) < 15 {
		t.Fatalf("only %v are full", slices.Sorted(maps.Keys(big)))
	}
	checked, used := 0, map[string]bool{}
	for _, query := range slices.Sorted(maps.Keys(contractSent.all)) {
		if !sends.MatchString(query) || strings.Contains(query, "goose") || strings.Contains(query, "pg_") || strings.HasSuffix(query, ";") {
			continue
		}
		checked++
		for _, table := range scans(t, db, query, n) {
			if !big[table] {
				continue
			}
			if why := mayScan[squeeze(query)]; why != "" {
				used[squeeze(query)] = true
				continue
			}
			t.Errorf("reads all of %s: %s", table, squeeze(query))
		}
	}
	if checked < fewStatements {
		t.Errorf("%d statements were planned, want those of the whole contract", checked)
	}
	for query := range mayScan {
		if n == shortRun && !used[query] { // on more rows another index may pay

			t.Errorf("an exception that is not needed: %s", query)
		}
	}
	t.Logf("%d statements", checked)
	// The look itself is looked at: what has no index, or lost it, is found.
	for _, query := range []string{
		`SELECT ref FROM casussen WHERE clear = $1`,
		`DELETE FROM tickets WHERE used = $1`,
		`UPDATE jobs SET cause = '' WHERE kind = $1`,
		`SELECT c.ref FROM casussen c JOIN consents y ON y.casus = c.ref WHERE y.version = $1`,
		`INSERT INTO audit_pending (id) SELECT id FROM audit_entries WHERE prev = $1`,
		`WITH old AS (SELECT id FROM verdicts WHERE version < $1) SELECT count(*) FROM old`,
	} {
		if len(scans(t, db, query, n)) == 0 {
			t.Errorf("a planted scan was not seen: %s", query)
		}
	}
	for index, part := range map[string]string{"casussen_due": "FROM casussen WHERE due_at > 0 AND due_at <= $1", "files_casus": "FROM files WHERE casus = $1"} {
		mustExec(t, db, "DROP INDEX "+index)
		found := 0
		for query := range contractSent.all {
			if sends.MatchString(query) && strings.Contains(squeeze(query), part) && len(scans(t, db, query, n)) > 0 {
				found++
			}
		}
		if found == 0 {
			t.Errorf("no statement was seen to scan without the index %s", index)
		}
	}
}

func squeeze(query string) string { return strings.Join(strings.Fields(query), " ") }

// scans returns the tables that the plan of a statement reads whole.
func scans(t *testing.T, db *sql.DB, query string, n int) (tables []string) {
	t.Helper()
	mode, args := "force_generic_plan", ""
	for _, one := range typical {
		if strings.Contains(squeeze(query), one.part) {
			mode, args = "force_custom_plan", one.args
		}
	}
	// The ends of what is numbered lie elsewhere when there is more.
	switch args {
	case "59000":
		args = fmt.Sprint(3*n - 100)
	case "19900":
		args = fmt.Sprint(n - 100)
	}
	mustExec(t, db, "SET plan_cache_mode = "+mode)
	most := 0
	for _, m := range holder.FindAllStringSubmatch(query, -1) {
		n, _ := strconv.Atoi(m[1])
		most = max(most, n)
	}
	if _, err := db.Exec("PREPARE planned AS " + query); err != nil {
		t.Errorf("prepare %s: %v", squeeze(query), err)
		return nil
	}
	defer mustExec(t, db, "DEALLOCATE planned")
	call := "planned"
	if args != "" {
		if rest := most - 1; rest > 0 {
			args += strings.Repeat(", 1", rest)
		}
		call += "(" + args + ")"
	} else if most > 0 {
		call += "(" + strings.TrimSuffix(strings.Repeat("NULL,", most), ",") + ")"
	}
	var plan []byte
	if err := db.QueryRow("EXPLAIN (FORMAT JSON) EXECUTE " + call).Scan(&plan); err != nil {
		t.Errorf("explain %s: %v", squeeze(query), err)
		return nil
	}
	var nodes any
	if err := json.Unmarshal(plan, &nodes); err != nil {
		t.Fatal(err)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			if v["Node Type"] == "Seq Scan" {
				tables = append(tables, fmt.Sprint(v["Relation Name"]))
			}
			for _, one := range v {
				walk(one)
			}
		}
	}
	walk(nodes)
	return tables
}

// fill makes the tables look as after years: most casussen erased, and of the
// others all that they had. Nothing of it can be opened; only its amounts count.
func fill(t testing.TB, db *sql.DB, n int) {
	t.Helper()
	const (
		ref    = `'C-2026-' || lpad(i::text, 7, '0')`
		sealed = `decode(repeat('ab', 200), 'hex')`
		live   = `WHERE i % 7 = 0`
	)
	// A table that the database happens to have vacuumed meanwhile is counted in an
	// index; which of the two would depend on how fast it is filled.
	for _, table := range mustTables(t, db, false) {
		mustExec(t, db, "ALTER TABLE "+table+" SET (autovacuum_enabled = off)")
	}
	few := min(n, 30_000) // the quarantine is small, however many casussen there are
	series := func(most int) string { return fmt.Sprintf("FROM generate_series(1::bigint, %d) i ", most) }
	for _, query := range []string{
		`SET session_replication_role = replica`, // no foreign keys, no triggers
		`SET synchronous_commit = off`,
		`SET maintenance_work_mem = '64MB'`,
		`INSERT INTO casussen (ref, status, platform, room, version, clear, sealed, due_at, listed, watched) SELECT ` + ref + `,
			CASE WHEN i % 7 <> 0 THEN 'erased' WHEN i % 3 = 0 THEN 'closed' WHEN i % 5 = 0 THEN 'archived' ELSE 'open' END, 'mattermost',
			CASE WHEN i % 7 = 0 THEN 'room' || i ELSE '' END, 1, '{}', ` + sealed + `, CASE WHEN i % 7 = 0 THEN 1700000000000000 + i * 1000000 ELSE 0 END, 1, 1 ` + series(n),
		`INSERT INTO receipts (casus, version, clear, sealed) SELECT ` + ref + `, 1, '{}', ` + sealed + series(n) + `WHERE i % 7 <> 0`,
		`INSERT INTO keys (scope, id, epoch, box) SELECT ` + ref + `, 'k' || i, '2026-0' || (1 + i % 9), '\x00' ` + series(n) + live,
		`INSERT INTO destroyed (scope, id, at) SELECT ` + ref + `, 'k' || i, i ` + series(n) + `WHERE i % 7 <> 0`,
		`INSERT INTO agreements (casus, id, pos, version, sealed) SELECT ` + ref + `, 'a' || j, j, 1, ` + sealed + series(n) + `, generate_series(1, 3) j ` + live,
		`INSERT INTO consents (casus, id, pos, version, sealed) SELECT ` + ref + `, 'c' || j, j, 1, ` + sealed + series(n) + `, generate_series(1, 3) j ` + live,
		`INSERT INTO holds (casus, id, pos, live, version, clear, sealed) SELECT ` + ref + `, 'h', 1, i % 2, 1, '{}', ` + sealed + series(n) + live,
		`INSERT INTO matters (casus, id, pos, version, sealed) SELECT ` + ref + `, 'm', 1, 1, ` + sealed + series(n) + live,
		`INSERT INTO cards (casus, id, code, pos, version, sealed) SELECT ` + ref + `, 'k' || i, 'h' || i, 1, 1, ` + sealed + series(n) + live,
		`INSERT INTO memberships (member, casus) SELECT 'm' || ((i + j * 37) % 5000), ` + ref + series(n) + `, generate_series(1, 4) j ` + live,
		`INSERT INTO watched (who, casus, status, kind, phase) SELECT 'w' || ((i + j * 37) % 5000), ` + ref + `, 'open', 'mdo', 'F3' ` + series(n) + `, generate_series(1, 4) j ` + live,
		`INSERT INTO sessions (hash, seen, expires, sealed) SELECT 's' || i, i, i, ` + sealed + series(2000),
		`INSERT INTO signed_out (hash, at, expires) SELECT 's' || i, i, i ` + series(2000),
		`INSERT INTO proposals (id, organisation, expires, sealed) SELECT 'p' || i, 'o' || (i % 100), i, ` + sealed + series(2000),
		`INSERT INTO files (id, casus, pos, at, state, expires_at, version, clear, sealed) SELECT 'f' || i || '-' || j, ` + ref + `, j, i,
			CASE WHEN i % 100 = 0 THEN 'quarantined' WHEN i % 11 = 0 THEN 'refused' ELSE 'posted' END, i, 1, '{}', ` + sealed + series(n) + `, generate_series(1, 3) j ` + live,
		`INSERT INTO blobs (file, casus, gen, sealed) SELECT 'f' || i || '-1', ` + ref + `, 'g', ` + sealed + series(few) + `WHERE i % 70 = 0`,
		`INSERT INTO chunks (file, gen, n, casus, at, sealed) SELECT 'f' || i || '-1', 'g', j, ` + ref + `, i, ` + sealed + series(few) + `, generate_series(1, 2) j WHERE i % 70 = 0`,
		`INSERT INTO verdicts (id, casus, version, clear, sealed, taken_at) SELECT 'v' || i || '-' || j, ` + ref + `, 1, '{}', ` + sealed + `, i ` + series(n) + `, generate_series(1, 3) j ` + live,
		`INSERT INTO jobs (id, kind, casus, object, body, run_at, attempts, token, state, lease_until, cause) SELECT 'done:' || i || '-' || j, 'tell', ` + ref + `, '', NULL,
			1700000000000000 + i, 0, 1, 'done', 0, '' ` + series(n) + `, generate_series(1, 5) j ` + live,
		`INSERT INTO jobs (id, kind, casus, object, body, run_at, attempts, token, state, lease_until, cause) SELECT k || ` + ref + `, 'reconcile', ` + ref + `, '', NULL,
			1800000000000000 + i, 0, 1, CASE WHEN i % 70000 = 0 THEN 'buried' ELSE 'waiting' END, 0, '' ` + series(n) + `, unnest(ARRAY['round:', 'retain:']) k ` + live,
		`INSERT INTO events (id, at, sealed) SELECT 'e' || i, i, CASE WHEN i % 500 = 0 THEN '\x00'::bytea END ` + series(n),
		`INSERT INTO tickets (hash, casus, expires, used, sealed) SELECT 't' || i, ` + ref + `, i, i % 2, ` + sealed + series(n) + live,
		`INSERT INTO nonces (hash, expires) SELECT 'n' || i, i ` + series(n),
		`INSERT INTO talks (hash, casus, expires, sealed) SELECT 't' || i, ` + ref + `, i, ` + sealed + series(n) + live,
		`INSERT INTO released_questions (id, at, expires, sealed) SELECT 'q' || i, i, i, ` + sealed + series(max(n/100, 2000)),
		`INSERT INTO persons (id, appointed, version, sealed) SELECT 'p' || i, i % 2, 1, ` + sealed + series(5000),
		`INSERT INTO accounts (hash, person) SELECT 'h' || i, 'p' || i ` + series(5000),
		`INSERT INTO circles (id, organisation, version, sealed) SELECT 'c' || i, 'o' || (i % 100), 1, ` + sealed + series(2000),
		`INSERT INTO audit_entries (id, chain, seq, prev, hash, casus) SELECT i * 3 + j, 'casus/' || ` + ref + `, j, '\x00', '\x00', ` + ref + series(n) + `, generate_series(0, 2) j`,
		`INSERT INTO audit_bodies (id, body) SELECT i * 3 + j, ` + sealed + series(n) + `, generate_series(0, 2) j`,
		`INSERT INTO audit_leaves (n, entry, chain, seq, hash) SELECT i * 3 + j, i * 3 + j, 'casus/' || ` + ref + `, j, '\x00' ` + series(n) + `, generate_series(0, 2) j`,
		`INSERT INTO audit_hashes (i, hash) SELECT i, '\x00' ` + series(6*n),
		`INSERT INTO audit_heads (chain, seq, hash) SELECT 'casus/' || ` + ref + `, 2, '\x00' ` + series(n),
		`INSERT INTO audit_checkpoints (n, size, at, note) SELECT i, i, i, '' ` + series(max(n/50, 2000)),
		`SET session_replication_role = origin`,
	} {
		mustExec(t, db, query)
	}
	mustExec(t, db, `ANALYZE`)
}
