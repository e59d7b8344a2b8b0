package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// questions counts what is asked of the database.
type questions struct {
	mu  sync.Mutex
	all []string
}

func (a *questions) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all = append(a.all, q.SQL)
	return ctx
}

func (*questions) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (a *questions) take() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := a.all
	a.all = nil
	return all
}

// watchedBy opens n casussen of the school, each with all that hangs on one.
func watchedBy(t testing.TB, store *sqlstore.Store, n int, at time.Time) {
	t.Helper()
	must(t, store.Update(t.Context(), func(tx bot.Tx) error {
		var errs []error
		for range n {
			c, err := tx.AddCasus(bot.Casus{Region: "model", Kind: bot.MDO, Phase: "F3", Status: bot.Open, Platform: "x", Coordinator: "p-lead", OpenedAt: at, LastActivityAt: at,
				Private: bot.Private{Purpose: "een plan", YoungPerson: bot.YoungPerson{ID: "yp", Born: at.AddDate(-12, 0, 10).Format(time.DateOnly), School: "school"}, Authority: []bot.Holder{{ID: "g1"}},
					Members: []bot.Member{{ID: "p-lead", Account: "lead", Role: bot.Professional, Organisation: "school", Sector: bot.Education, Function: "ib", Task: "begeleiding", Involved: true, Since: at},
						{ID: "p-other", Role: bot.Professional, Organisation: "ggd", Sector: bot.YouthHealth, Involved: true, Since: at}}}}, 2026)
			if err != nil {
				return err
			}
			ref := c.Ref
			v := bot.DecisionID("v-" + string(ref))
			for _, e := range []bot.Entry{{Act: bot.ActCasusOpened}, {Act: bot.ActConsentRecorded}, {Act: bot.ActFilePosted, Decision: v}, {Act: bot.ActStrangerRemoved}} {
				e.Casus, e.At, e.Outcome = ref, at, "done"
				_, err := tx.Record(e)
				errs = append(errs, err)
			}
			errs = append(errs, tx.SetDue(ref, at), tx.AddHold(bot.Hold{ID: "h-" + string(ref), Casus: ref, Reason: "een klacht", PlacedBy: "p-fg", PlacedAt: at}),
				tx.AddMatter(bot.Matter{ID: "m-" + string(ref), Casus: ref, Kind: bot.Incident, At: at, DueAt: at.Add(72 * time.Hour)}),
				tx.AddAgreement(bot.Agreement{ID: "a-" + string(ref), Casus: ref, Giver: "g1", Decision: bot.Given, Covers: []bot.OrgID{"school", "ggd"}, GivenAt: at}),
				tx.AddVerdict(bot.Verdict{ID: v, Casus: ref, At: at, About: "share", Effect: "allow", Codes: []string{"M01"}}))
		}
		return errors.Join(errs...)
	}))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// beside puts n casussen of others in the tables, that nobody opens.
func beside(t testing.TB, address string, n int) {
	t.Helper()
	db, err := sql.Open("pgx", address)
	must(t, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	const ref = `'C-2025-' || lpad(i::text, 7, '0')`
	for _, query := range []string{
		`SET session_replication_role = replica`, // no foreign keys to look up
		`INSERT INTO casussen (ref, status, platform, room, version, clear, sealed, due_at, listed, watched) SELECT ` + ref + `, 'open', 'x', '', 1, '{}', '\x00', 1700000000000000 + i, 1, 1 FROM generate_series(1, %[1]d) i`,
		`INSERT INTO keys (scope, id, epoch, box) SELECT 'casus/' || ` + ref + `, 'k' || i, 'e', '\x00' FROM generate_series(1, %[1]d) i`,
		`INSERT INTO watched (who, casus, status, kind, phase) SELECT 'w' || ((i + j * 37) %% 5000), ` + ref + `, 'open', 'mdo', 'F3' FROM generate_series(1, %[1]d) i, generate_series(1, 3) j`,
		`INSERT INTO verdicts (id, casus, version, clear, sealed, taken_at) SELECT 'v' || i || '-' || j, ` + ref + `, 1, '{}', '\x00', i FROM generate_series(1, %[1]d) i, generate_series(1, 2) j`,
		`INSERT INTO holds (casus, id, pos, live, version, clear, sealed) SELECT ` + ref + `, 'h', 1, 1, 1, '{}', '\x00' FROM generate_series(1, %[1]d) i WHERE i %% 10 = 0`,
		`ANALYZE`,
	} {
		if strings.Contains(query, "%[1]d") {
			query = fmt.Sprintf(query, n)
		}
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
}

// A page asks the same number of questions however many casussen there are: of
// those who look, and beside them.
func TestAPageOfTheOverviewAsksAFixedNumberOfQuestions(t *testing.T) {
	address := testserver.Postgres(t)
	trace := &questions{}
	at := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	now := func() time.Time { return at }
	store, err := sqlstore.Open(t.Context(), sqlstore.Options{Address: address, Masters: [][]byte{make([]byte, 32)}, Now: now, Careless: true, Trace: trace})
	must(t, err)
	t.Cleanup(func() { _ = store.Close() })
	policy, err := loadBundle("")
	must(t, err)
	pack, packs, err := loadRegion("model")
	must(t, err)
	ids := 0
	b := bot.New(bot.Needs{Store: store, Judge: judge.New(policy, packs), Region: pack, Now: now, NewID: func() string { ids++; return fmt.Sprintf("id%08d", ids) }})
	must(t, b.LoadRegister(t.Context(), bot.Register{
		Organisations: []bot.Organisation{{ID: "school", Name: "School", SignedAt: "2025-09-01", AnnouncedAt: "2025-09-02", DPO: "p-fg"}, {ID: "ggd", Name: "GGD", SignedAt: "2025-09-01", AnnouncedAt: "2025-09-02"}},
		People: []bot.Person{{ID: "p-fg", Accounts: []bot.Account{{Platform: "x", User: "fg"}}}, {ID: "p-lead", Accounts: []bot.Account{{Platform: "x", User: "lead"}},
			Appointments: []bot.Appointment{{ID: "a", Organisation: "school", Sector: bot.Education, Task: "begeleiding", ConfirmedAt: at.AddDate(0, -1, 0)}}}},
	}))
	must(t, b.StartPolicy(t.Context(), bundleFiles("")))
	must(t, store.Update(t.Context(), func(tx bot.Tx) error {
		_, err := tx.Record(bot.Entry{At: at, Act: bot.ActOverviewIn, Outcome: "done"})
		return errors.Join(err, tx.AddSession(bot.Session{Token: "fg", Person: "p-fg", Account: bot.Account{Platform: "x", User: "fg"}, BeganAt: at, SeenAt: at, Expires: at.Add(time.Hour)}),
			tx.AddSession(bot.Session{Token: "lead", Person: "p-lead", Account: bot.Account{Platform: "x", User: "lead"}, BeganAt: at, SeenAt: at, Expires: at.Add(time.Hour)}))
	}))
	hats := map[string]bot.Hat{"fg": {Kind: bot.HatDPO, Organisation: "school"}, "lead": {Kind: bot.HatLead}}
	costs := func() (n map[string]int, slowest time.Duration) {
		n = map[string]int{}
		for token, hat := range hats {
			for _, view := range bot.DashViews() {
				trace.take()
				began := time.Now()
				_, err := b.Dash(t.Context(), bot.DashQuery{Token: token, Hat: hat, View: view})
				if hat.Kind == bot.HatLead && errors.Is(err, bot.ErrForbidden) {
					continue
				}
				must(t, err)
				slowest = max(slowest, time.Since(began))
				n[token+" "+view] = len(trace.take())
			}
		}
		return n, slowest
	}
	watchedBy(t, store, 3, at)
	few, _ := costs()
	watchedBy(t, store, 150, at)
	beside(t, address, 100_000)
	many, slowest := costs()
	for _, page := range slices.Sorted(maps.Keys(few)) {
		t.Logf("%-20s %d statements with 3 casussen, %d with 153 and 100,000 of others", page, few[page], many[page])
		// Now and then the store asks something for itself.
		if many[page] > few[page]+3 || many[page] > 60 {
			t.Errorf("%s: %d statements with 3 casussen, %d with 153 and 100,000 of others; want as many, at most 60", page, few[page], many[page])
		}
	}
	if len(few) != 15+8 {
		t.Errorf("%d pages were looked at, want 23", len(few))
	}
	t.Logf("the slowest page took %v", slowest)
}
