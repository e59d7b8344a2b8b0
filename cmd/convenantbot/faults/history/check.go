package history

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Finding is one thing that does not hold.
type Finding struct {
	Rule  string // see the package
	Casus string
	At    time.Duration // when it was seen, if at a moment
	Text  string
}

func (f Finding) String() string {
	return fmt.Sprintf("%s: %s at %s: %s", f.Rule, f.Casus, f.At.Round(time.Millisecond), f.Text)
}

// Words are the names of the operations, effects and records that the rules are
// about.
type Words struct {
	// Recorded says which record each operation leaves, once for each time it
	// happened.
	Recorded map[string]string
	// Once are the effects of which there is at most one for each casus and key.
	Once []string
	// Answered says which effect each operation has, exactly once in the end,
	// counted per key.
	Answered map[string]string
	// Givers are whose consent a file needs.
	Givers []string
	// Grace is how long a file may be seen that was on its way to the room when the
	// consent was withdrawn on which it rests: it is to be hidden as soon as it is
	// there. In a run in which what hides it breaks too, that takes a while.
	Grace time.Duration
}

// The names that the rules themselves go by.
const (
	Give     = "give"     // Key: giver. Records a consent
	Withdraw = "withdraw" // Key: giver. Ends one consent of theirs
	Live     = "live"     // ok: Value is how many consents of each giver live, as Counts writes it
	Share    = "share"    // Key: digest. ok: Value is one of the three below
	ShareAny = "share_any"
	Hold     = "hold"
	Close    = "close"
	Say      = "say" // ok: Value is IsOpen or IsClosed

	Coming  = "coming"  // will be posted
	Missing = "missing" // a consent is missing
	Refused = "refused"

	IsOpen   = "open"
	IsClosed = "closed"

	Visible = "file_visible" // effect; Key: digest
	Hidden  = "file_hidden"  // effect; Key: digest
	Gone    = "room_gone"    // effect
	Erased  = "erased"       // record

	Stranger = "stranger" // final; Key: who is in a room and should not be
	Verified = "verified" // final; Value: ok, or what does not hold
)

// Check returns everything that does not hold in a history.
func Check(events []Event, w Words) []Finding {
	ops := operations(events)
	var all []Finding
	for _, rule := range []func([]Event, []operation, Words) []Finding{
		recorded, once, answered, unapproved, held, stale, left, strangers, orders, verified,
	} {
		all = append(all, rule(events, ops, w)...)
	}
	return all
}

// tally is how often something surely and possibly happened.
type tally struct{ sure, maybe int }

// recorded finds acknowledged operations without a record (lost) and records
// that nobody asked for (double).
func recorded(events []Event, ops []operation, w Words) (all []Finding) {
	type what struct{ casus, act string }
	asked, there := map[what]*tally{}, map[what]int{}
	acts := map[string]bool{}
	for _, act := range w.Recorded {
		acts[act] = true
	}
	for _, o := range ops {
		act, ok := w.Recorded[o.F]
		if !ok || !o.maybe() {
			continue
		}
		k := what{o.Casus, act}
		if asked[k] == nil {
			asked[k] = &tally{}
		}
		asked[k].maybe++
		if o.End == OK {
			asked[k].sure++
		}
	}
	for _, e := range events {
		if e.Kind == Record && acts[e.F] {
			there[what{e.Casus, e.F}]++
		}
	}
	unplaced := map[string]int{} // operations that may have happened in a casus nobody knows
	for k, n := range asked {
		if k.casus == "" {
			unplaced[k.act] += n.maybe
			continue
		}
		if there[k] < n.sure {
			all = append(all, Finding{"lost", k.casus, 0, fmt.Sprintf("%s was acknowledged %d times and recorded %d times", k.act, n.sure, there[k])})
		}
	}
	for k, n := range there {
		most := 0
		if asked[k] != nil {
			most = asked[k].maybe
		}
		if over := n - most; over > 0 {
			if unplaced[k.act] >= over {
				unplaced[k.act] -= over
				continue
			}
			all = append(all, Finding{"double", k.casus, 0, fmt.Sprintf("%s was asked for %d times and recorded %d times", k.act, most, n)})
		}
	}
	return sorted(all)
}

