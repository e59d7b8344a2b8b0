package story

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/input"

	"github.com/convenantbot/convenantbot/internal/browsertest"
)

// languages are those of the card, and which way they are written.
var languages = []struct{ code, dir string }{{"nl", "ltr"}, {"en", "ltr"}, {"tr", "ltr"}, {"ar", "rtl"}, {"pl", "ltr"}, {"uk", "ltr"}}

const ownPIN = "190473"

// phone is a card on somebody's phone.
type phone struct {
	*browsertest.Page
	t    testing.TB
	site string
}

// phoneOf opens the address that the picture on the paper holds.
func phoneOf(t testing.TB, b *browsertest.Browser, k paper, width int) *phone {
	t.Helper()
	p := &phone{t: t, site: k.address, Page: b.Open(k.address+"k/"+strings.ReplaceAll(k.code, "-", ""), width, 780)}
	p.Sees("h1", "Open uw kaart")
	return p
}

// unlock types the PIN.
func (p *phone) unlock(pin string) {
	p.t.Helper()
	p.Fill("#pin", pin)
	p.Follow("main form button", "")
}

// own chooses a PIN of one's own.
func (p *phone) own() {
	p.t.Helper()
	p.Fill("#new", ownPIN)
	p.Fill("#again", ownPIN)
	p.Follow("main form button", "")
}

// everywhere holds the page that is there against what must be so in every
// language, and goes back to Dutch. at is where it is found again; blank: it came
// of a form and is held in the language that it is in.
func (p *phone) everywhere(name, at string) {
	p.t.Helper()
	if at == "" {
		p.sound(name, "nl", "ltr")
		return
	}
	for _, l := range languages {
		p.Go(p.site + at + "?taal=" + l.code)
		p.sound(name, l.code, l.dir)
	}
	p.Go(p.site + at + "?taal=nl")
}

// sound is one page in one language: its direction, its width on a narrow phone,
// how large what one touches is, axe-core, and a picture.
func (p *phone) sound(name, lang, dir string) {
	p.t.Helper()
	what := name + " in " + lang
	if got := p.MustEval(`() => document.documentElement.lang + " " + document.documentElement.dir`).Str(); got != lang+" "+dir {
		p.t.Errorf("%s: the page is in %q", what, got)
	}
	// Everything stands on the side on which its language begins.
	if wrong := p.MustEval(`(rtl) => {
		const bad = [];
		const edge = (r) => rtl ? innerWidth - r.right : r.left;
		for (const e of document.querySelectorAll("h1, h2, label:not(.box):not(.sr), legend, main p, dt, dd")) {
			const range = document.createRange();
			range.selectNodeContents(e);
			const text = [...range.getClientRects()].filter((r) => r.width > 0), box = e.getBoundingClientRect();
			if (!text.length || e.closest(".sr")) continue;
			const begins = Math.min(...text.map(edge)), style = getComputedStyle(e);
			if (style.textAlign === "center" || e.querySelector("[lang]") || e.closest("[lang]:not(html)")) continue;
			if (Math.abs(begins - edge(box)) > 40) bad.push(e.tagName + " begins at the wrong side: " + e.innerText.slice(0, 30));
		}
		// A date reads from left to right in every language.
		for (const node of (function* () { const w = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); while (w.nextNode()) yield w.currentNode })()) {
			const at = node.data.search(/\d\d-\d\d-\d{4}/);
			if (at < 0) continue;
			const x = (n) => { const r = document.createRange(); r.setStart(node, at + n); r.setEnd(node, at + n + 1); return r.getBoundingClientRect() };
			if (x(0).top === x(9).top && x(0).left > x(9).left) bad.push("a date stands the wrong way round: " + node.data);
		}
		for (const e of document.querySelectorAll(".box")) {
			const input = e.querySelector("input").getBoundingClientRect();
			if (edge(input) - edge(e.getBoundingClientRect()) > 60) bad.push("a choice stands on the wrong side: " + e.innerText);
		}
		return bad;
	}`, dir == "rtl").Arr(); len(wrong) > 0 {
		p.t.Errorf("%s: %v", what, wrong)
	}
	if small := p.MustEval(`() => [...document.querySelectorAll("a, button, .box, select, textarea, input:not([type=hidden]):not([type=radio])")].filter((e) => !e.matches(".skip")).map((e) => [e, e.getBoundingClientRect()]).filter(([, r]) => r.width > 0 && (r.height < 44 || r.width < 44)).map(([e, r]) => e.tagName + " " + Math.round(r.width) + "×" + Math.round(r.height) + " " + e.innerText.slice(0, 30))`).Arr(); len(small) > 0 {
		p.t.Errorf("%s: too small to touch: %v", what, small)
	}
	p.Fits(what)
	p.Axe(what)
	p.Shoot("kaart-" + lang + "-" + name)
}

