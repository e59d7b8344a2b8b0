package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/rules/region"
)

// Costs are what things took on this machine, in this run.
type Costs struct {
	Store  string // "SQLite" or "PostgreSQL"
	Sample int    // casussen

	Judge    time.Duration // to judge the retention of one casus
	Act      time.Duration // one transaction: a casus read and saved, an entry, a job
	ActCPU   time.Duration // of our process and, where it can be seen, of the database
	ActsPer  float64       // a second, with several writers at once
	Writers  int
	Event    time.Duration // to store what came in, and to mark it handled
	EventCPU time.Duration
	Erase    time.Duration // one casus
	EraseCPU time.Duration
	Sequence time.Duration // one entry into the tree
	Verify   time.Duration // one entry of a casus that is gone
	Beside   time.Duration // what the records of one casus that is there add to that
	Due      time.Duration // one casus in the plan: read, opened and judged
	Database bool          // whether the processor time of the database is in it
	Bytes    []tableBytes  // of a table, for one row
	PerCasus int64         // bytes of one casus with its contents, indexes and entries
	Left     int64         // bytes that stay of it after erasing, its entries with their text included
	Bare     int64         // and when that text has gone too
}

// tableBytes is how much room a row of a table takes, with its indexes.
type tableBytes struct {
	Table string
	Rows  int64
	Each  float64 // bytes
}

// The contents of a casus of the sample: the means of the assumptions.
const (
	sampleMembers, sampleConsents, sampleFiles, sampleJobs, sampleActs = 7, 3, 6, 30, 40
	sampleFacts                                                        = 2000 // bytes of the facts of a verdict
)

// cpu is what this process used, and what the processes of the database did.
func cpu(ctx context.Context, db *sql.DB) (own, other time.Duration, seen bool) {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) == nil {
		own = time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	if db == nil {
		return own, 0, true // it is in this process
	}
	rows, err := db.QueryContext(ctx, `SELECT pid FROM pg_stat_activity`)
	if err != nil {
		return own, 0, false
	}
	defer rows.Close()
	for rows.Next() {
		var pid int
		if rows.Scan(&pid) != nil {
			return own, 0, false
		}
		raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || !strings.Contains(string(raw), "(postgres)") {
			continue
		}
		f := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
		for _, n := range f[11:13] { // utime and stime, in hundredths of a second
			ticks, _ := strconv.ParseInt(n, 10, 64)
			other += time.Duration(ticks) * 10 * time.Millisecond
			seen = true
		}
	}
	return own, other, seen && rows.Err() == nil
}

// bench measures operations in one store.
type bench struct {
	ctx   context.Context
	store *sqlstore.Store
	db    *sql.DB // beside it, on PostgreSQL
	c     *Costs
}

// each runs f n times and returns what one took.
func (b *bench) each(n int, f func(i int) error) (took, used time.Duration, err error) {
	own, other, _ := cpu(b.ctx, b.db)
	start := time.Now()
	for i := range n {
		if err := f(i); err != nil {
			return 0, 0, err
		}
	}
	took = time.Since(start) / time.Duration(n)
	own2, other2, seen := cpu(b.ctx, b.db)
	b.c.Database = seen
	return took, (own2 - own + other2 - other) / time.Duration(n), nil
}

// Measure lives n casussen in a real store and returns what that costs. On
// PostgreSQL the database must be empty, and its settings those of an
// installation: one that may lose what it acknowledges is refused.
func Measure(ctx context.Context, address string, n int, law Law, pack *region.Pack) (*Costs, error) {
	return measure(ctx, sqlstore.Options{Address: address}, n, law, pack)
}

func measure(ctx context.Context, o sqlstore.Options, n int, law Law, pack *region.Pack) (_ *Costs, err error) {
	c := &Costs{Store: "SQLite", Sample: n, Writers: 4}
	at := begin
	o.Masters, o.Now = [][]byte{bytes.Repeat([]byte{7}, 32)}, func() time.Time { return at }
	store, err := sqlstore.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	b := &bench{ctx: ctx, store: store, c: c}
	if strings.HasPrefix(o.Address, "postgres") {
		c.Store = "PostgreSQL"
		if b.db, err = sql.Open("pgx", o.Address); err != nil {
			return nil, err
		}
		defer b.db.Close()
	} else {
		c.Writers = 1
	}
	empty := true
	if err := store.View(ctx, func(tx bot.Tx) error { n, err := tx.CountCasussen(); empty = n == 0; return err }); err != nil {
		return nil, err
	}
	if !empty {
		return nil, errors.New("measure: the database is not empty")
	}
	if err := b.judging(law, pack); err != nil {
		return nil, err
	}
	refs, err := b.fill(n, at)
	if err != nil {
		return nil, fmt.Errorf("measure: %w", err)
	}
	if err := b.work(refs, at, law, pack); err != nil {
		return nil, fmt.Errorf("measure: %w", err)
	}
	return c, nil
}

