package history

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// words are those of the handmade histories.
func words() Words {
	return Words{
		Recorded: map[string]string{Give: "consent_recorded", Withdraw: "consent_withdrawn", Hold: "hold_placed", Close: "casus_closed"},
		Once:     []string{"notice", Visible, Gone},
		Answered: map[string]string{"ask": "answer"},
		Givers:   []string{"yp", "g1"},
		Grace:    30 * time.Second,
	}
}

const casus1, digest = "C-1", "d1"

// script makes a history by hand; each step is one millisecond later.
type script struct {
	events []Event
	ops    int
}

func (s *script) note(e Event) *script {
	e.At = time.Duration(len(s.events)+1) * time.Millisecond
	s.events = append(s.events, e)
	return s
}

// begin is an operation that has not ended yet; end ends it.
func (s *script) begin(f, key string) int {
	s.ops++
	s.note(Event{Kind: Invoke, Op: s.ops, F: f, Casus: casus1, Key: key})
	return s.ops
}

func (s *script) end(op int, k Kind, value string) {
	s.note(Event{Kind: k, Op: op, Casus: casus1, Value: value})
}

// did is an operation that began and ended well.
func (s *script) did(f, key, value string) *script { s.end(s.begin(f, key), OK, value); return s }

func (s *script) effect(f, key string) *script {
	return s.note(Event{Kind: Effect, F: f, Casus: casus1, Key: key})
}
func (s *script) record(act string) *script {
	return s.note(Event{Kind: Record, F: act, Casus: casus1})
}
func (s *script) wait(d time.Duration) *script {
	for range int(d / time.Millisecond) {
		s.events = append(s.events, Event{Kind: Fault})
	}
	return s
}

// done verifies the log and returns the rules that find something.
func (s *script) done() string {
	s.note(Event{Kind: Final, F: Verified, Value: "ok"})
	return found(s.events)
}

func found(events []Event) string {
	var rules []string
	for _, f := range Check(events, words()) {
		if len(rules) == 0 || rules[len(rules)-1] != f.Rule {
			rules = append(rules, f.Rule)
		}
	}
	return strings.Join(rules, " ")
}

// shared is a casus with both consents in which a file is shared and seen.
func shared() *script {
	s := &script{}
	s.did(Give, "yp", "").did(Give, "g1", "").did(Share, digest, Coming).effect(Visible, digest)
	return s.record("consent_recorded").record("consent_recorded")
}