func TestAParentDecidesOnAPhone(t *testing.T) {
	bot := start(t, "--vault")
	b := browsertest.Start(t)
	sanne, daan := bot.as(b, "sanne", "Sanne"), bot.as(b, "daan", "Daan")
	begin(sanne, today(t, -13, 0, -20), daan)

	paper := hand(sanne, "g1")
	p := phoneOf(t, b.Another(), paper, 360)
	p.everywhere("open", "k/"+strings.ReplaceAll(paper.code, "-", ""))
	if got := p.MustEval(`() => document.getElementById("code").value`).Str(); got != paper.code {
		t.Errorf("the picture on the paper fills in %q, want %q", got, paper.code)
	}
	p.unlock("999999")
	p.Sees("main", "Dat lukt niet")
	p.everywhere("open-fout", "")
	p.Calm("403")

	// The PIN of the desk opens it once, and then it has one of its own.
	p.Fill("#code", paper.code)
	p.unlock(paper.pin)
	p.Sees("h1", "Kies een eigen pincode")
	p.everywhere("pin", "")
	p.Fill("#new", "123456")
	p.Fill("#again", "123456")
	p.Follow("main form button", "")
	p.Sees("main", "niet makkelijk te raden")
	p.everywhere("pin-fout", "")
	p.Calm("422")
	p.own()
	p.Sees("main", "Uw pincode is bewaard")
	p.sound("kaart-begin", "nl", "ltr")
	p.everywhere("kaart", "")

	// Yes to one and no to another.
	p.Follow("main a", "Jeugdhulp De Brug")
	address := p.MustInfo().URL
	p.everywhere("zeg", strings.Split(strings.TrimPrefix(address, p.site), "?")[0])
	p.MustEval(`() => { for (const i of document.querySelectorAll("input[type=radio][value=given]")) i.closest("label").click() }`)
	p.sound("zeg-ingevuld", "nl", "ltr")
	p.Follow("main form button", "Bewaar mijn antwoord")
	p.Sees("main", "Uw antwoord is bewaard")
	p.everywhere("kaart-na-ja", "")

	// The card with everything on it.
	p.Follow("main a", "bezwaar maken")
	p.everywhere("bezwaar", "bezwaar")
	p.Fill("#text", "Ik wil niet dat de hulpverlener erbij zit.")
	p.Follow("main form button", "Verstuur bezwaar")
	p.Sees("main", "Uw bezwaar is bewaard")
	p.Follow("main a", "vragen over mijn gegevens")
	p.everywhere("verzoek", "verzoek")
	p.MustEval(`() => document.querySelector("main form").noValidate = true`)
	p.Fill("#text", "kort")
	p.Follow("main form button", "Verstuur")
	p.Sees("main", "tien letters")
	p.everywhere("verzoek-fout", "")
	p.Fill("#text", "Ik wil graag zien wat er over mijn kind is bewaard.")
	p.Follow("main form button", "Verstuur")
	p.Sees("main", "Uw vraag is bewaard")
	p.everywhere("kaart-vol", "")
	for _, l := range languages {
		p.Go(p.site + "?taal=" + l.code)
		p.sound("kaart-alles", l.code, l.dir)
	}
	p.Go(p.site + "?taal=nl")

	// A wider phone, the dark, and little motion.
	p.Resize(390, 844)
	p.Prefers("prefers-color-scheme", "dark", "prefers-reduced-motion", "reduce")
	p.sound("kaart-donker", "nl", "ltr")
	if moving := p.MustEval(`() => [...document.querySelectorAll("*")].filter((e) => { const s = getComputedStyle(e); return parseFloat(s.transitionDuration) > 0 || s.animationName !== "none" }).length`).Int(); moving > 0 {
		t.Errorf("%d things move although the reader asked for stillness", moving)
	}
	p.Go(p.site + "?taal=ar")
	p.sound("kaart-donker-ar", "ar", "rtl")
	p.Go(p.site + "?taal=nl")
	p.Prefers()

	// On paper it is what is said, without what one presses.
	p.Printed(true)
	if left := p.MustEval(`() => [...document.querySelectorAll("button, header, .skip, .go")].filter((e) => e.getClientRects().length > 0).map((e) => e.outerHTML.slice(0, 60))`).Arr(); len(left) > 0 {
		t.Errorf("on paper stand %v", left)
	}
	p.Shoot("kaart-geprint")
	p.Printed(false)

	// No script may send anything, wherever it came from.
	stopped := p.MustEval(`async () => {
		const form = document.querySelector("main form"), answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
		return answer === null;
	}`).Bool()
	if !stopped {
		t.Error("a script can send a form of the card: the policy lets it run")
	}
	p.Calm("Content Security Policy", "connect-src", "422", "403")

	// What is taken back.
	p.Follow("main button", "Trek dit ja in")
	p.Sees("main", "Uw antwoord is bewaard")
	p.everywhere("kaart-ingetrokken", "")

	// It is closed, and no button brings it back.
	p.Follow("footer button", "Sluit de kaart")
	p.Sees("main", "De kaart is gesloten")
	p.everywhere("gesloten", "")
	p.Back()
	p.Until("the page that was closed asks for the code", `() => document.readyState === "complete" && (!!document.querySelector("#pin") || document.body.innerText.includes("gesloten"))`)
	if text := p.Text(); strings.Contains(text, purpose) || strings.Contains(text, "Jeugdhulp De Brug") {
		t.Errorf("the button back shows %q", text)
	}
	p.Calm("422", "403")
}

