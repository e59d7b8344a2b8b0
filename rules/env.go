package rules

import (
	"errors"
	"reflect"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/ext"
)

// The bounds of every clause and decision. A rule of our own costs 5 to 30
// units; the bounds are there for the one that was written wrong.
const (
	maxExpression   = 4_000  // characters
	maxNodes        = 1_000  // nodes of one expression
	maxParseDepth   = 50     // nesting while parsing
	maxComprehend   = 2      // nesting of comprehensions
	maxStaticCost   = 10_000 // worst estimate of one expression, at load
	maxClauseCost   = 10_000 // units of one expression, when it runs
	maxDecisionCost = 100_000
	maxMemory       = 10_000 // CEL's memory units
	interruptEvery  = 100    // steps of a comprehension between looks at the deadline
	maxClauses      = 64     // per question
	maxBundle       = 256 << 10

	// sizeHint bounds a list or a text in the static estimate: members of a
	// room, holders of authority, characters of an identifier.
	sizeHint = 100
)

// Deadline is how long one decision may take before it is tried again; see
// patiently. A context that ends sooner counts instead.
const Deadline = 50 * time.Millisecond

// question names one of the three files of clauses and what its clauses see.
type question struct {
	name    string
	facts   reflect.Type
	part    reflect.Type // nil when there are no parts
	effects []string
}

var questions = []question{
	{name: "share", facts: reflect.TypeFor[ShareFacts](), part: reflect.TypeFor[PartFacts](), effects: effectNames[:]},
	{name: "join", facts: reflect.TypeFor[JoinFacts](), effects: effectNames[:]},
	{name: "retain", facts: reflect.TypeFor[RetainFacts](), effects: actionNames[:]},
}

// environment is the one place where it is said what a clause may use: the
// facts of its question, part when it judges one kind of data, and CEL's own
// operators with strings, sets, bindings and optionals. Nothing is dynamic,
// and nothing reaches outside: no regular expressions to extract with, no list
// ranges, no encoders, no network.
//
// The types come from Go structs, so that a misspelt fact is a complaint at
// load. Reading a fact goes through the same structs; only enumerated text is
// answered from a table, which saves an allocation for every look.
func environment(q question, withPart bool) (*cel.Env, error) {
	kinds := []any{q.facts, ext.ParseStructTags(true)}
	vars := []cel.EnvOption{cel.Variable("facts", cel.ObjectType("rules."+q.facts.Name()))}
	if withPart && q.part != nil {
		kinds = append([]any{q.part}, kinds...)
		vars = append(vars, cel.Variable("part", cel.ObjectType("rules."+q.part.Name())))
	}
	opts := []cel.EnvOption{
		ext.NativeTypes(kinds...),
		cel.OptionalTypes(),
		ext.Strings(),
		ext.Sets(),
		ext.Bindings(),
		cel.EnableMacroCallTracking(),
		cel.ParserExpressionSizeLimit(maxExpression),
		cel.ExpressionNodeLimit(maxNodes),
		cel.ParserRecursionLimit(maxParseDepth),
		cel.ASTValidators(
			cel.ValidateDurationLiterals(),
			cel.ValidateTimestampLiterals(),
			cel.ValidateRegexLiterals(),
			cel.ValidateHomogeneousAggregateLiterals(),
			cel.ValidateComprehensionNestingLimit(maxComprehend),
		),
	}
	// The quick provider takes no types, so it comes after whatever adds some.
	return cel.NewEnv(append(append(opts, vars...), quickFacts(q))...)
}

// programOptions are the bounds of a program that decides; explaining adds to
// them and takes none away.
func programOptions() []cel.ProgramOption {
	return []cel.ProgramOption{
		cel.EvalOptions(cel.OptOptimize),
		cel.CostLimit(maxClauseCost),
		cel.MemoryLimit(maxMemory),
		cel.InterruptCheckFrequency(interruptEvery),
	}
}

// quickFacts answers enumerated text from the table of interned values, and
// everything else as the struct's own type does.
func quickFacts(q question) cel.EnvOption {
	return func(e *cel.Env) (*cel.Env, error) {
		fields := make(map[string]int)
		for _, t := range []reflect.Type{q.facts, q.part} {
			if t == nil {
				continue
			}
			for _, f := range textFacts[t] {
				fields["rules."+t.Name()+"."+f.name] = f.index
			}
		}
		return cel.CustomTypeProvider(&quickProvider{Provider: e.CELTypeProvider(), fields: fields})(e)
	}
}

type quickProvider struct {
	types.Provider
	fields map[string]int
}

func (p *quickProvider) FindStructFieldType(structType, fieldName string) (*types.FieldType, bool) {
	ft, ok := p.Provider.FindStructFieldType(structType, fieldName)
	index, quick := p.fields[structType+"."+fieldName]
	if !ok || !quick {
		return ft, ok
	}
	return &types.FieldType{Type: ft.Type, IsSet: ft.IsSet, GetFrom: func(target any) (any, error) {
		v := reflect.ValueOf(target)
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		if v.Kind() != reflect.Struct {
			return nil, errors.New("facts are not a struct")
		}
		text := v.Field(index).String()
		if val, ok := interned[text]; ok {
			return val, nil
		}
		return types.String(text), nil
	}}, true
}

// sizes hints the static estimate that every list and text is short.
type sizes struct{}

func (sizes) EstimateSize(node cost.AstNode) *cost.SizeEstimate {
	if node.ComputedSize() != nil {
		return nil
	}
	return &cost.SizeEstimate{Min: 0, Max: sizeHint}
}

func (sizes) EstimateCallCost(_, _ string, _ *cost.AstNode, _ []cost.AstNode) *cost.CallEstimate {
	return nil
}
