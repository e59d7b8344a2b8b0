package card_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ledongthuc/pdf"

	"github.com/convenantbot/convenantbot/adapters/memory"
	"github.com/convenantbot/convenantbot/adapters/web/card"
	"github.com/convenantbot/convenantbot/adapters/web/page"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/bundle"
	"github.com/convenantbot/convenantbot/rules/region"
)

const (
	ib      = bot.UserID("ib")      // intern begeleider of school-a, leads
	lpa     = bot.UserID("lpa")     // leerplichtambtenaar of gemeente
	carer   = bot.UserID("carer")   // jeugdhulpverlener of aanbieder
	officer = bot.UserID("officer") // FG
)

// world is a bot with a room on a chat, and the pages of cards over HTTP.
type world struct {
	t      testing.TB
	clock  *bottest.Clock
	chat   *bottest.Chat
	store  *bottest.MemStore
	bot    *bot.Bot
	server *httptest.Server
	casus  bot.Casus
	log    *logged
	paths  []string
	mu     sync.Mutex
}

// logged keeps everything that is written to the log.
type logged struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

func (l *logged) said() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.String()
}

type noAnswers struct{}

func (noAnswers) Answer(context.Context, bot.Question) (bot.Reply, error) { return bot.Reply{}, nil }

type anyScan struct{}

func (anyScan) Scan(context.Context, string, io.ReaderAt, int64) (bool, bool, error) {
	return false, true, nil
}

// policy is the rules and the regions, which are slow to load and never change.
var policy = sync.OnceValues(func() (*rules.Bundle, map[string]*region.Pack) {
	b, err := rules.Load(bundle.FS)
	if err != nil {
		panic(err)
	}
	packs, err := region.LoadAll(os.DirFS("../../../deploy"), "regions")
	if err != nil {
		panic(err)
	}
	return b, packs
})

// newWorld opens a casus about somebody born on that day, with two parents.
func newWorld(t testing.TB, born string) *world { t.Helper(); return newWorldBehind(t, born) }

// newWorldBehind is newWorld, where these proxies are ours.
func newWorldBehind(t testing.TB, born string, proxies ...netip.Prefix) *world {
	t.Helper()
	w := &world{t: t, clock: bottest.NewClock(), chat: bottest.NewChat(ib, lpa, carer, officer), log: &logged{}}
	w.chat.Now = w.clock.Now
	w.store = bottest.NewMemStore(w.clock.Now)
	b, packs := policy()
	mux := http.NewServeMux()
	w.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.paths = append(w.paths, r.URL.String())
		w.mu.Unlock()
		mux.ServeHTTP(rw, r)
	}))
	t.Cleanup(w.server.Close)
	ids := 0
	var idLock sync.Mutex
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.bot = bot.New(bot.Needs{Store: w.store, Platforms: []bot.Platform{w.chat}, Judge: judge.New(b, packs), Answers: noAnswers{}, Scan: anyScan{},
		Region: packs["model"], Now: w.clock.Now, Pages: w.server.URL, TryLimits: memory.New(memory.Options{Now: w.clock.Now}), Log: log,
		NewID: func() string { idLock.Lock(); defer idLock.Unlock(); ids++; return fmt.Sprintf("id%06d", ids) }})
	w.chat.Connect(w.bot)
	site, err := page.NewSite(w.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/", site.Guard(card.Handler(card.Options{Site: site, Service: w.bot, Key: []byte("key"), Floor: 50 * time.Millisecond, Now: time.Now, Log: log,
		Proxies: proxies})))
	if err := w.bot.LoadRegister(t.Context(), register()); err != nil {
		t.Fatal(err)
	}
	w.command(ib, "common", "nieuw")
	w.send(ib, map[string][]string{"kind": {"mdo"}, "purpose": {"Samen een plan maken"}, "born": {born}, "school": {"school-a"},
		"members": {string(lpa), string(carer)}, "holder1": {"moeder"}, "holder2": {"vader"}, "checked": {"register"},
		"agreed": {"g1", "g2", "yp"}, "agreed_on": {"2026-02-20"}, "agreed_how": {"conversation"}, "invited": {"ja"}})
	w.view(func(tx bot.Tx) error {
		refs, err := tx.CasusRefs("", 0)
		if err != nil || len(refs) != 1 {
			return errors.Join(err, fmt.Errorf("%d casussen", len(refs)))
		}
		w.casus, err = tx.Casus(refs[0])
		return err
	})
	w.command(ib, w.casus.Room, "fase F3")
	return w
}

