package judge_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot/judge"
)

// decoders are the three decoders with a question that each takes.
var decoders = map[string]struct {
	base   string
	decode func(string) error
}{
	"share":  {baseShare, func(s string) error { _, err := judge.DecodeShare(s); return err }},
	"join":   {baseJoin, func(s string) error { _, err := judge.DecodeJoin(s); return err }},
	"retain": {baseRetain, func(s string) error { _, err := judge.DecodeRetain(s); return err }},
}

func TestABadFieldIsNamed(t *testing.T) {
	for _, c := range []struct {
		name, question string
		patch          patch
		field          string // empty: the question is good
	}{
		{"as it is", "share", patch{"purpose", "plan"}, ""},
		{"an id at the top", "share", patch{"id", "q1"}, ""},
		{"an empty id at the top", "share", patch{"id", ""}, "id"},
		{"an id that is a number", "share", patch{"id", 3}, "id"},
		{"an id of null", "retain", patch{"id", nil}, "id"},
		{"another schema", "share", patch{"schema", "share/v2"}, "schema"},
		{"the schema of another question", "join", patch{"schema", "share/v1"}, "schema"},
		{"a missing schema", "share", patch{"schema", drop}, "schema"},
		{"an unknown field", "share", patch{"extra", 1}, "extra"},
		{"an unknown field deep down", "share", patch{"casus.members[1].name", "x"}, "casus.members[1].name"},
		{"a field in another case", "share", patch{"Purpose", "x"}, "Purpose"},
		{"a missing field", "share", patch{"casus.members[1].sector", drop}, "casus.members[1].sector"},
		{"a missing list", "share", patch{"document.affects", drop}, "document.affects"},
		{"a missing nullable field", "share", patch{"exception", drop}, "exception"},
		{"an unknown sector", "share", patch{"casus.members[1].sector", "jeugdhulp"}, "casus.members[1].sector"},
		{"an unknown kind of data", "share", patch{"document.kinds[0]", "Health"}, "document.kinds[0]"},
		{"an unknown kind of casusoverleg", "retain", patch{"casus.kind", "mdo2"}, "casus.kind"},
		{"an unknown phase", "share", patch{"casus.phase", "F8"}, "casus.phase"},
		{"an unknown status", "join", patch{"casus.status", "paused"}, "casus.status"},
		{"an unknown role", "share", patch{"casus.members[2].role", "police"}, "casus.members[2].role"},
		{"an unknown decision", "share", patch{"consents[0].decision", "yes"}, "consents[0].decision"},
		{"an unknown account", "join", patch{"candidate.account", "blocked"}, "candidate.account"},
		{"a boolean in words", "share", patch{"casus.authority_conflict", "false"}, "casus.authority_conflict"},
		{"a null boolean", "share", patch{"casus.young_person.lacks_capacity", nil}, "casus.young_person.lacks_capacity"},
		{"a list of nothing", "share", patch{"consents", nil}, "consents"},
		{"an object for a list", "share", patch{"agreements", object{}}, "agreements"},
		{"a null in a list", "share", patch{"document.kinds[0]", nil}, "document.kinds[0]"},
		{"an empty purpose", "share", patch{"purpose", ""}, "purpose"},
		{"an empty organisation", "share", patch{"casus.members[0].organisation", ""}, "casus.members[0].organisation"},
		{"an empty ref", "retain", patch{"casus.ref", ""}, "casus.ref"},
		{"an empty school", "share", patch{"casus.young_person.school", ""}, "casus.young_person.school"},
		{"an empty recipient", "share", patch{"consents[0].recipients[0]", ""}, "consents[0].recipients[0]"},
		{"an empty document name", "share", patch{"document.name", ""}, ""},
		{"no school", "share", patch{"casus.young_person.school", nil}, ""},
		{"no birthday", "share", patch{"casus.young_person.born", nil}, ""},
		{"no end", "share", patch{"consents[0].expires_at", nil}, ""},
		{"no task", "join", patch{"candidate.task", nil}, ""},
		{"an empty task", "join", patch{"candidate.task", ""}, ""},
		{"no accession", "join", patch{"candidate.accession", nil}, ""},
		{"no date of signing", "join", patch{"candidate.accession.signed_at", nil}, ""},
		{"no now", "share", patch{"now", nil}, "now"},
		{"no given_at", "share", patch{"consents[1].given_at", nil}, "consents[1].given_at"},
		{"no placed_at", "retain", patch{"casus.holds[0].placed_at", nil}, "casus.holds[0].placed_at"},
		{"no opened_at", "retain", patch{"casus.opened_at", nil}, "casus.opened_at"},
		{"no last_activity_at", "retain", patch{"casus.last_activity_at", nil}, "casus.last_activity_at"},
		{"a hold that lasts", "retain", patch{"casus.holds[0].released_at", nil}, ""},
		{"a hand-over to come", "retain", patch{"casus.handovers[0].confirmed_at", nil}, ""},

		{"a moment without an offset", "share", patch{"now", "2026-03-02T10:00:00"}, "now"},
		{"a moment in UTC", "share", patch{"now", "2026-03-02T10:00:00Z"}, ""},
		{"a moment in fractions", "share", patch{"now", "2026-03-02T10:00:00.123456789+01:00"}, ""},
		{"a fraction of nothing", "share", patch{"now", "2026-03-02T10:00:00.+01:00"}, "now"},
		{"an hour of one digit", "share", patch{"now", "2026-03-02T9:00:00+01:00"}, "now"},
		{"hour 24", "share", patch{"now", "2026-03-02T24:00:00+01:00"}, "now"},
		{"second 60", "share", patch{"now", "2026-03-02T10:00:60+01:00"}, "now"},
		{"an offset without a colon", "share", patch{"now", "2026-03-02T10:00:00+0100"}, "now"},
		{"an offset of 24 hours", "share", patch{"now", "2026-03-02T10:00:00+24:00"}, "now"},
		{"a space for the T", "share", patch{"now", "2026-03-02 10:00:00+01:00"}, "now"},
		{"a date for a moment", "share", patch{"now", "2026-03-02"}, "now"},
		{"the 30th of February", "share", patch{"consents[0].given_at", "2026-02-30T10:00:00+01:00"}, "consents[0].given_at"},
		{"the 29th of February in no leap year", "share", patch{"casus.young_person.born", "2013-02-29"}, "casus.young_person.born"},
		{"the 29th of February in a leap year", "share", patch{"casus.young_person.born", "2012-02-29"}, ""},
		{"the 29th of February 1900", "share", patch{"casus.young_person.born", "1900-02-29"}, "casus.young_person.born"},
		{"month 13", "share", patch{"casus.young_person.born", "2012-13-01"}, "casus.young_person.born"},
		{"a moment for a date", "share", patch{"casus.young_person.born", "2012-01-05T00:00:00Z"}, "casus.young_person.born"},
		{"a date that does not exist", "join", patch{"candidate.accession.announced_at", "2025-06-31"}, "candidate.accession.announced_at"},
		{"born today", "share", patch{"casus.young_person.born", "2026-03-02"}, ""},
		{"born tomorrow", "share", patch{"casus.young_person.born", "2026-03-03"}, "casus.young_person.born"},
		{"born tomorrow, of a candidate's casus", "join", patch{"casus.young_person.born", "2026-03-03"}, "casus.young_person.born"},

		{"a parent with an organisation", "share", patch{"casus.members[2].organisation", "x"}, "casus.members[2].organisation"},
		{"a parent who is involved", "share", patch{"casus.members[2].involved", true}, "casus.members[2].involved"},
		{"a professional without party", "share", patch{"casus.members[0].party", drop}, "casus.members[0].party"},
		{"a candidate who is a parent with a task", "join", patch{"candidate", object{"id": "g1", "role": "parent", "account": "active", "task": nil}}, "candidate.task"},
		{"a candidate who is a parent", "join", patch{"candidate", object{"id": "g1", "role": "parent", "account": "active"}}, ""},
		{"a candidate who is a parent without an account", "join", patch{"candidate", object{"id": "g1", "role": "parent"}}, "candidate.account"},
		{"a professional candidate without accession", "join", patch{"candidate.accession", drop}, "candidate.accession"},
		{"accession without its second date", "join", patch{"candidate.accession.announced_at", drop}, "candidate.accession.announced_at"},

		{"the same member twice", "share", patch{"casus.members[1].id", "u1"}, "casus.members[1].id"},
		{"the same member in another case", "share", patch{"casus.members[0].id", "U2"}, ""},
		{"the same authority twice", "share", patch{"casus.authority[1].id", "g1"}, "casus.authority[1].id"},
		{"a discloser who is not there", "share", patch{"discloser", "u9"}, "discloser"},
		{"who asked is not there", "join", patch{"requested_by", "g1"}, "requested_by"},
		{"about nobody in the casus", "share", patch{"document.affects", []string{"g2", "x"}}, "document.affects[1]"},
		{"about one in authority who is no member", "share", patch{"document.affects", []string{"g2", "yp", "u1"}}, ""},
		{"a giver who is nobody", "share", patch{"consents[0].giver", "x"}, ""},
		{"an unknown exception", "share", patch{"exception", object{"code": "X-ALLES", "reason": "", "approved_by": "", "recipients": []string{}}}, "exception.code"},
		{"an exception with nothing in it", "share", patch{"exception", object{"code": "X-WAMS", "reason": "", "approved_by": "", "recipients": []string{}}}, ""},

		{"closed without a moment", "retain", patch{"casus.closed_at", nil}, "casus.closed_at"},
		{"archived without a moment", "retain", patch{"casus.status", "archived"}, "casus.archived_at"},
		{"open and closed", "retain", patch{"casus.status", "open"}, "casus.closed_at"},
		{"erased, and nothing else is known", "retain", patch{"casus", object{"ref": "C", "kind": "mdo", "status": "erased", "opened_at": "2026-01-01T00:00:00Z", "last_activity_at": "2026-01-01T00:00:00Z",
			"closed_at": nil, "extended_until": nil, "archived_at": nil, "erasure_announced_at": nil, "handovers": []any{}, "holds": []any{}, "erasure_requested_at": nil}}, ""},
	} {
		t.Run(c.question+"/"+c.name, func(t *testing.T) {
			d := decoders[c.question]
			err := d.decode(with(t, d.base, c.patch))
			var field *judge.FieldError
			switch {
			case c.field == "" && err != nil:
				t.Errorf("error = %v, want none", err)
			case c.field != "" && (!errors.As(err, &field) || field.Field != c.field):
				t.Errorf("error = %v, want one at %s", err, c.field)
			}
		})
	}
}

