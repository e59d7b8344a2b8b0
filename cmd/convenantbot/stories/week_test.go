package stories

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// The organisations of the week, with the same ids on both platforms.
const (
	school       = "school-de-linde"
	municipality = "gemeente-waterrijk"
	provider     = "jeugdhulp-de-brug"
	ggd          = "ggd-waterrijk"
	team         = "wijkteam-waterrijk"
	swv          = "swv-samen-leren"
)

// week is a week of work in a region: the same people and organisations on every
// platform, and time that only goes forward.
type week struct {
	t *testing.T // of the story that is being told

	ib, lpa, doctor, carer, home, guide *worker // of six parties
	head                                *worker // decides for the school
	manager                             *worker // decides for the provider of youth care
	officer                             *worker // FG of all organisations
	mother                              *worker // has an account of her own, and no work here
	outsider                            *worker // works for a practice that did not join
	common                              string  // an ordinary channel that everybody is in

	now      func(t *testing.T)   // whose story it is now
	forward  func(days int)       // sets the clock to noon, days later
	ahead    func() time.Duration // how far it was set
	said     func() string        // what the bot's process wrote
	log      func() []entry       // the whole log, at the end
	expected []expectation
	known    []string // casussen that somebody was told of
}

// expectation is how often an act must stand in the log of a casus, with these
// reasons and object among others; blank: whatever.
type expectation struct {
	story, ref, act, reason string
	n                       int
}

func TestAWeekOfWorkOnTheLocalChat(t *testing.T) { onTheLocalChat(t).tell(t) }

func TestAWeekOfWorkOnTheRealServer(t *testing.T) { onTheRealServer(t).tell(t) }

// tell tells the eleven stories. Those in which the clock is set ahead come last:
// the server's own clock is not.
func (w *week) tell(t *testing.T) {
	for _, one := range []struct {
		name  string
		story func()
	}{
		{"an ib'er prepares Thursday's ZAT with eight young people from the fixed circle", w.preparesTheZAT},
		{"a jeugdarts is asked for a conclusion, records the mother's yes and posts", w.conclusion},
		{"a gezinsspecialist notes a consent given at the door and one by phone", w.atTheDoor},
		{"a leerplichtambtenaar joins a verzuimoverleg by statutory task while parents refuse", w.statutoryTask},
		{"a name, a diagnosis and a BSN in the wrong room, taken back", w.wrongRoom},
		{"two people act on the same casus in the same second", w.sameSecond},
		{"a procesregisseur falls ill", w.fallsIll},
		{"a parent withdraws on Wednesday and Thursday's posting stops", w.withdraws},
		{"a young person turns sixteen between two meetings", w.turnsSixteen},
		{"a stand-in comes for one meeting and is gone after it", w.standsIn},
		{"an organisation leaves the convenant", w.leaves},
		{"the log has every act, and holds", w.holds},
	} {
		t.Run(one.name, func(t *testing.T) {
			began := time.Now()
			w.t = t
			w.now(t)
			defer func() {
				t.Logf("told in %s", time.Since(began).Round(time.Millisecond))
				if t.Failed() {
					t.Logf("the bot said:\n%s", tail(w.said(), 4000))
				}
			}()
			one.story()
		})
	}
}

// expect has the log looked at in the end: an act must stand in it n times.
func (w *week) expect(ref, act string, n int, reason string) {
	w.expected = append(w.expected, expectation{w.t.Name(), ref, act, reason, n})
}

func (w *week) holds() {
	log := w.log()
	for _, x := range w.expected {
		n := 0
		for _, e := range log {
			if e.Casus == x.ref && e.Act == x.act && (x.reason == "" || slices.Contains(e.Reasons, x.reason)) {
				n++
			}
		}
		if n != x.n {
			w.t.Errorf("%s: %s stands %d times in the log with reason %q, want %d: %v", x.story, x.act, n, x.reason, x.n, acts(log, x.ref))
		}
	}
	if len(w.expected) < 20 {
		w.t.Errorf("only %d acts are looked for: not every story was told", len(w.expected))
	}
}

// date is a plain date, days from today on the clock of the week in the
// Netherlands.
func (w *week) date(days int) string { return w.today().AddDate(0, 0, days).Format(time.DateOnly) }

func (w *week) today() time.Time {
	w.t.Helper()
	return amsterdam(w.t, w.ahead())
}

// thursday is the next Thursday.
func (w *week) thursday() string {
	w.t.Helper()
	days := 1
	for w.today().AddDate(0, 0, days).Weekday() != time.Thursday {
		days++
	}
	return w.date(days)
}