func TestTheKeyboardReachesEverythingOnACard(t *testing.T) {
	bot := start(t, "--vault")
	b := browsertest.Start(t)
	sanne, daan := bot.as(b, "sanne", "Sanne"), bot.as(b, "daan", "Daan")
	begin(sanne, today(t, -17, 0, 0), daan)
	k := hand(sanne, "yp")
	p := phoneOf(t, b.Another(), k, 390)
	// Past the contents by the first link, then the form, then away.
	p.Press(input.Tab)
	p.FocusShows("the link to the contents")
	if got := p.Focused(); !strings.Contains(got, "Naar de inhoud") {
		t.Errorf("the first thing to reach is %q", got)
	}
	p.Press(input.Enter)
	p.reach("#code")
	p.reach("#pin")
	if err := p.InsertText(k.pin); err != nil {
		t.Fatal(err)
	}
	p.PressAway(input.Enter)
	p.reach("#new")
	if err := p.InsertText(ownPIN); err != nil {
		t.Fatal(err)
	}
	p.reach("#again")
	if err := p.InsertText(ownPIN); err != nil {
		t.Fatal(err)
	}
	p.PressAway(input.Enter)
	p.Sees("main", "Uw pincode is bewaard")
	// Sixteen and older: they decide what parents see.
	p.everywhere("jongere", "")
	for _, l := range languages {
		p.Go(p.site + "?taal=" + l.code)
		p.sound("jongere", l.code, l.dir)
	}
	p.Go(p.site + "?taal=nl")
	// Everything that can be touched is reached, and one sees where one is.
	want := p.MustEval(`() => new Set([...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea")].map((e) => e.type === "radio" ? e.name : e)).size`).Int()
	got := map[string]bool{}
	for range want + 2 {
		p.Press(input.Tab)
		if p.Is(`() => document.activeElement === document.body`) {
			continue // past the end, it is on the browser itself
		}
		p.FocusShows("the card")
		got[p.MustEval(`() => { const e = document.activeElement; return e.type === "radio" ? e.name : [...document.querySelectorAll("*")].indexOf(e) + "" }`).Str()] = true
	}
	if len(got) < want {
		t.Errorf("the keyboard reaches %d of %d things", len(got), want)
	}
	p.Calm()
}

