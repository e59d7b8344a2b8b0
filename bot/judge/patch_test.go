package judge_test

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/rules"
)

// patch is a change to a question: a path such as casus.members[1].sector, and
// what comes there. The value drop takes the field away.
type patch struct {
	path  string
	value any
}

type dropped struct{}

var drop = dropped{}

// with returns the question with the changes made.
func with(t testing.TB, question string, changes ...patch) string {
	t.Helper()
	var o any
	if err := json.Unmarshal([]byte(question), &o); err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		o = set(t, o, strings.FieldsFunc(c.path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }), c.value)
	}
	return string(mustJSON(o))
}

func set(t testing.TB, at any, path []string, value any) any {
	t.Helper()
	if len(path) == 0 {
		return value
	}
	switch at := at.(type) {
	case map[string]any:
		if _, gone := value.(dropped); gone && len(path) == 1 {
			delete(at, path[0])
			return at
		}
		at[path[0]] = set(t, at[path[0]], path[1:], value)
		return at
	case []any:
		i, err := strconv.Atoi(path[0])
		if err != nil || i > len(at) {
			t.Fatalf("no item %s", path[0])
		}
		if i == len(at) {
			at = append(at, nil)
		}
		at[i] = set(t, at[i], path[1:], value)
		return at
	}
	t.Fatalf("nothing at %v", path)
	return nil
}

func mustShare(t testing.TB, question string) rules.Verdict {
	t.Helper()
	in, err := judge.DecodeShare(question)
	if err != nil {
		t.Fatalf("%v in %s", err, question)
	}
	v, err := mustJudge(t).Share(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func mustJoin(t testing.TB, question string) rules.Verdict {
	t.Helper()
	in, err := judge.DecodeJoin(question)
	if err != nil {
		t.Fatalf("%v in %s", err, question)
	}
	v, err := mustJudge(t).Join(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func mustRetain(t testing.TB, question string) rules.Retention {
	t.Helper()
	in, err := judge.DecodeRetain(question)
	if err != nil {
		t.Fatalf("%v in %s", err, question)
	}
	r, err := mustJudge(t).Retain(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// baseShare is a youth care worker about a child of 14 whose parents and who
// themselves agreed to everything: allowed.
const baseShare = `{"schema":"share/v1","now":"2026-03-02T10:00:00+01:00","region":"model",
 "casus":{"ref":"C-1","kind":"mdo","phase":"F3","status":"open",
  "young_person":{"id":"yp","born":"2012-01-05","lacks_capacity":false,"school":"school-a"},
  "authority":[{"id":"g1"},{"id":"g2"}],"authority_conflict":false,
  "members":[
   {"id":"u1","role":"professional","organisation":"school-a","sector":"education","party":true,"involved":true},
   {"id":"u2","role":"professional","organisation":"zorg-x","sector":"youth_care","party":true,"involved":true},
   {"id":"g1","role":"parent"}]},
 "discloser":"u2","purpose":"plan","document":{"name":"a.pdf","kinds":["ordinary"],"affects":[],"text":""},
 "agreements":[{"giver":"g1","decision":"given","covers":["school-a","zorg-x"],"given_at":"2026-02-01T10:00:00+01:00","withdrawn_at":null}],
 "consents":[
  {"id":"c1","giver":"yp","decision":"given","discloser":"zorg-x","recipients":["school-a"],"kinds":["ordinary","sensitive","health"],"purpose":"plan","given_at":"2026-02-01T10:00:00+01:00","expires_at":"2026-12-31T23:59:59+01:00","withdrawn_at":null},
  {"id":"c2","giver":"g1","decision":"given","discloser":"zorg-x","recipients":["school-a"],"kinds":["ordinary","sensitive","health"],"purpose":"plan","given_at":"2026-02-01T10:00:00+01:00","expires_at":"2026-12-31T23:59:59+01:00","withdrawn_at":null}],
 "exception":null}`

const baseJoin = `{"schema":"join/v1","now":"2026-03-02T10:00:00+01:00","region":"model",
 "casus":{"ref":"C-1","kind":"mdo","phase":"F3","status":"open",
  "young_person":{"id":"yp","born":"2012-01-05","lacks_capacity":false,"school":"school-a"},
  "authority":[{"id":"g1"},{"id":"g2"}],"authority_conflict":false,
  "members":[
   {"id":"u1","role":"professional","organisation":"school-a","sector":"education","party":true,"involved":true},
   {"id":"u2","role":"professional","organisation":"zorg-x","sector":"youth_care","party":true,"involved":true}]},
 "candidate":{"id":"u7","role":"professional","organisation":"ggd","sector":"youth_health","function":"arts","task":"jgz","account":"active",
  "accession":{"signed_at":"2025-09-01","announced_at":"2025-09-15"},"involved":true},
 "requested_by":"u1","agreements":[
  {"giver":"yp","decision":"given","covers":["ggd"],"given_at":"2026-02-01T10:00:00+01:00","withdrawn_at":null},
  {"giver":"g1","decision":"given","covers":["ggd"],"given_at":"2026-02-01T10:00:00+01:00","withdrawn_at":null}]}`

const baseRetain = `{"schema":"retain/v1","now":"2026-06-01T03:00:00+02:00","region":"model",
 "casus":{"ref":"C-1","kind":"mdo","status":"closed","opened_at":"2025-11-03T09:00:00+01:00","last_activity_at":"2026-04-01T09:00:00+02:00",
  "closed_at":"2026-05-20T12:00:00+02:00","extended_until":null,"archived_at":null,"erasure_announced_at":null,
  "handovers":[{"organisation":"school-a","confirmed_at":"2026-05-21T09:00:00+02:00"}],
  "holds":[{"id":"h1","placed_at":"2026-05-21T09:00:00+02:00","released_at":"2026-05-22T09:00:00+02:00"}],"erasure_requested_at":null}}`
