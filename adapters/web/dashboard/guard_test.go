package dashboard_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

// Everything here was found by breaking what it guards: nothing noticed.

func TestEachSignThatCouldBeginAFormulaIsQuoted(t *testing.T) {
	s := newSite(t, true)
	s.in = true
	for _, quoted := range []string{"=1", "+1", "-1", "@x", "|x", "%x", "＝1", "＋1", "－1", "＠x", " =1", "\u00a0=1", "\u200b=1", "\ufeff=1", "\tgewoon", "\rgewoon", "\ngewoon"} {
		s.bot.view.Tables = []bot.DashTable{{Code: "status", Columns: []string{"status", "act"}, Rows: []bot.DashRow{{Cells: []bot.DashCell{{Text: quoted}, {Text: quoted, Key: quoted}}}}}}
		r := csv.NewReader(s.do("GET", "/overzicht/fg/school-a/begin/csv/status", nil).Body)
		r.Comma = ';'
		rows, err := r.ReadAll()
		if err != nil || len(rows) != 2 {
			t.Fatalf("%q: %d rows, %v", quoted, len(rows), err)
		}
		if want := "'" + quoted; !slices.Equal(rows[1], []string{want, want, want}) {
			t.Errorf("%q is %q in a file", quoted, rows[1])
		}
	}
}

func TestAFileHasEveryPageOfAListAndSaysWhenThereIsMore(t *testing.T) {
	s := newSite(t, true)
	s.in = true
	one := func(code, text string) bot.DashTable {
		return bot.DashTable{Code: code, Columns: []string{"casus"}, Rows: []bot.DashRow{{Cells: []bot.DashCell{{Text: text}}}}}
	}
	s.bot.view.Tables = []bot.DashTable{one("casussen", "C-1"), one("status", "open"), one("plan", "C-1")}
	s.bot.later = []bot.DashTable{one("casussen", "C-2"), one("status", "open"), one("blokkades", "C-3")}
	for pages, want := range map[int]string{
		1:  "1 row, 1 row, 1 row, whole",
		3:  "3 rows, 1 row, 1 row, whole",
		50: "50 rows, 1 row, 1 row, whole",
		51: "50 rows, 1 row, 1 row, cut",
	} {
		s.bot.pages = pages
		var file struct {
			Cut    bool
			Tables []struct{ Rows []any }
		}
		if err := json.Unmarshal(s.do("GET", "/overzicht/fg/school-a/casussen/json", nil).Body.Bytes(), &file); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, table := range file.Tables {
			got = append(got, strings.TrimSuffix(fmt.Sprintf("%d rows", len(table.Rows)), map[bool]string{true: "s"}[len(table.Rows) == 1]))
		}
		got = append(got, map[bool]string{true: "cut", false: "whole"}[file.Cut])
		if strings.Join(got, ", ") != want {
			t.Errorf("of %d pages: %s, want %s", pages, strings.Join(got, ", "), want)
		}
	}
}

func TestATokenIsOfOneSessionAndOfNoneWithoutOne(t *testing.T) {
	s := newSite(t, true)
	s.in = true
	token := s.csrf()
	h := hmac.New(sha256.New, nil)
	h.Write([]byte("forms of the overview"))
	s.in = false
	for name, c := range map[string]struct{ token, cookie string }{
		"another session with this one's token": {token, "ANDERE"},
		"a token that anybody can make":         {base64.RawURLEncoding.EncodeToString(h.Sum(nil)), ""},
	} {
		w := s.do("POST", "/overzicht/fg/school-a/begin/doe/"+bot.DoProposePlan, url.Values{"csrf": {c.token}, "sure": {"yes"}},
			func(r *http.Request) { r.AddCookie(&http.Cookie{Name: s.cookie(), Value: c.cookie}) })
		if w.Code != 403 {
			t.Errorf("%s: %d, want 403", name, w.Code)
		}
	}
	s.in = true
	for size, want := range map[int]int{15 << 10: 303, 17 << 10: 403} {
		form := url.Values{"much": {strings.Repeat("a", size)}, "csrf": {token}, "sure": {"yes"}}
		if w := s.do("POST", "/overzicht/fg/school-a/begin/doe/"+bot.DoProposePlan, form); w.Code != want {
			t.Errorf("a form of %d bytes: %d, want %d", size, w.Code, want)
		}
	}
}

func TestASessionThatIsOverIsTakenOutOfTheBrowser(t *testing.T) {
	s := newSite(t, true)
	gone := func(name string, code int, w *httptest.ResponseRecorder) {
		t.Helper()
		c, err := http.ParseSetCookie(w.Header().Get("Set-Cookie"))
		if w.Code != code || err != nil || c.Name != s.cookie() || c.Value != "" || c.MaxAge >= 0 {
			t.Errorf("%s: %d, cookie %q", name, w.Code, w.Header().Get("Set-Cookie"))
		}
	}
	gone("a link that does not work", 403, s.do("POST", "/overzicht/in", url.Values{"link": {"ANDERS"}}))
	gone("a link in the address alone", 403, s.do("POST", "/overzicht/in?link="+goodLink, url.Values{}))
	gone("a session that is over", 401, s.do("GET", "/overzicht/fg/school-a/begin", nil))
	s.in = true
	gone("signed out", 200, s.do("POST", "/overzicht/uit", url.Values{"csrf": {s.csrf()}}))
}