func register() bot.Register {
	at := time.Date(2025, 9, 15, 0, 0, 0, 0, time.UTC)
	var r bot.Register
	for _, id := range []bot.OrgID{"school-a", "gemeente", "aanbieder"} {
		r.Organisations = append(r.Organisations, bot.Organisation{ID: id, Name: "Organisatie " + string(id), SignedAt: "2025-09-01", AnnouncedAt: "2025-09-15", DPO: "p-officer", Appointee: "p-officer"})
	}
	add := func(user bot.UserID, org bot.OrgID, sector bot.Sector, function string) {
		p := bot.Person{ID: bot.PersonID("p-" + user), Accounts: []bot.Account{{Platform: bottest.ChatName, User: user}}}
		if org != "" {
			p.Appointments = []bot.Appointment{{ID: "a-" + string(user), Organisation: org, Sector: sector, Function: function, Task: "taak", ConfirmedBy: "hr", ConfirmedAt: at}}
		}
		r.People = append(r.People, p)
	}
	add(ib, "school-a", bot.Education, "intern begeleider")
	add(lpa, "gemeente", bot.Attendance, "leerplichtambtenaar")
	add(carer, "aanbieder", bot.YouthCare, "jeugdhulpverlener")
	add(officer, "", "", "")
	return r
}

