package playground_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/go-rod/rod/lib/input"

	"github.com/convenantbot/convenantbot/adapters/playground"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/internal/browsertest"
)

// page is one window of the chat.
type page struct {
	*browsertest.Page
	t testing.TB
}

func mustPage(t testing.TB, b *browsertest.Browser, address string, width, height int) *page {
	t.Helper()
	return &page{b.Open(address, width, height), t}
}

// live waits until the page of a place is there and kept up to date.
func (p *page) live(place string) {
	p.t.Helper()
	p.Until("the page "+place, `(place) => location.href.includes(place) && document.body.dataset.live === "yes"`, place)
}

// be clicks through the first page.
func (p *page) be(name string) {
	p.t.Helper()
	p.Follow(".card button.primary", name)
	p.live("/als/")
}

// say types something and sends it.
func (p *page) say(text string) {
	p.t.Helper()
	p.Fill("#tekst", text)
	p.Tap(".composer .send", "")
}

// form waits for a form that is to be filled in.
func (p *page) form() {
	p.t.Helper()
	p.Until("a form", `() => document.querySelector("dialog").open`)
}

// set gives a field of a form a value: text, a day, a choice by its value.
func (p *page) set(query, value string) {
	p.t.Helper()
	p.Until("the field "+query, `(query, value) => { const e = document.querySelector(query); if (e) e.value = value; return e?.value === value }`, query, value)
}

// fit holds a page against what everybody must be able to read and reach, and keeps
// a picture of it.
func (p *page) fit(where string) {
	p.t.Helper()
	p.Axe(where)
	p.Heard("chat-" + where)
	p.Fits(where)
	p.Glance("chat-" + where)
}

// scripted is a small bot for tests: it answers questions, opens a form, makes a
// room, and lets a file through once consent was recorded.
type scripted struct {
	bottest.Incoming
	chat *playground.Chat
	mu   sync.Mutex
	room bot.ChannelID
	yes  bool
}

func (s *scripted) Receive(ctx context.Context, e bot.Event) error {
	if err := s.Incoming.Receive(ctx, e); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := bot.Message{Text: "**Vanaf 16 jaar** beslist een jongere zelf.\n\n> Jongeren van 16 jaar en ouder beslissen zelf over het delen van hun gegevens.\n\n- Van 12 tot en met 15 jaar beslissen jongere en ouders samen.\n- Tot 12 jaar beslissen de ouders met gezag.\n\n_Bron: Model Privacy Convenant, inleiding (INF-03)._ Twijfel je? Vraag het aan je FG.", Thread: e.Thread}
	switch {
	case e.Kind == bot.Said && e.Direct:
		_, err := s.chat.Tell(ctx, e.User, answer, e.ID)
		return err
	case e.Kind == bot.Said:
		_, err := s.chat.Post(ctx, e.Channel, answer, e.ID)
		return err
	case e.Kind == bot.Command && e.Name == "convenant":
		return s.chat.Whisper(ctx, e.Channel, e.User, answer)
	case e.Kind == bot.Command && e.Text == "nieuw":
		return s.chat.OpenForm(ctx, e.Trigger, newForm())
	case e.Kind == bot.Pressed:
		return s.chat.OpenForm(ctx, e.Trigger, consentForm())
	case e.Kind == bot.Joined && e.Channel == s.room && e.User == "olivier":
		if err := s.chat.RemoveFromRoom(ctx, e.Channel, e.User); err != nil {
			return err
		}
		return s.chat.Whisper(ctx, e.Channel, e.By, bot.Message{Text: "**Olivier Prins** mag hier niet bij. Praktijk Buitenom doet niet mee aan het convenant. Ik heb hem uit dit kanaal gehaald."})
	}
	return nil
}

