package playground_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/launcher/flags"
	"github.com/go-rod/rod/lib/proto"

	"github.com/convenantbot/convenantbot/adapters/playground"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// mustBrowser starts Debian's Chromium with an empty profile. It never
// downloads a browser: a machine without one fails this test, loudly.
func mustBrowser(t testing.TB) *rod.Browser {
	t.Helper()
	bin, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("this test drives chromium, which is not here; `apt-get install chromium`: %v", err)
	}
	l := launcher.New().Bin(bin).Leakless(false).Headless(true).NoSandbox(true).UserDataDir(t.TempDir()).Env(append(os.Environ(), "TZ=Europe/Amsterdam", "LANGUAGE=nl_NL")...)
	for _, flag := range []string{"disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"} {
		l.Set(flags.Flag(flag))
	}
	l.Set("lang", "nl-NL")
	address, err := l.Launch()
	if err != nil {
		t.Fatalf("chromium: %v", err)
	}
	b := rod.New().ControlURL(address)
	if err := b.Connect(); err != nil {
		l.Kill()
		t.Fatalf("chromium: %v", err)
	}
	t.Cleanup(func() {
		_ = b.Close()
		l.Kill()
	})
	return b
}

// page is one tab, with everything that went wrong in it.
type page struct {
	*rod.Page
	t     testing.TB
	mu    sync.Mutex
	wrong []string
}

func mustPage(t testing.TB, b *rod.Browser, address string, width, height int) *page {
	t.Helper()
	p := &page{Page: b.MustPage("").Timeout(3 * time.Minute), t: t}
	p.MustSetViewport(width, height, 1, width < 600)
	note := func(s string) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.wrong = append(p.wrong, s)
	}
	go p.EachEvent(
		func(e *proto.RuntimeExceptionThrown) { note("exception: " + e.ExceptionDetails.Text) },
		func(e *proto.RuntimeConsoleAPICalled) {
			if e.Type == proto.RuntimeConsoleAPICalledTypeError || e.Type == proto.RuntimeConsoleAPICalledTypeWarning {
				note(fmt.Sprintf("console: %v", e.Args))
			}
		},
		func(e *proto.LogEntryAdded) {
			if e.Entry.Level == proto.LogLogEntryLevelError {
				note("log: " + e.Entry.Text + " " + e.Entry.URL)
			}
		},
	)()
	p.MustNavigate(address).MustWaitLoad()
	return p
}

// front brings the tab to the front: a browser draws nothing of one behind it.
func (p *page) front() { p.MustActivate() }

// calm fails the test for everything that went wrong but what is expected.
func (p *page) calm(expected ...string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
next:
	for _, w := range p.wrong {
		for _, e := range expected {
			if strings.Contains(w, e) {
				continue next
			}
		}
		p.t.Errorf("the browser complains: %s", w)
	}
}

// until waits until a script says true. A page that is just being left for
// another one answers with an error; it is asked again.
func (p *page) until(what, script string, args ...any) {
	p.t.Helper()
	var err error
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var got *proto.RuntimeRemoteObject
		if got, err = p.Eval(script, args...); err == nil && got.Value.Bool() {
			return
		}
	}
	text, _ := p.Eval(`() => document.body.innerText`)
	p.t.Fatalf("%s never happens: %v; the page shows: %v", what, err, text)
}

// sees waits until the page shows text.
func (p *page) sees(query, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("%q in %s", text, query), `(query, text) => [...document.querySelectorAll(query)].some(e => e.innerText.includes(text))`, query, text)
}

// live waits until the page of a place is there and kept up to date.
func (p *page) live(place string) {
	p.t.Helper()
	p.until("the page "+place, `(place) => location.href.includes(place) && document.body.dataset.live === "yes"`, place)
}

// be clicks through the first page.
func (p *page) be(name string) {
	p.t.Helper()
	p.MustElementR(".card button.primary", name).MustClick()
	p.live("/als/")
}