func TestTheLogIsReadForWhoMayOneAtATime(t *testing.T) {
	s := newSite(t, true)
	s.in = true
	token := url.Values{"csrf": {s.csrf()}}
	s.bot.err = bot.ErrForbidden
	if w := s.do("POST", "/overzicht/fg/school-a/logboek/controle", token); w.Code != 403 {
		t.Errorf("without the right: %d", w.Code)
	}
	s.bot.err = nil
	s.log.begun, s.log.until = make(chan struct{}), make(chan struct{})
	done := make(chan int)
	go func() { done <- s.do("POST", "/overzicht/fg/school-a/logboek/controle", token).Code }()
	<-s.log.begun
	if w := s.do("POST", "/overzicht/fg/school-a/logboek/controle", token); w.Code != 429 || w.Header().Get("Retry-After") == "" {
		t.Errorf("while it is read: %d", w.Code)
	}
	close(s.log.until)
	if code := <-done; code != 200 {
		t.Errorf("the first: %d", code)
	}
	s.log.noProof = bot.ErrNotFound
	if w := s.do("GET", "/overzicht/fg/school-a/logboek/bewijs/7", nil); w.Code != 409 || !strings.Contains(w.Body.String(), "nog geen bewijs") {
		t.Errorf("a proof that is still to come: %d", w.Code)
	}
	s.log.noProof = errors.New("at /var/lib/geheim")
	if w := s.do("GET", "/overzicht/fg/school-a/logboek/bewijs/7", nil); w.Code != 503 || strings.Contains(w.Body.String(), "geheim") {
		t.Errorf("a proof that cannot be made: %d", w.Code)
	}
}

func TestWhatAnAddressAsksIsOnlyWhatThereIs(t *testing.T) {
	s := newSite(t, true)
	s.in = true
	s.do("GET", "/overzicht/", nil)
	if got := s.bot.asked(); !slices.Equal(got, []string{"see begin by itself "}) {
		t.Errorf("the way to the first view is recorded as a look: %q", got)
	}
	s.do("GET", "/overzicht/regie/school-a/begin", nil)
	if s.bot.hat != (bot.Hat{Kind: bot.HatLead}) {
		t.Errorf("who leads is of %+v", s.bot.hat)
	}
	plain := s.do("GET", "/overzicht/fg/school-a/begin", nil).Body.String()
	for done, want := range map[string]bool{bot.DoHold: true, "wissen": false, "title": false, "<b>x": false} {
		body := s.do("GET", "/overzicht/fg/school-a/begin?gedaan="+url.QueryEscape(done), nil).Body.String()
		if (body != plain) != want || strings.Contains(body, `class="goed"`) != want {
			t.Errorf("%q is said to be done: %v, want %v", done, !want, want)
		}
	}
}

func TestWhatIsAskedBeforeAnActNamesWhatItIsAbout(t *testing.T) {
	s := newSite(t, true)
	s.in = true
	s.bot.view.Tables = []bot.DashTable{{Code: "lezingen", Columns: []string{"rule"}, Rows: []bot.DashRow{{Cells: []bot.DashCell{{Text: "Zonder code"}}},
		{Cells: []bot.DashCell{{Text: "Jeugdhulp zwijgt", Key: "M40"}}}, {Cells: []bot.DashCell{{Text: "Leerplicht vertelt", Key: "M20"}}}}}}
	ask := func(object string) string {
		return s.do("GET", "/overzicht/fg/school-a/regels/doe/"+bot.DoAdopt+"?op="+object, nil).Body.String()
	}
	if body := ask("M20"); !strings.Contains(body, "<code>M20</code> Leerplicht vertelt") || strings.Contains(body, "Jeugdhulp") {
		t.Errorf("M20 is %s", body)
	}
	if got := s.bot.asked(); !slices.Equal(got, []string{"see regels by itself "}) {
		t.Errorf("being asked is recorded as a look: %q", got)
	}
	for _, object := range []string{"", "M99"} {
		if body := ask(object); strings.Contains(body, "zwijgt") || strings.Contains(body, "vertelt") || strings.Contains(body, "Zonder code") {
			t.Errorf("%q has words: %s", object, body)
		}
	}
	token := s.csrf()
	s.bot.err = &bot.InvalidError{Field: "on", Reason: "Kies een datum."}
	body := s.do("POST", "/overzicht/fg/school-a/regels/doe/"+bot.DoAdopt, url.Values{"csrf": {token}, "sure": {"yes"}, "op": {"M20"}}).Body.String()
	on, by := strings.Index(body, `name="on"`), strings.Index(body, `name="by"`)
	if on < 0 || by < 0 || !strings.Contains(body[on:], `aria-invalid="true"`) || strings.Count(body, `aria-invalid="true"`) != 1 || on < by {
		t.Errorf("which field is wrong is not with it: %s", body)
	}
}