func TestTextThatIsNoJSONIsRefused(t *testing.T) {
	for _, c := range []struct{ name, from, to, field string }{
		{"a field twice", `"purpose":"plan",`, `"purpose":"plan","purpose":"plan",`, "purpose"},
		{"a field twice with an escape", `"purpose":"plan",`, `"purpose":"plan","\u0070urpose":"plan",`, "purpose"},
		{"something after it", `"exception":null}`, `"exception":null} {}`, ""},
		{"a comma too many", `"exception":null}`, `"exception":null,}`, ""},
		{"a comma too many in a list", `"affects":[]`, `"affects":["yp",]`, "document.affects[1]"},
		{"a comment", `"purpose"`, `/* */"purpose"`, ""},
		{"cut short", `"exception":null}`, ``, ""},
		{"a bare word", `"authority_conflict":false`, `"authority_conflict":falsely`, "casus.authority_conflict"},
		{"NaN", `"authority_conflict":false`, `"authority_conflict":NaN`, "casus.authority_conflict"},
		{"half a character", `"purpose":"plan"`, `"purpose":"\ud800"`, "purpose"},
		{"two first halves", `"purpose":"plan"`, `"purpose":"\ud800\ud800"`, "purpose"},
		{"an unknown escape", `"purpose":"plan"`, `"purpose":"\x41"`, "purpose"},
		{"a raw control character", `"purpose":"plan"`, "\"purpose\":\"a\tb\"", "purpose"},
		{"no UTF-8", `"purpose":"plan"`, "\"purpose\":\"\xff\"", "purpose"},
		{"no UTF-8 after an escape", `"purpose":"plan"`, "\"purpose\":\"\\n\xff\"", "purpose"},
		{"a byte order mark", `{"schema"`, "\ufeff{\"schema\"", ""},
		{"a list around it", `{"schema"`, `[{"schema"`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(baseShare, c.from) {
				t.Fatal("the question has no such text")
			}
			_, err := judge.DecodeShare(strings.Replace(baseShare, c.from, c.to, 1))
			var field *judge.FieldError
			if !errors.As(err, &field) || field.Field != c.field {
				t.Errorf("error = %v, want one at %q", err, c.field)
			}
		})
	}
}

