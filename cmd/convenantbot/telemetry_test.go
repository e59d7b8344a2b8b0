package main

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/memory"
	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/internal/telemetry"
)

func mustMeasures(t testing.TB, o telemetry.Options) *telemetry.Telemetry {
	t.Helper()
	bundle, err := loadBundle("")
	if err != nil {
		t.Fatal(err)
	}
	o.Values = labelValues(bundle)
	m, err := telemetry.New(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close(context.Background()) })
	return m
}

func mustScrape(t testing.TB, m *telemetry.Telemetry) string {
	t.Helper()
	var page bytes.Buffer
	if err := m.Write(context.Background(), &page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

// constants are the names of the constants of a type in the sources of bot.
func constants(t *testing.T, of string) (names []string) {
	t.Helper()
	sources := token.NewFileSet()
	paths, err := filepath.Glob("../../bot/*.go")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(sources, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, s := range g.Specs {
				v := s.(*ast.ValueSpec)
				if id, ok := v.Type.(*ast.Ident); !ok || id.Name != of || len(v.Values) == 0 {
					continue
				}
				if word, ok := v.Values[0].(*ast.BasicLit); ok {
					names = append(names, strings.Trim(word.Value, `"`))
				}
			}
		}
	}
	slices.Sort(names)
	return names
}

// Whatever has no place in a list is shown as "other", so a list that is behind
// the program hides what it should show.
func TestTheListsOfLabelsAreThoseOfTheBot(t *testing.T) {
	for of, list := range map[string][]string{"Act": words(bot.Acts()), "JobKind": words(bot.JobKinds()), "EventKind": words(bot.EventKinds())} {
		all := constants(t, of)
		for _, v := range all {
			if !slices.Contains(list, v) {
				t.Errorf("bot/acts.go lacks the %s %q", of, v)
			}
		}
		for _, v := range list {
			if !slices.Contains(all, v) {
				t.Errorf("bot/acts.go lists %q, which is no %s", v, of)
			}
		}
	}
}

var word = regexp.MustCompile(`^[a-z0-9_]{1,40}$`)

// A label can have so many values at most, all labels of an instrument together:
// what keeps the numbers is another's machine.
const mostValues = 350

func TestEveryLabelHasFewValuesAndAllAreWordsOfOurs(t *testing.T) {
	bundle, err := loadBundle("")
	if err != nil {
		t.Fatal(err)
	}
	values := labelValues(bundle)
	for _, i := range telemetry.Table() {
		n := 1
		for _, label := range i.Labels {
			n *= max(len(values[label]), 1)
			for _, v := range values[label] {
				if !regexp.MustCompile(`^[A-Za-z0-9_.-]{1,60}$`).MatchString(v) {
					t.Errorf("%s: %q is no word for label %s", i.Name, v, label)
				}
			}
		}
		if i.Name != telemetry.Acts && n > mostValues {
			t.Errorf("%s can have %d combinations", i.Name, n)
		}
	}
	for _, name := range telemetry.Spans() {
		if !word.MatchString(strings.ReplaceAll(name, ".", "_")) {
			t.Errorf("span %q", name)
		}
	}
}

// measuredWorld is a bot on a store of its own with everything around it measured.
type measuredWorld struct {
	t     testing.TB
	in    bot.Incoming
	bot   *bot.Bot
	store *sqlstore.Store
	chat  *bottest.Chat
	m     *telemetry.Telemetry
	at    *atomic.Int64
}

func newMeasuredWorld(t testing.TB, m *telemetry.Telemetry, meeting bot.Coordination, log *slog.Logger) *measuredWorld {
	t.Helper()
	w := &measuredWorld{t: t, chat: bottest.NewChat("p1", "p2"), m: m, at: new(atomic.Int64)}
	w.at.Store(time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC).UnixMicro())
	clock := func() time.Time { return time.UnixMicro(w.at.Load()).UTC() }
	if meeting == nil {
		meeting = memory.New(memory.Options{Now: clock})
	}
	b, store, err := build(context.Background(), parts{Address: "sqlite:" + filepath.Join(t.TempDir(), "bot.db"), Masters: [][]byte{bytes.Repeat([]byte{9}, 32)},
		Region: "model", Now: clock, LeaseClock: clock, Meeting: meeting, Measures: m, Log: log}, w.chat)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	if err := b.StartPolicy(context.Background(), bundleFiles("")); err != nil {
		t.Fatal(err)
	}
	w.bot, w.store, w.in = b, store, incoming(b, m)
	w.chat.Connect(w.in)
	gauges(m, store, b, func(context.Context) bool { return true }, new(atomic.Bool), clock)
	return w
}

