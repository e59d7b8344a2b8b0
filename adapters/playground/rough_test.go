package playground_test

import (
	"context"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/proto"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/internal/browsertest"
)

// line gives the page a line of that latency in milliseconds; below zero: none at all.
func (p *page) line(latency float64) {
	p.t.Helper()
	n := proto.NetworkEmulateNetworkConditions{Offline: latency < 0, Latency: max(0, latency), DownloadThroughput: -1, UploadThroughput: -1}
	if latency > 0 {
		n.DownloadThroughput, n.UploadThroughput = 50<<10, 50<<10
	}
	if err := n.Call(p); err != nil {
		p.t.Fatal(err)
	}
}

// Without a line the chat says so, keeps what one types, and catches up by itself.
func TestTheChatSaysThatItIsCutOffAndCatchesUp(t *testing.T) {
	chat, _ := mustScripted(t)
	b := browsertest.Start(t)
	sanne, daan := mustPage(t, b, chat.URL(), 1280, 800), mustPage(t, b.Another(), chat.URL(), 1280, 800)
	sanne.be("Sanne")
	daan.be("Daan")
	sanne.line(-1)
	sanne.say("Dit komt nog niet aan.")
	sanne.Sees("#toasts", "Geen verbinding")
	sanne.Until("what was typed is still there", `() => document.querySelector("#tekst").value === "Dit komt nog niet aan."`)
	sanne.MustEval(`() => { dispatchEvent(new Event("offline")) }`)
	sanne.Sees("#offline", "Geen verbinding")
	sanne.fit("zonder-verbinding")
	daan.say("Intussen praten wij door.")
	daan.Sees("#berichten .msg", "Intussen praten wij door.")
	sanne.line(0)
	sanne.Sees("#berichten .msg", "Intussen praten wij door.")
	sanne.Until("it does not say so any more", `() => document.querySelector("#offline").hidden`)
	sanne.Tap(".composer .send", "")
	daan.Sees("#berichten .msg", "Dit komt nog niet aan.")
	sanne.Calm("ERR_INTERNET_DISCONNECTED", "WebSocket")
	daan.Calm()
}

// On a slow line a message goes once, and what is typed meanwhile stays.
func TestWhatIsTypedWhileAMessageIsOnItsWayStays(t *testing.T) {
	slow := make(chan struct{})
	in := &slowly{slow: slow}
	chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
	mustServe(t, chat, in)
	p := mustPage(t, browsertest.Start(t), chat.URL(), 1280, 800)
	p.be("Sanne")
	room, err := chat.CreateRoom(t.Context(), "casus-2026-0042", "C-2026-0042")
	if err == nil {
		err = chat.Protect(t.Context(), room)
	}
	if err == nil {
		err = chat.AddToRoom(t.Context(), room, "sanne")
	}
	if err != nil {
		t.Fatal(err)
	}
	p.Sees("#sidebar a", "casus-2026-0042")
	p.TapAway("#sidebar a", "casus-2026-0042")
	p.live("/kanaal/")
	p.line(150)
	p.say("Het eerste bericht.")
	p.Until("it shows that it is on its way", `() => document.querySelector(".composer").getAttribute("aria-busy") === "true"`)
	p.Tap(".composer .send", "") // impatient
	p.Fill("#tekst", "Het eerste bericht. En het tweede.")
	close(slow)
	p.Sees("#berichten .msg", "Het eerste bericht.")
	p.Until("what was typed since is still there", `() => document.querySelector("#tekst").value === "En het tweede." && !document.querySelector(".composer").hasAttribute("aria-busy")`)
	if n := p.MustEval(`() => [...document.querySelectorAll("#berichten .msg .body")].filter((m) => m.innerText.includes("Het eerste bericht.")).length`).Int(); n != 1 {
		t.Errorf("it stands there %d times", n)
	}
	p.Calm()
}

// slowly judges a message when it is told to.
type slowly struct {
	bottest.Incoming
	slow chan struct{}
}

