package playground_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/input"

	"github.com/convenantbot/convenantbot/adapters/playground"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/internal/browsertest"
)

// Who uses the chat in English reads its own words in English, and others do not.
func TestEverybodyReadsTheChatInTheirOwnLanguage(t *testing.T) {
	opt := options(t, t.TempDir(), bottest.NewClock().Now)
	at := slices.IndexFunc(opt.People, func(p playground.Person) bool { return p.ID == "daan" })
	opt.People[at].Language = "en"
	chat := mustOpen(t, opt)
	mustServe(t, chat, &bottest.Incoming{})
	daan, sanne := mustBe(t, chat, "daan"), mustBe(t, chat, "sanne")
	if page := daan.mustGet(daan.home() + "kanaal/algemeen?paneel=rondleiding"); !strings.Contains(page, `<html lang="en">`) || !strings.Contains(page, "Nothing was said here yet") || strings.Contains(page, "Hier is nog niets gezegd") {
		t.Errorf("Daan reads %.300s", page)
	}
	if page := sanne.mustGet(sanne.home() + "kanaal/algemeen"); !strings.Contains(page, `<html lang="nl">`) || !strings.Contains(page, "Hier is nog niets gezegd") {
		t.Errorf("Sanne reads %.300s", page)
	}
	for w, want := range map[*window]string{daan: "There is no command /koekje.", sanne: "De opdracht /koekje bestaat niet."} {
		var no struct{ Error string }
		if _, err := w.post("bericht", map[string]any{"channel": commonChannel, "text": "/koekje"}, &no); err == nil || !strings.Contains(err.Error()+no.Error, want) {
			t.Errorf("%s hears %v %q, want %q", w.id, err, no.Error, want)
		}
	}
	opt.People[at].Language = "fr"
	if _, err := playground.Open(t.Context(), opt); err == nil {
		t.Error("somebody reads a language without words")
	}
}

// What looks like it is about a real person goes nowhere, wherever it is typed.
func TestNothingAboutARealPersonIsSent(t *testing.T) {
	in := &bottest.Incoming{}
	chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
	mustServe(t, chat, in)
	sanne := mustBe(t, chat, "sanne")
	for text, want := range map[string]string{
		"Haar nummer is 111222333.":                "burgerservicenummer",
		"/convenant vraag mag 111222333 hier?":     "burgerservicenummer",
		"Mail karin.jansen@gmail.com maar":         "e-mailadres",
		"@convenantbot is k@kpnmail.nl van Karin?": "e-mailadres",
	} {
		var no struct{ Error string }
		if _, err := sanne.post("bericht", map[string]any{"channel": commonChannel, "text": text}, &no); err == nil || !strings.Contains(err.Error()+no.Error, want) {
			t.Errorf("%q: %v %q, want a no that names the %s", text, err, no.Error, want)
		}
	}
	if page := sanne.mustGet(sanne.home() + "kanaal/algemeen"); strings.Contains(page, "111222333") || strings.Contains(page, "kpnmail") {
		t.Error("it stands in the channel")
	}
}

func TestAnAddressThatLeadsNowhereLeadsBack(t *testing.T) {
	chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
	mustServe(t, chat, &bottest.Incoming{})
	sanne := mustBe(t, chat, "sanne")
	for path, back := range map[string]string{"/onzin": `href="/"`, "/als/sanne/onzin": `href="/als/sanne/"`, "/als/daan/onzin": `href="/"`,
		"/als/sanne/voorbeeld/weg.txt": `href="/als/sanne/"`, "/als/sanne/bestand/weg": `href="/als/sanne/"`, "/static/oud/chat.css": `href="/"`} {
		answer, err := sanne.client.Get(sanne.base + path)
		if err != nil {
			t.Fatal(err)
		}
		if page := mustRead(t, answer); answer.StatusCode != http.StatusNotFound || !strings.Contains(page, "Deze pagina is er niet") || !strings.Contains(page, back) {
			t.Errorf("%s: %d, %s", path, answer.StatusCode, page)
		}
	}
}

