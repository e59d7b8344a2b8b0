package judge_test

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/rules"
)

// example is a question with what must hold of the answer.
type example struct {
	ID     string          `json:"id"`
	Input  json.RawMessage `json:"input"`
	Why    string          `json:"why"`
	Expect struct {
		Effect  string    `json:"effect"`
		Action  string    `json:"action"`
		Rule    *string   `json:"rule"`
		Missing *[]string `json:"missing"`
		Code    string    `json:"code"`
		DueAt   *string   `json:"due_at"`
	} `json:"expect"`
}

func mustExamples(t testing.TB, question string) []example {
	t.Helper()
	f, err := os.Open("testdata/" + question + "-examples.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []example
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e example
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	if err := lines.Err(); err != nil || len(out) == 0 {
		t.Fatalf("%d examples of %s, error %v", len(out), question, err)
	}
	return out
}

func TestShareExamples(t *testing.T) {
	j := mustJudge(t)
	for _, e := range mustExamples(t, "share") {
		t.Run(e.ID, func(t *testing.T) {
			in, err := judge.DecodeShare(string(e.Input))
			if err != nil {
				t.Fatal(err)
			}
			v, err := j.Share(context.Background(), in)
			checkVerdict(t, e, v, err)
		})
	}
}

func TestJoinExamples(t *testing.T) {
	j := mustJudge(t)
	for _, e := range mustExamples(t, "join") {
		t.Run(e.ID, func(t *testing.T) {
			in, err := judge.DecodeJoin(string(e.Input))
			if err != nil {
				t.Fatal(err)
			}
			v, err := j.Join(context.Background(), in)
			checkVerdict(t, e, v, err)
		})
	}
}

func checkVerdict(t *testing.T, e example, v rules.Verdict, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if v.Effect.String() != e.Expect.Effect {
		t.Errorf("%s: effect = %s, want %s (%v)", e.Why, v.Effect, e.Expect.Effect, v.Reasons)
	}
	if e.Expect.Rule != nil && v.Rule != *e.Expect.Rule {
		t.Errorf("%s: rule = %s, want %s", e.Why, v.Rule, *e.Expect.Rule)
	}
	if e.Expect.Missing != nil && !slices.Equal(v.Missing, *e.Expect.Missing) {
		t.Errorf("%s: missing = %v, want %v", e.Why, v.Missing, *e.Expect.Missing)
	}
	if e.Expect.Code != "" && !v.Has(e.Expect.Code) {
		t.Errorf("%s: no reason with code %s in %v", e.Why, e.Expect.Code, v.Reasons)
	}
}

func TestRetainExamples(t *testing.T) {
	j := mustJudge(t)
	for _, e := range mustExamples(t, "retain") {
		t.Run(e.ID, func(t *testing.T) {
			in, err := judge.DecodeRetain(string(e.Input))
			if err != nil {
				t.Fatal(err)
			}
			r, err := j.Retain(context.Background(), in)
			if err != nil {
				t.Fatal(err)
			}
			if r.Action.String() != e.Expect.Action {
				t.Errorf("%s: action = %s, want %s", e.Why, r.Action, e.Expect.Action)
			}
			var want time.Time
			if e.Expect.DueAt != nil {
				if want, err = judge.ParseMoment(*e.Expect.DueAt); err != nil {
					t.Fatal(err)
				}
			}
			if !r.Due.Equal(want) {
				t.Errorf("%s: due = %s, want %s", e.Why, r.Due, want)
			}
			if e.Expect.Code != "" && !r.Has(e.Expect.Code) {
				t.Errorf("%s: no reason with code %s", e.Why, e.Expect.Code)
			}
		})
	}
}
