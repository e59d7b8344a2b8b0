package dashboard_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/audit"
)

var csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// csrf is the token of the forms of this session.
func (s *site) csrf() string {
	s.t.Helper()
	m := csrfField.FindStringSubmatch(s.do("GET", "/overzicht/fg/school-a/begin", nil).Body.String())
	if m == nil {
		s.t.Fatal("the page has no form")
	}
	s.bot.asked()
	return m[1]
}

func TestWhoFollowsALinkIsSignedInByAFormOfOurs(t *testing.T) {
	s := newSite(t, true)
	w := s.do("GET", "/overzicht/in/"+goodLink, nil, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") })
	if w.Code != 200 || w.Header().Get("Set-Cookie") != "" || len(s.bot.asked()) != 0 {
		t.Fatalf("a look behind a link: %d, cookie %q", w.Code, w.Header().Get("Set-Cookie"))
	}
	if w := s.do("GET", "/overzicht/in/ANDERS", nil); w.Code != 403 {
		t.Errorf("a link that does not work: %d", w.Code)
	}
	// Another site cannot sign a browser in.
	if w := s.do("POST", "/overzicht/in", url.Values{"link": {goodLink}}, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }); w.Code != 403 || len(s.bot.asked()) != 0 {
		t.Errorf("from another site: %d", w.Code)
	}
	if w := s.do("GET", "/overzicht/in?link="+goodLink, nil); w.Code == 303 || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("by an address alone: %d", w.Code)
	}
	w = s.do("POST", "/overzicht/in", url.Values{"link": {goodLink}}, func(r *http.Request) { r.AddCookie(&http.Cookie{Name: s.cookie(), Value: "GEPLANT"}) })
	if w.Code != 303 || w.Header().Get("Location") != "/overzicht/" {
		t.Fatalf("sign in: %d to %q", w.Code, w.Header().Get("Location"))
	}
	if got, want := w.Header().Get("Set-Cookie"), "__Host-overzicht=SESSIE; Path=/; HttpOnly; Secure; SameSite=Strict"; got != want {
		t.Errorf("cookie %q, want %q", got, want)
	}
	if got := s.bot.asked(); !slices.Equal(got, []string{"enter LINK over GEPLANT"}) {
		t.Errorf("the bot was asked %q", got)
	}
	plain := newSite(t, false).do("POST", "/overzicht/in", url.Values{"link": {goodLink}})
	if got, want := plain.Header().Get("Set-Cookie"), "overzicht=SESSIE; Path=/; HttpOnly; SameSite=Strict"; got != want {
		t.Errorf("without TLS: cookie %q, want %q", got, want)
	}
}

func TestNothingOfTheOverviewIsKeptFramedOrMadeToRunWhatIsNotOurs(t *testing.T) {
	s := newSite(t, true)
	s.in = true
	for _, path := range []string{"/overzicht/", "/overzicht/fg/school-a/begin", "/overzicht/fg/school-a/geheim", "/overzicht/in/x", "/overzicht/stijl.css", "/overzicht/fg/school-a/begin/json", "/overzicht/niets"} {
		h := s.do("GET", path, nil).Header()
		csp := h.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
			t.Errorf("%s: policy %q", path, csp)
		}
		for name, want := range map[string]string{"Cache-Control": "no-store, private", "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Strict-Transport-Security": "max-age=31536000"} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
	body := s.do("GET", "/overzicht/fg/school-a/begin", nil).Body.String()
	for _, never := range []string{" style=", "<style", " onclick", "javascript:", "<script>", "http://", "https://"} {
		if strings.Contains(body, never) {
			t.Errorf("the page has %q", never)
		}
	}
}

