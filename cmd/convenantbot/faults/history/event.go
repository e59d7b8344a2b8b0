package history

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Kind says what an event is.
type Kind string

// The kinds of events.
const (
	Invoke Kind = "invoke" // somebody asks for something
	OK     Kind = "ok"     // and was told that it happened
	Fail   Kind = "fail"   // and was told that it did not
	Info   Kind = "info"   // and nobody knows
	Effect Kind = "effect" // people could see this
	Record Kind = "record" // the log had this in the end
	Fault  Kind = "fault"  // something was broken, or healed
	Final  Kind = "final"  // how it was when all had settled
)

// Event is one line of a history.
type Event struct {
	At      time.Duration `json:"at"` // since the run began, in nanoseconds
	Kind    Kind          `json:"kind"`
	Op      int           `json:"op,omitempty"` // binds an invoke to its end
	Process string        `json:"process,omitempty"`
	F       string        `json:"f"`
	Casus   string        `json:"casus,omitempty"`
	Key     string        `json:"key,omitempty"`   // giver, digest of a file, account: what F is about
	Value   string        `json:"value,omitempty"` // what was given or seen
}

// Recorder notes events as they happen. Its methods may be called at the same
// time. The zero Recorder is not usable; make it with NewRecorder.
type Recorder struct {
	start time.Time

	mu     sync.Mutex
	out    *json.Encoder // nil: kept in memory alone
	events []Event
	ops    int
	err    error
}

// NewRecorder begins a history. out, when not nil, gets every event at once, so
// that a run that is killed leaves what it knew.
func NewRecorder(out io.Writer) *Recorder {
	r := &Recorder{start: time.Now()}
	if out != nil {
		r.out = json.NewEncoder(out)
	}
	return r
}

// Note adds an event at this moment.
func (r *Recorder) Note(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(e)
}

func (r *Recorder) add(e Event) {
	e.At = time.Since(r.start)
	r.events = append(r.events, e)
	if r.out != nil {
		r.err = errors.Join(r.err, r.out.Encode(e))
	}
}

// Op is something that a client asked for and that has not ended yet.
type Op struct {
	r *Recorder
	e Event
}

// Begin notes that a client asks for something.
func (r *Recorder) Begin(process, f, casus, key, value string) *Op {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ops++
	o := &Op{r, Event{Kind: Invoke, Op: r.ops, Process: process, F: f, Casus: casus, Key: key, Value: value}}
	r.add(o.e)
	return o
}

// In names the casus of an operation that was not known when it began.
func (o *Op) In(casus string) { o.e.Casus = casus }

// End notes what became of it.
func (o *Op) End(k Kind, value string) {
	o.e.Kind, o.e.Value = k, value
	o.r.Note(o.e)
}

// Events returns what was noted so far.
func (r *Recorder) Events() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Event(nil), r.events...)
}

// Err is what went wrong while writing.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Read reads a history that was written down.
func Read(in io.Reader) ([]Event, error) {
	var all []Event
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var e Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		all = append(all, e)
	}
	return all, lines.Err()
}