// once finds effects that came more than once.
func once(events []Event, _ []operation, w Words) (all []Finding) {
	type what struct{ f, casus, key string }
	seen := map[what]int{}
	for _, e := range events {
		if e.Kind != Effect || !slices.Contains(w.Once, e.F) {
			continue
		}
		k := what{e.F, e.Casus, e.Key}
		if seen[k]++; seen[k] == 2 {
			all = append(all, Finding{"double", e.Casus, e.At, fmt.Sprintf("%s of %s a second time", e.F, e.Key)})
		}
	}
	return all
}

// answered finds questions without an answer and answers without a question.
func answered(events []Event, ops []operation, w Words) (all []Finding) {
	for _, f := range slices.Sorted(maps.Keys(w.Answered)) {
		effect := w.Answered[f]
		asked, got := map[string]*tally{}, map[string]int{}
		for _, o := range ops {
			if o.F == f && o.maybe() {
				if asked[o.Key] == nil {
					asked[o.Key] = &tally{}
				}
				asked[o.Key].maybe++
				if o.End == OK {
					asked[o.Key].sure++
				}
			}
		}
		for _, e := range events {
			if e.Kind == Effect && e.F == effect {
				got[e.Key]++
			}
		}
		for k, n := range asked {
			if got[k] < n.sure {
				all = append(all, Finding{"lost", "", 0, fmt.Sprintf("%s of %s: %d asked for, %d came", effect, k, n.sure, got[k])})
			}
		}
		for k, n := range got {
			if asked[k] == nil || n > asked[k].maybe {
				all = append(all, Finding{"double", "", 0, fmt.Sprintf("%s of %s came %d times, more than was asked for", effect, k, n)})
			}
		}
	}
	return sorted(all)
}

// unapproved finds files that people could see and of which nobody was told that
// they would be posted, nor could be told it, given what was known then.
func unapproved(events []Event, ops []operation, _ Words) (all []Finding) {
	for _, e := range events {
		if e.Kind != Effect || e.F != Visible {
			continue
		}
		approved := false
		for _, o := range ops {
			if (o.F != Share && o.F != ShareAny) || o.Casus != e.Casus || o.Key != e.Key || o.At > e.At || !o.maybe() {
				continue
			}
			// It waited for a consent, and one may have come since.
			came := slices.ContainsFunc(ops, func(g operation) bool {
				return g.F == Give && g.Casus == e.Casus && g.maybe() && g.At <= e.At && g.Return >= o.At
			})
			approved = approved || o.Return > e.At || o.Result == Coming || o.Result == Missing && came
		}
		if !approved {
			all = append(all, Finding{"unapproved", e.Casus, e.At, "the file " + short(e.Key) + " was seen without an approval"})
		}
	}
	return all
}

// held finds what was erased under a hold.
func held(events []Event, ops []operation, _ Words) (all []Finding) {
	since := map[string]time.Duration{}
	for _, o := range ops {
		if o.F == Hold && o.End == OK {
			if at, ok := since[o.Casus]; !ok || o.Return < at {
				since[o.Casus] = o.Return
			}
		}
	}
	for _, e := range events {
		at, ok := since[e.Casus]
		if !ok {
			continue
		}
		if e.Kind == Effect && e.F == Gone && e.At > at || e.Kind == Record && e.F == Erased {
			all = append(all, Finding{"held", e.Casus, e.At, e.F + " under a hold that was acknowledged at " + at.Round(time.Millisecond).String()})
		}
	}
	return all
}

// alive is how many consents of a giver can live at a moment at most: those
// asked for until then, less those whose end was acknowledged.
func alive(ops []operation, casus, giver string, at time.Duration) int {
	n := 0
	for _, o := range ops {
		switch {
		case o.Casus != casus || o.Key != giver:
		case o.F == Give && o.maybe() && o.At <= at:
			n++
		case o.F == Withdraw && o.End == OK && o.Return <= at:
			n--
		}
	}
	return n
}

