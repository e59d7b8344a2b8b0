package rules

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/convenantbot/convenantbot/rules/yamlfile"
)

// Case is one test of a bundle, as its author wrote it: facts and what must
// follow from them.
type Case struct {
	At       yamlfile.Pos
	Name     string
	Question string
	Share    *ShareFacts
	Join     *JoinFacts
	Retain   *RetainFacts
	Want     Expectation
}

// Expectation is what must follow: the effect or action, the rule and the
// exact set of reason codes; whose yes is missing and which exceptions are
// offered, in order; the due moment. What is not written must be absent.
type Expectation struct {
	Effect     string       `yaml:"effect,required"`
	Rule       string       `yaml:"rule"`
	Codes      []string     `yaml:"codes"`
	Missing    []string     `yaml:"missing"`
	Exceptions []string     `yaml:"exceptions"`
	Due        string       `yaml:"due"`
	Warnings   []string     `yaml:"warnings"`
	Audited    []string     `yaml:"audited"`
	At         yamlfile.Pos `yaml:"-"`
}

type casesFile struct {
	Question yamlfile.Text `yaml:"question,required"`
	// Base are facts that every case starts from.
	Base  yaml.Node  `yaml:"base,required"`
	Cases []caseYAML `yaml:"cases,required"`
}

type caseYAML struct {
	At     yamlfile.Pos `yaml:"-"`
	Name   string       `yaml:"name,required"`
	Facts  yaml.Node    `yaml:"facts"`
	Expect Expectation  `yaml:"expect,required"`
}

func loadCases(name string, data []byte, cs *yamlfile.Complaints) []Case {
	var f casesFile
	*cs = append(*cs, yamlfile.Decode(name, data, &f)...)
	var out []Case
	for _, y := range f.Cases {
		c := Case{At: y.At, Name: y.Name, Question: f.Question.Value, Want: y.Expect}
		var into any
		switch f.Question.Value {
		case "share":
			c.Share = new(ShareFacts)
			into = c.Share
		case "join":
			c.Join = new(JoinFacts)
			into = c.Join
		case "retain":
			c.Retain = new(RetainFacts)
			into = c.Retain
		default:
			cs.Add(f.Question.At, "question %q is not known", f.Question.Value)
			return nil
		}
		for _, node := range []yaml.Node{f.Base, y.Facts} {
			if node.Kind == 0 {
				continue
			}
			if err := readFacts(&node, into); err != nil {
				cs.Add(yamlfile.Pos{File: name, Line: node.Line, Column: node.Column}, "facts: %s", err)
			}
		}
		out = append(out, c)
	}
	return out
}

// readFacts lays the facts of a YAML mapping over a struct, by the names that
// clauses use. What is not named stays as it was; a name no fact has is an
// error.
func readFacts(node *yaml.Node, into any) error {
	var tree map[string]any
	if err := node.Decode(&tree); err != nil {
		return fmt.Errorf("are not a mapping")
	}
	data, err := json.Marshal(tree)
	if err != nil {
		return fmt.Errorf("cannot be read: %s", err)
	}
	// A part given anew replaces all parts, and none of its facts comes from
	// the base.
	if _, ok := tree["parts"]; ok {
		reflect.ValueOf(into).Elem().FieldByName("Parts").SetZero()
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

func sortCases(cases []Case) {
	slices.SortStableFunc(cases, func(a, b Case) int {
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line))
	})
}

// Report is what came of a bundle's test cases.
type Report struct {
	Cases int
	// Failures are the cases whose answer was not as expected, each with its
	// place and what was different.
	Failures yamlfile.Complaints
	// Uncovered are clauses that no case saw hold, fail or be skipped.
	Uncovered yamlfile.Complaints
}

// OK reports whether every case passed and every clause was covered.
func (r Report) OK() bool { return len(r.Failures) == 0 && len(r.Uncovered) == 0 }