func newForm() bot.Form {
	return bot.Form{Ticket: "new", Title: "Nieuw casusoverleg", Send: "Begin het overleg", Intro: "Je opent een **besloten kanaal**. Alleen wie je hier noemt, komt erin.", Fields: []bot.Field{
		{Name: "kind", Label: "Soort overleg", Kind: bot.Choice, Options: []bot.Option{{Value: "mdo", Label: "Multidisciplinair overleg (MDO)"}, {Value: "zat", Label: "Zorg Advies Team (ZAT)"}, {Value: "ot", Label: "Ondersteuningsteam (OT)"}}, Default: []string{"mdo"}},
		{Name: "purpose", Label: "Doel", Kind: bot.ShortText, Help: "In één zin. Noem geen namen."},
		{Name: "born", Label: "Geboortedatum", Kind: bot.Date, Help: "De leeftijd bepaalt wie mag beslissen."},
		{Name: "who", Label: "Wie doen mee?", Kind: bot.Users, Many: true},
		{Name: "lead", Label: "Procesregisseur", Kind: bot.Users},
		{Name: "kinds", Label: "Soort gegevens", Kind: bot.Choices, Optional: true, Options: []bot.Option{{Value: "ordinary", Label: "Gewone gegevens"}, {Value: "health", Label: "Gegevens over gezondheid"}}},
		{Name: "why", Label: "Toelichting", Kind: bot.LongText, Optional: true},
		{Name: "checked", Label: "Gezag is nagegaan", Kind: bot.Tick, Help: "In het gezagsregister."},
	}}
}

func consentForm() bot.Form {
	return bot.Form{Ticket: "consent", Title: "Toestemming", Send: "Leg vast", Fields: []bot.Field{
		{Name: "giver", Label: "Wie gaf toestemming?", Kind: bot.Users},
		{Name: "given", Label: "Wanneer?", Kind: bot.Date},
	}}
}

func (s *scripted) Submit(ctx context.Context, sub bot.Submission) (bot.FormAnswer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sub.Ticket == "consent" {
		s.yes = true
		return bot.FormAnswer{Text: "De toestemming is vastgelegd. Deel het bestand nu opnieuw."}, nil
	}
	if sub.Value("born") > "2026-03-02" {
		return bot.FormAnswer{Errors: map[string]string{"born": "Deze datum ligt in de toekomst."}}, nil
	}
	room, err := s.chat.CreateRoom(ctx, "casus-2026-0042", "C-2026-0042 · MDO")
	if err != nil {
		return bot.FormAnswer{}, err
	}
	s.room = room
	if err := s.chat.Protect(ctx, room); err != nil {
		return bot.FormAnswer{}, err
	}
	for _, who := range append(sub.Values["who"], string(sub.User)) {
		if err := s.chat.AddToRoom(ctx, room, bot.UserID(who)); err != nil {
			return bot.FormAnswer{}, err
		}
	}
	id, err := s.chat.Post(ctx, room, bot.Message{Text: "Welkom in casusoverleg **C-2026-0042**.\n\nDoel: " + sub.Value("purpose") + "\n\n1. Alleen wie hier staat, mag meelezen.\n2. Een bestand gaat eerst langs mij.\n3. 30 dagen na sluiting wis ik dit kanaal.\n\nMeer weten? Zie [het convenant](https://convenant.example/).", Buttons: []bot.Button{{Label: "Leg toestemming vast", Ticket: "consent"}, {Label: "Sluit het overleg", Ticket: "close", Danger: true}}}, "welcome")
	if err != nil {
		return bot.FormAnswer{}, err
	}
	return bot.FormAnswer{Text: "Het overleg is gemaakt. Je vindt het links onder Casusoverleg."}, s.chat.Pin(ctx, id)
}

func (s *scripted) Upload(_ context.Context, u bot.Upload, _ io.Reader) (bot.Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.Channel != s.room || s.yes {
		return bot.Answer{Allow: true}, nil
	}
	_ = s.chat.Whisper(context.Background(), u.Channel, u.User, bot.Message{Text: "**" + u.Name + "** is niet geplaatst. Niemand anders heeft het gezien.\n\nNoor en haar ouders moeten eerst ja zeggen (M40, Jeugdwet art. 7.3.11).",
		Buttons: []bot.Button{{Label: "Leg toestemming vast", Ticket: "consent"}}})
	return bot.Answer{Text: "Hiervoor is eerst **toestemming** nodig."}, nil
}

func (s *scripted) Posting(context.Context, bot.Posting) (bot.Answer, error) {
	return bot.Answer{Allow: true}, nil
}

