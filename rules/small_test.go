package rules_test

import (
	"maps"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/convenantbot/convenantbot/rules"
)

// small is a bundle of a few clauses, for tests of the engine.
func small(changes map[string]string) fstest.MapFS {
	files := map[string]string{
		"bundle.yaml": "name: small\nversion: \"1\"\neffective: \"2026-01-01\"\nfacts: facts/v1\nengine: 1\n",
		"messages.nl.yaml": "messages:\n" +
			"  policy_error: {text: Kapot., next: Vraag hulp.}\n  exception: {text: Uitzondering., next: Let op.}\n" +
			"  one: {text: Een., next: Doe iets.}\n  cell: {text: Cel., next: Vraag het.}\n  keep: {text: Blijft.}\n",
		"share.yaml": "question: share\nmatrix: {role: professional, sector: swv, kind: ordinary, audience: binnen, age: from_16}\nclauses:\n" +
			"  - {code: one, require: 'facts.status == \"open\"', effect: refuse, source: test, mark: I}\n" +
			"  - {code: cell, rule: M30, per: cell, select: {sector: swv}, require: 'part.consent == \"complete\"', effect: need_consent, details: part.consent_missing, exceptions: [X-TAAK], source: test, mark: I}\n",
		"join.yaml":    "question: join\nclauses:\n  - {code: one, require: 'facts.status == \"open\"', effect: refuse, source: test, mark: I}\n",
		"sources.yaml": "names: {test: Een bron, s: Nog een bron}\nremarks: {(oud): (oudere tekst)}\n",
		"retain.yaml":  "question: retain\nclauses:\n  - {code: keep, rule: R-KEEP, require: 'false', effect: keep, source: test, mark: I}\n",
	}
	maps.Copy(files, changes)
	out := fstest.MapFS{}
	for name, text := range files {
		if text != "" {
			out[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return out
}

// withClause is the small bundle with a share clause more.
func withClause(fields string) fstest.MapFS {
	share := string(small(nil)["share.yaml"].Data)
	return small(map[string]string{"share.yaml": share + "  - {" + fields + "}\n"})
}

func mustLoad(t testing.TB, files fstest.MapFS) *rules.Bundle {
	t.Helper()
	b, err := rules.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// shareFacts are facts that the small bundle allows.
func shareFacts() *rules.ShareFacts {
	return &rules.ShareFacts{Now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), CasusKind: "mdo", Phase: "F3", Status: "open", Age: "from_16", Role: "professional",
		Sector: "swv", Audience: "binnen", Standing: "professional", Affects: "nobody_else", Classified: "yes", BSN: "none", Criminal: "none", Heaviest: "ordinary",
		Parts: []rules.PartFacts{{Kind: "ordinary", Ceiling: "within", Deciders: "known", Consent: "complete", Agreement: "complete", Exception: "none"}}}
}

// TestWhatIsWrongWithABundleIsSaid has one mistake a row, and where it is.
func TestWhatIsWrongWithABundleIsSaid(t *testing.T) {
	clause := func(fields string) fstest.MapFS { return withClause(fields) }
	file := func(name, text string) fstest.MapFS { return small(map[string]string{name: text}) }
	base := string(small(nil)["share.yaml"].Data)
	for _, c := range []struct {
		name  string
		files fstest.MapFS
		want  string
	}{
		{"a misspelt fact", clause(`code: one, select: {sector: education}, require: 'facts.staus == "open"', effect: refuse, source: s, mark: I`), "share.yaml:6:61: require: undefined field 'staus'"},
		{"a value that a fact never has", clause(`code: one, select: {sector: education}, require: 'facts.status == "opne"', effect: refuse, source: s, mark: I`), `a fact is never "opne"`},
		{"the same on the other side", clause(`code: one, select: {sector: education}, require: '"opne" != facts.status', effect: refuse, source: s, mark: I`), `a fact is never "opne"`},
		{"the same in a list", clause(`code: one, select: {sector: education}, require: 'facts.status in ["open", "opne"]', effect: refuse, source: s, mark: I`), `a fact is never "opne"`},
		{"text that is no yes or no", clause(`code: one, require: facts.status, effect: refuse, source: s, mark: I`), "require must be bool and is string"},
		{"a part in a clause about the document", clause(`code: one, require: 'part.kind == "bsn"', effect: refuse, source: s, mark: I`), "undeclared reference to 'part'"},
		{"a hidden fact", clause(`code: one, require: 'size(facts.parts) > 0', effect: refuse, source: s, mark: I`), "undefined field 'parts'"},
		{"an impossible moment", clause(`code: one, require: "facts.now > timestamp('2026-13-01T00:00:00Z')", effect: refuse, source: s, mark: I`), "invalid timestamp"},
		{"an impossible duration", clause(`code: one, require: "facts.now - facts.now > duration('30 days')", effect: refuse, source: s, mark: I`), "invalid duration"},
		{"an impossible pattern", clause(`code: one, require: "facts.status.matches('(')", effect: refuse, source: s, mark: I`), "invalid matches"},
		{"a list of two types", clause(`code: one, require: "size([1, 'a']) == 2", effect: refuse, source: s, mark: I`), "expected type"},
		{"three comprehensions in each other", clause(`code: one, per: kind, require: "[1].all(a, [1].all(b, [1].all(c, a == b && b == c)))", effect: refuse, source: s, mark: I`), "comprehension"},
		{"what may cost too much", clause(`code: one, per: kind, require: "part.consent_missing.all(a, part.consent_missing.all(b, a == b))", effect: refuse, source: s, mark: I`), "the most is 10000"},
		{"too long", clause(`code: one, require: 'facts.status == "` + strings.Repeat("x", 4000) + `"', effect: refuse, source: s, mark: I`), "expression code point size exceeds limit"},
		{"too deep", clause(`code: one, require: '` + strings.Repeat("(", 60) + `true` + strings.Repeat(")", 60) + `', effect: refuse, source: s, mark: I`), "recursion limit"},
		{"too many nodes", clause(`code: one, require: '` + strings.Repeat("true&&", 600) + `true', effect: refuse, source: s, mark: I`), "node"},
		{"a function that is not there", clause(`code: one, require: "size(lists.range(5)) > 0", effect: refuse, source: s, mark: I`), "undeclared reference"},
		{"an unknown effect", clause(`code: one, require: "true", effect: permit, source: s, mark: I`), `effect "permit" is not known`},
		{"an unknown mode", clause(`code: one, require: "true", effect: refuse, source: s, mark: I, mode: maybe`), `mode "maybe" is not known`},
		{"an unknown mark", clause(`code: one, require: "true", effect: refuse, source: s, mark: X`), `mark "X" is not known`},
		{"no source", clause(`code: one, require: "true", effect: refuse, mark: I`), `field "source" is missing`},
		{"an unknown field", clause(`code: one, require: "true", effect: refuse, source: s, mark: I, wen: x`), `unknown field "wen"`},
		{"a field twice", clause(`code: one, require: "true", effect: refuse, effect: refuse, source: s, mark: I`), `field "effect" stands twice`},
		{"a code without a message", clause(`code: two, require: "true", effect: refuse, source: s, mark: I`), "code two has no message"},
		{"an unknown exception", clause(`code: one, select: {sector: education}, require: "true", effect: refuse, source: s, mark: I, exceptions: [X-ALLES]`), "is no exception of the matrix"},
		{"a selector of nothing", clause(`code: one, select: {colour: red}, require: "true", effect: refuse, source: s, mark: I`), `cannot select by "colour"`},
		{"a selector of an unknown value", clause(`code: one, select: {sector: onderwijs}, require: "true", effect: refuse, source: s, mark: I`), `"onderwijs" is no sector`},
		{"two clauses of one code for the same facts", clause(`code: one, select: {sector: swv}, require: "true", effect: refuse, source: s, mark: I`), "applies to the same facts as the one"},
		{"two cells for the same facts", clause(`code: one, rule: M31, per: cell, require: "true", effect: refuse, source: s, mark: I`), "are both the cell of"},
		{"a cell that is missing", file("share.yaml", strings.Replace(base, "select: {sector: swv}", "select: {sector: education}", 1)), "no clause is the cell of"},
		{"no matrix", file("share.yaml", strings.Replace(base, "matrix:", "#", 1)), "matrix is missing"},
		{"a due moment of a share", clause(`code: one, select: {sector: education}, require: "true", effect: refuse, source: s, mark: I, due: facts.now`), "only a clause of retention"},
		{"details that are no list", clause(`code: one, select: {sector: education}, require: "true", details: facts.status, effect: refuse, source: s, mark: I`), "details must be list(string)"},
		{"other facts", file("bundle.yaml", "name: a\nversion: b\neffective: c\nfacts: facts/v2\nengine: 1\n"), "are not those of this engine"},
		{"a later engine", file("bundle.yaml", "name: a\nversion: b\neffective: c\nfacts: facts/v1\nengine: 2\n"), "needs engine 2"},
		{"another question", file("join.yaml", strings.Replace(string(small(nil)["join.yaml"].Data), "question: join", "question: share", 1)), "question must be join"},
		{"a source without a name", clause(`code: one, select: {sector: education}, require: "true", effect: refuse, source: s; S99 art. 1, mark: I`), `share.yaml:6:87: source "S99" has no name in sources.yaml`},
		{"a blank source", clause(`code: one, select: {sector: education}, require: "true", effect: refuse, source: " ", mark: I`), "source is empty"},
		{"a name of a source that says nothing", file("sources.yaml", "names: {test: Een bron, s: ' '}\n"), "sources.yaml:1:25: the name of source s is empty"},
		{"a remark that says nothing", file("sources.yaml", "names: {test: Een bron, s: Nog een}\nremarks: {(oud): ''}\n"), "the name of remark (oud) is empty"},
		{"no names of sources", file("sources.yaml", ""), "sources.yaml: is missing"},
		{"a missing file", file("retain.yaml", ""), "retain.yaml: is missing"},
		{"an empty file", file("retain.yaml", " "), "retain.yaml:1:1: the file is empty"},
		{"no YAML", file("join.yaml", "question: [\n"), "join.yaml:"},
		{"an alias", file("join.yaml", "question: &a join\nclauses: []\n"), "anchors and aliases are not used"},
		{"two documents", file("join.yaml", "question: join\nclauses: []\n---\nquestion: join\n"), "only one document"},
		{"no clauses", file("join.yaml", "question: join\nclauses: []\n"), "there are no clauses"},
		{"a message that is used by nothing", file("messages.nl.yaml", string(small(nil)["messages.nl.yaml"].Data)+"  spare: {text: Los., next: Niets.}\n"), "no clause gives spare"},
		{"a no without a way out", file("messages.nl.yaml", strings.Replace(string(small(nil)["messages.nl.yaml"].Data), ", next: Doe iets.", "", 1)), "has no next"},
		{"no message for a failure", file("messages.nl.yaml", strings.Replace(string(small(nil)["messages.nl.yaml"].Data), "policy_error: {", "cell2: {", 1)), "the message of policy_error is missing"},
		{"a stray file", file("notes.txt", "x"), "is not part of a bundle"},
		{"a stray folder", file("more/x.yaml", "x"), "is a folder that a bundle does not have"},
		{"too large", file("tests/big.yaml", strings.Repeat("# xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", 9000)), "larger than 256 KiB"},
		{"too many clauses", file("join.yaml", "question: join\nclauses:\n"+strings.Repeat("  - {code: one, require: 'true', effect: refuse, source: s, mark: I}\n", 65)), "there are 65 clauses; the most is 64"},
		{"a case with an unknown fact", file("tests/a.yaml", "question: join\nbase: {colour: red}\ncases:\n  - {name: x, expect: {effect: allow}}\n"), "unknown field"},
		{"a case of an unknown question", file("tests/a.yaml", "question: erase\nbase: {}\ncases:\n  - {name: x, expect: {effect: allow}}\n"), `question "erase" is not known`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := rules.Load(c.files)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Load = %v, want a complaint with %q", err, c.want)
			}
		})
	}
}

func TestAllComplaintsAreSaidAtOnce(t *testing.T) {
	_, err := rules.Load(small(map[string]string{
		"join.yaml":   "question: join\nclauses:\n  - {code: one, require: 'facts.x', effect: refuse, source: s, mark: I}\n  - {code: one, require: 'facts.y', effect: refuse, source: s, mark: I}\n",
		"retain.yaml": "question: retain\nclauses:\n  - {code: keep, require: '1', effect: keep, source: s, mark: I}\n",
	}))
	if err == nil || len(strings.Split(err.Error(), "\n")) != 3 {
		t.Errorf("Load = %v, want three complaints", err)
	}
}

func TestTheIdentityIsOfTheFilesAndNothingElse(t *testing.T) {
	a := mustLoad(t, small(nil)).Identity()
	if b := mustLoad(t, small(nil)).Identity(); a != b || !strings.HasPrefix(a, "sha256:") || len(a) != len("sha256:")+64 {
		t.Errorf("identities %s and %s", a, b)
	}
	text := string(small(nil)["bundle.yaml"].Data)
	if b := mustLoad(t, small(map[string]string{"bundle.yaml": strings.ReplaceAll(text, "\n", "\r\n")})).Identity(); a != b {
		t.Error("line ends change the identity")
	}
	if b := mustLoad(t, small(map[string]string{"bundle.yaml": strings.Replace(text, "small", "other", 1)})).Identity(); a == b {
		t.Error("another content has the same identity")
	}
}

func FuzzLoad(f *testing.F) {
	for name, file := range small(nil) {
		f.Add(name, string(file.Data))
		f.Add(name, string(file.Data[:len(file.Data)/2]))
	}
	f.Add("tests/x.yaml", "question: join\nbase: {}\ncases:\n  - {name: x, expect: {effect: allow}}\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		if !strings.HasSuffix(name, ".yaml") || strings.Count(name, "/") > 1 {
			return
		}
		b, err := rules.Load(small(map[string]string{name: text}))
		if err == nil {
			if _, err := b.Share(t.Context(), shareFacts()); err != nil {
				t.Logf("a bundle that loads may still refuse: %v", err)
			}
		}
	})
}
