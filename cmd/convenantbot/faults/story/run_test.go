package story

import (
	"bufio"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/convenantbot/convenantbot/cmd/convenantbot/faults/chat"
	"github.com/convenantbot/convenantbot/cmd/convenantbot/faults/history"
	"github.com/convenantbot/convenantbot/cmd/convenantbot/faults/nemesis"
)

var (
	seedFlag     = flag.Uint64("seed", 0, "seed of a long run; 0: one that is drawn and printed")
	durationFlag = flag.Duration("duration", 0, "how long people work and things break; 0: only the short run")
	keepFlag     = flag.String("keep", "", "folder for the history and the words of the replicas; blank: kept only of a run that failed")
)

// options say what a run is.
type options struct {
	seed     uint64
	plan     []nemesis.Step
	during   time.Duration // the plan goes on until then; 0: exactly once through it
	teams    int
	workers  int // teams that work at the same time
	askers   int
	small    bool // PostgreSQL has a small disk
	replicas int  // 0: three
	// broken has a product that keeps no hold: nobody waits for one to count, and
	// one is placed on every casus.
	broken bool
}

// run is one run.
type run struct {
	t       *testing.T
	o       options
	cluster *cluster
	town    *town
	rec     *history.Recorder
	dir     string       // of the history
	files   atomic.Int64 // that were brought in

	mu       sync.Mutex
	casussen []*casus
	rooms    map[string]string         // channel to casus
	seen     map[string]map[string]int // effect, casus: how often
	askers   map[string]bool
	givenUp  []string
	faults   map[nemesis.Kind]int
	buried   int
}

// words are how the rules of a history are about this product.
func words() history.Words {
	return history.Words{
		Recorded: map[string]string{"open": "casus_opened", history.Give: "consent_recorded", history.Withdraw: "consent_withdrawn",
			"upload": "file_received", history.Hold: "hold_placed", history.Close: "casus_closed"},
		Once:     []string{"room_created", "room_archived", history.Gone, history.Visible, "welcome", "told_closed", "told_announced", "told_erased"},
		Answered: map[string]string{"ask": "answer"},
		Givers:   giverIDs(),
		// No test of time: how long it took is among the figures, and what stays is
		// found by another rule.
		Grace: time.Hour,
	}
}