// Test runs the bundle's own cases. Each clause must be seen to hold, to fail
// and to be skipped; one whose requirement is the literal true or false cannot
// do both and is not asked to, and one that always applies is never skipped.
func (b *Bundle) Test(ctx context.Context) Report {
	seen := make(map[*clause]*[3]bool)
	watch := func(c *clause, o outcome) {
		if seen[c] == nil {
			seen[c] = new([3]bool)
		}
		seen[c][o] = true
	}
	var r Report
	for _, c := range b.cases {
		r.Cases++
		for _, text := range c.differences(b.answer(ctx, c, watch)) {
			r.Failures.Add(c.At, "%s: %s", c.Name, text)
		}
	}
	always := everything()
	for _, q := range questions {
		for _, c := range b.questions[q.name].clauses {
			s := seen[c]
			if s == nil {
				s = new([3]bool)
			}
			if c.mode == Off {
				continue
			}
			if !s[held] && (c.req.constant == nil || *c.req.constant) {
				r.Uncovered.Add(c.at, "no case sees %s hold", c.id)
			}
			if !s[notHeld] && (c.req.constant == nil || !*c.req.constant) {
				r.Uncovered.Add(c.at, "no case sees %s fail", c.id)
			}
			if !s[skipped] && (c.sel != always || c.when != nil) {
				r.Uncovered.Add(c.at, "no case sees %s skipped", c.id)
			}
		}
	}
	return r
}

// answered is an answer of either shape, for comparing.
type answered struct {
	effect, rule               string
	codes, missing, exceptions []string
	warnings, audited          []string
	due                        time.Time
	err                        error
}

// answer runs one case.
func (b *Bundle) answer(ctx context.Context, c Case, seen observer) answered {
	ctx, cancel := context.WithTimeout(ctx, 100*Deadline)
	defer cancel()
	codes := func(rs []Reason) []string {
		var out []string
		for _, r := range rs {
			out = append(out, r.Code)
		}
		return out
	}
	if c.Retain != nil {
		r, err := b.retain(ctx, c.Retain, seen)
		return answered{effect: r.Action.String(), rule: r.Rule, codes: codes(r.Reasons), due: r.Due, audited: r.Audited, err: err}
	}
	var v Verdict
	var err error
	if c.Share != nil {
		v, err = b.share(ctx, c.Share, seen)
	} else {
		v, err = b.join(ctx, c.Join, seen)
	}
	return answered{effect: v.Effect.String(), rule: v.Rule, codes: codes(v.Reasons), missing: v.Missing, exceptions: v.Exceptions,
		warnings: codes(v.Warnings), audited: v.Audited, err: err}
}

// differences says in what the answer is not the expected one.
func (c Case) differences(got answered) []string {
	var out []string
	differ := func(what string, got, want any) {
		out = append(out, fmt.Sprintf("%s is %v, want %v", what, got, want))
	}
	if got.effect != c.Want.Effect {
		differ("effect", got.effect, c.Want.Effect)
	}
	if got.rule != c.Want.Rule {
		differ("rule", got.rule, c.Want.Rule)
	}
	set := func(what string, got, want []string) {
		g, w := slices.Clone(got), slices.Clone(want)
		slices.Sort(g)
		slices.Sort(w)
		if !slices.Equal(g, w) {
			differ(what, got, want)
		}
	}
	set("the set of codes", got.codes, c.Want.Codes)
	set("the set of warnings", got.warnings, c.Want.Warnings)
	set("the set of audited codes", got.audited, c.Want.Audited)
	if !slices.Equal(got.missing, c.Want.Missing) {
		differ("missing", got.missing, c.Want.Missing)
	}
	if !slices.Equal(got.exceptions, c.Want.Exceptions) {
		differ("exceptions", got.exceptions, c.Want.Exceptions)
	}
	if c.Retain != nil {
		var want time.Time
		if c.Want.Due != "" {
			t, err := time.Parse(time.RFC3339, c.Want.Due)
			if err != nil {
				differ("the expected due", c.Want.Due, "a moment")
			}
			want = t
		}
		if !got.due.Equal(want) {
			differ("due", got.due, c.Want.Due)
		}
	}
	if got.err != nil && !slices.Contains(c.Want.Codes, PolicyError) {
		out = append(out, got.err.Error())
	}
	return out
}