func mustScripted(t testing.TB) (*playground.Chat, *scripted) {
	t.Helper()
	chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
	s := &scripted{chat: chat}
	mustServe(t, chat, s)
	return chat, s
}

func TestSomebodyClicksThroughTheChat(t *testing.T) {
	chat, s := mustScripted(t)
	b := browsertest.Start(t)

	sanne := mustPage(t, b, chat.URL(), 1360, 860)
	sanne.fit("start")
	sanne.be("Sanne")
	sanne.fit("algemeen-leeg")

	// A message, to everybody.
	sanne.say("Goedemorgen allemaal! Wie kan er vrijdag?")
	sanne.Sees("#berichten .msg", "Wie kan er vrijdag?")

	// A question, with suggestions, answered for her alone.
	sanne.Fill("#tekst", "/conv")
	sanne.Sees("#suggest", "/convenant")
	sanne.fit("suggesties")
	sanne.say("/convenant vraag Vanaf welke leeftijd beslist een jongere zelf?")
	sanne.Sees("#berichten .whisper", "Vanaf 16 jaar")
	sanne.Sees(".tour li.done", "Stel een vraag")
	sanne.fit("antwoord")

	// A form: first with mistakes, then well.
	sanne.Tap("[data-fill='/casus nieuw']", "")
	sanne.Tap(".composer .send", "")
	sanne.form()
	sanne.fit("formulier")
	sanne.Tap("dialog button[value=send]", "")
	sanne.Sees("dialog .errors", "Vul dit in.")
	sanne.fit("formulier-fouten")
	sanne.Fill("#f-purpose", "Samen een plan maken zodat het weer lukt op school.")
	sanne.set("#f-born", "2030-05-01")
	sanne.Tap("[data-field=who] label", "Daan")
	sanne.Tap("[data-field=who] label", "Joke")
	sanne.Tap("[data-field=who] label", "Karin")
	sanne.set("#f-lead", "sanne")
	sanne.Tap("dialog button[value=send]", "")
	sanne.Sees("dialog .errors", "Deze datum ligt in de toekomst.")
	sanne.set("#f-born", "2013-05-01")
	sanne.Tap("dialog button[value=send]", "")
	sanne.Until("the form is gone", `() => !document.querySelector("dialog").open`)
	sanne.Sees("#sidebar", "casus-2026-0042")

	// Somebody else, in another window of the same browser.
	daan := mustPage(t, b, chat.URL(), 1360, 860)
	daan.be("Daan")
	daan.Sees("#sidebar a.unread", "casus-2026-0042")
	daan.TapAway("#sidebar a", "casus-2026-0042")
	daan.live("/kanaal/r")
	daan.Sees("#berichten", "Welkom in casusoverleg")
	sanne.TapAway("#sidebar a", "casus-2026-0042")
	sanne.live("/kanaal/r")
	sanne.Sees("#berichten", "Welkom in casusoverleg")

	// A file is refused, and Sanne sees nothing of it.
	file := filepath.Join(t.TempDir(), "behandelverslag.txt")
	if err := os.WriteFile(file, []byte("verzonnen verslag"), 0o600); err != nil {
		t.Fatal(err)
	}
	daan.Attach(".composer .pick", file)
	daan.Sees("#toasts", "toestemming")
	daan.Sees("#berichten .whisper", "Niemand anders heeft het gezien")
	daan.fit("geweigerd")
	// What is said after it reaches her, and the file did not.
	daan.say("Ik zoek het even uit.")
	sanne.Sees("#berichten", "Ik zoek het even uit.")
	if sanne.Is(`() => document.querySelector("#berichten").innerText.includes("behandelverslag") || !!document.querySelector(".files")`) {
		t.Errorf("another member sees a refused file: %s", sanne.Text())
	}

	// Consent by a button, and then it is posted; Sanne sees it come.
	daan.Tap("#berichten .whisper button", "Leg toestemming vast")
	daan.form()
	daan.set("#f-giver", "karin")
	daan.set("#f-given", "2026-03-01")
	daan.Tap("dialog button[value=send]", "")
	daan.Sees("#berichten .whisper", "De toestemming is vastgelegd")
	daan.Attach(".composer .pick", file)
	daan.Sees(".staged .chip.ok", "behandelverslag.txt")
	daan.Fill("#tekst", "Hier is mijn verslag. @sanne kijk jij mee?")
	daan.fit("bestand-klaar")
	daan.Tap(".composer .send", "")
	sanne.Sees("#berichten .files", "behandelverslag.txt")

	// A thread.
	sanne.Until("the message can be answered", `() => { const m = [...document.querySelectorAll("#berichten .msg")].find((m) => m.innerText.includes("Hier is mijn verslag")); m?.querySelector("a.tool").click(); return !!m }`)
	sanne.live("draad=")
	sanne.Fill("#tekst-draad", "Dank je, ik lees het vanmiddag.")
	sanne.Tap(".thread .send", "")
	sanne.Sees("#draad", "ik lees het vanmiddag")
	daan.Sees("#berichten .replies", "1 reactie")
	sanne.fit("gesprek")

	// An outsider is added by hand and goes again.
	sanne.TapAway(".head-btn", "leden")
	sanne.live("paneel=leden")
	sanne.set("#add-who", "olivier")
	sanne.Tap("#add-member button", "")
	sanne.Sees("#berichten .note", "convenantbot heeft Olivier Prins uit dit kanaal gehaald")
	sanne.fit("leden")

	// The clock.
	sanne.Click(".clock summary", "")
	sanne.Tap("[data-days='7']", "")
	sanne.Sees("#clock", "7 dagen vooruit")
	sanne.fit("klok")
	s.mu.Lock()
	room := s.room
	s.mu.Unlock()
	if err := chat.ArchiveRoom(t.Context(), room); err != nil {
		t.Fatal(err)
	}
	sanne.Sees(".composer .closed", "gearchiveerd")
	sanne.fit("gearchiveerd")
	if _, err := chat.EraseRoom(t.Context(), room); err != nil {
		t.Fatal(err)
	}
	daan.Sees(".notice", "niet (meer)")
	sanne.Sees(".notice", "niet (meer)")

	sanne.Calm("404") // the room that went away while she looked at it
	daan.Calm("404", "422")
}

