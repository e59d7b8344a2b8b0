package story

import (
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/browsertest"
)

// kinds are the documents that are read, and how one sees that the first page of
// them is there.
var kinds = []struct {
	name string
	data func(testing.TB) []byte
	seen string
}{
	{"verslag.docx", aDocx, textSeen},
	{"verslag.odt", anODT, textSeen},
	{"verslag.pdf", aPDF, pictureSeen},
	{"scan.png", aPicture, pictureSeen},
}

// A frame without scripts is its own world: that it has loaded is seen from
// outside by what the browser fetched.
const textSeen = `() => !!document.querySelector("iframe[sandbox]") && performance.getEntriesByType("resource").some((e) => e.name.includes("/blad/1") && e.responseEnd > 0)`
const pictureSeen = `() => { const i = document.querySelector("main img"); return !!i && i.complete && i.naturalWidth > 500 }`

// bringIn has Daan bring in a file by the chat and say that it is about health.
func bringIn(daan *person, name string, data []byte) {
	daan.t.Helper()
	daan.upload(name, data)
	daan.enter("convenantbot")
	daan.press("Zeg wat erin staat", name)
	daan.fill(values{"kinds": {"health"}})
	daan.enter("casus-")
}

// openFor has a member press the newest card and follow the link, in a browser of
// theirs.
func openFor(w *person, b *browsertest.Browser, width, height int) (p *browsertest.Page, link string) {
	w.t.Helper()
	w.press("Open in de kluis", "Er ligt een document in de kluis")
	link = w.link("/kluis/")
	p = b.Open(link, width, height)
	p.Sees("h1", "Klaar om te openen")
	return p, link
}

// mark is the reader's name all over the page: faint, so that the document is read
// and not the mark. The name also stands above the document, well to be read.
const mark = ".mark"

// reading is somebody with a document open.
type reading struct {
	*browsertest.Page
	who, link, name string
}

func TestTwoPeopleReadWhatTheChatNeverHad(t *testing.T) {
	bot := start(t, "--vault")
	first := browsertest.Start(t)
	second := first.Another()
	sanne, daan, joke := bot.as(first, "sanne", "Sanne"), bot.as(first, "daan", "Daan"), bot.as(second, "joke", "Joke")
	fatima := bot.as(second.Another(), "fatima", "Fatima")
	begin(sanne, today(t, -13, 0, -20), daan, joke, fatima)
	agreed(daan, "school-de-linde", "ggd-waterrijk", "wijkteam-waterrijk")

	var open []reading
	for i, k := range kinds {
		bringIn(daan, k.name, k.data(t))
		for _, w := range []*person{sanne, joke} {
			w.Front()
			w.Until("a card for each document", `(n) => [...document.querySelectorAll("#berichten .msg")].filter((m) => m.innerText.includes("Er ligt een document in de kluis")).length === n`, i+1)
			p, link := openFor(w, w.b, 1100, 900)
			if i == 0 && w == sanne {
				p.Axe("the page before a document")
				p.Shoot("kluis-klaar")
			}
			began := time.Now()
			p.Follow("form button", "Open het document")
			p.Until("the first page", k.seen)
			t.Logf("%s: the first page of it is there after %s", k.name, time.Since(began).Round(time.Millisecond))
			name := map[*person]string{sanne: "Sanne de Wit", joke: "Joke Vermeer"}[w]
			p.Sees(".mark span", name)
			if p.Is(`() => !!document.querySelector("a[href*=bestand]")`) {
				t.Errorf("%s: a download is offered, which nobody allowed", k.name)
			}
			if got := p.MustEval(`async () => (await fetch("bestand")).status`).Int(); got != 403 {
				t.Errorf("%s: taking the bytes along: %d, want a no", k.name, got)
			}
			if k.seen == textSeen && w == sanne {
				// What stands in the frame is a page of its own, in which nothing runs;
				// axe-core neither.
				sheet := w.b.Open(strings.TrimSuffix(p.MustInfo().URL, "/")+"/blad/1", 800, 900)
				sheet.Sees("body", sentence)
				if got := sheet.MustEval(`() => getComputedStyle(document.body).maxWidth`).Str(); got == "none" {
					t.Errorf("%s: the style of the text does not count", k.name)
				}
				sheet.Calm()
				sheet.MustClose()
			}
			p.Axe("the page with "+k.name, mark)
			p.Glance("kluis-" + strings.ReplaceAll(k.name, ".", "-"))
			p.Calm("/bestand")
			open = append(open, reading{p, w.id, link, k.name})
		}
	}

	// Somebody leaves while they read: it closes for them, and for nobody else.
	leaving, _ := openFor(fatima, fatima.b, 390, 844)
	leaving.Follow("form button", "Open het document")
	leaving.Until("the first page", pictureSeen)
	leaving.Fits("the vault on a phone")
	leaving.Axe("the vault on a phone", mark)
	leaving.Glance("kluis-telefoon")
	fatima.TapAway("a.head-btn", "leden")
	fatima.Tap(".people button[data-remove=fatima]", "")
	leaving.Until("who left reads no more", `() => document.body.innerText.includes("voor jou bedoeld") && !document.querySelector("img, iframe, .mark")`)
	leaving.Calm("leeft")
	for _, r := range open {
		if !r.Is(`() => !!document.querySelector("main.document")`) {
			t.Errorf("%s closed for %s when somebody else left", r.name, r.who)
		}
	}

	// The link of somebody who read opens nothing in another browser.
	thief := first.Another().Open(open[0].link, 1100, 900)
	thief.Sees("#said", "al gebruikt")
	thief.Axe("a link that was used")
	thief.Shoot("kluis-gebruikt")
	thief.Go(open[0].MustInfo().URL)
	if strings.Contains(thief.Text(), "Sanne") || thief.Is(`() => !!document.querySelector("img, iframe")`) {
		t.Errorf("the address of an open page shows another browser %q", thief.Text())
	}
	thief.Calm("answer 403", "status of 403")

	// A yes is taken back: every page closes in front of its reader.
	daan.say("/casus intrekken")
	daan.Until("a form", `() => document.querySelector("#dialog").open`)
	daan.fill(values{"consent": {daan.MustEval(`() => [...document.querySelectorAll("#dialog [data-field=consent] :is(option, input)")].map((o) => o.value).filter(Boolean)[0]`).Str()}})
	for _, r := range open {
		r.Front()
		r.Until(r.who+" reads "+r.name+" no more", `() => document.body.innerText.includes("er niet meer") && !document.querySelector("img, iframe, .mark")`)
		r.Calm("leeft", "/bestand")
	}
	open[0].Axe("a document that closed")
	open[0].Shoot("kluis-dicht")

	// And the browser itself kept nothing to show: it asks anew, and hears no.
	last := open[0]
	last.Go(bot.url)
	last.Back()
	last.Until("the page says no", `() => document.readyState === "complete" && location.href.includes("/kluis/") && document.body.innerText.trim() !== ""`)
	if text := last.Text(); strings.Contains(text, sentence[:20]) || last.Is(`() => !!document.querySelector("img, iframe")`) {
		t.Errorf("the button back shows %q", text)
	}
	if got := first.Outside(); len(got) > 0 {
		t.Errorf("asked of other machines: %q", got)
	}
}