// newRun starts everything that a run needs.
func newRun(t *testing.T, o options) *run {
	t.Helper()
	r := &run{t: t, o: o, rooms: map[string]string{}, seen: map[string]map[string]int{}, askers: map[string]bool{}, faults: map[nemesis.Kind]int{}}
	var err error
	if r.dir = *keepFlag; r.dir == "" {
		if r.dir, err = os.MkdirTemp("", "convenantbot-history-"); err != nil {
			t.Fatal(err)
		}
	} else if err := os.MkdirAll(r.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	mustBinary(t)
	file, err := os.Create(filepath.Join(r.dir, "history.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	out := bufio.NewWriter(file)
	r.rec = history.NewRecorder(out)
	t.Cleanup(func() {
		_, _ = out.Flush(), file.Close()
		if t.Failed() {
			t.Logf("seed %d; its history and the words of the replicas are in %s; play it again with: make faults SEED=%d", o.seed, r.dir, o.seed)
		} else if *keepFlag == "" {
			_ = os.RemoveAll(r.dir)
		}
	})
	r.cluster = newCluster(t, r.dir, cmp.Or(o.replicas, 3), o.small, r.noticed)
	r.town = newTown(r.cluster.chat, o.teams, o.askers)
	for _, p := range r.town.askers {
		r.askers[p.ID] = true
	}
	r.cluster.configure(r.town.register())
	r.cluster.start()
	return r
}

// noticed turns what people could see into effects of the history.
func (r *run) noticed(e chat.Effect) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.Kind == "room_created" {
		r.rooms[e.Channel] = refOf(e.Name)
	}
	ev := history.Event{Kind: history.Effect, F: e.Kind, Casus: r.rooms[e.Channel]}
	switch e.Kind {
	case history.Visible, history.Hidden:
		ev.Key = e.Hash
	case "added", "removed":
		ev.Key = e.User
	case "said":
		switch {
		case e.User != "" && r.askers[e.User]:
			ev.F, ev.Key = "answer", e.User
		case e.User == "" && strings.Contains(e.Text, saysWelcome):
			ev.F = "welcome"
		case e.User == "" && strings.Contains(e.Text, saysClosed):
			ev.F = "told_closed"
		case e.User != "" && strings.Contains(e.Text, saysErased):
			ev.F, ev.Key, ev.Casus = "told_erased", e.User, opened.FindString(e.Text)
		case e.User != "" && strings.Contains(e.Text, saysAnnounced):
			ev.F, ev.Key, ev.Casus = "told_announced", e.User, opened.FindString(e.Text)
		default:
			return
		}
	}
	if r.seen[ev.F] == nil {
		r.seen[ev.F] = map[string]int{}
	}
	r.seen[ev.F][ev.Casus]++
	r.rec.Note(ev)
}

// count is how often something was seen of a casus.
func (r *run) count(effect, ref string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen[effect][ref]
}

// gaveUp notes that somebody waited in vain for something that should have come.
func (r *run) gaveUp(what string) {
	if r.t.Context().Err() != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.givenUp = append(r.givenUp, what)
}

func (r *run) await(what string, is func() bool) { r.t.Helper(); r.cluster.await(what, is) }

// tell runs the whole run and returns what is wrong with its history.
func (r *run) tell() []history.Finding {
	rng := rand.New(rand.NewPCG(r.o.seed, 7))
	began := time.Now()
	ctx, stop := context.WithCancel(r.t.Context())
	var people sync.WaitGroup
	free := make(chan *team, len(r.town.teams))
	for _, i := range rng.Perm(len(r.town.teams)) {
		free <- r.town.teams[i]
	}
	work, enough := context.WithCancel(ctx) // no new casus after it
	for range r.o.workers {
		own := rand.New(rand.NewPCG(rng.Uint64(), 2))
		people.Go(func() {
			for work.Err() == nil {
				g := <-free
				r.life(ctx, g, own)
				free <- g
			}
		})
	}
	for _, p := range r.town.askers {
		own := rand.New(rand.NewPCG(rng.Uint64(), 3))
		people.Go(func() { r.ask(work, p, own) })
	}
	for i := 0; i < len(r.o.plan) && (r.o.during == 0 || time.Since(began) < r.o.during); i++ {
		r.step(r.o.plan[i])
	}
	enough()
	people.Wait() // each finishes the casus in hand
	stop()
	loaded := time.Since(began)
	// What failed waits at most ten minutes for its next try.
	r.later(11 * time.Minute)
	r.settle()
	r.endings(rng)
	r.settle()
	r.look()
	findings := history.Check(r.rec.Events(), words())
	r.figures(loaded)
	return findings
}

// step brings about what is broken at the same time, heals it, and waits until
// all is well.
func (r *run) step(s nemesis.Step) {
	r.rec.Note(history.Event{Kind: history.Fault, F: "begin", Value: s.String()})
	heals := make([]func(), len(s.Faults))
	longest := time.Duration(0)
	for i, f := range s.Faults {
		heals[i] = r.cluster.begin(f)
		longest = max(longest, f.For)
		r.faults[f.Kind]++
	}
	time.Sleep(longest) // what a fault lasts is its meaning, and nothing is asserted by it
	for _, heal := range slices.Backward(heals) {
		heal()
	}
	r.await("PostgreSQL answers after "+s.String(), r.cluster.pg.Answers)
	r.cluster.ready()
	r.rec.Note(history.Event{Kind: history.Fault, F: "healed", Value: s.String()})
	time.Sleep(s.Rest)
}

// settle waits until the bot has taken everything in and has nothing left to do.
func (r *run) settle() {
	r.t.Helper()
	db, err := sql.Open("pgx", r.cluster.pg.URL)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	left := func() (due int) {
		now := time.Now().Add(time.Duration(r.cluster.ahead.Load())).UnixMicro()
		if err := db.QueryRow(`SELECT count(*) FILTER (WHERE state IN ('waiting', 'leased') AND run_at <= $1), count(*) FILTER (WHERE state = 'buried') FROM jobs`, now).
			Scan(&due, &r.buried); err != nil {
			return -1
		}
		return due + r.cluster.chat.Waiting()
	}
	quiet := 0
	r.await("the bot has nothing left to do", func() bool {
		if left() == 0 {
			quiet++
		} else {
			quiet = 0
		}
		return quiet > 20
	})
	if r.buried > 0 {
		rows, err := db.Query(`SELECT kind, cause, count(*) FROM jobs WHERE state = 'buried' GROUP BY kind, cause`)
		for err == nil && rows.Next() {
			var kind, cause string
			var n int
			_ = rows.Scan(&kind, &cause, &n)
			r.t.Logf("put before a person: %d jobs of kind %s (%s)", n, kind, cause)
		}
	}
}

// look notes how everything is in the end: who is where, and what the log says.
func (r *run) look() {
	r.t.Helper()
	for _, c := range r.casussen {
		if r.count(history.Gone, c.ref) > 0 {
			continue
		}
		allowed := []string{r.cluster.chat.Self}
		for _, p := range c.team.all() {
			allowed = append(allowed, p.ID)
		}
		there := r.cluster.chat.Members(c.room)
		for _, id := range there {
			if !slices.Contains(allowed, id) {
				r.rec.Note(history.Event{Kind: history.Final, F: history.Stranger, Casus: c.ref, Key: id})
			}
		}
		if len(there) < len(allowed) {
			r.t.Errorf("%s: of %d people %d are in the room", c.ref, len(allowed), len(there))
		}
	}
	for _, b := range r.cluster.replicas {
		b.mu.Lock()
		b.want = false
		b.mu.Unlock()
		if err := b.terminate(); err != nil {
			r.t.Errorf("the end: %v", err)
		}
	}
	config, env := r.cluster.replicas[0].config, []string{"CONVENANTBOT_TEST_CLOCK=" + time.Duration(r.cluster.ahead.Load()).String()}
	says := "ok"
	if out, code := command(r.t, env, "audit", "verify", "--config", config); code != 0 || !strings.Contains(out, "The log holds") {
		says = out
	}
	r.rec.Note(history.Event{Kind: history.Final, F: history.Verified, Value: says})
	out, code := command(r.t, env, "audit", "export", "--config", config)
	if code != 0 {
		r.t.Fatalf("audit export: %s", out)
	}
	lines := bufio.NewScanner(strings.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct {
			Says *struct{ Casus, Act, Outcome string }
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			r.t.Fatalf("audit export: %v: %s", err, lines.Text())
		}
		if line.Says != nil {
			r.rec.Note(history.Event{Kind: history.Record, F: line.Says.Act, Casus: line.Says.Casus})
		}
	}
}

// figures tells what the run was.
func (r *run) figures(loaded time.Duration) {
	asked, unknown, refused, effects, records := map[string]int{}, 0, 0, 0, 0
	for _, e := range r.rec.Events() {
		switch e.Kind {
		case history.Invoke:
			asked[e.F]++
		case history.Info:
			unknown++
		case history.Fail:
			refused++
		case history.Effect:
			effects++
		case history.Record:
			records++
		}
	}
	total, per := 0, []string{}
	for _, f := range slices.Sorted(maps.Keys(asked)) {
		total += asked[f]
		per = append(per, fmt.Sprintf("%s %d", f, asked[f]))
	}
	broke, kinds := 0, []string{}
	for _, k := range slices.Sorted(maps.Keys(r.faults)) {
		broke += r.faults[k]
		kinds = append(kinds, fmt.Sprintf("%s %d", k, r.faults[k]))
	}
	cut := int64(0)
	starts := 0
	for _, b := range r.cluster.replicas {
		cut += b.pg.Cuts.Load()
		starts += b.starts
	}
	r.t.Logf("seed %d: %d people, %d casussen, %s of load", r.o.seed, 4*len(r.town.teams)+len(r.town.askers)+3, len(r.casussen), loaded.Round(time.Second))
	r.t.Logf("%d operations (%s): %d refused, %d of unknown end; %d effects, %d entries in the log", total, strings.Join(per, ", "), refused, unknown, effects, records)
	r.t.Logf("%d faults (%s); %d commits cut off, %d requests of the bot met trouble, %d starts of a replica, %d jobs put before a person",
		broke, strings.Join(kinds, ", "), cut, r.cluster.chat.Trouble.Refused.Load(), starts, r.buried)
	if w := history.Windows(r.rec.Events(), words()); len(w) > 0 {
		r.t.Logf("%d files came into sight after the withdrawal of their consent was acknowledged and were hidden at once, the longest after %s", len(w), slices.Max(w).Round(time.Millisecond))
	}
	for _, what := range r.givenUp {
		r.t.Logf("somebody gave up waiting for %s", what)
	}
}

// holds fails the test for each finding.
func (r *run) holds() {
	r.t.Helper()
	for _, f := range r.tell() {
		r.t.Errorf("%s", f)
	}
	for _, what := range r.givenUp {
		r.t.Errorf("it never came: %s", what)
	}
	if r.buried > 0 {
		r.t.Errorf("%d jobs were put before a person", r.buried)
	}
}

// TestThreeReplicasLoseNothingAndDoNothingTwice is the short run: a handful of
// faults, always the same.
func TestThreeReplicasLoseNothingAndDoNothingTwice(t *testing.T) {
	if *durationFlag > 0 {
		return // the long run has them all
	}
	second := func(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
	one := func(k nemesis.Kind, replica int, d time.Duration) nemesis.Step {
		return nemesis.Step{Faults: []nemesis.Fault{{Kind: k, Replica: replica, For: d}}, Rest: second(0.2)}
	}
	newRun(t, options{seed: 15, teams: 12, workers: 5, askers: 3, plan: []nemesis.Step{
		one(nemesis.Kill, 0, second(0.5)),
		one(nemesis.Reset, 1, second(1)),
		{Faults: []nemesis.Fault{{Kind: nemesis.Silent, For: second(2)}, {Kind: nemesis.Flush}}, Rest: second(0.2)},
		one(nemesis.Crash, 0, second(0.5)),
		{Faults: []nemesis.Fault{{Kind: nemesis.Stop, Replica: 2, For: second(3)}, {Kind: nemesis.KillRedis, For: second(1)}}, Rest: second(0.2)},
		one(nemesis.Busy, 0, second(1.5)),
	}}).holds()
}

// TestLoadAndFaults is the long run: make faults.
func TestLoadAndFaults(t *testing.T) {
	if *durationFlag <= 0 {
		return // the short run stands for it
	}
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Uint64() % 1_000_000
	}
	plan := nemesis.Plan(seed, 10000, 3)
	t.Logf("seed %d; the plan begins with:", seed)
	for i, s := range plan[:12] {
		t.Logf("  %d. %s", i+1, s)
	}
	newRun(t, options{seed: seed, plan: plan, during: *durationFlag, teams: 60, workers: 8, askers: 6, small: os.Getuid() == 0}).holds()
}
