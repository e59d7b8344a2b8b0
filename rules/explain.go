package rules

import (
	"context"
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/parser"
)

// Step is one clause of an explanation.
type Step struct {
	// Clause is the code, with its line when the code has several clauses, and
	// At where it stands.
	Clause, At string
	// Part is the kind of data it was judged for, empty for the document.
	Part string
	// Outcome is skipped, holds or fails, and Effect what failing means.
	Outcome, Effect string
	Mode            Mode
	// Conditions are the parts of when and require, each with its value.
	Conditions []Condition
}

// Condition is a part of a clause as it is written, and what it came to.
type Condition struct {
	In     string // when or require
	Source string
	Value  string
}

// ExplainShare takes a share decision apart, clause by clause, for an
// administrator: not only the ones that decided. It evaluates every part of a
// clause, within the same bounds, and is some ten times slower than deciding.
func (b *Bundle) ExplainShare(ctx context.Context, f *ShareFacts) ([]Step, error) {
	ctx, cancel := context.WithTimeout(ctx, 100*Deadline)
	defer cancel()
	x := &explainer{}
	_, err := b.share(ctx, f, x.note)
	if err != nil {
		return nil, err
	}
	return x.finish(ctx, f, f.Parts)
}

// ExplainJoin is ExplainShare for a join.
func (b *Bundle) ExplainJoin(ctx context.Context, f *JoinFacts) ([]Step, error) {
	ctx, cancel := context.WithTimeout(ctx, 100*Deadline)
	defer cancel()
	x := &explainer{}
	_, err := b.join(ctx, f, x.note)
	if err != nil {
		return nil, err
	}
	return x.finish(ctx, f, nil)
}

// ExplainRetain is ExplainShare for retention; what comes after the clause that
// decided was skipped.
func (b *Bundle) ExplainRetain(ctx context.Context, f *RetainFacts) ([]Step, error) {
	ctx, cancel := context.WithTimeout(ctx, 100*Deadline)
	defer cancel()
	x := &explainer{}
	_, err := b.retain(ctx, f, x.note)
	if err != nil {
		return nil, err
	}
	return x.finish(ctx, f, nil)
}

type noted struct {
	clause  *clause
	outcome outcome
}

// explainer notes the clauses in the order in which they were asked.
type explainer struct{ notes []noted }

func (x *explainer) note(c *clause, o outcome) { x.notes = append(x.notes, noted{c, o}) }

func (x *explainer) finish(ctx context.Context, facts any, parts []PartFacts) ([]Step, error) {
	var steps []Step
	part, last := -1, 0
	for _, n := range x.notes {
		c := n.clause
		act := &activation{facts: facts}
		name := ""
		if c.per != perDocument {
			// Clauses of a part come in file order, so a step back in the file
			// is the next part.
			if part < 0 || c.at.Line <= last {
				part++
			}
			last = c.at.Line
			if part >= len(parts) {
				return nil, fmt.Errorf("explain %s: there is no such part", c.id)
			}
			act.part, name = &parts[part], parts[part].Kind
		}
		s := Step{Clause: c.id, At: c.at.String(), Part: name, Outcome: [...]string{skipped: "skipped", held: "holds", notHeld: "fails"}[n.outcome],
			Effect: "", Mode: c.mode}
		for _, e := range []struct {
			in string
			x  *expression
		}{{"when", c.when}, {"require", c.req}} {
			if e.x == nil || n.outcome == skipped && e.in == "require" {
				continue
			}
			conditions, err := e.x.explain(ctx, e.in, act)
			if err != nil {
				return nil, fmt.Errorf("explain %s: %w", c.id, err)
			}
			s.Conditions = append(s.Conditions, conditions...)
		}
		s.Effect = effectOf(facts, c)
		steps = append(steps, s)
	}
	return steps, nil
}

func effectOf(facts any, c *clause) string {
	if _, ok := facts.(*RetainFacts); ok {
		return Action(c.effect).String()
	}
	return Effect(c.effect).String()
}

// joins reports whether the expression puts parts together with && or ||.
func joins(e ast.Expr) bool {
	return e.Kind() == ast.CallKind && (e.AsCall().FunctionName() == "_&&_" || e.AsCall().FunctionName() == "_||_")
}

// explain evaluates all parts of the expression, also those that evaluating
// would skip, and prints each part that && or || joins, inside a ! too.
func (x *expression) explain(ctx context.Context, in string, act *activation) ([]Condition, error) {
	p, err := x.env.Program(x.ast, append(programOptions(), cel.EvalOptions(cel.OptExhaustiveEval, cel.OptTrackState))...)
	if err != nil {
		return nil, err
	}
	out, details, err := p.ContextEval(ctx, act)
	if err != nil {
		return nil, err
	}
	rep := x.ast.NativeRep()
	var conditions []Condition
	var walk func(e ast.Expr)
	walk = func(e ast.Expr) {
		if e.Kind() == ast.CallKind {
			if e.AsCall().FunctionName() == "!_" {
				if arg := e.AsCall().Args()[0]; joins(arg) {
					walk(arg)
					return
				}
			}
			if joins(e) {
				for _, arg := range e.AsCall().Args() {
					walk(arg)
				}
				return
			}
		}
		source, err := parser.Unparse(e, rep.SourceInfo())
		if err != nil {
			source = x.source
		}
		conditions = append(conditions, Condition{In: in, Source: source, Value: valueOf(details, e.ID())})
	}
	walk(rep.Expr())
	if len(conditions) == 1 { // a literal or a call alone is not in the state
		conditions[0].Value = show(out)
	}
	return conditions, nil
}

func valueOf(d *cel.EvalDetails, id int64) string {
	if v, ok := d.State().Value(id); ok {
		return show(v)
	}
	return "not evaluated"
}

func show(v ref.Val) string { return strings.TrimSpace(fmt.Sprint(v.Value())) }
