package dashboard_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/web/dashboard"
	"github.com/convenantbot/convenantbot/adapters/web/page"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/audit"
)

// fake is a bot with one link, one session and one casus, that remembers what was
// asked of it. Who may do what is the bot's own and tested there.
type fake struct {
	mu   sync.Mutex
	done []string
	view bot.Dash
	err  error // of the next acts
	hat  bot.Hat

	later []bot.DashTable // of every next page
	pages int             // how many there are; 0: what view says
	used  map[string]bool

	proof bot.Proof   // the last with which somebody came in
	outs  []bot.Ended // by the provider
}

const (
	goodLink = "LINK"
	session  = "SESSIE"
)

var school = bot.Hat{Kind: bot.HatDPO, Organisation: "school-a", Name: "School A"}

func (f *fake) note(what string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done = append(f.done, what)
	return f.err
}

func (f *fake) asked() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := f.done
	f.done = nil
	return all
}

func (f *fake) PeekOverview(_ context.Context, link string) error {
	if link != goodLink {
		return bot.ErrForbidden
	}
	return nil
}

func (f *fake) EnterOverview(_ context.Context, link, old string) (string, error) {
	_ = f.note("enter " + link + " over " + old)
	if link != goodLink {
		return "", bot.ErrForbidden
	}
	return session, nil
}

// EnterOverviewAs knows the FG by her account, once.
func (f *fake) EnterOverviewAs(_ context.Context, p bot.Proof, old string) (string, error) {
	a, once := p.Account, p.Once
	_ = f.note("enter as " + a.Platform + ":" + string(a.User) + " over " + old)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.used[once] {
		return "", bot.ErrConflict
	}
	if f.used == nil {
		f.used = map[string]bool{}
	}
	f.used[once] = true
	if a != (bot.Account{Platform: "oidc", User: "ingrid"}) {
		return "", bot.ErrForbidden
	}
	f.proof = p
	return session, nil
}

// SignOutElsewhere ends nothing; what was asked is remembered, and works once.
func (f *fake) SignOutElsewhere(_ context.Context, once string, ended ...bot.Ended) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.used[once] {
		return bot.ErrConflict
	}
	if f.used == nil {
		f.used = map[string]bool{}
	}
	f.used[once] = true
	f.outs = append(f.outs, ended...)
	return f.err
}

func (f *fake) LeaveOverview(_ context.Context, token string) error { return f.note("leave " + token) }

func (f *fake) Dash(_ context.Context, q bot.DashQuery) (bot.Dash, error) {
	f.mu.Lock()
	f.hat = q.Hat
	f.mu.Unlock()
	switch {
	case q.Token != session:
		return bot.Dash{}, bot.SignedOutError{}
	case q.Hat.Kind != "" && (q.Hat.Kind != school.Kind || q.Hat.Organisation != school.Organisation), q.View == "geheim":
		return bot.Dash{}, bot.ErrForbidden
	}
	if err := f.note("see " + q.View + map[bool]string{true: " by itself"}[q.Poll] + " " + q.As); err != nil {
		return bot.Dash{}, err
	}
	v := f.view
	v.Tables = slices.Clone(v.Tables)
	v.View, v.Hat, v.Hats, v.Views = q.View, school, []bot.Hat{school}, []string{"begin", "logboek"}
	v.Now, v.Ends = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), time.Date(2026, 3, 2, 17, 0, 0, 0, time.UTC)
	if q.After != "" {
		v.Next = ""
		if f.later != nil {
			v.Tables = f.later
		}
	}
	if n, _ := strconv.Atoi(string(q.After)); n+1 < f.pages {
		v.Next = bot.Ref(strconv.Itoa(n + 1))
	}
	return v, nil
}

func (f *fake) act(q bot.DashQuery, what ...string) error {
	if q.Token != session {
		return bot.SignedOutError{}
	}
	return f.note(strings.Join(what, " "))
}

func (f *fake) DashHold(_ context.Context, q bot.DashQuery, ref bot.Ref, reason string) error {
	return f.act(q, "hold", string(ref), reason)
}

func (f *fake) DashRelease(_ context.Context, q bot.DashQuery, ref bot.Ref, hold, reason string) error {
	return f.act(q, "release", string(ref), hold, reason)
}

func (f *fake) DashAgree(_ context.Context, q bot.DashQuery, ref bot.Ref, hold string) error {
	return f.act(q, "agree", string(ref), hold)
}

func (f *fake) DashAdvise(_ context.Context, q bot.DashQuery, ref bot.Ref, file, advice string) error {
	return f.act(q, "advise", string(ref), file, advice)
}

func (f *fake) DashApprove(_ context.Context, q bot.DashQuery, hash string) error {
	return f.act(q, "approve", hash)
}

func (f *fake) DashAdopt(_ context.Context, q bot.DashQuery, rule, by, on string) error {
	return f.act(q, "adopt", rule, by, on)
}

func (f *fake) DashProposePlan(_ context.Context, q bot.DashQuery) (int, error) {
	return 1, f.act(q, "plan")
}

func (f *fake) DashRunPlan(_ context.Context, q bot.DashQuery, id string) (int, error) {
	return 1, f.act(q, "run", id)
}

func (f *fake) DashVerify(_ context.Context, q bot.DashQuery) error { return f.act(q, "verify") }

func (f *fake) DashProof(_ context.Context, q bot.DashQuery, seq int64) error {
	if seq != 7 {
		return bot.ErrForbidden
	}
	return f.act(q, "proof")
}

// ledger is a log that holds, or not.
type ledger struct {
	report  audit.Report
	err     error
	noProof error         // why none is made
	begun   chan struct{} // closed when it is read; nil: nobody waits for that
	until   chan struct{} // it is read until this is closed; nil: at once
}

func (l *ledger) Verify(context.Context, ...string) (audit.Report, error) {
	if l.begun != nil {
		close(l.begun)
		<-l.until
	}
	return l.report, l.err
}

func (l *ledger) Prove(_ context.Context, entry int64) (audit.Proof, error) {
	if entry != 7 {
		return audit.Proof{}, errors.New("of another one")
	}
	if l.noProof != nil {
		return audit.Proof{}, l.noProof
	}
	return audit.Proof{Body: []byte("x")}, nil
}

// site is the pages, behind what stands before every page of ours.
type site struct {
	t   testing.TB
	bot *fake
	log *ledger
	h   http.Handler
	in  bool // the browser shows the session
	tls bool
}

func newSite(t testing.TB, secure bool) *site {
	t.Helper()
	s := &site{t: t, bot: &fake{}, log: &ledger{}, tls: secure}
	base := "http://127.0.0.1:1"
	if secure {
		base = "https://bot.example.org"
	}
	p, err := page.NewSite(base)
	if err != nil {
		t.Fatal(err)
	}
	s.h = p.Guard(dashboard.Handler(dashboard.Options{Service: s.bot, Ledger: s.log, Secure: secure,
		Health: func(context.Context) []dashboard.Finding {
			return []dashboard.Finding{{Text: "het werkt", Level: "good"}}
		}}))
	return s
}

func (s *site) cookie() string {
	if s.tls {
		return "__Host-overzicht"
	}
	return "overzicht"
}

// do sends a request as a browser on our own page does; change may change it.
func (s *site) do(method, path string, form url.Values, change ...func(*http.Request)) *httptest.ResponseRecorder {
	s.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, path, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if s.in {
		r.AddCookie(&http.Cookie{Name: s.cookie(), Value: session})
	}
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	return w
}