func (b *bench) judging(law Law, pack *region.Pack) (err error) {
	closed := begin.AddDate(0, 0, -10)
	in := &judge.RetainInput{ID: "C", Now: begin, Region: pack.ID, Casus: judge.Keeping{Ref: "C", Kind: "mdo", Status: "closed",
		OpenedAt: closed.AddDate(0, 0, -60), LastActivityAt: closed, ClosedAt: &closed, Handovers: make([]judge.Handover, 3)}}
	b.c.Judge, _, err = b.each(2000, func(int) error { _, err := law.Retain(b.ctx, in); return err })
	return err
}

// fill adds n casussen with the means of everything, and measures what they take.
func (b *bench) fill(n int, at time.Time) (refs []bot.Ref, err error) {
	text := strings.Repeat("Wij zoeken samen naar passende ondersteuning. ", 5)
	before, err := b.sizes()
	if err != nil {
		return nil, err
	}
	for i := range n {
		err := b.store.Update(b.ctx, func(tx bot.Tx) error {
			c := bot.Casus{Region: "model", Kind: bot.MDO, Phase: "F1", Status: bot.Open, Platform: "x", Room: bot.ChannelID(fmt.Sprintf("room%d", i)), OpenedAt: at, LastActivityAt: at,
				Private: bot.Private{Purpose: text, Handovers: make([]bot.Handover, 3)}}
			for m := range sampleMembers {
				c.Private.Members = append(c.Private.Members, bot.Member{ID: bot.PersonID(fmt.Sprintf("p%d", (i+m*37)%500)), Function: "intern begeleider"})
			}
			c, err := tx.AddCasus(c, at.Year())
			if err != nil {
				return err
			}
			refs = append(refs[:i], c.Ref)
			id := string(c.Ref)
			for j := range sampleConsents {
				if err := tx.AddConsent(bot.Consent{ID: fmt.Sprintf("c%d", j), Casus: c.Ref, Giver: "g1", Purpose: text, How: "gesprek", GivenAt: at}); err != nil {
					return err
				}
			}
			for j := range sampleFiles {
				if err := errors.Join(
					tx.AddFile(bot.File{ID: bot.FileID(fmt.Sprintf("f-%s-%d", id, j)), Casus: c.Ref, State: bot.Posted, At: at, Name: "verslag van het overleg.pdf"}),
					tx.AddVerdict(bot.Verdict{ID: bot.DecisionID(fmt.Sprintf("d-%s-%d", id, j)), Casus: c.Ref, At: at, Facts: bytes.Repeat([]byte("f"), sampleFacts)})); err != nil {
					return err
				}
			}
			for j := range sampleJobs {
				if err := tx.AddJob(bot.Job{ID: fmt.Sprintf("j-%s-%d", id, j), Kind: bot.JobTell, Casus: c.Ref, RunAt: at.AddDate(1, 0, 0)}); err != nil {
					return err
				}
			}
			for j := range sampleActs {
				if _, err := tx.Record(bot.Entry{Casus: c.Ref, At: at, Actor: "p-0123456789abcdef", Act: bot.ActFileDecided, Object: fmt.Sprintf("f-%s-%d", id, j), Outcome: "done"}); err != nil {
					return err
				}
			}
			return tx.SetDue(c.Ref, at.AddDate(0, 0, 30))
		})
		if err != nil {
			return nil, err
		}
	}
	entries := n * sampleActs
	start := time.Now()
	if _, err := b.store.Sequence(b.ctx); err != nil {
		return nil, err
	}
	b.c.Sequence = time.Since(start) / time.Duration(entries)
	after, err := b.sizes()
	if err != nil {
		return nil, err
	}
	for table, size := range after {
		size.bytes -= before[table].bytes
		if size.rows -= before[table].rows; size.rows > 0 {
			b.c.Bytes = append(b.c.Bytes, tableBytes{table, size.rows, float64(size.bytes) / float64(size.rows)})
			all := size.bytes / int64(n)
			b.c.PerCasus += all
			switch {
			case table == "audit_bodies":
				b.c.Left += all
			case strings.HasPrefix(table, "audit_"):
				b.c.Left += all
				b.c.Bare += all
			}
		}
	}
	return refs, nil
}

type size struct{ bytes, rows int64 }

// sizes are those of the tables with their indexes.
func (b *bench) sizes() (map[string]size, error) {
	if b.db == nil {
		return b.sizesInFile()
	}
	all := map[string]size{}
	if _, err := b.db.ExecContext(b.ctx, `VACUUM ANALYZE`); err != nil {
		return nil, err
	}
	rows, err := b.db.QueryContext(b.ctx, `SELECT relname, pg_total_relation_size(oid), GREATEST(reltuples, 0)::bigint FROM pg_class
		WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname NOT LIKE 'goose%'`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var s size
		if err := rows.Scan(&name, &s.bytes, &s.rows); err != nil {
			return nil, err
		}
		all[name] = s
	}
	return all, rows.Err()
}