// reach presses Tab until the focus is there.
func (p *phone) reach(query string) {
	p.t.Helper()
	for range 20 {
		if p.Is(`(query) => document.activeElement === document.querySelector(query)`, query) {
			p.FocusShows(query)
			return
		}
		p.Press(input.Tab)
	}
	p.t.Fatalf("the keyboard does not reach %s; it is on %s", query, p.Focused())
}

func TestTwoPhonesGuessAtACardAndLearnNothing(t *testing.T) {
	bot := start(t, "--vault")
	b := browsertest.Start(t)
	sanne, daan := bot.as(b, "sanne", "Sanne"), bot.as(b, "daan", "Daan")
	begin(sanne, today(t, -13, 0, -20), daan)
	mother, father := hand(sanne, "g1"), hand(sanne, "g2")
	one := phoneOf(t, b.Another(), mother, 360)
	two := phoneOf(t, b.Another(), father, 390)

	// What is wrong is not told: a code that is not there, and a PIN of another.
	pages := map[string]string{}
	try := func(p *phone, what string, k paper, pin string) {
		t.Helper()
		p.Go(p.site)
		p.Fill("#code", k.code)
		p.unlock(pin)
		pages[what] = p.MustEval(`() => document.documentElement.outerHTML`).Str()
		if p.Is(`() => document.cookie !== ""`) {
			t.Errorf("%s: a script can read a cookie", what)
		}
	}
	try(two, "a code that is not there", paper{code: "7777-7777-7777"}, mother.pin)
	try(two, "the PIN of another", mother, "000000")
	if mother.pin != father.pin {
		try(two, "the father's PIN on the mother's card", mother, father.pin)
	}
	for what, page := range pages {
		if page != pages["a code that is not there"] {
			t.Errorf("%s looks otherwise:\n%s", what, page)
		}
	}
	// The mother's own phone still opens it, and the father's his.
	one.unlock(mother.pin)
	one.own()
	two.Go(two.site)
	two.Fill("#code", father.code)
	two.unlock(father.pin)
	two.own()
	two.Sees("main", "Uw pincode is bewaard")

	// Five wrong ones together, by two phones, and the right one is too late.
	before := strings.Count(sanne.Text(), "fout getypt")
	one.Follow("footer button", "Sluit de kaart")
	two.Follow("footer button", "Sluit de kaart")
	for i := range 5 {
		try(two, fmt.Sprint("guess ", i), mother, fmt.Sprintf("80808%d", i))
	}
	try(one, "the right one, too late", mother, ownPIN)
	if page := pages["the right one, too late"]; strings.Contains(page, purpose) {
		t.Errorf("the card still opens:\n%s", page)
	}
	sanne.Until("who leads is told", `(n) => document.body.innerText.split("fout getypt").length - 1 > n`, before)

	// Then this address has tried too often for the time being.
	busy := false
	for range 12 {
		if busy = strings.Contains(two.Text(), "te vaak geprobeerd"); busy {
			break
		}
		try(two, "over and over", paper{code: "7777-7777-7777"}, "808080")
	}
	if !busy {
		t.Error("one address can try as often as it likes")
	}
	two.everywhere("te-vaak", "")
	one.Calm("403", "429")
	two.Calm("403", "429")
}