// The focus, what a reader hears, and what one begins to read.
func TestWhoReadsAlongWithTheKeyboardIsNeverLost(t *testing.T) {
	chat, s := mustScripted(t)
	s.room = commonChannel // a file is refused there
	p := mustPage(t, browsertest.Start(t), chat.URL(), 1280, 620)
	p.be("Sanne")

	// A form that a button opened gives the focus back to that button.
	file := filepath.Join(t.TempDir(), "verslag.txt")
	if err := os.WriteFile(file, []byte("verzonnen"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Attach(".composer .pick", file)
	p.Sees("#berichten .whisper button", "Leg toestemming vast")
	p.MustEval(`() => { [...document.querySelectorAll("#berichten .whisper button")].find((b) => b.innerText.includes("Leg toestemming vast")).focus() }`)
	p.Press(input.Enter)
	p.form()
	// What was left empty is told per field: of a choice, that one chooses.
	p.Tap("dialog button[value=send]", "")
	p.Sees("dialog .errors", "Kies er een.")
	p.Sees("dialog .errors", "Kies een dag.")
	p.Until("each error belongs to its field", `() => [...document.querySelectorAll("dialog [aria-invalid=true]")].length === 2 &&
		[...document.querySelectorAll("dialog [aria-invalid=true]")].every((e) => e.getAttribute("aria-describedby").split(" ").some((id) => document.getElementById(id)?.className === "error" && !document.getElementById(id).hidden))`)
	p.Press(input.Escape)
	p.Until("the button has the focus again", `() => !document.querySelector("dialog").open && document.activeElement.innerText === "Leg toestemming vast"`)

	// What was unfolded stays so when something happens elsewhere.
	p.Click(".which summary", "")
	p.MustEval(`() => { window.days = new WeakSet(document.querySelectorAll("#berichten .day")); window.many = document.querySelectorAll("#berichten .day").length }`)
	p.say("/convenant vraag Vanaf welke leeftijd?")
	p.Sees("#berichten .whisper", "Vanaf 16 jaar")
	p.Until("the list of tours is still there", `() => document.querySelector(".which").open`)
	p.Until("a day that stood there is not said again", `() => [...document.querySelectorAll("#berichten .day")].filter((d) => window.days.has(d)).length === window.many`)
	p.Until("the step that comes now is named", `() => document.querySelectorAll(".tour [aria-current=step]").length === 1`)

	// The suggestions are counted for who does not see them.
	p.Fill("#tekst", "/cas")
	p.Sees(".composer .offers", "Suggesties: 1.")
	p.Fill("#tekst", "")
	p.Until("and gone when they are", `() => document.querySelector(".composer .offers").textContent === ""`)
	p.Calm("422")
}

func TestALongAnswerIsReadFromItsBeginning(t *testing.T) {
	chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
	mustServe(t, chat, &bottest.Incoming{})
	p := mustPage(t, browsertest.Start(t), chat.URL(), 1280, 700)
	p.be("Sanne")
	p.say("Vertel eens.")
	p.Sees("#berichten .msg", "Vertel eens.")
	if _, err := chat.Post(t.Context(), commonChannel, bot.Message{Text: "Het begin.\n\n" + strings.Repeat("- En nog iets.\n", 60)}, "long"); err != nil {
		t.Fatal(err)
	}
	p.Sees("#berichten .from-bot", "Het begin.")
	p.Until("its first line is in sight", `() => { const box = document.querySelector("#berichten").getBoundingClientRect(), m = [...document.querySelectorAll("#berichten .from-bot")].at(-1).getBoundingClientRect(); return m.top >= box.top && m.top < box.top + 60 }`)
	p.Calm()
}

// On a phone the panel lies over the channel: what it sends one to is in sight, and
// what lies under it cannot be reached.
func TestThePanelOnAPhoneGivesWay(t *testing.T) {
	chat, s := mustScripted(t)
	s.room = commonChannel // a file is refused there
	p := mustPage(t, browsertest.Start(t), chat.URL(), 390, 780)
	p.be("Sanne")
	p.TapAway(".head-btn", "Rondleiding")
	p.Until("the tour", `() => document.querySelector(".panel.tour")?.getClientRects().length > 0`)
	p.Until("what lies under it is out of reach", `() => document.querySelector("#main").inert`)
	p.Tap("[data-sample]", "behandelverslag")
	p.Until("the channel is there", `() => !document.querySelector("#main").inert && !document.querySelector(".panel.tour").getClientRects().length`)
	p.Sees("#toasts", "toestemming")
	p.Click("#menu", "")
	p.Until("the channel is out of reach under the menu", `() => document.querySelector("#main").inert`)
	p.Press(input.Escape)
	p.Until("and back", `() => !document.querySelector("#main").inert && document.activeElement.id === "menu"`)
	p.Calm("422")
}