// every act, with what the bot is asked.
var allActs = map[string]struct {
	form url.Values
	want string
}{
	bot.DoHold:        {url.Values{"casus": {"C-1"}, "reason": {"een klacht"}}, "hold C-1 een klacht"},
	bot.DoRelease:     {url.Values{"casus": {"C-1"}, "op": {"h"}, "reason": {"klaar ermee"}}, "release C-1 h klaar ermee"},
	bot.DoAgree:       {url.Values{"casus": {"C-1"}, "op": {"h"}}, "agree C-1 h"},
	bot.DoAdvise:      {url.Values{"casus": {"C-1"}, "op": {"f"}, "advice": {"een kleinere kring"}}, "advise C-1 f een kleinere kring"},
	bot.DoApprove:     {url.Values{"op": {"sha256:x"}}, "approve sha256:x"},
	bot.DoAdopt:       {url.Values{"op": {"M40"}, "by": {"stuurgroep"}, "on": {"2026-01-01"}}, "adopt M40 stuurgroep 2026-01-01"},
	bot.DoProposePlan: {url.Values{}, "plan"},
	bot.DoRunPlan:     {url.Values{"op": {"p"}}, "run p"},
}

func TestAnActNeedsASessionATokenOfItsPagesAndThatOneIsSure(t *testing.T) {
	s := newSite(t, true)
	s.in = true
	token := s.csrf()
	for name, a := range allActs {
		path := "/overzicht/fg/school-a/begin/doe/" + name
		full := url.Values{"csrf": {token}, "sure": {"yes"}}
		for k, v := range a.form {
			full[k] = v
		}
		without := func(field, value string) url.Values {
			f := url.Values{}
			for k, v := range full {
				f[k] = v
			}
			if f.Del(field); value != "" {
				f.Set(field, value)
			}
			return f
		}
		for _, c := range []struct {
			why    string
			form   url.Values
			code   int
			change func(*http.Request)
		}{
			{"no token", without("csrf", ""), 403, nil},
			{"the token of another session", without("csrf", strings.Repeat("A", len(token))), 403, nil},
			{"a token cut short", without("csrf", token[:len(token)-1]), 403, nil},
			{"not sure", without("sure", ""), 422, nil},
			{"another site", full, 403, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }},
			{"no session", full, 403, func(r *http.Request) { r.Header.Del("Cookie") }},
			{"the token in the address", without("csrf", ""), 403, func(r *http.Request) { r.URL.RawQuery = "csrf=" + url.QueryEscape(token) }},
		} {
			change := func(*http.Request) {}
			if c.change != nil {
				change = c.change
			}
			if w := s.do("POST", path, c.form, change); w.Code != c.code {
				t.Errorf("%s, %s: %d, want %d", name, c.why, w.Code, c.code)
			}
			if got := s.bot.asked(); len(got) > 0 {
				t.Errorf("%s, %s: the bot was asked %q", name, c.why, got)
			}
		}
		if w := s.do("GET", path+"?"+full.Encode(), nil); w.Code != 200 || slices.Contains(s.bot.asked(), a.want) {
			t.Errorf("%s by an address alone: %d", name, w.Code)
		}
		w := s.do("POST", path, full)
		if w.Code != 303 || w.Header().Get("Location") != "/overzicht/fg/school-a/begin?gedaan="+name {
			t.Errorf("%s: %d to %q", name, w.Code, w.Header().Get("Location"))
		}
		if got := s.bot.asked(); !slices.Equal(got, []string{a.want}) {
			t.Errorf("%s: the bot was asked %q, want %q", name, got, a.want)
		}
	}
	if w := s.do("POST", "/overzicht/fg/school-a/begin/doe/wissen", url.Values{"csrf": {token}, "sure": {"yes"}}); w.Code != 403 || len(s.bot.asked()) > 0 {
		t.Errorf("an act that there is not: %d", w.Code)
	}
	for _, path := range []string{"/overzicht/uit", "/overzicht/fg/school-a/logboek/controle"} {
		if w := s.do("POST", path, url.Values{}); w.Code != 403 || len(s.bot.asked()) > 0 {
			t.Errorf("%s without a token: %d", path, w.Code)
		}
	}
}