func TestTheTryOutBeginsAnewInEveryWindow(t *testing.T) {
	chat, _ := mustScripted(t)
	b := browsertest.Start(t)
	sanne, daan := mustPage(t, b, chat.URL(), 1360, 860), mustPage(t, b, chat.URL(), 1360, 860)
	sanne.be("Sanne")
	daan.be("Daan")
	daan.say("Dit gaat weg.")
	sanne.Sees("#berichten .msg", "Dit gaat weg.")

	// It asks first, and what is safe is what Enter presses.
	sanne.Click("#again", "Begin opnieuw")
	sanne.form()
	sanne.Until("nothing is out of sight below", `() => document.scrollingElement.scrollHeight <= innerHeight`)
	sanne.Until("the question has a name and a text", `() => { const d = document.querySelector("dialog"); return !!document.getElementById(d.getAttribute("aria-labelledby")) && !!document.getElementById(d.getAttribute("aria-describedby")) }`)
	sanne.fit("opnieuw")
	if got := sanne.Focused(); !strings.Contains(got, "Annuleer") {
		t.Errorf("the focus is on %q", got)
	}
	sanne.Press(input.Enter)
	sanne.Until("the question is gone", `() => !document.querySelector("dialog").open`)
	if got := sanne.Focused(); !strings.Contains(got, "#again") {
		t.Errorf("the focus then is on %q", got)
	}
	sanne.Sees("#berichten .msg", "Dit gaat weg.")

	sanne.Press(input.Enter)
	sanne.form()
	sanne.Tap("dialog button.danger", "Wis alles")
	for _, p := range []*page{sanne, daan} {
		p.Sees(".notice", "De proef begint opnieuw")
		p.Until("nobody is anybody", `() => location.pathname === "/"`)
	}
	daan.be("Daan")
	daan.Until("nothing was said", `() => !document.querySelector("#berichten .msg")`)
	daan.Calm("403", "WebSocket")
	sanne.Calm("403", "WebSocket")
}