func (w *measuredWorld) settle() {
	w.t.Helper()
	for {
		did, err := w.bot.Step(context.Background())
		if err != nil {
			w.t.Fatal(err)
		}
		if !did {
			return
		}
	}
}

// flows does what leaves a mark on every instrument: each on the port where it is
// measured, so that a mark is there whoever calls.
func (w *measuredWorld) flows() {
	t, ctx := w.t, context.Background()
	t.Helper()
	if err := w.chat.Person("p1").SayTo("mag een jongere van 16 zelf beslissen?"); err != nil {
		t.Fatal(err)
	}
	w.settle()
	_, _ = w.in.Upload(ctx, bot.Upload{Platform: w.chat.Name(), Channel: "onbekend", User: "p1", Name: "x.txt", Size: 3, Protected: true}, strings.NewReader("abc"))
	_, _ = w.in.Posting(ctx, bot.Posting{Platform: w.chat.Name(), Channel: "onbekend", User: "p1", Protected: true, Files: []bot.PlatformFile{{}}})
	now := time.UnixMicro(w.at.Load()).UTC()
	s := measureStore(w.store, w.m, func() time.Time { return now })
	var casus bot.Casus
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.Update(ctx, func(tx bot.Tx) (err error) {
		casus, err = tx.AddCasus(bot.Casus{Kind: "mdo", Status: bot.Open, OpenedAt: now}, 2026)
		return err
	}))
	must(s.Update(ctx, func(tx bot.Tx) error {
		for _, err := range []error{
			tx.AddVerdict(bot.Verdict{ID: "v1", Casus: casus.Ref, At: now, About: "share", Effect: "refuse", Codes: []string{ownReasons[0]}, Facts: []byte("{}")}),
			tx.AddJob(bot.Job{ID: "remove:1", Kind: bot.JobRemove, Casus: casus.Ref, RunAt: now}),
		} {
			if err != nil {
				return err
			}
		}
		_, err := tx.Record(bot.Entry{Casus: casus.Ref, At: now, Act: bot.ActRefused, Outcome: "refused"})
		return err
	}))
	job, err := s.ClaimJob(ctx, now, time.Minute)
	must(err)
	must(s.Update(ctx, func(tx bot.Tx) error {
		if _, err := tx.Record(bot.Entry{Casus: casus.Ref, At: now, Act: bot.ActStrangerRemoved, Outcome: "done"}); err != nil {
			return err
		}
		return tx.FinishJob(job)
	}))
	must(s.Update(ctx, func(tx bot.Tx) error {
		_, err := tx.Record(bot.Entry{Casus: casus.Ref, At: now, Act: bot.ActErased, Outcome: "done"})
		return err
	}))
	lease, err := s.TakeLease(ctx, "rounds", "one", time.Minute)
	must(err)
	lease.Token++
	if err := s.Update(ctx, func(tx bot.Tx) error { return tx.Fence(lease) }); err == nil {
		t.Error("a lost lease was let through")
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }))
	defer server.Close()
	res, err := (&http.Client{Transport: measureCalls(w.m)(http.DefaultTransport)}).Get(server.URL + "/api/v4/users/jan-de-vries")
	must(err)
	must(res.Body.Close())
	w.m.Show(telemetry.AuditVerified, func(context.Context) []telemetry.Reading { return []telemetry.Reading{{Value: 1}} })
	w.m.Count(telemetry.Decisions, "share", "Jan de Vries") // so that what is in no list is seen
}

// lineOf finds the value of a line of a scrape.
func lineOf(page, series string) string {
	for _, line := range strings.Split(page, "\n") {
		if v, ok := strings.CutPrefix(line, series+" "); ok {
			return v
		}
	}
	return ""
}

