package vault_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/web/page"
	"github.com/convenantbot/convenantbot/adapters/web/vault"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/render"
)

const canary = "KANARIE"

// fake is a bot with one document. Each link works once; why, when set, closes
// everything.
type fake struct {
	mu       sync.Mutex
	links    map[string]string // link -> session
	sessions map[string]bool
	why      error
	download bool
	data     []byte
	peeks    int
	brought  map[int64][]byte
	name     string
}

func newFake() *fake {
	return &fake{links: map[string]string{"l1": "s1", "b1": "u1"}, sessions: map[string]bool{}, data: []byte(canary), brought: map[int64][]byte{}}
}

func (f *fake) shut(err error) { f.mu.Lock(); f.why = err; f.mu.Unlock() }

var used = &bot.ClosedError{Reason: "link", Text: "deze link is al gebruikt"}

func (f *fake) PeekVault(_ context.Context, link string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.peeks++
	if f.links[link] == "" {
		return used
	}
	return f.why
}

func (f *fake) enter(link string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.links[link]
	delete(f.links, link)
	if s == "" {
		return "", used
	}
	f.sessions[s] = true
	return s, f.why
}

func (f *fake) EnterVault(_ context.Context, link string) (string, bot.Reading, error) {
	s, err := f.enter(link)
	return s, bot.Reading{}, err
}

func (f *fake) ReadVault(_ context.Context, session string) (bot.Reading, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.sessions[session] {
		return bot.Reading{}, used
	}
	return bot.Reading{Name: "document.docx", Size: int64(len(f.data)), Reader: "Ilse <Bakker>", By: "jeugdarts", Purpose: "Een plan", Text: "Zie <b>bijlage</b>", Download: f.download}, f.why
}

// guarded asks again before each part, as the bot does.
type guarded struct {
	*bytes.Reader
	ask func() error
}

func (g guarded) Read(p []byte) (int, error) {
	if err := g.ask(); err != nil {
		return 0, err
	}
	return g.Reader.Read(p[:min(len(p), 256<<10)])
}
func (guarded) Close() error { return nil }

func (f *fake) VaultBytes(ctx context.Context, session string) (io.ReadSeekCloser, bot.Reading, error) {
	r, err := f.ReadVault(ctx, session)
	return guarded{bytes.NewReader(f.data), func() error { _, err := f.ReadVault(ctx, session); return err }}, r, err
}

func (f *fake) TakeFromVault(ctx context.Context, session string) (io.ReadSeekCloser, bot.Reading, error) {
	if !f.download {
		return nil, bot.Reading{}, bot.ErrForbidden
	}
	return f.VaultBytes(ctx, session)
}

func (f *fake) LeaveVault(_ context.Context, session string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.sessions, session)
	return nil
}

func (f *fake) PeekBring(ctx context.Context, link string) error { return f.PeekVault(ctx, link) }
func (f *fake) EnterBring(_ context.Context, link string) (string, bot.Bringing, error) {
	s, err := f.enter(link)
	return s, bot.Bringing{}, err
}
func (f *fake) BringState(ctx context.Context, session string) (bot.Bringing, error) {
	_, err := f.ReadVault(ctx, session)
	in := bot.Bringing{Casus: "C-2026-0001", Purpose: "Een plan"}
	for _, part := range f.brought {
		in.Had += int64(len(part))
	}
	return in, err
}
func (f *fake) BringPartOf(ctx context.Context, session string, at int64, part io.Reader) (bot.Bringing, error) {
	if _, err := f.ReadVault(ctx, session); err != nil {
		return bot.Bringing{}, err
	}
	data, err := io.ReadAll(part)
	if err == nil {
		f.brought[at] = data
	}
	return bot.Bringing{Had: at + int64(len(data))}, err
}
func (f *fake) FinishBring(ctx context.Context, session, name string, size int64) (bot.Answer, error) {
	_, err := f.ReadVault(ctx, session)
	if err == nil {
		f.name = fmt.Sprint(name, " ", size)
	}
	return bot.Answer{Text: "Ik vraag je wat erin staat."}, err
}