func TestWhatIsWrongWithAFormIsSaidBesideWhatWasFilledIn(t *testing.T) {
	s := newSite(t, true)
	s.in = true
	token := s.csrf()
	s.bot.err = &bot.InvalidError{Field: "by", Reason: "Noem het orgaan."}
	w := s.do("POST", "/overzicht/fg/school-a/regels/doe/"+bot.DoAdopt, url.Values{"csrf": {token}, "sure": {"yes"}, "op": {"M40"}, "by": {`"><script>x</script>`}, "on": {"2026-01-01"}})
	body := w.Body.String()
	if w.Code != 422 || !strings.Contains(body, "Noem het orgaan.") || !strings.Contains(body, "2026-01-01") || strings.Contains(body, "<script>x") {
		t.Errorf("%d: %s", w.Code, body)
	}
	s.bot.err = errors.New("the database is on fire at /var/lib/geheim")
	w = s.do("POST", "/overzicht/fg/school-a/regels/doe/"+bot.DoAdopt, url.Values{"csrf": {token}, "sure": {"yes"}})
	if w.Code != 503 || strings.Contains(w.Body.String(), "fire") {
		t.Errorf("a failure: %d: %s", w.Code, w.Body.String())
	}
}

func TestWithoutASessionNothingIsSeen(t *testing.T) {
	s := newSite(t, true)
	for _, path := range []string{"/overzicht/", "/overzicht/fg/school-a/begin", "/overzicht/fg/school-a/begin/json", "/overzicht/fg/school-a/begin/csv/status", "/overzicht/fg/school-a/begin/doe/bewaar?casus=C-1"} {
		if w := s.do("GET", path, nil); w.Code != 401 || strings.Contains(w.Body.String(), "School A") {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	s.in = true
	for _, path := range []string{"/overzicht/fg/gemeente/begin", "/overzicht/beslisser/school-a/begin", "/overzicht/regie/-/begin", "/overzicht/fg/school-a/geheim", "/overzicht/fg/gemeente/begin/json",
		"/overzicht/fg/gemeente/begin/csv/status", "/overzicht/fg/gemeente/begin/doe/bewaar", "/overzicht/fg/school-a/logboek/bewijs/8", "/overzicht/fg/school-a/logboek/bewijs/x", "/overzicht/fg/school-a/begin/csv/niets", "/overzicht/fg/..%2f..%2fetc/begin"} {
		if w := s.do("GET", path, nil); w.Code != 403 {
			t.Errorf("%s: %d, want 403", path, w.Code)
		}
	}
}

func TestAPageThatAsksByItselfHearsOnlyWhatChanged(t *testing.T) {
	s := newSite(t, true)
	s.in = true
	w := s.do("GET", "/overzicht/fg/school-a/begin", nil)
	print := w.Header().Get("ETag")
	s.bot.asked()
	self := func(r *http.Request) { r.Header.Set("X-Kijk", "1"); r.Header.Set("If-None-Match", print) }
	if w := s.do("GET", "/overzicht/fg/school-a/begin", nil, self); w.Code != 304 || w.Body.Len() > 0 {
		t.Errorf("nothing changed: %d", w.Code)
	}
	if got := s.bot.asked(); !slices.Equal(got, []string{"see begin by itself "}) {
		t.Errorf("the bot was asked %q", got)
	}
	s.bot.view.Facts = []bot.DashFact{{Code: "open", N: 3}}
	if w := s.do("GET", "/overzicht/fg/school-a/begin", nil, self); w.Code != 200 || !strings.Contains(w.Body.String(), "<b>3</b>") {
		t.Errorf("something changed: %d", w.Code)
	}
}

// cells is a table with every kind of cell, and what a spreadsheet would run.
func cells() bot.DashTable {
	t := bot.DashTable{Code: "status", Columns: []string{"status", "casussen"}, Chart: bot.ChartBars}
	for _, s := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "＝1", "|calc", "%x", "gewoon", "", `"; =1`, "a\n=1"} {
		t.Rows = append(t.Rows, bot.DashRow{Cells: []bot.DashCell{{Text: s}, {N: 5, Is: bot.CellNumber}}})
	}
	t.Rows = append(t.Rows, bot.DashRow{Cells: []bot.DashCell{{Text: "weinig"}, {Is: bot.CellNumber, Small: true}}})
	return t
}

func TestAFileIsTheSameTableAndRunsNothingInASpreadsheet(t *testing.T) {
	s := newSite(t, true)
	s.in = true
	s.bot.view.Tables = []bot.DashTable{cells()}
	w := s.do("GET", "/overzicht/fg/school-a/begin/csv/status", nil)
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") || w.Header().Get("Content-Disposition") != `attachment; filename="overzicht-begin-status.csv"` {
		t.Fatalf("%d: %v", w.Code, w.Header())
	}
	r := csv.NewReader(w.Body)
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil || len(rows) != 17 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, row := range rows[1:] {
		if row[0] == "" || row[0] == "gewoon" || row[0] == "weinig" {
			continue
		}
		first := strings.TrimLeft(row[0], " \t\r\n\u00a0")
		if strings.ContainsAny(first[:1], "=+-@|%") || strings.HasPrefix(first, "＝") {
			t.Errorf("row %d begins a formula: %q", i, row[0])
		}
	}
	if got := rows[16]; got[1] != "minder dan 5" {
		t.Errorf("a small number is %q", got)
	}
	if got := s.bot.asked(); !slices.Equal(got, []string{"see begin csv"}) {
		t.Errorf("the bot was asked %q", got)
	}

	s.bot.view.Next = "C-2"
	w = s.do("GET", "/overzicht/fg/school-a/begin/json", nil)
	var file struct {
		View   string
		Tables []struct {
			Table string
			Rows  []map[string]any
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &file); err != nil || file.View != "begin" || len(file.Tables) != 1 || len(file.Tables[0].Rows) != 16 {
		t.Fatalf("%v: %s", err, w.Body)
	}
	if got := file.Tables[0].Rows[15]["casussen"]; got != "minder dan 5" {
		t.Errorf("a small number is %v", got)
	}
	if got := s.bot.asked(); !slices.Equal(got, []string{"see begin json", "see begin by itself json"}) {
		t.Errorf("the bot was asked %q", got)
	}
}

// On the page somebody reads words with the code small beside them; in a file the code,
// which never changes, keeps its place and the words come next to it.
func TestACodeHasItsWordsBesideItOnThePageAndInTheFiles(t *testing.T) {
	s := newSite(t, true)
	s.in = true
	s.bot.view.Tables = []bot.DashTable{{Code: "logboek", Columns: []string{"entry", "act", "phase_F1"}, Rows: []bot.DashRow{
		{Cells: []bot.DashCell{{N: 7, Is: bot.CellNumber}, {Text: "Kanaal klaargezet", Key: "room_ready"}, {N: 3, Is: bot.CellNumber}}},
		{Cells: []bot.DashCell{{N: 8, Is: bot.CellNumber}, {Text: "=onbekend", Is: bot.CellCode}, {N: 4, Is: bot.CellNumber}}}}}}
	body := s.do("GET", "/overzicht/fg/school-a/logboek", nil).Body.String()
	for _, want := range []string{`Kanaal klaargezet <code class="sleutel">room_ready</code>`, ">F1 informeren en toestemming vragen</th>"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	got := s.do("GET", "/overzicht/fg/school-a/logboek/csv/logboek", nil).Body.String()
	if want := "Nummer;Wat;Wat, in woorden;F1\n7;room_ready;Kanaal klaargezet;3\n8;'=onbekend;;4\n"; got != want {
		t.Errorf("CSV = %q, want %q", got, want)
	}
	var file struct {
		Tables []struct{ Rows []map[string]any }
	}
	if err := json.Unmarshal(s.do("GET", "/overzicht/fg/school-a/logboek/json", nil).Body.Bytes(), &file); err != nil {
		t.Fatal(err)
	}
	rows := file.Tables[0].Rows
	if rows[0]["act"] != "room_ready" || rows[0]["act_name"] != "Kanaal klaargezet" || rows[1]["act"] != "=onbekend" || len(rows[1]) != 3 {
		t.Errorf("JSON = %v", rows)
	}
}

func TestTheLogIsVerifiedOnAPageThatSaysHowItEnds(t *testing.T) {
	s := newSite(t, true)
	s.in = true
	token := url.Values{"csrf": {s.csrf()}}
	for _, c := range []struct {
		l    ledger
		want string
	}{
		{ledger{report: audit.Report{Entries: 12, Records: 3}}, "Het logboek klopt."},
		{ledger{report: audit.Report{Breaks: []audit.Break{{Kind: audit.Cut, Text: "the tree is cut"}}}}, "klopt NIET"},
		{ledger{report: audit.Report{Breaks: []audit.Break{{Kind: audit.Swapped, Chain: "C-1", Seq: 4, Text: "x"}}}}, "C-1, Regel 4: Hier staat iets anders op deze plaats."},
		{ledger{err: errors.New("at /var/lib/geheim")}, "kon niet worden gelezen"},
	} {
		*s.log = c.l
		w := s.do("POST", "/overzicht/fg/school-a/logboek/controle", token)
		body := w.Body.String()
		if w.Code != 200 || !strings.Contains(body, c.want) || strings.Contains(body, "geheim") || !strings.HasSuffix(strings.TrimSpace(body), "</html>") {
			t.Errorf("%d: %s", w.Code, body)
		}
		if got := s.bot.asked(); !slices.Equal(got, []string{"verify"}) {
			t.Errorf("the bot was asked %q", got)
		}
	}
	w := s.do("GET", "/overzicht/fg/school-a/logboek/bewijs/7", nil)
	if w.Code != 200 || w.Header().Get("Content-Disposition") != `attachment; filename="bewijs-7.json"` || !json.Valid(w.Body.Bytes()) {
		t.Errorf("the proof: %d, %v", w.Code, w.Header())
	}
}

func TestEveryChartIsATableToo(t *testing.T) {
	s := newSite(t, true)
	s.in = true
	day := func(n int) bot.DashCell {
		return bot.DashCell{Text: time.Date(2026, 3, 2+n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), Is: bot.CellDay}
	}
	n := func(n int) bot.DashCell { return bot.DashCell{N: n, Is: bot.CellNumber} }
	s.bot.view.Tables = []bot.DashTable{cells(),
		{Code: "stand", Chart: bot.ChartMatrix, Columns: []string{"kind", "phase_F1", "phase_F2"}, Rows: []bot.DashRow{{Cells: []bot.DashCell{{Text: "mdo"}, n(41), n(0)}}}},
		{Code: "kalender", Chart: bot.ChartCalendar, Columns: []string{"day", "casussen"}, Rows: []bot.DashRow{{Cells: []bot.DashCell{day(0), n(0)}}, {Cells: []bot.DashCell{day(3), n(37)}}}},
		{Code: "stappen", Chart: bot.ChartBars, Columns: []string{"step", "casussen"}},
	}
	body := s.do("GET", "/overzicht/fg/school-a/begin", nil).Body.String()
	if got := strings.Count(body, "<svg"); got != 3 {
		t.Errorf("%d charts, want 3", got)
	}
	for _, want := range []string{`class="getal">41</td>`, `class="getal">37</td>`, "5 mrt 2026: 37", "Er is nu niets te zien", `class="getal">minder dan 5</td>`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}