func (w *world) settle() {
	w.t.Helper()
	for range 5000 {
		did, err := w.bot.Step(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if !did {
			return
		}
	}
	w.t.Fatal("the work never ends")
}

func (w *world) command(user bot.UserID, room bot.ChannelID, line string) {
	w.t.Helper()
	if err := w.chat.Person(user).Command(room, "casus", line); err != nil {
		w.t.Fatal(err)
	}
	w.settle()
}

func (w *world) send(user bot.UserID, values map[string][]string) bot.FormAnswer {
	w.t.Helper()
	a, err := w.chat.Person(user).Send(values)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(a.Errors) > 0 {
		w.t.Fatalf("the form: %v", a.Errors)
	}
	w.settle()
	return a
}

func (w *world) view(f func(tx bot.Tx) error) {
	w.t.Helper()
	if err := w.store.View(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

// change changes the casus as a person at the desk would have.
func (w *world) change(f func(c *bot.Casus)) {
	w.t.Helper()
	if err := w.store.Update(w.t.Context(), func(tx bot.Tx) error {
		c, err := tx.Casus(w.casus.Ref)
		if err != nil {
			return err
		}
		f(&c)
		_, err = tx.SaveCasus(c)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
}

// later moves the clock.
func (w *world) later(d time.Duration) {
	w.t.Helper()
	w.clock.Advance(d)
	w.settle()
}

func (w *world) told(user bot.UserID) string {
	w.t.Helper()
	seen, err := w.chat.Person(user).SeeDirect()
	if err != nil {
		w.t.Fatal(err)
	}
	var all []string
	for _, s := range seen {
		all = append(all, s.Text)
	}
	return strings.Join(all, "\n---\n")
}

// files are what a person can open in the room: the names of files, and what
// lies in the vault.
func (w *world) files(user bot.UserID) (names []string) {
	w.t.Helper()
	seen, err := w.chat.Person(user).See(w.casus.Room)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range seen {
		for _, f := range s.Files {
			names = append(names, f.Name)
		}
		if slices.Contains(s.Labels, "Open in de kluis") {
			names = append(names, "kluis")
		}
	}
	return names
}

// share has the carer bring in a file about health.
func (w *world) share(name string) {
	w.t.Helper()
	_ = w.chat.Person(carer).Upload(w.casus.Room, name, []byte("inhoud van "+name))
	w.settle()
	seen, err := w.chat.Person(carer).SeeDirect()
	if err != nil {
		w.t.Fatal(err)
	}
	for i := len(seen) - 1; i >= 0; i-- {
		for _, l := range seen[i].Labels {
			if l == "Zeg wat erin staat" {
				if err := w.chat.Person(carer).Press(seen[i].ID, l); err != nil {
					w.t.Fatal(err)
				}
				w.settle()
				w.send(carer, map[string][]string{"kinds": {"health"}, "text": {"Zie bijlage"}})
				return
			}
		}
	}
	w.t.Fatal("no button to say what is in the file")
}

// entries counts what the log has of an act.
func (w *world) entries(act bot.Act) (n int) {
	w.t.Helper()
	w.view(func(tx bot.Tx) error {
		all, err := tx.Entries(w.casus.Ref, 0, 0)
		for _, e := range all {
			if e.Act == act {
				n++
			}
		}
		return err
	})
	return n
}

var (
	pinTold  = regexp.MustCompile(`pincode: ([0-9]{6})`)
	codeTold = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}`)
)

// paper is a card as it is handed over: the code on it, and the PIN that is said.
type paper struct{ code, pin string }

// make has who leads make a card for somebody.
func (w *world) make(who string) paper {
	w.t.Helper()
	w.command(ib, w.casus.Room, "kaart")
	a := w.send(ib, map[string][]string{"what": {"make"}, "who": {who}, "seen": {"document"}})
	pin := pinTold.FindStringSubmatch(a.Text)
	if pin == nil {
		w.t.Fatalf("no PIN in %q", a.Text)
	}
	seen, err := w.chat.Person(ib).SeeDirect()
	if err != nil {
		w.t.Fatal(err)
	}
	for i := len(seen) - 1; i >= 0; i-- {
		for _, f := range seen[i].Files {
			if !strings.HasPrefix(f.Name, "kaart-") {
				continue
			}
			r, err := pdf.NewReader(bytes.NewReader(f.Data), int64(len(f.Data)))
			if err != nil {
				w.t.Fatal(err)
			}
			said, err := r.Page(1).GetPlainText(nil)
			if err != nil {
				w.t.Fatal(err)
			}
			code := codeTold.FindString(strings.Join(strings.Fields(said), ""))
			if code == "" || strings.Contains(said, pin[1]) {
				w.t.Fatalf("on the paper: %q", said)
			}
			return paper{code, pin[1]}
		}
	}
	w.t.Fatal("no card came")
	return paper{}
}

// reader is a browser.
type reader struct {
	w *world
	*http.Client
	csrf string
	page string // what it shows
	code int
}

func (w *world) browser() *reader {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &reader{w: w, Client: &http.Client{Jar: jar, Timeout: time.Minute}}
}

var csrfOn = regexp.MustCompile(`name="csrf" value="([^"]*)"`)

func (r *reader) took(resp *http.Response, err error) string {
	r.w.t.Helper()
	if err != nil {
		r.w.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		r.w.t.Fatal(err)
	}
	r.page, r.code = string(data), resp.StatusCode
	if m := csrfOn.FindStringSubmatch(r.page); m != nil {
		r.csrf = m[1]
	}
	for header, want := range map[string]string{"Cache-Control": "no-store, private", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff"} {
		if got := resp.Header.Get(header); got != want {
			r.w.t.Errorf("%s: %s = %q, want %q", resp.Request.URL.Path, header, got, want)
		}
	}
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "script") || strings.Contains(csp, "unsafe") {
		r.w.t.Errorf("%s: policy %q", resp.Request.URL.Path, csp)
	}
	r.w.settle()
	return r.page
}

func (r *reader) get(path string) string {
	r.w.t.Helper()
	return r.took(r.Get(r.w.server.URL + path))
}

// post sends a form with the page's own token.
func (r *reader) post(path string, pairs ...string) string {
	r.w.t.Helper()
	f := url.Values{"csrf": {r.csrf}}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return r.took(r.PostForm(r.w.server.URL+path, f))
}

func (r *reader) open(p paper) string {
	r.w.t.Helper()
	return r.post("/kaart/open", "code", p.code, "pin", p.pin)
}

const ownPIN = "190473"

// started is a card that was made, opened, and given a PIN of its holder's own.
func (w *world) started(who string) (*reader, paper) {
	w.t.Helper()
	p := w.make(who)
	r := w.browser()
	r.open(p)
	r.wants(http.StatusOK, "Kies een eigen pincode")
	r.post("/kaart/pin", "pin", ownPIN, "again", ownPIN)
	r.wants(http.StatusOK, "Uw pincode is bewaard")
	p.pin = ownPIN
	return r, p
}

func (r *reader) wants(code int, parts ...string) {
	r.w.t.Helper()
	if r.code != code {
		r.w.t.Errorf("the page answers %d, want %d", r.code, code)
	}
	for _, p := range parts {
		if !strings.Contains(r.page, p) {
			r.w.t.Errorf("the page has no %q; it is:\n%s", p, r.page)
		}
	}
}

func (r *reader) lacks(parts ...string) {
	r.w.t.Helper()
	for _, p := range parts {
		if strings.Contains(r.page, p) {
			r.w.t.Errorf("the page shows %q", p)
		}
	}
}