// stale finds files that came into sight when no consent for them could live any
// more and that did not go out of sight in time.
func stale(events []Event, ops []operation, w Words) (all []Finding) {
	for i, e := range events {
		if e.Kind != Effect || e.F != Visible || !needsConsent(ops, e) {
			continue
		}
		for _, giver := range w.Givers {
			if alive(ops, e.Casus, giver, e.At) > 0 {
				continue
			}
			gone := hiddenAfter(events[i:], e)
			if gone < 0 || gone-e.At > w.Grace {
				all = append(all, Finding{"stale", e.Casus, e.At, fmt.Sprintf("the file %s was posted when no consent of %s lived any more", short(e.Key), giver)})
			}
			break
		}
	}
	return all
}

// Windows are the times for which a file was seen that came into sight after the
// withdrawal of its consent had been acknowledged, and was hidden at once.
func Windows(events []Event, w Words) (all []time.Duration) {
	ops := operations(events)
	for i, e := range events {
		if e.Kind != Effect || e.F != Visible || !needsConsent(ops, e) {
			continue
		}
		for _, giver := range w.Givers {
			if alive(ops, e.Casus, giver, e.At) > 0 {
				continue
			}
			if gone := hiddenAfter(events[i:], e); gone >= 0 {
				all = append(all, gone-e.At)
			}
			break
		}
	}
	return all
}

// needsConsent reports whether the file of an effect was shared as one that
// needs consent.
func needsConsent(ops []operation, e Event) bool {
	return slices.ContainsFunc(ops, func(o operation) bool { return o.F == Share && o.Casus == e.Casus && o.Key == e.Key })
}

// hiddenAfter is when the file of an effect went out of sight; negative: it did
// not.
func hiddenAfter(events []Event, e Event) time.Duration {
	for _, h := range events {
		if h.Kind == Effect && h.F == Hidden && h.Casus == e.Casus && h.Key == e.Key {
			return h.At
		}
	}
	return -1
}

// left finds files that are seen in the end though a consent is gone on which
// they rest.
func left(events []Event, ops []operation, w Words) (all []Finding) {
	for i, e := range events {
		if e.Kind != Effect || e.F != Visible || !needsConsent(ops, e) || hiddenAfter(events[i:], e) >= 0 {
			continue
		}
		for _, giver := range w.Givers {
			// Only consents of before it came into sight can be what it rests on.
			n := 0
			for _, o := range ops {
				switch {
				case o.Casus != e.Casus || o.Key != giver:
				case o.F == Give && o.maybe() && o.At <= e.At:
					n++
				case o.F == Withdraw && o.End == OK:
					n--
				}
			}
			later := slices.ContainsFunc(ops, func(o operation) bool {
				return o.F == Give && o.Casus == e.Casus && o.Key == giver && o.maybe() && o.Return > e.At
			})
			if n <= 0 && !later {
				all = append(all, Finding{"left", e.Casus, e.At, fmt.Sprintf("the file %s is still seen and every consent of %s was withdrawn", short(e.Key), giver)})
				break
			}
		}
	}
	return all
}

// strangers finds who is in a room in the end and was not let in.
func strangers(events []Event, _ []operation, _ Words) (all []Finding) {
	for _, e := range events {
		if e.Kind == Final && e.F == Stranger {
			all = append(all, Finding{"stranger", e.Casus, e.At, e.Key + " is in the room"})
		}
	}
	return all
}

// verified finds a log that does not hold, or that nobody looked at.
func verified(events []Event, _ []operation, _ Words) (all []Finding) {
	looked := false
	for _, e := range events {
		if e.Kind == Final && e.F == Verified {
			looked = true
			if e.Value != "ok" {
				all = append(all, Finding{"audit", "", e.At, e.Value})
			}
		}
	}
	if !looked {
		all = append(all, Finding{"audit", "", 0, "nobody verified the log"})
	}
	return all
}

func sorted(all []Finding) []Finding {
	slices.SortFunc(all, func(a, b Finding) int { return cmp.Or(cmp.Compare(a.Casus, b.Casus), cmp.Compare(a.Text, b.Text)) })
	return all
}

// short is enough of a digest to know it by.
func short(digest string) string {
	if len(digest) > 12 {
		return digest[:12]
	}
	return digest
}