func TestEveryInstrumentShowsAfterTheMainFlows(t *testing.T) {
	m := mustMeasures(t, telemetry.Options{})
	w := newMeasuredWorld(t, m, nil, nil)
	w.flows()
	page := mustScrape(t, m)
	for _, i := range telemetry.Table() {
		name := i.Prometheus()
		if i.Kind == telemetry.Histogram {
			name += "_count"
		}
		if !regexp.MustCompile(`(?m)^` + name + `(\{[^}]*\})? [0-9.e+-]+$`).MatchString(page) {
			t.Errorf("%s does not show", name)
		}
	}
	for series, want := range map[string]string{
		`convenantbot_decisions_total{about="share",effect="refuse"}`:                 "1",
		`convenantbot_decisions_total{about="share",effect="other"}`:                  "1",
		`convenantbot_telemetry_unlisted_total{label="effect"}`:                       "1",
		`convenantbot_decision_reasons_total{reason="` + ownReasons[0] + `"}`:         "1",
		`convenantbot_room_strangers_total`:                                           "1",
		`convenantbot_retention_erased_total`:                                         "1",
		`convenantbot_duty_fenced_total`:                                              "1",
		`convenantbot_platform_calls_total{status="429"}`:                             "1",
		`convenantbot_gate_refusals_total{gate="upload"}`:                             "1",
		`convenantbot_gate_refusals_total{gate="posting"}`:                            "1",
		`convenantbot_gate_refusals_total{gate="attempt"}`:                            "1",
		`convenantbot_duty_held{duty="rounds"}`:                                       "1",
		`convenantbot_replica_ready`:                                                  "1",
		`convenantbot_events_received_total{event="said",outcome="done"}`:             "1",
		`convenantbot_events_handled_total{outcome="done"}`:                           "1",
		`convenantbot_jobs_ended_total{kind="remove",outcome="done"}`:                 "1",
		`convenantbot_sql_transactions_total{outcome="refused",transaction="update"}`: "1",
	} {
		if got := lineOf(page, series); got != want {
			t.Errorf("%s = %q, want %s", series, got, want)
		}
	}
	for _, word := range []string{"jan", "Vries", "C-2026", "onbekend", "p1"} {
		if strings.Contains(page, word) {
			t.Errorf("the page holds %q", word)
		}
	}
}

// What a transaction that was not kept would have done does not count.
func TestWhatWasNotKeptIsNotCounted(t *testing.T) {
	m := mustMeasures(t, telemetry.Options{})
	w := newMeasuredWorld(t, m, nil, nil)
	s := measureStore(w.store, m, time.Now)
	err := s.Update(context.Background(), func(tx bot.Tx) error {
		if _, err := tx.Record(bot.Entry{At: time.Now(), Act: bot.ActErased, Outcome: "done"}); err != nil {
			return err
		}
		return fmt.Errorf("no: %w", bot.ErrConflict)
	})
	if err == nil {
		t.Fatal("kept")
	}
	if got := lineOf(mustScrape(t, m), "convenantbot_retention_erased_total"); got != "0" {
		t.Errorf("erased = %q, want 0", got)
	}
}

// names are all names of ours in a text.
func metricNames(text string) []string {
	all := regexp.MustCompile(`\bconvenantbot_[a-z_]+`).FindAllString(text, -1)
	slices.Sort(all)
	return slices.Compact(all)
}

// shown are the names under which Prometheus has the instruments.
func shown() map[string]bool {
	out := map[string]bool{}
	for _, i := range telemetry.Table() {
		out[i.Prometheus()] = true
		if i.Kind == telemetry.Histogram {
			for _, end := range []string{"_bucket", "_sum", "_count"} {
				out[i.Prometheus()+end] = true
			}
		}
	}
	return out
}

// mustDeployed reads a file of deploy.
func mustDeployed(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("../../deploy", path))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAlarmsAndDashboardAskOnlyForWhatIsMeasured(t *testing.T) {
	known := shown()
	for _, path := range []string{"prometheus/alarms.yaml", "grafana/convenantbot.json"} {
		names := metricNames(string(mustDeployed(t, path)))
		if len(names) < 10 {
			t.Errorf("%s asks for %d numbers only", path, len(names))
		}
		for _, name := range names {
			if !known[name] {
				t.Errorf("%s asks for %s, which nobody measures", path, name)
			}
		}
	}
}

// Each runbook is of an alarm as well: one without an alarm is read by nobody.
func TestEveryAlarmHasARunbookAndTheOtherWayRound(t *testing.T) {
	rules := mustAlarms(t)
	books := map[string]bool{}
	err := fs.WalkDir(os.DirFS("../../deploy/docs/runbooks"), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && path != "README.md" {
			books[path] = false
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range rules {
		book := filepath.Base(a.Annotations["runbook"])
		if a.Annotations["runbook"] != "deploy/docs/runbooks/"+book {
			t.Errorf("%s: runbook %q", a.Alert, a.Annotations["runbook"])
		}
		if _, ok := books[book]; !ok {
			t.Errorf("%s: there is no runbook %q", a.Alert, book)
			continue
		}
		books[book] = true
		if !strings.Contains(string(mustDeployed(t, "docs/runbooks/"+book)), a.Alert) {
			t.Errorf("%s does not name the alarm %s", book, a.Alert)
		}
		if a.Annotations["summary"] == "" || a.Annotations["action"] == "" || a.Labels["severity"] == "" {
			t.Errorf("%s: wants a summary, an action and a severity", a.Alert)
		}
		if len(metricNames(a.Expr)) == 0 {
			t.Errorf("%s asks for no number of ours: %s", a.Alert, a.Expr)
		}
	}
	for book, used := range books {
		if !used {
			t.Errorf("no alarm leads to %s", book)
		}
	}
}
