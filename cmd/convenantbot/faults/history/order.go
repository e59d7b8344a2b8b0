package history

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// orderTerm is how long the search for an order of one casus may take. A search
// that does not end finds nothing: it is no proof of a fault.
const orderTerm = 20 * time.Second

// state is a casus as far as the model knows it: how many consents of each giver
// live, and whether it is closed. It is compared with ==.
type state struct {
	live   [4]int8
	closed bool
}

// input is what was asked for; output what came of it.
type input struct {
	f     string
	giver int // index, -1: nobody
	maybe bool
}

// Counts writes how many consents of each giver live, the givers in order.
func Counts(givers []string, live map[string]int) string {
	var all []string
	for _, g := range givers {
		all = append(all, fmt.Sprintf("%s=%d", g, live[g]))
	}
	return strings.Join(all, " ")
}

// model is a casus in a dozen lines: what a correct product may answer. An
// operation of which nobody knows the end may have happened or not.
func model(givers []string) porcupine.NondeterministicModel {
	counts := func(s state) string {
		live := map[string]int{}
		for i, g := range givers {
			live[g] = int(s.live[i])
		}
		return Counts(givers, live)
	}
	step := func(s state, in input, out string) []any {
		next, right := s, true
		switch in.f {
		case Give:
			next.live[in.giver]++
			right = !s.closed
		case Withdraw:
			next.live[in.giver]--
			right = s.live[in.giver] > 0
		case Close:
			next.closed = true
		case Live:
			right = out == counts(s)
		case Share:
			all := true
			for i := range givers {
				all = all && s.live[i] > 0
			}
			right = all && out == Coming || !all && out == Missing
		case Say:
			right = s.closed == (out == IsClosed)
		}
		var states []any
		if right {
			states = append(states, next)
		}
		if in.maybe {
			states = append(states, s)
		}
		return states
	}
	return porcupine.NondeterministicModel{
		Init: func() []any { return []any{state{}} },
		Step: func(s, in, out any) []any { return step(s.(state), in.(input), out.(string)) },
		DescribeOperation: func(in, out any) string {
			i := in.(input)
			g := ""
			if i.giver >= 0 {
				g = givers[i.giver]
			}
			return fmt.Sprintf("%s(%s) -> %s", i.f, g, out)
		},
	}
}

// orders looks for an order of the operations of each casus in which every
// answer is right.
func orders(_ []Event, ops []operation, w Words) (all []Finding) {
	byCasus := map[string][]porcupine.Operation{}
	told := map[string][]string{}
	for _, o := range ops {
		if o.Casus == "" || !slices.Contains([]string{Give, Withdraw, Close, Live, Share, Say}, o.F) || o.End == Fail {
			continue
		}
		reads := o.F == Live || o.F == Share || o.F == Say
		if reads && (o.End != OK || o.Result == Refused || o.Result == "") {
			continue // an answer that nobody got says nothing
		}
		in := input{f: o.F, giver: slices.Index(w.Givers, o.Key), maybe: o.End == Info}
		if (o.F == Give || o.F == Withdraw) && in.giver < 0 {
			continue
		}
		byCasus[o.Casus] = append(byCasus[o.Casus], porcupine.Operation{ClientId: o.Op, Input: in, Call: int64(o.At), Output: o.Result, Return: int64(o.Return)})
		end := "never"
		if o.Return != never {
			end = o.Return.Round(time.Millisecond).String()
		}
		told[o.Casus] = append(told[o.Casus], fmt.Sprintf("  %s–%s %s(%s) %s %s", o.At.Round(time.Millisecond), end, o.F, short(o.Key), o.End, o.Result))
	}
	m := model(w.Givers)
	for _, casus := range slices.Sorted(maps.Keys(byCasus)) {
		if porcupine.CheckOperationsTimeout(m.ToModel(), byCasus[casus], orderTerm) == porcupine.Illegal {
			all = append(all, Finding{"order", casus, 0, "there is no order in which every answer is right:\n" + strings.Join(told[casus], "\n")})
		}
	}
	return all
}
