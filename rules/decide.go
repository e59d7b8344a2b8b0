package rules

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"
)

// ErrPolicy is in every error of a decision that could not be worked out. The
// answer beside it is already a no; the error is for the alarm.
var ErrPolicy = errors.New("the rules could not be evaluated")

// Share judges whether what the facts describe may be posted. The verdict can
// always be used: with an error it refuses and its reason is policy_error.
func (b *Bundle) Share(ctx context.Context, f *ShareFacts) (Verdict, error) {
	return patiently(ctx, func(ctx context.Context) (Verdict, error) { return b.share(ctx, f, nil) })
}

func (b *Bundle) share(ctx context.Context, f *ShareFacts, seen observer) (Verdict, error) {
	if err := checkFacts(f); err != nil {
		return b.refuse(err)
	}
	for i := range f.Parts {
		if err := checkFacts(&f.Parts[i]); err != nil {
			return b.refuse(err)
		}
	}
	e, err := b.begin(ctx, "share", f, seen)
	if err != nil {
		return b.refuse(err)
	}
	defer e.end()
	k := f.key()
	if err := e.run(e.q.document, k, nil); err != nil {
		return b.refuse(err)
	}
	var cells [8]*clause
	for i := range f.Parts {
		p := &f.Parts[i]
		k[maxDimensions-1] = index(DataKinds, p.Kind)
		var cell *clause
		for _, c := range e.q.parts {
			if c.per == perCell && c.sel.has(k) {
				cell = c
				break
			}
		}
		// Criminal data and a BSN have no cell: the hard refusals are theirs.
		// A professional's part that neither a cell nor a refusal is about is
		// a hole in the bundle.
		if cell == nil && f.Role == "professional" && !e.refused() {
			return b.refuse(fmt.Errorf("no clause is the cell of %s", p.Kind))
		}
		if i < len(cells) {
			cells[i] = cell
		}
		e.act.part = p
		if err := e.run(e.q.parts, k, cell); err != nil {
			return b.refuse(err)
		}
	}
	v, err := b.fold(e, f.Parts, f.Order, cells[:min(len(f.Parts), len(cells))])
	// What nobody classified is never let through, and a professional always
	// speaks about some kind of data.
	if v.Effect == Allow && (f.Classified != "yes" || f.Role == "professional" && len(f.Parts) == 0) {
		return b.refuse(errors.New("no clause is about a document without kinds"))
	}
	return v, err
}

// Join judges whether the candidate may be in the room, as Share does.
func (b *Bundle) Join(ctx context.Context, f *JoinFacts) (Verdict, error) {
	return patiently(ctx, func(ctx context.Context) (Verdict, error) { return b.join(ctx, f, nil) })
}

func (b *Bundle) join(ctx context.Context, f *JoinFacts, seen observer) (Verdict, error) {
	if err := checkFacts(f); err != nil {
		return b.refuse(err)
	}
	e, err := b.begin(ctx, "join", f, seen)
	if err != nil {
		return b.refuse(err)
	}
	defer e.end()
	if err := e.run(e.q.document, f.key(), nil); err != nil {
		return b.refuse(err)
	}
	return b.fold(e, nil, nil, nil)
}

// Retain judges what should happen to a casus: the first clause in the
// bundle's order that fails says it. The answer can always be used: with an
// error it keeps the casus and its reason is policy_error.
func (b *Bundle) Retain(ctx context.Context, f *RetainFacts) (Retention, error) {
	return patiently(ctx, func(ctx context.Context) (Retention, error) { return b.retain(ctx, f, nil) })
}

func (b *Bundle) retain(ctx context.Context, f *RetainFacts, seen observer) (Retention, error) {
	keep := func(err error) (Retention, error) {
		return Retention{Reasons: []Reason{b.builtin[PolicyError]}, Policy: b.identity}, fmt.Errorf("%w: %w", ErrPolicy, err)
	}
	if err := checkFacts(f); err != nil {
		return keep(err)
	}
	e, err := b.begin(ctx, "retain", f, seen)
	if err != nil {
		return keep(err)
	}
	defer e.end()
	e.first = true
	if err := e.run(e.q.document, f.key(), nil); err != nil {
		return keep(err)
	}
	out := Retention{Policy: b.identity, Cost: e.cost}
	for _, x := range e.failed {
		switch x.clause.mode {
		case Audit:
			out.Audited = append(out.Audited, x.clause.code)
			continue
		case Warn:
			continue
		}
		if x.clause.due != nil {
			v, err := e.eval(x.clause.due)
			if err != nil {
				return keep(err)
			}
			if due, ok := v.Value().(time.Time); ok && due.Before(Never) {
				out.Due = due
			}
		}
		out.Action, out.Rule, out.Cost = Action(x.clause.effect), x.clause.rule, e.cost
		out.Reasons = []Reason{x.clause.reason}
		return out, nil
	}
	return keep(errors.New("no clause says what should happen"))
}