func (s *slowly) Posting(ctx context.Context, _ bot.Posting) (bot.Answer, error) {
	select {
	case <-s.slow:
	case <-ctx.Done():
	}
	return bot.Answer{Allow: true}, nil
}

// A page that is loaded anew in the middle of a form has it before it again, as far as
// it was filled in; and once it was sent or put away nothing of it is kept.
func TestAFormIsThereAgainAfterTheTabWasLoadedAnew(t *testing.T) {
	chat, _ := mustScripted(t)
	p := mustPage(t, browsertest.Start(t), chat.URL(), 1280, 800)
	p.be("Sanne")
	p.say("/casus nieuw")
	p.form()
	p.Fill("#f-purpose", "Samen een plan maken.")
	p.Tap("[data-field=who] label", "Joke")
	p.Tap("[data-field=kind] label", "Zorg Advies Team")
	p.Tap("[data-field=checked] label", "Gezag")
	p.leaveFor(func() { p.MustReload() })
	p.live("/als/")
	p.form()
	p.Until("it is as it was", `() => document.querySelector("#f-purpose").value === "Samen een plan maken." &&
		[...document.querySelectorAll("[data-field=who] input:checked")].map((i) => i.value).join() === "joke" &&
		document.querySelector("[data-field=kind] input:checked").value === "zat" && document.querySelector("[data-field=checked] input").checked`)
	p.Tap("dialog button", "Annuleer")
	p.Until("nothing of it is kept", `() => !document.querySelector("dialog").open && !Object.keys(sessionStorage).some((k) => k.startsWith("form "))`)
	p.Calm()
}

func (p *page) leaveFor(act func()) {
	p.t.Helper()
	p.MustEval(`() => { window.before = true }`)
	act()
	p.Until("the page is loaded anew", `() => !window.before && document.readyState === "complete"`)
}

// Two windows of one person: both are kept up, a form opens where it was asked for,
// and what was read in one is read in the other.
func TestTwoWindowsOfOnePersonAreNotInEachOthersWay(t *testing.T) {
	chat, _ := mustScripted(t)
	b := browsertest.Start(t)
	one, two := mustPage(t, b, chat.URL(), 1280, 800), mustPage(t, b, chat.URL(), 1280, 800)
	one.be("Sanne")
	two.be("Sanne")
	two.TapAway("#sidebar a", "vragen-over-privacy")
	two.live("/kanaal/vragen")
	one.say("Voor beide vensters.")
	two.TapAway("#sidebar a", "algemeen")
	two.live("/kanaal/algemeen")
	two.Sees("#berichten .msg", "Voor beide vensters.")
	two.say("/casus nieuw")
	two.form()
	if one.Is(`() => document.querySelector("dialog").open`) {
		t.Error("the form is in the other window too")
	}
	two.Tap("dialog button", "Annuleer")
	two.Fill("#tekst", "Een half bericht")
	one.Until("the other window's draft is its own", `() => document.querySelector("#tekst").value === ""`)
	if _, err := chat.Tell(t.Context(), "sanne", bot.Message{Text: "Alleen voor jou."}, "tell"); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*page{one, two} {
		p.Sees("#sidebar a.unread", "convenantbot")
	}
	one.TapAway("#sidebar a", "convenantbot")
	one.live("/kanaal/d--")
	one.Sees("#berichten .msg", "Alleen voor jou.")
	two.Until("it is read here too", `() => ![...document.querySelectorAll("#sidebar a.unread")].some((a) => a.innerText.includes("convenantbot"))`)
	one.Calm()
	two.Calm()
}