// sizesInFile is sizes in a SQLite file, which knows the pages of each table.
func (b *bench) sizesInFile() (_ map[string]size, err error) {
	if err := b.store.Scrub(b.ctx); err != nil {
		return nil, err
	}
	file, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(b.store.Address, "sqlite:")+"?mode=ro")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	rows, err := file.QueryContext(b.ctx, `SELECT m.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_master m ON m.name = d.name GROUP BY 1`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]size{}
	for rows.Next() {
		var name string
		var s size
		if err := rows.Scan(&name, &s.bytes); err != nil {
			return nil, err
		}
		all[name] = s
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for name, s := range all {
		if err := file.QueryRowContext(b.ctx, `SELECT count(*) FROM "`+name+`"`).Scan(&s.rows); err != nil {
			return nil, err
		}
		all[name] = s
	}
	return all, nil
}

// act is one act of somebody in a casus.
func (b *bench) act(ref bot.Ref, id string, at time.Time) error {
	return b.store.Update(b.ctx, func(tx bot.Tx) error {
		c, err := tx.Casus(ref)
		if err != nil {
			return err
		}
		c.LastActivityAt = at
		if _, err := tx.SaveCasus(c); err != nil {
			return err
		}
		_, err = tx.Record(bot.Entry{Casus: ref, At: at, Actor: "p-0123456789abcdef", Act: bot.ActPhaseChanged, Object: id, Outcome: "done"})
		return errors.Join(err, tx.SetDue(ref, at.AddDate(0, 0, 30)), tx.AddJob(bot.Job{ID: id, Kind: bot.JobTell, Casus: ref, RunAt: at.AddDate(1, 0, 0)}))
	})
}

// work measures the operations.
func (b *bench) work(refs []bot.Ref, at time.Time, law Law, pack *region.Pack) (err error) {
	c, n := b.c, len(refs)
	if c.Act, c.ActCPU, err = b.each(n, func(i int) error { return b.act(refs[i], fmt.Sprintf("act-%d", i), at) }); err != nil {
		return err
	}
	if c.Event, c.EventCPU, err = b.each(n, func(i int) error {
		e := bot.Event{ID: fmt.Sprint("e", i), Platform: "x", At: at, Text: "een vraag aan de bot"}
		if err := b.store.Update(b.ctx, func(tx bot.Tx) error { return tx.PutEvent(e) }); err != nil {
			return err
		}
		return b.store.Update(b.ctx, func(tx bot.Tx) error { return tx.DropEvent("x:" + e.ID) })
	}); err != nil {
		return err
	}
	start := time.Now()
	var group sync.WaitGroup
	errs := make([]error, c.Writers)
	for w := range c.Writers {
		group.Go(func() {
			for i := w; i < n && errs[w] == nil; i += c.Writers {
				errs[w] = b.act(refs[i], fmt.Sprintf("many-%d", i), at)
			}
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	c.ActsPer = float64(n) / time.Since(start).Seconds()
	if _, err := b.store.Sequence(b.ctx); err != nil {
		return err
	}
	start = time.Now()
	report, err := b.store.Verify(b.ctx)
	if err != nil || !report.OK() {
		return errors.Join(fmt.Errorf("the log of the sample does not verify: %+v", report.Breaks), err)
	}
	whole, entries := time.Since(start), report.Entries
	start = time.Now()
	if err := b.store.View(b.ctx, func(tx bot.Tx) error {
		due, err := tx.DueKept(at.AddDate(1, 0, 0))
		if err == nil && len(due) != n {
			err = fmt.Errorf("%d are due, want %d", len(due), n)
		}
		return err
	}); err != nil {
		return err
	}
	c.Due = time.Since(start)/time.Duration(n) + c.Judge
	c.Erase, c.EraseCPU, err = b.each(n, func(i int) error {
		return b.store.Update(b.ctx, func(tx bot.Tx) error {
			_, err := tx.EraseCasus(refs[i], bot.Receipt{At: at})
			_, err2 := tx.Record(bot.Entry{Casus: refs[i], At: at, Act: bot.ActErased, Outcome: "done"})
			return errors.Join(err, err2)
		})
	})
	if err != nil {
		return err
	}
	if _, err := b.store.Sequence(b.ctx); err != nil {
		return err
	}
	start = time.Now()
	if report, err = b.store.Verify(b.ctx); err != nil || !report.OK() {
		return errors.Join(fmt.Errorf("the log does not verify after erasing: %+v", report.Breaks), err)
	}
	c.Verify = time.Since(start) / time.Duration(max(report.Entries, 1))
	c.Beside = max(whole-time.Duration(entries)*c.Verify, 0) / time.Duration(n)
	return nil
}