// patiently decides within Deadline. When that passes although the caller's own
// context goes on, it was most likely the machine that was too busy to let us
// run, since cost is bounded too: then it tries twice more, with ten times as
// long each. A decision is pure, so trying again changes nothing else.
func patiently[T any](ctx context.Context, decide func(context.Context) (T, error)) (T, error) {
	for limit := Deadline; ; limit *= 10 {
		within, cancel := context.WithTimeout(ctx, limit)
		out, err := decide(within)
		cancel()
		if err == nil || !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil || limit >= 100*Deadline {
			return out, err
		}
	}
}

// Refusal is the answer where none could be worked out: no, with the reason
// policy_error.
func (b *Bundle) Refusal() Verdict {
	return Verdict{Reasons: []Reason{b.builtin[PolicyError]}, Policy: b.identity}
}

// refuse is the answer when there is none.
func (b *Bundle) refuse(err error) (Verdict, error) {
	return b.Refusal(), fmt.Errorf("%w: %w", ErrPolicy, err)
}

// failure is a clause that did not hold, with what its verdict needs.
type failure struct {
	clause  *clause
	cell    *clause // of the part it failed for; nil for the document
	part    int8    // which part, -1 for the document
	missing []string
}

// rule is the matrix code of the failure, empty for none.
func (x failure) rule() string {
	if x.clause.rule == ruleOfCell {
		if x.cell == nil {
			return ""
		}
		return x.cell.rule
	}
	return x.clause.rule
}

// exceptions are the codes that may open the failure.
func (x failure) exceptions() []string {
	if x.clause.rule == ruleOfCell && x.cell != nil {
		return x.cell.exceptions
	}
	return x.clause.exceptions
}

// observer is told of each clause whether it was skipped, held or failed.
type observer func(c *clause, outcome outcome)

type outcome uint8

const (
	skipped outcome = iota
	held
	notHeld
)

// evaluation is one decision under way. All its clauses share one frame, so
// that memory and deadline are bounded for the decision as a whole; cost is
// bounded for each expression by its program and summed here.
type evaluation struct {
	q      *compiled
	ctx    context.Context
	frame  *interpreter.ExecutionFrame
	act    activation
	cost   uint64
	parts  int8
	first  bool // the first failing clause decides and the rest is not asked
	failed []failure
	room   [12]failure
	seen   observer
}

// activation hands the facts to CEL.
type activation struct{ facts, part any }

func (a *activation) ResolveName(name string) (any, bool) {
	switch name {
	case "facts":
		return a.facts, true
	case "part":
		return a.part, a.part != nil
	}
	return nil, false
}

func (a *activation) Parent() cel.Activation { return nil }

func (b *Bundle) begin(ctx context.Context, name string, facts any, seen observer) (*evaluation, error) {
	q := b.questions[name]
	if q == nil {
		return nil, errors.New("the bundle has no such question")
	}
	e := &evaluation{q: q, seen: seen, parts: -1}
	e.failed = e.room[:0]
	e.act.facts = facts
	e.ctx = ctx
	frame, err := interpreter.NewExecutionFrame(&e.act)
	if err == nil {
		err = frame.SetContext(e.ctx, interruptEvery)
	}
	if err != nil {
		return nil, err
	}
	e.frame = frame
	return e, nil
}

func (e *evaluation) end() {
	e.frame.Close()
}

// refused reports whether an enforced clause already refused.
func (e *evaluation) refused() bool {
	return slices.ContainsFunc(e.failed, func(x failure) bool { return x.clause.mode == Enforce && Effect(x.clause.effect) == Refuse })
}

// run evaluates the clauses that select these facts, in order.
func (e *evaluation) run(clauses []*clause, k key, cell *clause) error {
	if e.act.part != nil {
		e.parts++
	}
	for i, c := range clauses {
		if c.mode == Off || !c.sel.has(k) {
			e.tell(c, skipped)
			continue
		}
		if c.when != nil {
			if applies, err := e.truth(c.when); err != nil {
				return fmt.Errorf("%s: when: %w", c.id, err)
			} else if !applies {
				e.tell(c, skipped)
				continue
			}
		}
		holds, err := e.truth(c.req)
		if err != nil {
			return fmt.Errorf("%s: require: %w", c.id, err)
		}
		if holds {
			e.tell(c, held)
			continue
		}
		e.tell(c, notHeld)
		x := failure{clause: c, cell: cell, part: e.parts}
		if c.details != nil {
			if x.missing, err = e.texts(c.details); err != nil {
				return fmt.Errorf("%s: details: %w", c.id, err)
			}
		}
		e.failed = append(e.failed, x)
		if e.first && c.mode == Enforce {
			for _, rest := range clauses[i+1:] {
				e.tell(rest, skipped)
			}
			return nil
		}
	}
	return nil
}

func (e *evaluation) tell(c *clause, o outcome) {
	if e.seen != nil {
		e.seen(c, o)
	}
}