// shoot keeps a picture when SCREENSHOTS names a folder for it.
func (p *page) shoot(name string) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	p.t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		p.t.Fatal(err)
	}
	p.MustScreenshot(filepath.Join(dir, name+".png"))
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
	b := mustBrowser(t)

	sanne := mustPage(t, b, chat.URL(), 1360, 860)
	sanne.shoot("start")
	sanne.fit("start")
	sanne.be("Sanne")
	sanne.shoot("algemeen-leeg")
	sanne.fit("algemeen-leeg")

	// A message, to everybody.
	sanne.MustElement("#tekst").MustInput("Goedemorgen allemaal! Wie kan er vrijdag?")
	sanne.MustElement(".send").MustClick()
	sanne.sees("#berichten .msg", "Wie kan er vrijdag?")

	// A question, with suggestions, answered for her alone.
	sanne.MustElement("#tekst").MustInput("/conv")
	sanne.sees("#suggest", "/convenant")
	sanne.shoot("suggesties")
	sanne.MustElement("#tekst").MustSelectAllText().MustInput("/convenant vraag Vanaf welke leeftijd beslist een jongere zelf?")
	sanne.MustElement(".send").MustClick()
	sanne.sees("#berichten .whisper", "Vanaf 16 jaar")
	sanne.sees(".tour li.done", "Stel een vraag")
	sanne.shoot("antwoord")
	sanne.fit("antwoord")

	// A form: first with mistakes, then well.
	sanne.MustElement("[data-fill='/casus nieuw']").MustClick()
	sanne.MustElement(".send").MustClick()
	sanne.MustElement("dialog[open]")
	sanne.shoot("formulier")
	sanne.MustElement("dialog button[value=send]").MustClick()
	sanne.sees("dialog .errors", "Vul dit in.")
	sanne.shoot("formulier-fouten")
	sanne.fit("formulier-fouten")
	sanne.MustElement("#f-purpose").MustInput("Samen een plan maken zodat het weer lukt op school.")
	sanne.MustElement("#f-born").MustInputTime(time.Date(2030, 5, 1, 0, 0, 0, 0, time.UTC))
	sanne.MustElement("[data-field=who] input[value=daan]").MustClick()
	sanne.MustElement("[data-field=who] input[value=joke]").MustClick()
	sanne.MustElement("[data-field=who] input[value=karin]").MustClick()
	sanne.MustElement("#f-lead").MustSelect("Sanne de Wit, intern begeleider")
	sanne.MustElement("dialog button[value=send]").MustClick()
	sanne.sees("dialog .errors", "Deze datum ligt in de toekomst.")
	sanne.MustElement("#f-born").MustInputTime(time.Date(2013, 5, 1, 0, 0, 0, 0, time.UTC))
	sanne.MustElement("dialog button[value=send]").MustClick()
	sanne.until("the form is gone", `() => !document.querySelector("dialog").open`)
	sanne.sees("#sidebar", "casus-2026-0042")

	// Somebody else, in another window of the same browser.
	daan := mustPage(t, b, chat.URL(), 1360, 860)
	daan.be("Daan")
	daan.sees("#sidebar a.unread", "casus-2026-0042")
	daan.MustElementR("#sidebar a", "casus-2026-0042").MustClick()
	daan.live("/kanaal/r")
	daan.sees("#berichten", "Welkom in casusoverleg")
	sanne.front()
	sanne.MustElementR("#sidebar a", "casus-2026-0042").MustClick()
	sanne.live("/kanaal/r")
	sanne.sees("#berichten", "Welkom in casusoverleg")

	// A file is refused, and Sanne sees nothing of it.
	file := filepath.Join(t.TempDir(), "behandelverslag.txt")
	if err := os.WriteFile(file, []byte("verzonnen verslag"), 0o600); err != nil {
		t.Fatal(err)
	}
	daan.front()
	daan.MustElement(".composer .pick").MustSetFiles(file)
	daan.sees("#toasts", "toestemming")
	daan.sees("#berichten .whisper", "Niemand anders heeft het gezien")
	daan.shoot("geweigerd")
	daan.fit("geweigerd")
	if sanne.MustHas(".files") {
		t.Error("another member sees a refused file")
	}
	if strings.Contains(sanne.MustElement("#berichten").MustText(), "behandelverslag") {
		t.Error("another member reads of a refused file")
	}

	// Consent by a button, and then it is posted; Sanne sees it come.
	daan.MustElementR("#berichten .whisper button", "Leg toestemming vast").MustClick()
	daan.MustElement("dialog[open]")
	daan.MustElement("#f-giver").MustSelect("Karin Jansen, ouder")
	daan.MustElement("#f-given").MustInputTime(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	daan.MustElement("dialog button[value=send]").MustClick()
	daan.sees("#berichten .whisper", "De toestemming is vastgelegd")
	daan.MustElement(".composer .pick").MustSetFiles(file)
	daan.sees(".staged .chip.ok", "behandelverslag.txt")
	daan.MustElement("#tekst").MustInput("Hier is mijn verslag. @sanne kijk jij mee?")
	daan.shoot("bestand-klaar")
	daan.MustElement(".send").MustClick()
	sanne.sees("#berichten .files", "behandelverslag.txt")

	// A thread.
	sanne.front()
	sanne.MustElementR("#berichten .msg", "Hier is mijn verslag").MustHover().MustElement("a.tool").MustClick()
	sanne.live("draad=")
	sanne.MustElement("#tekst-draad").MustInput("Dank je, ik lees het vanmiddag.")
	sanne.MustElement(".thread .send").MustClick()
	sanne.sees("#draad", "ik lees het vanmiddag")
	daan.sees("#berichten .replies", "1 reactie")
	sanne.shoot("gesprek")
	sanne.fit("gesprek")

	// An outsider is added by hand and goes again.
	sanne.MustElementR(".head-btn", "leden").MustClick()
	sanne.live("paneel=leden")
	sanne.MustElement("#add-who").MustSelect("Olivier Prins, coach")
	sanne.MustElement("#add-member button").MustClick()
	sanne.sees("#berichten .note", "convenantbot heeft Olivier Prins uit dit kanaal gehaald")
	sanne.shoot("leden")
	sanne.fit("leden")

	// The clock.
	sanne.MustElement(".clock summary").MustClick()
	sanne.MustElement("[data-days='7']").MustClick()
	sanne.sees("#clock", "7 dagen vooruit")
	sanne.shoot("klok")
	sanne.fit("klok")
	s.mu.Lock()
	room := s.room
	s.mu.Unlock()
	if err := chat.ArchiveRoom(t.Context(), room); err != nil {
		t.Fatal(err)
	}
	sanne.sees(".composer .closed", "gearchiveerd")
	sanne.shoot("gearchiveerd")
	sanne.fit("gearchiveerd")
	if _, err := chat.EraseRoom(t.Context(), room); err != nil {
		t.Fatal(err)
	}
	daan.sees(".notice", "niet (meer)")

	sanne.calm("404") // the room that went away while she looked at it
	daan.calm("404", "422")
}

