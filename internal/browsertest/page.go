package browsertest

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"
)

// Page is one tab, with everything that went wrong in it.
type Page struct {
	*rod.Page
	t             testing.TB
	out           *outside
	width, height int

	mu    sync.Mutex
	wrong []string
	known []string        // what Calm was told to expect
	hosts map[string]bool // host:port that may be asked
	heard string          // the last word of our own on the console
	left  int             // how often the page was left for another
}

// note remembers what went wrong. A browser asks every site for its icon, and that
// there is none is nothing wrong.
func (p *Page) note(format string, args ...any) {
	said := fmt.Sprintf(format, args...)
	if strings.HasSuffix(said, "/favicon.ico") {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wrong = append(p.wrong, said)
}

// watch gathers what goes wrong from now on.
func (p *Page) watch(address string) {
	p.t.Helper()
	p.hosts = map[string]bool{}
	p.May(address)
	go p.EachEvent(
		func(e *proto.RuntimeExceptionThrown) {
			what := e.ExceptionDetails.Text
			if e.ExceptionDetails.Exception != nil {
				what += " " + e.ExceptionDetails.Exception.Description
			}
			p.note("exception: %s %s", what, e.ExceptionDetails.URL)
		},
		func(e *proto.RuntimeConsoleAPICalled) {
			if e.Type == proto.RuntimeConsoleAPICalledTypeDebug && len(e.Args) == 1 {
				p.mu.Lock()
				p.heard = e.Args[0].Value.Str()
				p.mu.Unlock()
			}
			if e.Type == proto.RuntimeConsoleAPICalledTypeError || e.Type == proto.RuntimeConsoleAPICalledTypeWarning {
				var said []string
				for _, a := range e.Args {
					said = append(said, a.Value.String()+a.Description)
				}
				p.note("console: %s", strings.Join(said, " "))
			}
		},
		func(e *proto.LogEntryAdded) {
			if e.Entry.Level == proto.LogLogEntryLevelError {
				p.note("log: %s %s", e.Entry.Text, e.Entry.URL)
			}
		},
		func(e *proto.NetworkRequestWillBeSent) {
			u, err := url.Parse(e.Request.URL)
			p.mu.Lock()
			foreign := err != nil || u.Host != "" && !p.hosts[u.Host]
			p.mu.Unlock()
			if foreign {
				p.note("asks elsewhere: %s", e.Request.URL)
			}
		},
		func(e *proto.NetworkResponseReceived) {
			if e.Response.Status >= 400 {
				p.note("answer %d: %s", e.Response.Status, e.Response.URL)
			}
		},
	)()
}

// May lets the page ask another address of the test's own.
func (p *Page) May(address string) {
	p.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hosts[u.Host] = true
}

// Go goes to an address and waits until it is loaded.
func (p *Page) Go(address string) {
	p.t.Helper()
	if err := p.Navigate(address); err != nil {
		p.t.Fatalf("go to %s: %v", address, err)
	}
	p.Loaded()
}

// Loaded waits until the page that is there is loaded.
func (p *Page) Loaded() {
	p.t.Helper()
	p.Until("the page is loaded", `() => document.readyState === "complete" && location.href !== "about:blank"`)
}

// Resize gives the tab another size, in CSS pixels, and waits until the page has it.
func (p *Page) Resize(width, height int) {
	p.t.Helper()
	p.size(width, height)
	p.soon(`(width) => innerWidth === width`, width)
}

// size tells the browser of another size. The page hears of it later.
func (p *Page) size(width, height int) {
	p.t.Helper()
	p.width, p.height = width, height
	if err := p.SetViewport(&proto.EmulationSetDeviceMetricsOverride{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600}); err != nil {
		p.t.Fatalf("a tab of %d by %d: %v", width, height, err)
	}
}

// Prefers sets what the reader's device prefers, such as "prefers-color-scheme",
// "dark", or "prefers-reduced-motion", "reduce". In pairs; none: nothing.
func (p *Page) Prefers(pairs ...string) {
	p.t.Helper()
	var m proto.EmulationSetEmulatedMedia
	for i := 0; i+1 < len(pairs); i += 2 {
		m.Features = append(m.Features, &proto.EmulationMediaFeature{Name: pairs[i], Value: pairs[i+1]})
	}
	if err := m.Call(p); err != nil {
		p.t.Fatal(err)
	}
}

// Printed shows the page as it is printed; false: on the screen again.
func (p *Page) Printed(yes bool) {
	p.t.Helper()
	m := proto.EmulationSetEmulatedMedia{}
	if yes {
		m.Media = "print"
	}
	if err := m.Call(p); err != nil {
		p.t.Fatal(err)
	}
}

// Until waits until a script says true. A page that is just being left for another
// one answers with an error; it is asked again.
func (p *Page) Until(what, script string, args ...any) {
	p.t.Helper()
	var err error
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var got *proto.RuntimeRemoteObject
		if got, err = p.Timeout(Patience).Eval(script, args...); err == nil && got.Value.Bool() {
			return
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.t.Fatalf("%s never happens: %v; the page shows: %s; it complains: %q", what, err, p.tail(), p.wrong)
}

// Is says what a script says, now. A page that cannot be asked is false.
func (p *Page) Is(script string, args ...any) bool {
	got, err := p.Timeout(Patience).Eval(script, args...)
	return err == nil && got.Value.Bool()
}

// Text is what the page shows.
func (p *Page) Text() string {
	got, err := p.Timeout(Patience).Eval(`() => document.body.innerText`)
	if err != nil {
		return ""
	}
	return got.Value.Str()
}

// tail is the end of what the page shows, for the sentence of a test that fails.
func (p *Page) tail() string {
	text := []rune(strings.Join(strings.Fields(p.Text()), " "))
	return string(text[max(0, len(text)-1500):])
}

// Sees waits until what query finds shows text.
func (p *Page) Sees(query, text string) {
	p.t.Helper()
	p.Until(fmt.Sprintf("%q in %s", text, query), `(query, text) => [...document.querySelectorAll(query)].some(e => e.innerText.includes(text))`, query, text)
}

// Front brings the tab to the front: a browser draws nothing of one behind it, and
// gives it no key and no click.
func (p *Page) Front() {
	p.t.Helper()
	if _, err := p.Timeout(Patience).Activate(); err != nil {
		p.t.Fatalf("bring the tab to the front: %v", err)
	}
}

// where is a script that says where to click on the last thing that a query finds
// with text in it: nothing, while it is not there, cannot be used, or lies under
// something else.
const where = `(query, text) => {
	const e = [...document.querySelectorAll(query)].filter((e) => e.innerText.includes(text) && !e.disabled).at(-1);
	if (!e) return "";
	e.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
	const box = [...e.getClientRects()][0];
	if (!box) return "";
	const x = box.left + box.width / 2, y = box.top + box.height / 2, hit = document.elementFromPoint(x, y);
	return hit && (e.contains(hit) || hit.contains(e)) ? x + " " + y : "";
}`

// Click waits for what query finds, with text in it, and clicks on it with the
// mouse. A form that it sends is not waited for.
func (p *Page) Click(query, text string) {
	p.t.Helper()
	p.Front()
	var at proto.Point
	for end, before := time.Now().Add(Patience), ""; ; time.Sleep(20 * time.Millisecond) {
		got, err := p.Timeout(Patience).Eval(where, query, text)
		if err == nil {
			now := got.Value.Str()
			if now != "" && now == before { // it stands still
				if _, err := fmt.Sscan(now, &at.X, &at.Y); err != nil {
					p.t.Fatal(err)
				}
				break
			}
			before = now
		}
		if time.Now().After(end) {
			p.t.Fatalf("%q in %s cannot be clicked on: %v; the page shows: %s", text, query, err, p.tail())
		}
	}
	mouse := p.Timeout(Patience).Mouse
	err := mouse.MoveTo(at)
	if err == nil {
		err = mouse.Click(proto.InputMouseButtonLeft, 1)
	}
	if err != nil {
		p.t.Fatalf("click on %q in %s: %v", text, query, err)
	}
}

// Follow clicks and waits until another page is there and loaded.
func (p *Page) Follow(query, text string) {
	p.t.Helper()
	p.leaves(func() { p.Click(query, text) })
}

// Tap waits for what query finds, with text in it, and clicks on it by script, in
// one step: for a page that redraws itself while the mouse is on its way. Of
// several it is the last.
func (p *Page) Tap(query, text string) {
	p.t.Helper()
	p.Front()
	p.Until(fmt.Sprintf("%q in %s to tap", text, query), `(query, text) => {
		const e = [...document.querySelectorAll(query)].filter((e) => e.innerText.includes(text) && !e.disabled).at(-1);
		e?.click();
		return !!e;
	}`, query, text)
}

// TapAway is Tap, and waits until another page is there and loaded.
func (p *Page) TapAway(query, text string) {
	p.t.Helper()
	p.leaves(func() { p.Tap(query, text) })
}

// leaves marks the page, does something, and waits for a page without the mark. A
// page that the browser kept to come back to has an older one.
func (p *Page) leaves(act func()) {
	p.t.Helper()
	p.left++
	p.Until("the page takes a mark", `(mark) => { window.stillThere = mark; return true }`, p.left)
	act()
	p.Until("the page is left for another", `(mark) => window.stillThere !== mark && document.readyState === "complete" && location.href !== "about:blank"`, p.left)
}

// Fill puts text into a field in place of what is there, as typing does.
func (p *Page) Fill(query, text string) {
	p.t.Helper()
	p.Front()
	p.Until("a field "+query, `(query) => { const e = document.querySelector(query); if (!e) return false; e.focus(); e.select(); return document.activeElement === e }`, query)
	if err := p.Timeout(Patience).InsertText(text); err != nil {
		p.t.Fatalf("fill %s: %v", query, err)
	}
	p.Until(query+" has the text", `(query, text) => document.querySelector(query).value === text`, query, text)
}

// Attach gives a field for files one of this machine, as choosing it does.
func (p *Page) Attach(query, file string) {
	p.t.Helper()
	p.Front()
	e, err := p.Timeout(Patience).Element(query)
	if err == nil {
		err = e.SetFiles([]string{file})
	}
	if err != nil {
		p.t.Fatalf("attach a file to %s: %v", query, err)
	}
}

// Press presses keys, one after the other.
func (p *Page) Press(keys ...input.Key) {
	p.t.Helper()
	p.Front()
	for _, k := range keys {
		if err := p.Keyboard.Press(k); err != nil {
			p.t.Fatal(err)
		}
		if err := p.Keyboard.Release(k); err != nil {
			p.t.Fatal(err)
		}
	}
}

// PressAway presses a key that leads to another page, and waits for it.
func (p *Page) PressAway(k input.Key) {
	p.t.Helper()
	p.leaves(func() { p.Press(k) })
}

// Back goes back as the button of the browser does, and waits for the page there.
func (p *Page) Back() {
	p.t.Helper()
	p.leaves(func() {
		// A moment later: a page that leaves while it answers answers with an error.
		if _, err := p.Timeout(Patience).Eval(`() => { setTimeout(() => history.back(), 0) }`); err != nil {
			p.t.Fatalf("go back: %v", err)
		}
	})
}

// Focused says what the focus is on: the tag and what it is called.
func (p *Page) Focused() string {
	p.t.Helper()
	got, err := p.Eval(`() => { const e = document.activeElement; return e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + " " + (e.innerText || e.value || "").trim().slice(0, 60) }`)
	if err != nil {
		p.t.Fatal(err)
	}
	return got.Value.Str()
}

// Sends is how many requests the page's scripts have made since it was first asked.
// It is counted in the page itself, before anything is sent: what a browser reports
// of it comes later.
func (p *Page) Sends() int {
	p.t.Helper()
	got, err := p.Timeout(Patience).Eval(`() => {
		if (window.sends === undefined) {
			window.sends = 0;
			const fetched = window.fetch, sent = XMLHttpRequest.prototype.send, beacon = navigator.sendBeacon;
			window.fetch = (...a) => { window.sends++; return fetched(...a) };
			XMLHttpRequest.prototype.send = function (...a) { window.sends++; return sent.apply(this, a) };
			navigator.sendBeacon = function (...a) { window.sends++; return beacon.apply(this, a) };
		}
		return window.sends;
	}`)
	if err != nil {
		p.t.Fatalf("count what is sent: %v", err)
	}
	return got.Value.Int()
}

// told waits until everything that the page's scripts complained of so far has been
// heard: a browser says it in order, so a word of our own is said and waited for.
// What the network reports can still come later.
func (p *Page) told() {
	word := fmt.Sprintf("browsertest-%d", time.Now().UnixNano())
	if _, err := p.Timeout(Patience).Eval(`(word) => console.debug(word)`, word); err != nil {
		return // it is being left, or gone
	}
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		p.mu.Lock()
		heard := p.heard == word
		p.mu.Unlock()
		if heard {
			return
		}
	}
}

// Calm fails the test for everything that went wrong but what contains one of
// expected, and forgets it. What a page was expected to say once it may say later
// too: a browser tells the second half of a refusal when it suits it.
func (p *Page) Calm(expected ...string) {
	p.t.Helper()
	p.told()
	p.mu.Lock()
	wrong := p.wrong
	p.wrong = nil
	p.known = append(p.known, expected...)
	expected = p.known
	p.mu.Unlock()
	p.out.mu.Lock()
	for _, a := range p.out.asked {
		wrong = append(wrong, "asks another machine: "+a)
	}
	p.out.asked = nil
	p.out.mu.Unlock()
next:
	for _, w := range wrong {
		for _, e := range expected {
			if strings.Contains(w, e) {
				continue next
			}
		}
		p.t.Errorf("the browser complains: %s", w)
	}
}

// Fits fails the test when the page is wider than its tab, and stays so.
func (p *Page) Fits(where string) {
	p.t.Helper()
	if !p.soon(`(width) => document.documentElement.scrollWidth <= width`, p.width) {
		got, _ := p.Timeout(Patience).Eval(`() => document.documentElement.scrollWidth`)
		p.t.Errorf("%s: %v pixels wide in a tab of %d", where, got.Value.Int(), p.width)
	}
}

// soon says whether a script says true within a moment. It is for what is wrong at
// once or not at all, and is only a little patient with a page that is still being
// drawn.
func (p *Page) soon(script string, args ...any) bool {
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if p.Is(script, args...) {
			return true
		}
	}
	return p.Is(script, args...)
}