// drawer shows a document as text, or as pages.
type drawer struct {
	kind  string
	pages int
	err   error
	hook  func()
}

func (d drawer) Draw(_ context.Context, _ string, r io.Reader, _ int64, n int) (render.Sheet, error) {
	data, err := io.ReadAll(r)
	if err == nil {
		err = d.err
	}
	if d.hook != nil {
		d.hook()
	}
	if n > d.pages {
		err = errors.Join(err, render.Unreadable)
	}
	return render.Sheet{Type: d.kind, Pages: d.pages, Body: append([]byte("<p>"), data...)}, err
}

type browser struct {
	*http.Client
	t    *testing.T
	base string
}

// mustServe serves the pages of f and returns a browser with no cookies yet.
func mustServe(t *testing.T, f *fake, d drawer) func() browser {
	t.Helper()
	mux := http.NewServeMux()
	var site page.Site
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { site.Guard(mux).ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	var err error
	if site, err = page.NewSite(server.URL); err != nil {
		t.Fatal(err)
	}
	(&vault.Pages{Site: site, Service: f, Drawer: d, Log: slog.New(slog.DiscardHandler), Look: 5 * time.Millisecond}).Routes(mux)
	return func() browser {
		jar := &jar{}
		return browser{&http.Client{Jar: jar, Timeout: time.Minute}, t, server.URL}
	}
}

func (b browser) do(method, path string, body io.Reader) (int, string, http.Header, string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	resp, err := b.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		data = append(data, "(broken off)"...)
	}
	return resp.StatusCode, string(data), resp.Header, resp.Request.URL.Path
}

// Every route, for every reader, at every moment: only the browser that followed
// the link gets anything, and only while the bot says so.
func TestOnlyTheBrowserThatFollowedTheLinkReadsAndOnlyWhileItMay(t *testing.T) {
	routes := []struct{ method, path, body string }{
		{"GET", "", ""}, {"GET", "blad/1", ""}, {"GET", "blad/2", ""}, {"GET", "bestand", ""}, {"GET", "leeft", ""},
	}
	moments := []struct {
		name string
		why  error
		want int
	}{
		{"withdrawn", &bot.ClosedError{Reason: "gone", Text: "het document is er niet meer"}, 403},
		{"left", &bot.ClosedError{Reason: "not_member", Text: "niet voor jou"}, 403},
		{"the store is away", bot.ErrUnavailable, 503},
		{"the store is slow", context.DeadlineExceeded, 503},
		{"something inside failed", errors.New("disk full: /secret/path"), 503},
		{"the store is full", fmt.Errorf("/secret/path: %w: %w", bot.ErrFull, bot.ErrUnavailable), 507},
	}
	for _, m := range moments {
		f := newFake()
		f.download = true
		open := mustServe(t, f, drawer{kind: "image/png", pages: 2})
		owner := open()
		code, _, _, at := owner.do("POST", "/kluis/l1", nil)
		if code != 200 {
			t.Fatalf("enter: %d", code)
		}
		for _, route := range routes[:4] {
			if code, body, _, _ := owner.do(route.method, at+route.path, nil); code != 200 || route.path != "" && !strings.Contains(body, canary) {
				t.Errorf("the owner: %s %s = %d %q", route.method, route.path, code, body)
			}
			// Another browser with the same address, and the owner at another one.
			if code, body, _, _ := open().do(route.method, at+route.path, nil); code != 403 || strings.Contains(body, canary) {
				t.Errorf("a stranger: %s %s = %d %q", route.method, route.path, code, body)
			}
			if code, _, _, _ := owner.do(route.method, "/kluis/s/other/"+route.path, nil); code != 403 {
				t.Errorf("another document: %s %s = %d", route.method, route.path, code)
			}
		}
		f.shut(m.why)
		for _, route := range routes {
			code, body, h, _ := owner.do(route.method, at+route.path, nil)
			if code != m.want || strings.Contains(body, canary) || strings.Contains(body, "secret") {
				t.Errorf("%s: %s %s = %d %q, want %d and nothing of it", m.name, route.method, route.path, code, body, m.want)
			}
			if h.Get("Cache-Control") != "no-store, private" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("%s: %s has headers %v", m.name, route.path, h)
			}
		}
	}
}