func TestTheChatIsReadableInTheDark(t *testing.T) {
	chat, _ := mustScripted(t)
	p := mustPage(t, mustBrowser(t), chat.URL(), 1360, 860)
	if err := (proto.EmulationSetEmulatedMedia{Features: []*proto.EmulationMediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}).Call(p); err != nil {
		t.Fatal(err)
	}
	p.shoot("donker-start")
	p.be("Sanne")
	p.MustElement("#tekst").MustInput("/convenant vraag Wie beslist?")
	p.MustElement(".send").MustClick()
	p.sees("#berichten .whisper", "Vanaf 16 jaar")
	p.shoot("donker-antwoord")
	p.fit("dark")
	p.calm()
}

// contrasts is a script that lists every text that stands out too little from
// its ground (WCAG 2.2, 1.4.3): less than 4.5 to 1, or 3 to 1 when it is large.
const contrasts = `() => {
	const rgb = (s) => (s.match(/[\d.]+/g) || []).map(Number);
	const light = ([r, g, b]) => { const [x, y, z] = [r, g, b].map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * x + 0.7152 * y + 0.0722 * z; };
	const ground = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length && (c[3] === undefined || c[3] > 0.9)) return c; } return rgb(getComputedStyle(document.documentElement).colorScheme.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches ? "18 18 18" : "255 255 255"); };
	const low = new Set();
	for (const e of document.querySelectorAll("body *")) {
		const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
		const box = e.getBoundingClientRect(), style = getComputedStyle(e);
		if (!own || box.width < 2 || box.height < 2 || style.visibility === "hidden" || style.opacity === "0" || e.closest("[hidden], dialog:not([open]), script, .sr, details:not([open]) > :not(summary)")) continue;
		const a = light(rgb(style.color)), b = light(ground(e)), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
		if (ratio < (large ? 3 : 4.5)) low.add(e.tagName + "." + e.className + " " + ratio.toFixed(2) + " " + e.textContent.trim().slice(0, 30));
	}
	return [...low];
}`

