package sqlstore_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// versions are the numbers of the changes of the tables, oldest first.
func versions(t testing.TB) []int64 {
	t.Helper()
	names, err := filepath.Glob("migrations/postgres/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	var all []int64
	for _, name := range names {
		v, err := goose.NumericComponent(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(strings.Replace(name, "postgres", "sqlite", 1)); err != nil {
			t.Errorf("%s has no counterpart on SQLite", name)
		}
		all = append(all, v)
	}
	slices.Sort(all)
	return all
}

func newest(t testing.TB) int64 { return slices.Max(versions(t)) }

// provider is goose itself, without the store around it.
func provider(t testing.TB, db *sql.DB, onSQLite bool) *goose.Provider {
	t.Helper()
	kind, dir := goose.DialectPostgres, "migrations/postgres"
	if onSQLite {
		kind, dir = goose.DialectSQLite3, "migrations/sqlite"
	}
	p, err := goose.NewProvider(kind, db, os.DirFS(dir), goose.WithAllowOutofOrder(true))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// mustMigrate makes the tables of a PostgreSQL address as they were at a version.
func mustMigrate(t testing.TB, address string, version int64) {
	t.Helper()
	if _, err := provider(t, mustSQL(t, address), false).UpTo(context.Background(), version); err != nil {
		t.Fatal(err)
	}
}

// mustTables lists the tables but goose's own.
func mustTables(t testing.TB, db *sql.DB, onSQLite bool) (names []string) {
	t.Helper()
	query := `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname NOT LIKE 'goose%' ORDER BY 1`
	if onSQLite {
		query = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%' ORDER BY 1`
	}
	return mustStrings(t, db, query)
}

func mustStrings(t testing.TB, db *sql.DB, query string) (all []string) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// filled puts rows in every table that a version had, by way of the store, so
// that what is sealed opens. One casus is erased, one is held and full, one is
// new. Records that the log tells of are only of kinds that the version had.
func (w *world) filled(t *testing.T, version int64) {
	t.Helper()
	now := w.clock.Now()
	w.store.Terms = sqlstore.Terms{Access: 24 * time.Hour}
	w.mustUpdate(t, func(tx bot.Tx) error {
		_, err := tx.Record(bot.Entry{At: now, Act: bot.ActDirectory, Outcome: "done"})
		if version >= 6 {
			err = errors.Join(err, tx.SaveOrganisation(bot.Organisation{ID: "school-a", Name: "School A"}))
		}
		return errors.Join(err,
			tx.SavePerson(bot.Person{ID: "p1", Accounts: []bot.Account{{Platform: "x", User: "u1"}}}),
			tx.SaveCircle(bot.Circle{ID: "circle", Organisation: "school-a", Name: mark("circle"), Members: []bot.PersonID{"p1"}}),
			tx.AddPolicy(bot.Policy{Hash: "h1", ProposedAt: now, Files: map[string][]byte{"a.yaml": []byte("a")}}),
			tx.ActivatePolicy("h1", "p5", now),
			tx.AddPolicy(bot.Policy{Hash: "h2", ProposedAt: now.Add(time.Second)}),
			tx.CountQuestion(bot.Topic{Code: "M40", Title: "Wie"}, bot.Unanswered),
			tx.ReleaseQuestion(bot.ReleasedQuestion{ID: "q1", Text: mark("question"), At: now, Expires: now.AddDate(1, 0, 0)}),
			tx.UseNonce("nonce", now.AddDate(1, 0, 0)),
			tx.PutEvent(bot.Event{ID: "e1", Platform: "x", Text: mark("event"), At: now}),
			tx.PutEvent(bot.Event{ID: "e2", Platform: "x", Text: mark("event"), At: now}),
			tx.DropEvent("x:e2"))
	})
	if version < 6 { // then it had no seal
		raw, err := json.Marshal(bot.Organisation{ID: "school-a", Name: "School A"})
		if err != nil {
			t.Fatal(err)
		}
		mustExec(t, w.raw(t), `INSERT INTO organisations (id, clear) VALUES ('school-a', $1)`, string(raw))
	}
	w.erase(t, w.mustCasus(t))
	full := w.mustCasus(t)
	w.mustCasus(t)
	w.mustUpdate(t, func(tx bot.Tx) error {
		_, err := tx.Record(bot.Entry{Casus: full, At: now, Act: bot.ActIncident, Object: "m1", Outcome: "done"})
		if version >= 4 {
			err = errors.Join(err, tx.AddMatter(bot.Matter{ID: "m1", Casus: full, Kind: bot.Incident, At: now, Text: mark("matter")}))
		}
		if version >= 13 {
			err = errors.Join(err, tx.AddCard(bot.Card{ID: "k1", Casus: full, Code: "code", Holder: "g1", MadeAt: now, ExpiresAt: now.AddDate(1, 0, 0)}))
		}
		return errors.Join(err,
			tx.KeepTalk(full, "talk", []byte(mark("talk")), now.AddDate(1, 0, 0)),
			tx.SetDue(full, now.AddDate(0, 0, 30)))
	})
	if _, err := w.store.TakeLease(t.Context(), "rounds", "one", time.Hour); err != nil {
		t.Fatal(err)
	}
	w.looked(t, full)
	w.mustCheckpoint(t)
	w.clock.Advance(48 * time.Hour)
	if n, err := w.store.RemoveBodies(t.Context()); err != nil || n == 0 {
		t.Fatalf("RemoveBodies = %d, %v: nothing would stand in audit_removed", n, err)
	}
	if _, err := w.store.ClaimJob(t.Context(), w.clock.Now(), time.Hour); err != nil {
		t.Fatal(err)
	}
}

// generic gives a table that filled does not know a row, made from its columns:
// of the tables that are still to come nobody can say what belongs in them.
func generic(t testing.TB, db *sql.DB, table string, onSQLite bool) error {
	t.Helper()
	query := `SELECT attname || ' ' || format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = '` + table + `'::regclass AND attnum > 0 AND NOT attisdropped`
	if onSQLite {
		query = `SELECT name || ' ' || lower(type) FROM pragma_table_info('` + table + `')`
	}
	var names, values []string
	for _, column := range mustStrings(t, db, query) {
		name, kind, _ := strings.Cut(column, " ")
		value := "1"
		switch {
		case name == "casus":
			value = "(SELECT min(ref) FROM casussen)"
		case strings.HasPrefix(kind, "text"):
			value = "'x'"
		case kind == "blob":
			value = "x'00'"
		case kind == "bytea":
			value = `'\x00'`
		}
		names, values = append(names, name), append(values, value)
	}
	_, err := db.Exec("INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(values, ", ") + ")")
	return err
}

// seen is what a reader of the store sees of it, by what it is; since says which
// version of the tables first had it.
func seen(t *testing.T, s *sqlstore.Store, now time.Time) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := s.View(t.Context(), func(tx bot.Tx) error {
		note := func(what string, v any, err error) {
			raw, merr := json.Marshal(v)
			if merr != nil {
				t.Fatal(merr)
			}
			all[what] = fmt.Sprintf("%s %v", raw, err)
		}
		refs, err := tx.CasusRefs("", 0)
		note("refs", refs, err)
		for _, ref := range refs {
			casus, err := tx.Casus(ref)
			note("casus "+string(ref), casus, err)
			agreements, err := tx.Agreements(ref)
			note("agreements "+string(ref), agreements, err)
			consents, err := tx.Consents(ref)
			note("consents "+string(ref), consents, err)
			holds, err := tx.Holds(ref)
			note("holds "+string(ref), holds, err)
			matters, err := tx.Matters(ref)
			note("00004 matters "+string(ref), matters, err)
			cards, err := tx.CardsOf(ref)
			note("00013 cards "+string(ref), cards, err)
			files, err := tx.FilesOf(ref)
			note("files "+string(ref), files, err)
			jobs, err := tx.JobsOf(ref)
			note("jobs "+string(ref), jobs, err)
			entries, err := tx.Entries(ref, 0, 0)
			note("entries "+string(ref), entries, err)
			receipt, err := tx.Receipt(ref)
			note("receipt "+string(ref), receipt, err)
			verdict, err := tx.Verdict(bot.DecisionID("d-" + string(ref)))
			note("verdict "+string(ref), verdict, err)
			ticket, err := tx.Ticket(mark("token")+string(ref), now.AddDate(0, 0, -2))
			note("ticket "+string(ref), ticket, err)
			talk, err := tx.Talk(ref, "talk", now)
			note("00003 talk "+string(ref), talk, err)
			due, err := tx.Due(ref)
			note("00004 due "+string(ref), due, err)
		}
		mine, err := tx.RefsOf("p1")
		note("casussen of a person", mine, err)
		person, err := tx.PersonByAccount(bot.Account{Platform: "x", User: "u1"})
		note("person", person, err)
		orgs, err := tx.Organisations()
		note("organisations", orgs, err)
		circles, err := tx.CirclesOf("school-a")
		note("00007 circles", circles, err)
		active, err := tx.ActivePolicy()
		note("00002 policy", active, err)
		waiting, err := tx.WaitingPolicies()
		note("00002 waiting policies", waiting, err)
		counts, err := tx.QuestionCounts()
		note("00003 counts", counts, err)
		released, err := tx.ReleasedQuestions(now)
		note("00003 released", released, err)
		event, err := tx.Event("x:e1")
		note("event", event, err)
		_, err = tx.Event("x:e2")
		note("a handled event", nil, err)
		entries, err := tx.Entries("", 0, 0)
		note("entries", entries, err)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	ref := bot.Ref("C-2026-0002")
	blob, err := s.OpenBlob(t.Context(), ref, bot.FileID("f-"+string(ref)))
	if err != nil {
		t.Fatal(err)
	}
	defer blob.Close()
	head := make([]byte, 64)
	_, err = blob.Read(head)
	all["bytes"] = fmt.Sprintf("%s %v", head, err)
	return all
}

// rowsOf is every row of the columns of a table, sorted.
func rowsOf(t testing.TB, db *sql.DB, table string, columns []string) []string {
	t.Helper()
	rows, err := db.Query("SELECT " + strings.Join(columns, ", ") + " FROM " + table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%x", values))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

func columnsOf(t testing.TB, db *sql.DB, table string, onSQLite bool) []string {
	t.Helper()
	if onSQLite {
		return mustStrings(t, db, `SELECT name FROM pragma_table_info('`+table+`') ORDER BY cid`)
	}
	return mustStrings(t, db, `SELECT attname FROM pg_attribute WHERE attrelid = '`+table+`'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`)
}

// mustBeWhole looks at what the database itself guards.
func mustBeWhole(t *testing.T, w *world, db *sql.DB) {
	t.Helper()
	if w.sqlite() {
		if bad := mustStrings(t, db, `SELECT "table" || ' ' || COALESCE(rowid, 0) FROM pragma_foreign_key_check`); len(bad) > 0 {
			t.Errorf("rows refer to nothing: %v", bad)
		}
		if whole := mustStrings(t, db, `PRAGMA integrity_check`); !slices.Equal(whole, []string{"ok"}) {
			t.Errorf("integrity_check = %v", whole)
		}
		return
	}
	if bad := mustStrings(t, db, `SELECT conname FROM pg_constraint WHERE NOT convalidated AND connamespace = current_schema()::regnamespace`); len(bad) > 0 {
		t.Errorf("constraints that were never checked: %v", bad)
	}
	// What is there is checked again by making each foreign key anew.
	for _, again := range mustStrings(t, db, `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %I %s', conrelid::regclass, conname, conname, pg_get_constraintdef(oid))
		FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace`) {
		mustExec(t, db, again)
	}
}

// shapes are the tables with their columns and indexes.
func shapes(t testing.TB, db *sql.DB, onSQLite bool) []string {
	t.Helper()
	if onSQLite {
		return mustStrings(t, db, `SELECT m.type || ' ' || m.name || ' ' || COALESCE((SELECT group_concat(c, ',') FROM
			(SELECT name || ' ' || type || ' ' || "notnull" || ' ' || COALESCE(dflt_value, '') AS c FROM pragma_table_info(m.name) ORDER BY name)), m.sql, '')
			FROM sqlite_master m WHERE m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%' ORDER BY 1`)
	}
	return mustStrings(t, db, `SELECT * FROM (
		SELECT 'column ' || table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || COALESCE(column_default, '')
			FROM information_schema.columns WHERE table_schema = current_schema() AND table_name NOT LIKE 'goose%'
		UNION ALL SELECT 'index ' || indexname || ' ' || regexp_replace(indexdef, '\S+\.', '', 'g') FROM pg_indexes WHERE schemaname = current_schema() AND tablename NOT LIKE 'goose%'
		UNION ALL SELECT 'trigger ' || tgname || ' ' || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN
			(SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)) all_of_it (x) ORDER BY 1`)
}

// TestEveryEarlierVersionWithDataBecomesTheNewest takes a full database back to
// each earlier version, as that version had it, and brings it up again. What is
// sealed opens in the end because no change of the tables ever touched it.
func TestEveryEarlierVersionWithDataBecomesTheNewest(t *testing.T) {
	all := versions(t)
	address := pgAddress(t) // one for all: each leaves it at the newest version
	for _, from := range all[:len(all)-1] {
		t.Run(fmt.Sprintf("%05d", from), func(t *testing.T) {
			t.Run("SQLite", func(t *testing.T) { migrated(t, sqliteAddress(t), from, all) })
			t.Run("PostgreSQL", func(t *testing.T) { migrated(t, address, from, all) })
		})
	}
}

func migrated(t *testing.T, address string, from int64, all []int64) {
	w := &world{address: address, clock: bottest.NewClock()}
	if !w.sqlite() {
		if len(mustTables(t, mustSQL(t, address), false)) > 0 {
			mustEmpty(t, address)
		}
	}
	w.open(t)
	w.filled(t, from)
	now := w.clock.Now()
	w.open(t)                  // SQLite frees what a process that died had a turn at
	w.looked(t, "C-2026-0003") // an entry that is not in the tree yet
	before := seen(t, w.store, now)
	report, err := w.store.Verify(t.Context())
	if err != nil || !report.OK() || report.Entries == 0 {
		t.Fatalf("Verify before = %+v, %v", report, err)
	}
	w.store.Close()
	db := w.raw(t)
	shape := shapes(t, db, w.sqlite())
	p := provider(t, db, w.sqlite())
	for i := len(all) - 1; all[i] > from; i-- {
		if _, err := p.ApplyVersion(t.Context(), all[i], false); err != nil {
			t.Fatalf("back over %05d: %v", all[i], err)
		}
	}
	for _, table := range mustTables(t, db, w.sqlite()) {
		if table == "epochs" && w.sqlite() || table == "chunks" || table == "blobs" {
			continue // beside the file; and half a file is removed at the start
		}
		if len(rowsOf(t, db, table, []string{"1"})) > 0 {
			continue
		}
		if err := generic(t, db, table, w.sqlite()); err != nil {
			t.Fatalf("no row in %s, and none can be made up: let filled write one: %v", table, err)
		}
	}
	// As it is now, each table has rows.
	old := map[string][]string{}
	columns := map[string][]string{}
	for _, table := range mustTables(t, db, w.sqlite()) {
		columns[table] = columnsOf(t, db, table, w.sqlite())
		old[table] = rowsOf(t, db, table, columns[table])
		if len(old[table]) == 0 && !(table == "epochs" && w.sqlite()) {
			t.Errorf("version %05d has no row in %s", from, table)
		}
	}
	if _, err := provider(t, db, w.sqlite()).Up(t.Context()); err != nil {
		t.Fatalf("up from %05d: %v", from, err)
	}
	for table, rows := range old {
		if got := rowsOf(t, db, table, columns[table]); !slices.Equal(got, rows) {
			t.Errorf("%s: %d rows became %d, or others", table, len(rows), len(got))
		}
	}
	if got := shapes(t, db, w.sqlite()); !slices.Equal(got, shape) {
		t.Errorf("the tables differ from those of a new database:\n%s", strings.Join(missingFrom(shape, got), "\n"))
	}
	mustBeWhole(t, w, db)
	db.Close()

	w.store = nil
	w.open(t)
	after := seen(t, w.store, now)
	if !slices.Equal(slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after))) {
		t.Errorf("seen %v, then %v", slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after)))
	}
	for what, was := range before {
		if since, _, _ := strings.Cut(what, " "); since > fmt.Sprintf("%05d", from) && since < "1" {
			continue // that version did not have it
		}
		if after[what] != was {
			t.Errorf("%s is %s\nand was %s", what, after[what], was)
		}
	}
	if after, err := w.store.Verify(t.Context()); err != nil || !after.OK() || after.Entries != report.Entries {
		t.Errorf("Verify = %+v, %v; want the %d entries of before", after, err, report.Entries)
	}
	// And it goes on.
	w.erase(t, w.mustCasus(t))
	w.mustCheckpoint(t)
	if report, err := w.store.Verify(t.Context()); err != nil || !report.OK() {
		t.Errorf("Verify after more work = %+v, %v", report, err)
	}
}

// missingFrom lists what is in one of them only.
func missingFrom(want, got []string) (lines []string) {
	for _, line := range want {
		if !slices.Contains(got, line) {
			lines = append(lines, "- "+line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			lines = append(lines, "+ "+line)
		}
	}
	return lines
}

func TestADatabaseOfANewerProgramIsRefusedAndLeftAlone(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		ref := w.mustCasus(t)
		w.store.Close()
		db := w.raw(t)
		mustExec(t, db, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (90001, $1)`, true)
		// And one of our own that would come after it.
		last := newest(t)
		if _, err := provider(t, db, w.sqlite()).ApplyVersion(t.Context(), last, false); err != nil {
			t.Fatal(err)
		}
		shape := shapes(t, db, w.sqlite())
		for _, readOnly := range []bool{false, true} {
			s, err := sqlstore.Open(t.Context(), sqlstore.Options{Address: w.address, Masters: [][]byte{master}, Now: w.clock.Now, Careless: true, ReadOnly: readOnly})
			if err == nil {
				s.Close()
			}
			if !errors.Is(err, bot.ErrConflict) || !strings.Contains(err.Error(), "90001") || !strings.Contains(err.Error(), "backup") {
				t.Errorf("Open (read-only %v) = %v, want ErrConflict, the change, and what to do", readOnly, err)
			}
		}
		if got := shapes(t, db, w.sqlite()); !slices.Equal(got, shape) {
			t.Errorf("the database was changed: %v", missingFrom(shape, got))
		}
		// Undone, it is an older database: whoever only looks is told so, and whoever
		// starts goes on.
		mustExec(t, db, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (90001, $1)`, false)
		s, err := sqlstore.Open(t.Context(), sqlstore.Options{Address: w.address, Masters: [][]byte{master}, Now: w.clock.Now, Careless: true, ReadOnly: true})
		if err == nil {
			s.Close()
		}
		if !errors.Is(err, bot.ErrConflict) || !strings.Contains(err.Error(), "convenantbot migrate") {
			t.Errorf("Open of an older database to look = %v, want ErrConflict and what to do", err)
		}
		w.store = nil
		w.open(t)
		w.mustView(t, func(tx bot.Tx) error { _, err := tx.Casus(ref); return err })
	})
}

// Five copies of a new version start at once on a full database of the first.
func TestFiveReplicasMigrateOneDatabaseTogether(t *testing.T) {
	w := &world{address: pgAddress(t), clock: bottest.NewClock()}
	w.open(t)
	w.filled(t, 1)
	before := seen(t, w.store, w.clock.Now())
	w.store.Close()
	db := w.raw(t)
	all := versions(t)
	for i := len(all) - 1; i > 0; i-- {
		if _, err := provider(t, db, false).ApplyVersion(t.Context(), all[i], false); err != nil {
			t.Fatal(err)
		}
	}
	var group sync.WaitGroup
	stores := make([]*sqlstore.Store, 5)
	for i := range stores {
		group.Go(func() {
			s, err := sqlstore.Open(context.Background(), sqlstore.Options{Address: w.address, Masters: [][]byte{master}, Now: w.clock.Now, LeaseClock: w.clock.Now, Careless: true})
			if err != nil {
				t.Errorf("replica %d: %v", i, err)
				return
			}
			stores[i] = s
		})
	}
	group.Wait()
	for i, s := range stores {
		if s == nil {
			t.FailNow()
		}
		defer s.Close()
		if got := seen(t, s, w.clock.Now())["refs"]; got != before["refs"] {
			t.Errorf("replica %d sees %s, want %s", i, got, before["refs"])
		}
	}
	if twice := mustStrings(t, db, `SELECT version_id FROM goose_db_version WHERE is_applied GROUP BY 1 HAVING count(*) <> 1 + (SELECT count(*) FROM goose_db_version g WHERE g.version_id = goose_db_version.version_id AND NOT g.is_applied)`); len(twice) > 0 {
		t.Errorf("changes that were made twice: %v", twice)
	}
	if report, err := stores[4].Verify(t.Context()); err != nil || !report.OK() {
		t.Errorf("Verify = %+v, %v", report, err)
	}
}
