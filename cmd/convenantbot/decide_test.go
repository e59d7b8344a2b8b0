package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// decideRun runs the program with arguments and input and returns what it wrote
// and its exit code.
func decideRun(t testing.TB, input string, args ...string) (out, errs string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(context.Background(), args, &IO{In: strings.NewReader(input), Out: &o, Err: &e})
	return o.String(), e.String(), code
}

const retainQuestion = `{"schema":"retain/v1","now":"2026-06-01T03:00:00+02:00","region":"model","casus":{"ref":"C-1","kind":"mdo","status":"closed",` +
	`"opened_at":"2025-11-03T09:00:00+01:00","last_activity_at":"2026-04-01T09:00:00+02:00","closed_at":"2026-05-20T12:00:00+02:00","extended_until":null,` +
	`"archived_at":null,"erasure_announced_at":null,"handovers":[],"holds":[],"erasure_requested_at":null}}`

func withID(id string) string {
	return strings.Replace(retainQuestion, "{", `{"id":"`+id+`",`, 1)
}

func TestDecideAnswersOneObject(t *testing.T) {
	pretty := strings.ReplaceAll(retainQuestion, ",", ",\n ")
	file := filepath.Join(t.TempDir(), "q.json")
	if err := os.WriteFile(file, []byte(pretty), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, input, file string }{{"from standard input", pretty, "-"}, {"from a file", "", file}} {
		t.Run(c.name, func(t *testing.T) {
			out, errs, code := decideRun(t, c.input, "decide", "retain", c.file)
			var answer struct {
				Schema, Action, Rule string
				Due                  string `json:"due_at"`
				Policy               string
				Reasons              []struct{ Code, Text string }
			}
			if err := json.Unmarshal([]byte(out), &answer); err != nil || code != 0 || errs != "" {
				t.Fatalf("decide = %q, %q, exit %d, %v", out, errs, code, err)
			}
			if answer.Schema != "retention/v1" || answer.Action != "archive" || answer.Rule != "R-ARCHIVE" || answer.Due != "2026-05-27T12:00:00+02:00" ||
				len(answer.Reasons) != 1 || !strings.HasPrefix(answer.Policy, "sha256:") {
				t.Errorf("decide = %s", out)
			}
		})
	}
}

func TestDecideNamesWhatIsWrong(t *testing.T) {
	bad := strings.Replace(retainQuestion, `"kind":"mdo"`, `"kind":"MDO"`, 1)
	for _, c := range []struct {
		name, input string
		args        []string
		says        string
	}{
		{"a bad field", bad, []string{"decide", "retain", "-"}, "casus.kind"},
		{"an unknown region", strings.Replace(retainQuestion, `"model"`, `"mars"`, 1), []string{"decide", "retain", "-"}, "region"},
		{"an unknown region that the flag would hide", strings.Replace(retainQuestion, `"model"`, `"mars"`, 1), []string{"decide", "retain", "--region", "mvs", "-"}, "region"},
		{"an unknown region by flag", retainQuestion, []string{"decide", "retain", "--region", "mars", "-"}, "--region"},
		{"nothing", "", []string{"decide", "retain", "-"}, "decide"},
		{"two objects", retainQuestion + retainQuestion, []string{"decide", "retain", "-"}, "decide"},
		{"no such file", "", []string{"decide", "retain", "/nowhere/q.json"}, "decide"},
		{"no such file for a batch", "", []string{"decide", "retain", "--batch", "/nowhere/q.jsonl"}, "decide"},
		{"a folder", "", []string{"decide", "retain", t.TempDir()}, "decide"},
		{"a folder for a batch", "", []string{"decide", "retain", "--batch", t.TempDir()}, "decide"},
		{"no such question", retainQuestion, []string{"decide", "erase", "-"}, "erase"},
		{"no file", "", []string{"decide", "retain"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, errs, code := decideRun(t, c.input, c.args...)
			if code != 2 || !strings.Contains(errs, c.says) || strings.Contains(out, "schema") {
				t.Errorf("decide = %q, %q, exit %d, want exit 2 and %q", out, errs, code, c.says)
			}
		})
	}
}