func TestWhatLooksBehindALinkUsesNothingUp(t *testing.T) {
	f := newFake()
	open := mustServe(t, f, drawer{kind: "text/html", pages: 1})
	for range 3 {
		code, body, h, _ := open().do("GET", "/kluis/l1", nil)
		if code != 200 || strings.Contains(body, canary) || h.Get("Set-Cookie") != "" {
			t.Errorf("GET = %d %q %v", code, body, h)
		}
	}
	if code, _, _, _ := open().do("POST", "/kluis/l1", nil); code != 200 {
		t.Errorf("POST after it = %d", code)
	}
	for _, method := range []string{"GET", "POST"} {
		if code, body, _, _ := open().do(method, "/kluis/l1", nil); code != 403 || !strings.Contains(body, "al gebruikt") {
			t.Errorf("%s of a used link = %d %q", method, code, body)
		}
	}
}

func TestAnotherSitesPageCannotUseALink(t *testing.T) {
	f := newFake()
	b := mustServe(t, f, drawer{})()
	r, err := http.NewRequestWithContext(t.Context(), "POST", b.base+"/kluis/l1", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := b.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 403 || f.links["l1"] == "" {
		t.Errorf("POST = %d, links %v", resp.StatusCode, f.links)
	}
}

func TestTheTextOfADocumentIsShownWhereItCanDoNothing(t *testing.T) {
	f := newFake()
	b := mustServe(t, f, drawer{kind: "text/html", pages: 1})()
	_, body, _, at := b.do("POST", "/kluis/l1", nil)
	for _, part := range []string{`sandbox`, `Ilse &lt;Bakker&gt;`, `Zie &lt;b&gt;bijlage`} {
		if !strings.Contains(body, part) {
			t.Errorf("the page lacks %q:\n%s", part, body)
		}
	}
	if strings.Contains(body, `href="bestand"`) {
		t.Error("the page offers a download that was not allowed")
	}
	code, _, h, _ := b.do("GET", at+"blad/1", nil)
	if csp := h.Get("Content-Security-Policy"); code != 200 || !strings.Contains(csp, "sandbox;") || strings.Contains(csp, "script-src") {
		t.Errorf("the text: %d, policy %q", code, csp)
	}
	if code, body, _, _ := b.do("GET", at+"bestand", nil); code != 403 || strings.Contains(body, canary) {
		t.Errorf("download = %d %q, want a no", code, body)
	}
	if _, body, _, _ := b.do("POST", at+"dicht", nil); !strings.Contains(body, "is dicht") {
		t.Errorf("leaving says %q", body)
	}
	if code, _, _, _ := b.do("GET", at, nil); code != 403 {
		t.Errorf("after leaving: %d", code)
	}
}

func TestAnOpenPageHearsAtOnceThatItCloses(t *testing.T) {
	f := newFake()
	b := mustServe(t, f, drawer{kind: "text/html", pages: 1})()
	_, _, _, at := b.do("POST", "/kluis/l1", nil)
	heard := make(chan string, 1)
	go func() {
		_, body, _, _ := b.do("GET", at+"leeft", nil)
		heard <- body
	}()
	f.shut(&bot.ClosedError{Reason: "rules", Text: "er is geen geldige toestemming meer"})
	if body := <-heard; !strings.Contains(body, "geen geldige toestemming") {
		t.Errorf("the page heard %q", body)
	}
}

func TestWhatWasDrawnWhileTheRightEndedIsNotGivenOut(t *testing.T) {
	f := newFake()
	d := drawer{kind: "image/png", pages: 2, hook: func() { f.shut(&bot.ClosedError{Reason: "gone", Text: "weg"}) }}
	b := mustServe(t, f, d)()
	if code, body, _, _ := b.do("POST", "/kluis/l1", nil); code != 403 || strings.Contains(body, canary) {
		t.Errorf("the page = %d %q", code, body)
	}
}

func TestADocumentThatCannotBeShownSaysSoInPlainWords(t *testing.T) {
	for err, want := range map[error]string{render.NoPDF: "poppler-utils", render.Unreadable: "niet veilig laten zien", render.Busy: "te veel documenten"} {
		b := mustServe(t, newFake(), drawer{kind: "image/png", pages: 1, err: err})()
		if code, body, _, _ := b.do("POST", "/kluis/l1", nil); code < 400 || !strings.Contains(body, want) || strings.Contains(body, canary) {
			t.Errorf("%v: %d %q", err, code, body)
		}
	}
}

func TestAPartOfALargeFileIsGivenAndAClosedOneBreaksOff(t *testing.T) {
	f := newFake()
	f.download, f.data = true, bytes.Repeat([]byte("0123456789"), 6<<20) // more than is ever under way
	b := mustServe(t, f, drawer{kind: "image/png", pages: 1})()
	_, _, _, at := b.do("POST", "/kluis/l1", nil)
	r, err := http.NewRequestWithContext(t.Context(), "GET", b.base+at+"bestand", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Range", "bytes=1000003-1000007")
	resp, err := b.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	part, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || resp.StatusCode != 206 || string(part) != "34567" || !strings.HasPrefix(resp.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("range = %d %q, %v, %v", resp.StatusCode, part, resp.Header, err)
	}
	r.Header.Del("Range")
	if resp, err = b.Do(r); err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadFull(resp.Body, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	f.shut(&bot.ClosedError{Reason: "not_member", Text: "weg"})
	rest, err := io.ReadAll(resp.Body)
	if err == nil {
		t.Errorf("%d bytes came after it closed, as if that were all", len(rest))
	}
}

func TestAFileComesInPartByPart(t *testing.T) {
	f := newFake()
	open := mustServe(t, f, drawer{})
	b := open()
	code, body, _, at := b.do("POST", "/breng/b1", nil)
	if code != 200 || !strings.Contains(body, "C-2026-0001") {
		t.Fatalf("the page = %d %q", code, body)
	}
	if code, _, _, _ := open().do("PUT", at+"deel?vanaf=0", strings.NewReader("x")); code != 403 {
		t.Errorf("a stranger's part = %d", code)
	}
	if code, body, _, _ := b.do("PUT", at+"deel?vanaf=0", strings.NewReader("abc")); code != 200 || !strings.Contains(body, `"had":3`) {
		t.Errorf("part = %d %q", code, body)
	}
	if code, body, _, _ := b.do("GET", at+"stand", nil); code != 200 || !strings.Contains(body, `"had":3`) {
		t.Errorf("state = %d %q", code, body)
	}
	if code, _, _, _ := b.do("PUT", at+"deel?vanaf=0", io.LimitReader(zeros{}, bot.BringPart+1)); code == 200 {
		t.Error("a part that is too large is taken")
	}
	if code, body, _, _ := b.do("POST", at+"klaar", strings.NewReader(`{"name":"a.pdf","size":3}`)); code != 200 || !strings.Contains(body, "Ik vraag je") || f.name != "a.pdf 3" {
		t.Errorf("finish = %d %q, %q", code, body, f.name)
	}
	f.name = ""
	for what, body := range map[string]string{"no JSON": `{"nam`, "a name of 64 KiB": `{"size":3,"name":"` + strings.Repeat("a", 64<<10) + `"}`, "a field of no use": `{"name":"a.pdf","size":3,"to":"all"}`} {
		if code, _, _, _ := b.do("POST", at+"klaar", strings.NewReader(body)); code != 400 || f.name != "" {
			t.Errorf("finish with %s = %d, %d bytes of a name", what, code, len(f.name))
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
