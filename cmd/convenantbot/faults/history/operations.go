package history

import (
	"math"
	"time"
)

// operation is an invoke with its end.
type operation struct {
	Event         // of the invoke, its Value that of the invoke
	End    Kind   // OK, Fail or Info; Info as well when it never ended
	Result string // Value of the end
	Return time.Duration
}

// maybe reports whether it may have happened.
func (o operation) maybe() bool { return o.End != Fail }

// never is the return of what never returned.
const never = time.Duration(math.MaxInt64)

// operations pairs invokes with their ends, in the order of their invokes. What
// never ended, or ended unknown, may take effect at any later time.
func operations(events []Event) []operation {
	var all []operation
	at := map[int]int{}
	for _, e := range events {
		switch e.Kind {
		case Invoke:
			at[e.Op] = len(all)
			all = append(all, operation{Event: e, End: Info, Return: never})
		case OK, Fail, Info:
			i, ok := at[e.Op]
			if !ok {
				continue
			}
			o := &all[i]
			o.End, o.Result = e.Kind, e.Value
			if e.Casus != "" {
				o.Casus = e.Casus
			}
			if e.Kind != Info {
				o.Return = e.At
			}
		}
	}
	return all
}