// Long words, a narrow window as at 400 %, a tablet, and the colours of a reader.
func TestTheChatIsReadableWhereverAndHowever(t *testing.T) {
	chat, _ := mustScripted(t)
	long := "Pneumonoultramicroscopicsilicovolcanoconiosis" + strings.Repeat("aaaaaaaaaa", 30)
	p := mustPage(t, browsertest.Start(t), chat.URL(), 1280, 800)
	p.be("Sanne")
	for _, text := range []string{long, "https://convenant.example/" + strings.Repeat("deel/", 60), "`" + strings.Repeat("code", 80) + "`"} {
		p.say(text)
		p.Sees("#berichten .msg", strings.Trim(text, "`")[:30])
	}
	p.say("/convenant vraag Wie beslist?")
	p.Sees("#berichten .whisper", "Vanaf 16 jaar")
	for _, look := range []struct {
		name          string
		width, height int
		prefers       []string
	}{
		{"breed", 1280, 800, nil},
		{"tablet", 768, 1024, nil},
		{"vergroot-200", 640, 400, nil},
		{"vergroot-400", 320, 256, nil},
		{"donker-tablet", 768, 1024, []string{"prefers-color-scheme", "dark"}},
		{"hoog-contrast", 1280, 800, []string{"forced-colors", "active"}},
		{"hoog-contrast-donker", 1280, 800, []string{"forced-colors", "active", "prefers-color-scheme", "dark"}},
	} {
		p.Prefers(look.prefers...)
		p.Resize(look.width, look.height)
		p.Until("the page stands still", `() => document.getAnimations().every((a) => a.playState !== "running")`)
		if len(look.prefers) == 0 || look.prefers[0] != "forced-colors" {
			p.Axe("lang-" + look.name) // it does not know the colours that a reader forces
		}
		p.Fits("lang-" + look.name)
		p.Glance("chat-lang-" + look.name)
		p.Until("nothing that can be used is cut off at the side: "+look.name, `() => [...document.querySelectorAll("#main button, #main a[href], #main textarea")].filter((e) => !e.closest(".body")).map((e) => e.getBoundingClientRect()).every((r) => r.width === 0 || r.right <= innerWidth + 1 && r.left >= -1)`)
		p.Until("there is room to write: "+look.name, `() => { const r = document.querySelector("#tekst").getBoundingClientRect(); return r.height >= 20 && r.bottom <= innerHeight + 1 }`)
	}
	p.Calm()
}

// The step that comes now used to slip out of sight below, as those before it were done.
func TestTheStepThatComesNowIsInSight(t *testing.T) {
	chat, _ := mustScripted(t)
	p := mustPage(t, browsertest.Start(t), chat.URL(), 1280, 420)
	p.be("Sanne")
	p.say("/convenant vraag Wie beslist?")
	p.Sees(".tour li.done", "Lees het antwoord")
	p.Until("what comes now is in sight", `() => {
		const step = document.querySelector(".tour [aria-current=step]"), r = step.getBoundingClientRect();
		return step.innerText.includes("Begin een casusoverleg") && r.top >= 0 && r.bottom <= innerHeight + 1;
	}`)
	p.Calm()
}

// Several steps of a tour have one look at the members, and the way back used to lead
// to the tour for everybody.
func TestTheTourIsStillThereAfterAnotherPanel(t *testing.T) {
	chat, _ := mustScripted(t)
	p := mustPage(t, browsertest.Start(t), chat.URL(), 1280, 800)
	p.be("Ruben")
	p.Click(".which summary", "")
	p.TapAway(".which a", "Procesregisseur")
	p.live("tour=procesregisseur")
	p.TapAway(".head-btn", "iedereen")
	p.live("paneel=leden")
	p.TapAway("#sidebar a", "vragen-over-privacy")
	p.live("/kanaal/vragen")
	p.TapAway(".head-btn", "Rondleiding")
	p.live("paneel=rondleiding")
	p.Sees(".which summary", "Procesregisseur")
	p.TapAway(".panel-head a", "")
	p.live("/kanaal/vragen")
	p.TapAway(".head-btn", "Rondleiding")
	p.live("paneel=rondleiding")
	p.Sees(".which summary", "Procesregisseur")
	p.Calm()
}