// truth evaluates a yes or no. A literal costs nothing.
func (e *evaluation) truth(x *expression) (bool, error) {
	if x.constant != nil {
		return *x.constant, nil
	}
	v, err := e.eval(x)
	if err != nil {
		return false, err
	}
	yes, ok := v.(types.Bool)
	if !ok {
		return false, fmt.Errorf("is %s and not a yes or no", v.Type().TypeName())
	}
	return bool(yes), nil
}

func (e *evaluation) texts(x *expression) ([]string, error) {
	v, err := e.eval(x)
	if err != nil {
		return nil, err
	}
	list, ok := v.(traits.Lister)
	if !ok {
		return nil, errors.New("is not a list")
	}
	var out []string
	for it := list.Iterator(); it.HasNext() == types.True; {
		s, ok := it.Next().(types.String)
		if !ok {
			return nil, errors.New("has an item that is not text")
		}
		out = append(out, string(s))
	}
	return out, nil
}

func (e *evaluation) eval(x *expression) (ref.Val, error) {
	if err := context.Cause(e.ctx); err != nil {
		return nil, err
	}
	e.frame.SetCostTracker(nil) // each expression counts from nothing
	v, details, err := x.program.Eval(e.frame)
	if details != nil {
		if c := details.ActualCost(); c != nil {
			e.cost += *c
		}
	}
	if err != nil {
		return nil, err
	}
	if e.cost > maxDecisionCost {
		return nil, fmt.Errorf("the decision cost more than %d units", maxDecisionCost)
	}
	return v, nil
}

// fold turns failing clauses into a verdict: the strongest effect wins, the
// first clause with it decides, and every reason is told. cells are those of
// the parts, heaviest first.
func (b *Bundle) fold(e *evaluation, parts []PartFacts, order []string, cells []*clause) (Verdict, error) {
	v := Verdict{Effect: Allow, Policy: b.identity, Cost: e.cost}
	var deciding *failure
	for i := range e.failed {
		x := &e.failed[i]
		switch x.clause.mode {
		case Audit:
			v.Audited = append(v.Audited, x.clause.code)
			continue
		case Warn:
			v.Warnings = addReason(v.Warnings, x.clause.reason)
			continue
		}
		if effect := Effect(x.clause.effect); effect < v.Effect {
			v.Effect, deciding = effect, x
		}
	}
	if deciding != nil {
		if code := opens(e.failed, parts); code != "" {
			v.Effect, deciding, v.Opened = Allow, nil, code
		}
	}
	if deciding == nil {
		if len(cells) > 0 && cells[0] != nil {
			v.Rule = cells[0].rule
		}
		for _, c := range cells {
			if c != nil && c.ground.Code != "" {
				v.Reasons = addReason(v.Reasons, c.ground)
			}
		}
		if v.Opened != "" {
			v.Reasons = addReason(v.Reasons, b.builtin[Excepted])
		}
		for _, x := range e.failed {
			if x.clause.mode == Enforce && Effect(x.clause.effect) == Allow {
				v.Reasons = addReason(v.Reasons, x.clause.reason)
			}
		}
		return v, nil
	}
	v.Rule = deciding.rule()
	v.Exceptions = offered(e.failed, deciding, parts)
	for _, effect := range []Effect{Refuse, NeedConsent} {
		for _, x := range e.failed {
			if x.clause.mode != Enforce || Effect(x.clause.effect) != effect {
				continue
			}
			v.Reasons = addReason(v.Reasons, x.clause.reason)
			if v.Effect == NeedConsent {
				for _, who := range x.missing {
					if !slices.Contains(v.Missing, who) {
						v.Missing = append(v.Missing, who)
					}
				}
			}
		}
	}
	if len(v.Missing) > 1 && len(order) > 0 {
		slices.SortStableFunc(v.Missing, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
	}
	return v, nil
}

// opens returns the code of the exception that opens every clause that stands
// in the way, or nothing. One clause that does not offer it keeps the door
// shut, whatever the others do.
func opens(failed []failure, parts []PartFacts) string {
	opened := ""
	for _, x := range failed {
		if x.clause.mode != Enforce || Effect(x.clause.effect) == Allow {
			continue
		}
		if x.part < 0 {
			return ""
		}
		p := &parts[x.part]
		if p.Exception == "none" || !slices.Contains(p.Fits, p.Exception) || !slices.Contains(x.exceptions(), p.Exception) {
			return ""
		}
		opened = p.Exception
	}
	return opened
}

// offered are the exceptions that the deciding clause could be opened with in
// this room: none when something else about the same part offers none at all.
func offered(failed []failure, deciding *failure, parts []PartFacts) []string {
	if deciding.part < 0 {
		return nil
	}
	for _, x := range failed {
		if x.part == deciding.part && x.clause.mode == Enforce && Effect(x.clause.effect) != Allow && len(x.exceptions()) == 0 {
			return nil
		}
	}
	var out []string
	for _, code := range deciding.exceptions() {
		if slices.Contains(parts[deciding.part].Fits, code) {
			out = append(out, code)
		}
	}
	return out
}

func addReason(rs []Reason, r Reason) []Reason {
	for i := range rs {
		if rs[i].Code == r.Code {
			return rs
		}
	}
	return append(rs, r)
}