func TestEscapesAreRead(t *testing.T) {
	in, err := judge.DecodeShare(strings.Replace(baseShare, `"purpose":"plan"`, `"purpose":"\u00e9\ud83d\ude00\n\"\\\/"`, 1))
	if err != nil || in.Purpose != "é😀\n\"\\/" {
		t.Errorf("purpose = %q, %v", in.Purpose, err)
	}
}

func TestAnIDIsKeptOfABadQuestion(t *testing.T) {
	in, err := judge.DecodeShare(`{"id":"q1","schema":"share/v9"}`)
	if err == nil || in.ID != "q1" {
		t.Errorf("id = %q, error = %v", in.ID, err)
	}
}

// An error must not carry what stood in the field into a log.
func TestAnErrorDoesNotRepeatTheValue(t *testing.T) {
	_, err := judge.DecodeShare(with(t, baseShare, patch{"casus.members[1].sector", "Jan Jansen"}))
	if err == nil || strings.Contains(err.Error(), "Jansen") {
		t.Errorf("error = %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, d := range decoders {
		f.Add(d.base)
		f.Add(d.base[:len(d.base)/2])
	}
	f.Add(`{"id":"\ud83d\ude00","schema":`)
	f.Fuzz(func(t *testing.T, s string) {
		for name, d := range decoders {
			var field *judge.FieldError
			if err := d.decode(s); err != nil && !errors.As(err, &field) {
				t.Errorf("%s: %v is not a field error", name, err)
			}
		}
		// What was taken can be judged, and is answered.
		if in, err := judge.DecodeShare(s); err == nil {
			if _, err := mustJudge(t).Share(t.Context(), in); err != nil && !errors.As(err, new(*judge.FieldError)) {
				t.Errorf("%v for %s", err, s)
			}
		}
	})
}