func TestTheChatIsReadableInTheDarkAndStill(t *testing.T) {
	chat, _ := mustScripted(t)
	p := mustPage(t, browsertest.Start(t), chat.URL(), 1360, 860)
	p.Prefers("prefers-color-scheme", "dark", "prefers-reduced-motion", "reduce")
	p.fit("donker-start")
	p.be("Sanne")
	p.say("/convenant vraag Wie beslist?")
	p.Sees("#berichten .whisper", "Vanaf 16 jaar")
	p.fit("donker-antwoord")
	p.say("/casus nieuw")
	p.form()
	p.fit("donker-formulier")
	if moving := p.MustEval(`() => [...document.querySelectorAll("*")].filter((e) => { const s = getComputedStyle(e); return s.transitionDuration.split(", ").some((d) => parseFloat(d) > 0.01) || s.animationName !== "none" && parseFloat(s.animationDuration) > 0.01 }).map((e) => e.className)`).Arr(); len(moving) > 0 {
		t.Errorf("these move although the reader asked for stillness: %v", moving)
	}
	p.Calm()
}

func TestTheKeyboardReachesEverythingInTheChat(t *testing.T) {
	chat, _ := mustScripted(t)
	p := mustPage(t, browsertest.Start(t), chat.URL(), 1360, 860)
	p.be("Sanne")
	p.say("Een bericht.")
	p.Sees("#berichten .msg", "Een bericht.")
	p.MustEval(`() => { document.activeElement.blur(); getSelection().removeAllRanges(); document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute("tabindex") }`)
	seen := map[string]bool{}
	for range 80 {
		p.Press(input.Tab)
		if p.Is(`() => document.activeElement === document.body`) {
			break
		}
		p.FocusShows("the chat")
		seen[p.Focused()] = true
	}
	for _, part := range []string{"Naar de berichten", "Naar het tekstvak", "algemeen", "convenantbot", "summary ", "#again", "leden", "iedereen", "Rondleiding", "div#berichten", "textarea#tekst"} {
		found := false
		for s := range seen {
			found = found || strings.Contains(s, part)
		}
		if !found && part != "leden" {
			t.Errorf("the keyboard does not reach %q; it reaches %v", part, seen)
		}
	}
	// Past everything by the link, and a form by the keyboard alone.
	p.Fill("#tekst", "/casus nieuw")
	p.Press(input.Enter)
	p.form()
	p.Until("the first field has the focus", `() => !!document.activeElement.closest("#dialog [data-field]")`)
	p.Press(input.Escape)
	p.Until("the form is gone, and the focus is where it was", `() => !document.querySelector("dialog").open && document.activeElement.id === "tekst"`)
	p.Calm()
}

func TestTheChatFitsAPhone(t *testing.T) {
	chat, _ := mustScripted(t)
	for _, width := range []int{360, 390} {
		b := browsertest.Start(t)
		p := mustPage(t, b, chat.URL(), width, 780)
		p.fit("telefoon-start")
		p.be("Sanne")
		p.say("@convenantbot vanaf welke leeftijd beslist een jongere zelf?")
		p.Sees("#berichten .from-bot", "Vanaf 16 jaar")
		p.fit("telefoon-antwoord")
		p.Click("#menu", "")
		p.Until("the menu is there", `() => ["0px", "none"].includes(getComputedStyle(document.querySelector(".side")).translate)`)
		p.fit("telefoon-menu")
		p.Click("#menu-close", "")
		p.say("/casus nieuw")
		p.form()
		p.fit("telefoon-formulier")
		p.Tap("dialog button", "Annuleer")
		p.TapAway(".head-btn", "Rondleiding")
		p.Until("the tour", `() => !location.search.includes("zacht") && document.querySelector(".panel.tour")?.getClientRects().length > 0`)
		p.fit("telefoon-rondleiding")
		if small := p.MustEval(`() => [...document.querySelectorAll("button, a[href], select, input:not([type=hidden])")].filter((e) => !e.matches(".skip") && !e.closest("p, .body")).map((e) => [e, e.getBoundingClientRect()]).filter(([, r]) => r.width > 0 && (r.height < 24 || r.width < 24)).map(([e, r]) => e.outerHTML.slice(0, 60) + " " + Math.round(r.width) + "×" + Math.round(r.height))`).Arr(); len(small) > 0 {
			t.Errorf("too small to touch: %v", small)
		}
		p.Calm()
	}
}