func TestTheRulesFindWhatWasPlantedAndNothingElse(t *testing.T) {
	for _, test := range []struct {
		name string
		make func() *script
		want string
	}{
		{"all is well", shared, ""},
		{"nothing happened at all", func() *script { return &script{} }, ""},

		{"an acknowledged consent is not in the log", func() *script {
			return (&script{}).did(Give, "yp", "")
		}, "lost"},
		{"a consent of unknown end is not in the log", func() *script {
			s := &script{}
			s.end(s.begin(Give, "yp"), Info, "")
			return s
		}, ""},
		{"a consent of unknown end is in the log", func() *script {
			s := &script{}
			s.end(s.begin(Give, "yp"), Info, "")
			return s.record("consent_recorded")
		}, ""},
		{"a consent stands in the log twice", func() *script {
			return (&script{}).did(Give, "yp", "").record("consent_recorded").record("consent_recorded")
		}, "double"},
		{"a consent that was refused is in the log", func() *script {
			s := &script{}
			s.end(s.begin(Give, "yp"), Fail, "")
			return s.record("consent_recorded")
		}, "double"},
		{"something is in the log that nobody asked for", func() *script { return (&script{}).record("casus_closed") }, "double"},
		{"an act that the rules do not count is in the log", func() *script { return (&script{}).record("reminded") }, ""},

		{"a notice comes twice", func() *script { return (&script{}).effect("notice", "p").effect("notice", "p") }, "double"},
		{"two people get a notice", func() *script { return (&script{}).effect("notice", "p").effect("notice", "q") }, ""},
		{"a file is posted twice", func() *script { return shared().effect(Visible, digest) }, "double"},
		{"a question has two answers", func() *script {
			return (&script{}).did("ask", "p", "").effect("answer", "p").effect("answer", "p")
		}, "double"},
		{"a question has no answer", func() *script { return (&script{}).did("ask", "p", "") }, "lost"},
		{"each question has its answer", func() *script {
			return (&script{}).did("ask", "p", "").did("ask", "p", "").effect("answer", "p").effect("answer", "p")
		}, ""},
		{"an answer to a question that nobody asked", func() *script { return (&script{}).effect("answer", "p") }, "double"},

		{"a file is seen that nobody shared", func() *script { return (&script{}).effect(Visible, digest) }, "unapproved"},
		{"a file is seen before its poster said what is in it", func() *script {
			return (&script{}).effect(Visible, digest).did(ShareAny, digest, Coming)
		}, "unapproved"},
		{"a file is seen while its poster waits for the answer", func() *script {
			s := &script{}
			op := s.begin(ShareAny, digest)
			s.effect(Visible, digest)
			s.end(op, OK, Coming)
			return s
		}, ""},
		{"a file is seen that was refused", func() *script { return (&script{}).did(ShareAny, digest, Refused).effect(Visible, digest) }, "unapproved"},
		{"a file is seen that waits for a consent", func() *script {
			return (&script{}).did(Share, digest, Missing).effect(Visible, digest)
		}, "unapproved stale left"},
		{"a file is seen once the consent came that it waited for", func() *script {
			return (&script{}).did(Give, "yp", "").did(Share, digest, Missing).did(Give, "g1", "").effect(Visible, digest).
				record("consent_recorded").record("consent_recorded")
		}, ""},
		{"a file of another casus is seen here", func() *script {
			s := shared()
			return s.note(Event{Kind: Effect, F: Visible, Casus: "C-2", Key: digest})
		}, "unapproved"},

		{"a casus is erased under a hold", func() *script { return (&script{}).did(Hold, "", "").effect(Gone, "").record("hold_placed") }, "held"},
		{"the log says that a casus was erased under a hold", func() *script {
			return (&script{}).did(Hold, "", "").record("hold_placed").record(Erased)
		}, "held"},
		{"a casus is erased, and the hold came too late", func() *script {
			s := (&script{}).effect(Gone, "")
			s.end(s.begin(Hold, ""), Fail, "")
			return s.record(Erased)
		}, ""},
		{"a casus is erased while nobody answers who holds it", func() *script {
			s := &script{}
			op := s.begin(Hold, "")
			s.effect(Gone, "")
			s.end(op, Info, "")
			return s
		}, ""},

		{"a file is posted after the consent was withdrawn", func() *script {
			s := &script{}
			s.did(Give, "yp", "").did(Give, "g1", "").did(Withdraw, "g1", "").did(Share, digest, Coming).effect(Visible, digest)
			return s.record("consent_recorded").record("consent_recorded").record("consent_withdrawn")
		}, "stale left order"},
		{"a file on its way comes in after the withdrawal and is hidden at once", func() *script {
			s := &script{}
			s.did(Give, "yp", "").did(Give, "g1", "").did(Share, digest, Coming).did(Withdraw, "g1", "").effect(Visible, digest).effect(Hidden, digest)
			return s.record("consent_recorded").record("consent_recorded").record("consent_withdrawn")
		}, ""},
		{"a file on its way comes in after the withdrawal and is hidden late", func() *script {
			s := &script{}
			s.did(Give, "yp", "").did(Give, "g1", "").did(Share, digest, Coming).did(Withdraw, "g1", "").effect(Visible, digest).
				wait(words().Grace+time.Millisecond).effect(Hidden, digest)
			return s.record("consent_recorded").record("consent_recorded").record("consent_withdrawn")
		}, "stale"},
		{"a file stays in sight after the consent was withdrawn", func() *script { return shared().did(Withdraw, "g1", "").record("consent_withdrawn") }, "left"},
		{"a file goes out of sight after the consent was withdrawn", func() *script {
			return shared().did(Withdraw, "g1", "").effect(Hidden, digest).record("consent_withdrawn")
		}, ""},

		{"a list of consents misses one", func() *script {
			return (&script{}).did(Give, "yp", "").did(Live, "", "yp=0 g1=0").record("consent_recorded")
		}, "order"},
		{"a list of consents has them all", func() *script {
			return (&script{}).did(Give, "yp", "").did(Live, "", "yp=1 g1=0").record("consent_recorded")
		}, ""},
		{"two lists disagree about the order", func() *script {
			s := &script{}
			a, b := s.begin(Give, "yp"), s.begin(Give, "g1")
			s.did(Live, "", "yp=1 g1=0").did(Live, "", "yp=0 g1=1")
			s.end(a, OK, "")
			s.end(b, OK, "")
			return s.record("consent_recorded").record("consent_recorded")
		}, "order"},
		{"a list while one is given has it or not", func() *script {
			s := &script{}
			a := s.begin(Give, "yp")
			s.did(Live, "", "yp=0 g1=0").did(Live, "", "yp=1 g1=0")
			s.end(a, OK, "")
			return s.record("consent_recorded")
		}, ""},
		{"somebody talks in a casus that is closed", func() *script {
			return (&script{}).did(Close, "", "").did(Say, "", IsOpen).record("casus_closed")
		}, "order"},
		{"a casus is open again after it was closed", func() *script {
			s := &script{}
			op := s.begin(Close, "")
			s.did(Say, "", IsClosed).did(Say, "", IsOpen)
			s.end(op, OK, "")
			return s.record("casus_closed")
		}, "order"},
		{"a share is refused though all consents live", func() *script {
			return (&script{}).did(Give, "yp", "").did(Give, "g1", "").did(Share, digest, Missing).record("consent_recorded").record("consent_recorded")
		}, "order"},

		{"a stranger is in a room in the end", func() *script {
			return (&script{}).note(Event{Kind: Final, F: Stranger, Casus: casus1, Key: "u"})
		}, "stranger"},
	} {
		if got := test.make().done(); got != test.want {
			t.Errorf("%s: the rules that find something are %q, want %q", test.name, got, test.want)
		}
	}
}