// Shoot keeps a picture of the whole page when SCREENSHOTS names a folder for it.
func (p *Page) Shoot(name string) {
	p.t.Helper()
	p.shoot(name, true)
}

// Glance is Shoot of what one sees without scrolling.
func (p *Page) Glance(name string) {
	p.t.Helper()
	p.shoot(name, false)
}

func (p *Page) shoot(name string, whole bool) {
	p.t.Helper()
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	p.Front()
	picture, err := p.Timeout(Patience).Screenshot(whole, &proto.PageCaptureScreenshot{Format: proto.PageCaptureScreenshotFormatPng})
	at := filepath.Join(dir, name+".png")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(at), 0o755)
	}
	if err == nil {
		err = os.WriteFile(at, picture, 0o644)
	}
	if err != nil {
		p.t.Fatalf("keep a picture of %s: %v", name, err)
	}
}

// FocusShows fails the test when nothing shows where the focus is: no ring stands
// around what has it, nor around its label, nor around what it stands in.
func (p *Page) FocusShows(where string) {
	p.t.Helper()
	if !p.soon(`() => {
		const ringed = (e) => { const s = e && getComputedStyle(e); return !!e && s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 && !/^rgba\(.*, 0\)$/.test(s.outlineColor) };
		const e = document.activeElement;
		return e !== document.body && (ringed(e) || ringed(e.closest("label")) || ringed(e.parentElement));
	}`) {
		p.t.Errorf("%s: nothing shows that the focus is on %s", where, p.Focused())
	}
}
