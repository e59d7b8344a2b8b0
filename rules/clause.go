package rules

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"github.com/convenantbot/convenantbot/rules/yamlfile"
)

// Mode is what a failing clause does.
type Mode string

const (
	Off     Mode = "off"     // not evaluated
	Audit   Mode = "audit"   // evaluated and counted, nobody notices
	Warn    Mode = "warn"    // told, let through
	Enforce Mode = "enforce" // decides
)

var modes = []string{string(Off), string(Audit), string(Warn), string(Enforce)}

// What a clause is evaluated for.
const (
	perDocument = "document" // once
	perKind     = "kind"     // for each kind of data
	perCell     = "cell"     // for each kind, and it is the matrix's cell for it
)

// ruleOfCell as a clause's rule means the rule of the cell it is judged with.
const ruleOfCell = "cell"

// clauseFile is a clause as it is written.
type clauseFile struct {
	At         yamlfile.Pos               `yaml:"-"`
	Code       string                     `yaml:"code,required"`
	Rule       string                     `yaml:"rule"`
	Per        string                     `yaml:"per"`
	Select     map[string][]yamlfile.Text `yaml:"select"`
	When       yamlfile.Text              `yaml:"when"`
	Require    yamlfile.Text              `yaml:"require,required"`
	Effect     string                     `yaml:"effect,required"`
	Details    yamlfile.Text              `yaml:"details"`
	Due        yamlfile.Text              `yaml:"due"`
	Exceptions []yamlfile.Text            `yaml:"exceptions"`
	Source     yamlfile.Text              `yaml:"source,required"`
	Mark       string                     `yaml:"mark,required"`
	Mode       string                     `yaml:"mode"`
}

// clause is one compiled rule. It is not changed after loading.
type clause struct {
	at     yamlfile.Pos
	id     string // code, and where it stands when the code has several clauses
	code   string
	rule   string
	per    string
	sel    selection
	when   *expression // nil: always
	req    *expression
	effect uint8
	// details lists the missing ids, due the moment; nil when not given.
	details, due *expression
	exceptions   []string
	mode         Mode
	reason       Reason // as a no
	ground       Reason // as a yes; Code is empty when there is no sentence for it
}

// expression is one CEL expression and its program.
type expression struct {
	source  string
	env     *cel.Env
	ast     *cel.Ast
	program cel.Program
	// constant is what the expression always is, when it is a literal.
	constant *bool
	static   uint64
}

// compile checks one expression against its environment and the bounds, and
// complains at its place in the file. It returns nil when it cannot be used.
func compile(env *cel.Env, q question, text yamlfile.Text, want *cel.Type, what string, cs *yamlfile.Complaints) *expression {
	if strings.TrimSpace(text.Value) == "" {
		cs.Add(text.At, "%s is empty", what)
		return nil
	}
	a, issues := env.Compile(text.Value)
	if err := issues.Err(); err != nil {
		for _, e := range issues.Errors() {
			cs.Add(place(text, e.Location.Line(), e.Location.Column()), "%s: %s", what, oneLine(e.Message))
		}
		return nil
	}
	if !a.OutputType().IsExactType(want) {
		cs.Add(text.At, "%s must be %s and is %s", what, want, a.OutputType())
		return nil
	}
	checkLiterals(a, q, text, what, cs)
	estimate, err := env.EstimateCost(a, sizes{})
	if err != nil || estimate.Max > maxStaticCost {
		cs.Add(text.At, "%s may cost %d units; the most is %d", what, estimate.Max, maxStaticCost)
		return nil
	}
	p, err := env.Program(a, programOptions()...)
	if err != nil {
		cs.Add(text.At, "%s: %s", what, oneLine(err.Error()))
		return nil
	}
	x := &expression{source: text.Value, env: env, ast: a, program: p, static: estimate.Max}
	if lit := a.NativeRep().Expr(); lit.Kind() == ast.LiteralKind {
		if b, ok := lit.AsLiteral().(types.Bool); ok {
			v := bool(b)
			x.constant = &v
		}
	}
	return x
}

// place moves a place in an expression to its place in the file. A folded or
// literal block starts on the line after its mark.
func place(text yamlfile.Text, line, column int) yamlfile.Pos {
	at := text.At
	if line > 1 || strings.Contains(text.Value, "\n") {
		at.Line += line
		return at
	}
	at.Column += column
	return at
}

func oneLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// checkLiterals complains about a comparison of a fact with a value that the
// fact never has: it would be false for ever and nobody would notice.
func checkLiterals(a *cel.Ast, q question, text yamlfile.Text, what string, cs *yamlfile.Complaints) {
	fact := func(e ast.Expr) []string {
		if e.Kind() != ast.SelectKind || e.AsSelect().Operand().Kind() != ast.IdentKind {
			return nil
		}
		kind := q.facts.Name()
		if e.AsSelect().Operand().AsIdent() == "part" {
			kind = q.part.Name()
		}
		return enums[kind][e.AsSelect().FieldName()]
	}
	check := func(values []string, e ast.Expr) {
		if values == nil || e.Kind() != ast.LiteralKind {
			return
		}
		if s, ok := e.AsLiteral().(types.String); ok && !slices.Contains(values, string(s)) {
			loc := a.NativeRep().SourceInfo().GetStartLocation(e.ID())
			cs.Add(place(text, loc.Line(), loc.Column()), "%s: a fact is never %q; choose from %s", what, string(s), strings.Join(values, ", "))
		}
	}
	ast.PreOrderVisit(a.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || len(e.AsCall().Args()) != 2 {
			return
		}
		l, r := e.AsCall().Args()[0], e.AsCall().Args()[1]
		switch e.AsCall().FunctionName() {
		case "_==_", "_!=_":
			check(fact(l), r)
			check(fact(r), l)
		case "@in":
			if r.Kind() == ast.ListKind {
				for _, item := range r.AsList().Elements() {
					check(fact(l), item)
				}
			}
		}
	}))
}

// build turns a written clause into a compiled one. ok is false when something
// is wrong with it; everything wrong was then added to cs.
func (f clauseFile) build(q question, envs map[bool]*cel.Env, told told, cs *yamlfile.Complaints) (c *clause, ok bool) {
	before := len(*cs)
	c = &clause{at: f.At, id: f.Code, code: f.Code, rule: f.Rule, per: f.Per, mode: Mode(f.Mode)}
	if f.Per == "" {
		c.per = perDocument
	}
	if !slices.Contains([]string{perDocument, perKind, perCell}, c.per) || q.part == nil && c.per != perDocument {
		cs.Add(f.At, "per %q is not known here", f.Per)
	}
	if f.Mode == "" {
		c.mode = Enforce
	} else if !slices.Contains(modes, f.Mode) {
		cs.Add(f.At, "mode %q is not known; choose from %s", f.Mode, strings.Join(modes, ", "))
	}
	if e := slices.Index(q.effects, f.Effect); e < 0 {
		cs.Add(f.At, "effect %q is not known; choose from %s", f.Effect, strings.Join(q.effects, ", "))
	} else {
		c.effect = uint8(e) //nolint:gosec // a handful
	}
	for name, value := range map[string]string{"code": f.Code, "source": f.Source.Value, "mark": f.Mark} {
		if strings.TrimSpace(value) == "" {
			cs.Add(f.At, "%s is empty", name)
		}
	}
	if !slices.Contains([]string{"V", "V-oud", "V/I", "V-oud/I", "I"}, f.Mark) {
		cs.Add(f.At, "mark %q is not known; choose from V, V-oud, V/I, V-oud/I, I", f.Mark)
	}
	c.sel = newSelection(q.name, f.Select, f.At, cs)
	if _, byKind := f.Select["kind"]; byKind && c.per == perDocument {
		cs.Add(f.At, "a clause that selects by kind must be per kind or per cell")
	}
	for _, x := range f.Exceptions {
		if !slices.Contains(ExceptionCodes, x.Value) {
			cs.Add(x.At, "%q is no exception of the matrix", x.Value)
		}
		c.exceptions = append(c.exceptions, x.Value)
	}
	env := envs[c.per != perDocument]
	if f.When.Value != "" {
		c.when = compile(env, q, f.When, cel.BoolType, "when", cs)
	}
	if f.Require.At.Line != 0 {
		c.req = compile(env, q, f.Require, cel.BoolType, "require", cs)
	}
	if f.Details.Value != "" {
		c.details = compile(env, q, f.Details, cel.ListType(cel.StringType), "details", cs)
	}
	if f.Due.Value != "" {
		if q.name != "retain" {
			cs.Add(f.Due.At, "only a clause of retention has a due moment")
		} else {
			c.due = compile(env, q, f.Due, cel.TimestampType, "due", cs)
		}
	}
	m, found := told.messages[f.Code]
	if !found {
		cs.Add(f.At, "code %s has no message in %s", f.Code, messagesFile)
	} else {
		m.check(f.Code, !c.harmless(q), cs)
	}
	var source string
	if strings.TrimSpace(f.Source.Value) != "" {
		var err error
		if source, err = told.sources.readable(f.Source.Value); err != nil {
			cs.Add(f.Source.At, "%s", err)
		}
	}
	e := told.english[f.Code]
	c.reason = Reason{Code: f.Code, Text: m.Text, Next: m.Next, English: Words{e.Text, e.Next}, Source: source, Mark: f.Mark}
	if m.Allowed != "" {
		c.ground = Reason{Code: f.Code, Text: m.Allowed, English: Words{Text: e.Allowed}, Source: source, Mark: f.Mark}
	}
	return c, len(*cs) == before
}

// harmless reports whether the clause's effect leaves a person nothing to
// overcome: an allow with a remark, or keeping a casus.
func (c *clause) harmless(q question) bool {
	return q.name == "retain" || Effect(c.effect) == Allow
}

func (c *clause) String() string { return fmt.Sprintf("%s (%s)", c.id, c.at) }