// child is the form for an mdo about a child of eight: those who have authority
// decide. change may change it.
func (w *week) child(change ...func(values)) values {
	v := values{
		"kind": {"mdo"}, "purpose": {"Samen een plan maken"}, "born": {w.today().AddDate(-8, -3, 0).Format(time.DateOnly)}, "school": {school},
		"members": {w.lpa.id(), w.doctor.id(), w.carer.id()}, "holder1": {"moeder"}, "holder2": {"vader"}, "checked": {"register"},
		"agreed": {"g1", "g2"}, "agreed_on": {w.date(-10)}, "agreed_how": {"conversation"}, "invited": {"ja"},
	}
	for _, f := range change {
		f(v)
	}
	return v
}

// set sets a field of a form.
func set(name string, value ...string) func(values) {
	return func(v values) { v[name] = value }
}

var coming = regexp.MustCompile(`Casus (C-\d{4}-\d{4,}) wordt klaargezet`)

// fresh waits until somebody is told of n casussen that nobody was told of
// before, and returns them in the order of their codes.
func (w *worker) fresh(n int) []string {
	w.t().Helper()
	var refs []string
	until(w.t(), fmt.Sprintf("%s is told of %d casussen", w.id(), n), patience, func() bool {
		refs = nil
		for _, text := range w.told() {
			for _, m := range coming.FindAllStringSubmatch(text, -1) {
				if !slices.Contains(refs, m[1]) && !slices.Contains(w.w.known, m[1]) {
					refs = append(refs, m[1])
				}
			}
		}
		return len(refs) == n
	}, func() string { return fmt.Sprint(refs) + tail(strings.Join(w.told(), "\n---\n"), 3000) })
	slices.Sort(refs)
	w.w.known = append(w.w.known, refs...)
	return refs
}

// open has the ib'er open a casus, and waits until its room is ready with exactly
// these people in it, the ib'er besides.
func (w *week) open(form values, people ...*worker) casus {
	w.t.Helper()
	w.ib.does(w.common, "/casus nieuw", form)
	c := casus{ref: w.ib.fresh(1)[0]}
	w.ready(&c, people...)
	return c
}

// ready waits until the room of a casus is complete.
func (w *week) ready(c *casus, people ...*worker) {
	w.t.Helper()
	for _, p := range append([]*worker{w.ib}, people...) {
		until(w.t, p.id()+" has the room of "+c.ref, patience, func() bool { c.room = p.room(c.ref); return c.room != "" }, func() string { return tail(w.said(), 2000) })
	}
	w.ib.finds(c.room, "**Wie doen mee**", c.ref)
	for _, p := range []*worker{w.lpa, w.doctor, w.carer, w.home, w.guide, w.head, w.officer, w.mother, w.outsider} {
		if _, ok := p.reads(c.room); ok != slices.Contains(people, p) {
			w.t.Errorf("%s is in the room of %s: %v", p.id(), c.ref, ok)
		}
	}
}

// discuss brings a casus to the phase in which health may be shared.
func (w *week) discuss(c casus) {
	w.t.Helper()
	w.ib.command(c.room, "/casus fase F3")
	w.ib.finds(c.room, "is nu in fase")
}

// brings has somebody bring in a file of these kinds. It must be held until they
// said what is in it.
func (w *worker) brings(c casus, name, text string, kinds ...string) {
	w.t().Helper()
	if refused := w.upload(c.room, name, []byte(text)); !all(refused, []string{"nog niet geplaatst"}) {
		w.t().Fatalf("%s: upload %s: %q, want it held", w.id(), name, refused)
	}
	w.press("Zeg wat erin staat", name)
	v := values{"kinds": kinds}
	if _, asked := w.form()["absence"]; asked {
		v["absence"] = []string{"none"}
	}
	w.fill(v)
}

// yes is what somebody fills in who records a yes to sharing; the rest stands in
// the form already.
func yes(giver, capacity, how string, change ...func(values)) values {
	v := values{"giver": {giver}, "capacity": {capacity}, "decision": {"given"}, "kinds": {"health"}, "how": {how}}
	for _, f := range change {
		f(v)
	}
	return v
}

// code is what the names of the rooms of a casus have of its code.
func (c casus) code() string { return strings.TrimPrefix(c.ref, "C-") }

// clone is a form of its own with the same values.
func clone(v values) values { return maps.Clone(v) }
