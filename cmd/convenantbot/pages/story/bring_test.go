package story

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/input"

	"github.com/convenantbot/convenantbot/internal/browsertest"
)

// give puts a file of so many bytes into the page's field, as choosing it does.
// It is made in the page; nothing of that size is on disk.
func give(p *browsertest.Page, name string, size int) {
	p.MustEval(`(name, size) => {
		const list = new DataTransfer(), field = document.getElementById("file");
		list.items.add(new File([new Uint8Array(size).fill(65)], name));
		field.files = list.files;
		field.dispatchEvent(new Event("change", { bubbles: true }));
	}`, name, size)
}

func TestAFileIsBroughtInPastTheChatOverALineThatBreaks(t *testing.T) {
	bot := start(t, "--vault")
	b := browsertest.Start(t)
	sanne, daan := bot.as(b, "sanne", "Sanne"), bot.as(b, "daan", "Daan")
	begin(sanne, today(t, -13, 0, -20), daan)

	// link has Daan ask for the page that brings in a file.
	link := func() string {
		daan.say("/casus kluis")
		daan.press("Breng een bestand in", "kluis")
		return daan.link("/breng/")
	}
	at := link()
	wire := mustLine(t, at)
	p := b.Open(wire.by(at), 1100, 900)
	p.Axe("the page before bringing in")
	p.Shoot("breng-klaar")

	// With the keyboard alone: to the button, to the field, to the other button.
	p.Press(input.Tab)
	if got := p.Focused(); got != "button Kies een bestand" {
		t.Errorf("the first thing that the keyboard reaches is %q", got)
	}
	p.PressAway(input.Enter)
	p.Sees("h1", "Breng een bestand in")
	p.Axe("the page to bring in")
	p.Shoot("breng")
	p.Press(input.Tab)
	if got := p.Focused(); !strings.HasPrefix(got, "input#file") {
		t.Errorf("then the keyboard reaches %q", got)
	}
	p.FocusShows("the field")

	// What cannot be is said before anything is sent.
	before := p.Sends()
	give(p, "groot.pdf", 100<<20+1)
	p.Sees("#said", "te groot")
	p.Press(input.Tab)
	if got := p.Focused(); got != "button Breng in" {
		t.Errorf("then the keyboard reaches %q", got)
	}
	p.Press(input.Enter)
	p.Sees("#said", "te groot")
	p.Axe("a file that is too large")
	p.Shoot("breng-te-groot")
	give(p, "leeg.pdf", 0)
	p.Sees("#said", "leeg")
	give(p, "rooster.xlsx", 10)
	p.Sees("#said", "downloaden")
	if now := p.Sends(); now != before {
		t.Errorf("%d requests were made for files that cannot be", now-before)
	}

	// Eleven megabytes in parts of four; the line breaks in the second one.
	const size = 11 << 20
	file := filepath.Join(t.TempDir(), "Verslag van Kwetternaam.txt")
	if err := os.WriteFile(file, bytes.Repeat([]byte("regel een\n"), size/10), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Attach("#file", file)
	p.Sees("#said", "")
	wire.cut(6 << 20)
	p.MustEval(`() => document.querySelector("form button").focus()`)
	p.Press(input.Enter)
	p.Sees("#said", "verbinding viel weg")
	p.Until("the bar shows the part that is there", `() => { const b = document.querySelector("progress"); return !b.hidden && b.value > 30 && b.value < 60 }`)
	p.Axe("a line that broke")
	p.Shoot("breng-onderbroken")
	wire.mend()
	p.Sees("#said", "Het versturen is klaar")
	if p.Is(`() => document.querySelector("progress").hidden === false`) {
		t.Error("the bar is still there")
	}
	p.Axe("a file that is there")
	p.Shoot("breng-klaar-na")
	p.Calm("ERR_", "Failed to load") // the line that broke

	// It is one file, whole, and the chat knows it under another name.
	daan.enter("convenantbot")
	daan.press("Zeg wat erin staat", "document.txt")
	daan.fill(values{"kinds": {"ordinary"}})
	if text := daan.Text(); bytes.Contains([]byte(text), []byte("Kwetternaam")) {
		t.Errorf("the chat has the name of the file")
	}

	// The page is over, here and elsewhere.
	again := b.Another().Open(at, 1100, 900)
	again.Sees("#said", "al gebruikt")
	again.Axe("a link to bring in that was used")
	again.Calm("403")
	p.Go(p.MustInfo().URL)
	p.Sees("#said", "al gebruikt")
	p.Calm("403")
}