func TestABatchGoesOnAfterABadLine(t *testing.T) {
	input := strings.Join([]string{
		withID("a"), "", "  ",
		strings.Replace(withID("b"), `"mdo"`, `"MDO"`, 1),
		`{"id":"c"`,
		strings.Replace(retainQuestion, "{", `{"extra":1,"id":"d",`, 1),
		strings.Repeat(" ", 5<<20) + retainQuestion,
		withID("e"),
	}, "\n")
	out, errs, code := decideRun(t, input, "decide", "retain", "--batch", "-")
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if code != 2 || len(lines) != 6 {
		t.Fatalf("%d lines, exit %d, want 6 and 2:\n%s", len(lines), code, out)
	}
	for i, want := range []string{`{"id":"a","schema"`, `{"id":"b","error":{"field":"casus.kind",`, `{"id":"c","error":{"field":"",`, `{"id":"d","error":{"field":"extra",`,
		`{"id":null,"error":{"field":"",`, `{"id":"e","schema"`} {
		if !strings.HasPrefix(lines[i], want) || !json.Valid([]byte(lines[i])) {
			t.Errorf("line %d = %s, want %s…", i, lines[i], want)
		}
	}
	if !strings.Contains(errs, "line 4: casus.kind") || !strings.Contains(errs, "line 7: ") {
		t.Errorf("standard error = %s", errs)
	}
	if out, _, code := decideRun(t, withID("a")+"\r\n", "decide", "retain", "--batch", "-"); code != 0 || strings.Count(out, "\n") != 1 {
		t.Errorf("one good line = %q, exit %d", out, code)
	}
	if out, _, code := decideRun(t, "", "decide", "retain", "--batch", "-"); code != 0 || out != "" {
		t.Errorf("no lines = %q, exit %d", out, code)
	}
}

func TestTheFlagTakesAnotherRegion(t *testing.T) {
	for _, c := range []struct{ region, want string }{{"model", `"allow"`}, {"amersfoort", "kind_not_in_region"}} {
		question := `{"schema":"join/v1","now":"2026-03-02T10:00:00+01:00","region":"model","casus":{"ref":"C","kind":"ot","phase":"F3","status":"open",` +
			`"young_person":{"id":"yp","born":"2012-01-05","lacks_capacity":false,"school":null},"authority":[{"id":"g1"}],"authority_conflict":false,` +
			`"members":[{"id":"s1","role":"supporter"}]},"candidate":{"id":"g1","role":"parent","account":"active"},"requested_by":"s1","agreements":[]}`
		out, _, code := decideRun(t, question, "decide", "join", "--region", c.region, "-")
		if code != 0 || !strings.Contains(out, c.want) {
			t.Errorf("in %s: %s, exit %d, want %s", c.region, out, code, c.want)
		}
	}
}

func TestRulesCommands(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, "other")
	if err := os.CopyFS(other, os.DirFS("../../rules/bundle")); err != nil {
		t.Fatal(err)
	}
	share := filepath.Join(other, "share.yaml")
	text, err := os.ReadFile(share)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, from, to string
		args           []string
		code           int
		says           string
	}{
		{"check", "", "", []string{"rules", "check", "../../rules/bundle"}, 0, "sha256:"},
		{"check the built-in one", "", "", []string{"rules", "check"}, 0, "43 share"},
		{"test", "", "", []string{"rules", "test", "../../rules/bundle"}, 0, "0 failed, 0 gaps"},
		{"a mistake", "facts.bsn == ", "facts.bsm == ", []string{"rules", "check", other}, 1, "share.yaml:"},
		{"a rule that the cases do not want", `facts.phase != "F7"`, `facts.phase != "F6"`, []string{"rules", "test", other}, 1, "the last phase takes nothing new"},
		{"no difference", "", "", []string{"rules", "diff", "../../rules/bundle", other}, 0, "0 of"},
		{"a loosening", `require: part.consent == "complete"`, `require: "true"`, []string{"rules", "diff", "../../rules/bundle", other}, 0, "(loosens)"},
		{"no such folder", "", "", []string{"rules", "check", "/nowhere"}, 2, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := os.WriteFile(share, []byte(strings.Replace(string(text), c.from, c.to, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			out, errs, code := decideRun(t, "", c.args...)
			if code != c.code || !strings.Contains(out, c.says) {
				t.Errorf("%v = %q, %q, exit %d, want exit %d and %q", c.args, out, errs, code, c.code, c.says)
			}
		})
	}
	out, _, code := decideRun(t, retainQuestion, "rules", "explain", "retain", "-")
	if code != 0 || !strings.Contains(out, "R-ARCHIVE") || !strings.Contains(out, "facts.archive_at <= facts.now = true") {
		t.Errorf("explain = %s, exit %d", out, code)
	}
	if _, errs, code := decideRun(t, "{}", "rules", "explain", "retain", "-"); code != 2 || !strings.Contains(errs, "schema") {
		t.Errorf("explain of nothing = %s, exit %d", errs, code)
	}
}
