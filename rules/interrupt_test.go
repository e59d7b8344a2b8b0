package rules

import (
	"context"
	"errors"
	"slices"
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/interpreter"

	"github.com/convenantbot/convenantbot/rules/yamlfile"
)

// A deadline that passes while a comprehension runs ends it there. The looks at
// the deadline between clauses are tested from outside; this one is inside.
func TestADeadlineEndsAClauseThatIsRunning(t *testing.T) {
	q := questions[0]
	env, err := environment(q, true)
	if err != nil {
		t.Fatal(err)
	}
	var cs yamlfile.Complaints
	x := compile(env, q, yamlfile.Text{Value: "part.consent_missing.all(x, x != 'y')"}, cel.BoolType, "require", &cs)
	if x == nil {
		t.Fatal(cs)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		length  int
		stopped bool
	}{{interruptEvery / 2, false}, {interruptEvery * 5, true}} {
		act := &activation{facts: &ShareFacts{}, part: &PartFacts{ConsentMissing: slices.Repeat([]string{"x"}, c.length)}}
		frame, err := interpreter.NewExecutionFrame(act)
		if err != nil {
			t.Fatal(err)
		}
		if err := frame.SetContext(ctx, interruptEvery); err != nil {
			t.Fatal(err)
		}
		_, _, err = x.program.Eval(frame)
		frame.Close()
		if stopped := errors.Is(err, interpreter.InterruptError{}); stopped != c.stopped {
			t.Errorf("%d steps: error %v, want stopped %v", c.length, err, c.stopped)
		}
	}
}

func TestADecisionThatCostsTooMuchInAllRefuses(t *testing.T) {
	e := &evaluation{ctx: t.Context(), cost: maxDecisionCost}
	q := questions[0]
	env, err := environment(q, false)
	if err != nil {
		t.Fatal(err)
	}
	var cs yamlfile.Complaints
	x := compile(env, q, yamlfile.Text{Value: "facts.possible > 0"}, cel.BoolType, "require", &cs)
	if x == nil {
		t.Fatal(cs)
	}
	e.act.facts = &ShareFacts{}
	if e.frame, err = interpreter.NewExecutionFrame(&e.act); err != nil {
		t.Fatal(err)
	}
	defer e.frame.Close()
	if _, err := e.eval(x); err == nil {
		t.Error("no error past the cost of a decision")
	}
}