func TestALogThatDoesNotHoldIsFound(t *testing.T) {
	if got := found([]Event{{Kind: Final, F: Verified, Value: "entry 7: another hash"}}); got != "audit" {
		t.Errorf("the rules that find something are %q, want audit", got)
	}
	if got := found(nil); got != "audit" {
		t.Errorf("a log that nobody verified: %q, want audit", got)
	}
}

// casus is the simplest correct product: one lock, and what it says is so.
type product struct{ live map[string]int }

// TestACorrectProductIsNeverBlamed runs a product in one order, with operations
// that begin earlier and end later than they happen, and ends that get lost.
func TestACorrectProductIsNeverBlamed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := product{map[string]int{}}
		s := &script{}
		var open []func()
		var records []string
		for range rapid.IntRange(1, 25).Draw(t, "operations") {
			giver := rapid.SampledFrom([]string{"yp", "g1"}).Draw(t, "giver")
			lost := rapid.IntRange(0, 4).Draw(t, "lost") == 0
			end := func(op int, value string) {
				kind := OK
				if lost {
					kind, value = Info, ""
				}
				f := func() { s.end(op, kind, value) }
				if rapid.Bool().Draw(t, "late") {
					open = append(open, f)
					return
				}
				f()
			}
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				op := s.begin(Give, giver)
				p.live[giver]++
				records = append(records, "consent_recorded")
				end(op, "")
			case 1:
				if p.live[giver] == 0 {
					continue
				}
				op := s.begin(Withdraw, giver)
				p.live[giver]--
				records = append(records, "consent_withdrawn")
				end(op, "")
			case 2:
				op := s.begin(Live, "")
				end(op, Counts(words().Givers, p.live))
			case 3:
				op := s.begin(Share, digest)
				answer := Missing
				if p.live["yp"] > 0 && p.live["g1"] > 0 {
					answer = Coming
				}
				end(op, answer)
			}
			if len(open) > 0 && rapid.Bool().Draw(t, "end one") {
				open[0]()
				open = open[1:]
			}
		}
		for _, f := range open {
			f()
		}
		for _, act := range records {
			s.record(act)
		}
		if got := s.done(); got != "" {
			t.Fatalf("a correct product is blamed: %s\n%v", got, Check(s.events, words()))
		}
	})
}

func TestAHistoryThatIsWrittenDownIsReadAsItWas(t *testing.T) {
	var file bytes.Buffer
	r := NewRecorder(&file)
	op := r.Begin("ib-1", Give, "", "yp", "")
	r.Note(Event{Kind: Fault, F: "begin", Value: "kill(1)"})
	op.In(casus1)
	op.End(OK, "")
	got, err := Read(&file)
	if err != nil || r.Err() != nil || len(got) != 3 {
		t.Fatalf("Read = %v, %v, %v", got, err, r.Err())
	}
	for i, e := range r.Events() {
		if got[i] != e {
			t.Errorf("event %d was %+v and is read as %+v", i, e, got[i])
		}
	}
	if all := operations(got); len(all) != 1 || all[0].Casus != casus1 || all[0].End != OK {
		t.Errorf("operations = %+v", all)
	}
	if _, err := Read(strings.NewReader("{\"at\":1}\nnot a line\n")); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a line that cannot be read: %v", err)
	}
}