// nameless is a script that lists everything one can act on that has no name
// for a screen reader, and every id that stands twice.
const nameless = `() => {
	const bad = [], ids = new Set();
	for (const e of document.querySelectorAll("[id]")) { if (ids.has(e.id)) bad.push("id twice: " + e.id); ids.add(e.id); }
	for (const e of document.querySelectorAll("button, a[href], input:not([type=hidden]), select, textarea, [role=log], nav, aside, dialog[open]")) {
		if (e.closest("[hidden]") || e.getAttribute("aria-hidden") === "true") continue;
		const by = (e.getAttribute("aria-labelledby") || "").split(" ").map((i) => document.getElementById(i)?.textContent || "").join("");
		const name = e.getAttribute("aria-label") || by || (e.labels && [...e.labels].map((l) => l.textContent).join("")) || (["BUTTON", "A"].includes(e.tagName) ? e.textContent : "");
		if (!name.trim()) bad.push("no name: " + e.outerHTML.slice(0, 90));
	}
	for (const e of document.querySelectorAll("[aria-describedby], [aria-controls]")) for (const a of ["aria-describedby", "aria-controls"]) for (const id of (e.getAttribute(a) || "").split(" ").filter(Boolean)) if (!document.getElementById(id)) bad.push(a + " leads nowhere: " + id);
	return bad;
}`

// fit holds a page against what everybody must be able to read and reach.
func (p *page) fit(where string) {
	p.t.Helper()
	for _, script := range []string{contrasts, nameless} {
		for _, bad := range p.MustEval(script).Arr() {
			p.t.Errorf("%s: %s", where, bad.Str())
		}
	}
}

func TestTheChatFitsAPhone(t *testing.T) {
	chat, _ := mustScripted(t)
	b := mustBrowser(t)
	p := mustPage(t, b, chat.URL(), 390, 844)
	p.shoot("telefoon-start")
	p.be("Sanne")
	p.MustElement("#tekst").MustInput("@convenantbot vanaf welke leeftijd beslist een jongere zelf?")
	p.MustElement(".send").MustClick()
	p.sees("#berichten .from-bot", "Vanaf 16 jaar")
	p.shoot("telefoon-antwoord")
	p.MustElement("#menu").MustClick()
	p.MustWait(`() => getComputedStyle(document.querySelector(".side")).translate === "0px" || getComputedStyle(document.querySelector(".side")).translate === "none"`)
	p.shoot("telefoon-menu")
	p.MustElement("#menu-close").MustClick()
	p.MustElement("#tekst").MustInput("/casus nieuw")
	p.MustElement(".send").MustClick()
	p.MustElement("dialog[open]")
	p.shoot("telefoon-formulier")
	p.MustElementR("dialog button", "Annuleer").MustClick()
	p.MustElementR(".head-btn", "Rondleiding").MustClick()
	p.until("the tour", `() => !location.search.includes("zacht")`)
	p.MustElement(".panel.tour").MustWaitVisible()
	p.shoot("telefoon-rondleiding")
	if wide := p.MustEval(`() => document.documentElement.scrollWidth`).Int(); wide > 390 {
		t.Errorf("the page is %d pixels wide on a screen of 390", wide)
	}
	p.calm()
}
