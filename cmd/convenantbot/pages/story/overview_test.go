package story

import (
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/internal/browsertest"
)

// names are what may stand nowhere on any page: what people are called, and what the
// overleg is about.
var names = []string{"Noor", "Jansen", "Sanne", "Mehmet", "Daan", "Fatima", "plan maken", "klacht"}

// discreet fails the test for anything on the page that is content or a name.
func discreet(t testing.TB, p *browsertest.Page, where string) {
	t.Helper()
	html := p.MustEval(`() => document.documentElement.outerHTML`).Str()
	for _, n := range names {
		if strings.Contains(html, n) {
			t.Errorf("%s shows %q", where, n)
		}
	}
}

// every looks at every view of the hat that is on: on a desk and on a phone.
func every(t testing.TB, p *browsertest.Page, who string) []string {
	t.Helper()
	var seen []string
	links := p.MustEval(`() => [...document.querySelectorAll("nav a")].map((a) => a.pathname)`)
	for _, l := range links.Arr() {
		path := l.Str()
		view := path[strings.LastIndex(path, "/")+1:]
		p.Resize(1280, 900)
		p.Follow(`nav a[href$="/`+view+`"]`, "")
		p.Until("the view "+view, `(path) => location.pathname === path && !!document.querySelector("nav a[aria-current]")`, path)
		// What is folded away is held to the same.
		p.MustEval(`() => { for (const d of document.querySelectorAll("main details")) d.open = true }`)
		p.Axe(who + ": " + view)
		p.Heard("overzicht-" + who + "-" + view)
		discreet(t, p, who+": "+view)
		p.MustEval(`() => { for (const d of document.querySelectorAll("main details")) d.open = false }`)
		p.Shoot("overzicht-" + who + "-" + view)
		p.Resize(360, 740)
		if who == "fg" {
			p.Axe(who + ", on a phone: " + view)
		}
		p.Fits(who + ", on a phone: " + view)
		p.Shoot("overzicht-" + who + "-" + view + "-telefoon")
		seen = append(seen, view)
	}
	p.Resize(1280, 900)
	return seen
}

// does follows an act to the page that asks, fills that in, and says yes.
func does(t testing.TB, p *browsertest.Page, button string, fields map[string]string, told string) {
	t.Helper()
	p.TapAway("main a.knop", button) // the page puts itself in order meanwhile
	p.Sees("h1", button)
	p.Axe("the page that asks: " + button)
	p.Fits("the page that asks: " + button)
	p.Shoot("overzicht-doe-" + strings.ReplaceAll(strings.ToLower(button), " ", "-"))
	for name, value := range fields {
		p.Until("the field "+name, `(name, value) => { const e = document.getElementById(name); e.value = value; return e.value === value }`, name, value)
	}
	p.Click("#sure", "")
	p.Follow("form button.hoofd", "")
	p.Sees("p.goed", told)
}

// overview asks the bot for a link and follows it to the overview, in the same
// browser. It returns the tab, and the link.
func (w *person) overview(width, height int) (*browsertest.Page, string) {
	w.t.Helper()
	find := `() => [...document.querySelectorAll("#berichten a[href]")].map((a) => a.href).filter((h) => h.includes("/overzicht/in/"))`
	before := w.MustEval(`() => (` + find + `)().length`).Int()
	w.say("/convenant overzicht")
	w.Until("a link to the overview", `(n) => (`+find+`)().length > n`, before)
	at := w.MustEval(`() => (` + find + `)().at(-1)`).Str()
	p := w.b.Open(at, width, height)
	p.Sees("h1", "Inloggen")
	p.Axe("the page behind the link")
	p.Fits("the page behind the link")
	p.Shoot("overzicht-in")
	p.Follow("button", "Open het overzicht")
	p.Sees("h1", "Begin")
	return p, at
}

func goTo(p *browsertest.Page, view string) {
	p.Follow(`nav a[href$="/`+view+`"]`, "")
	p.Until("the view "+view, `(view) => location.pathname.endsWith("/" + view)`, view)
}

func TestThoseWhoWatchOverCasussenWorkWithTheOverview(t *testing.T) {
	bot := start(t)
	first := browsertest.Start(t)
	sanne := bot.as(first, "sanne", "Sanne")
	// One whose young person turns twelve in three weeks, and an older one.
	opens(sanne, today(t, -12, 0, 21), "daan", "joke")
	opens(sanne, today(t, -14, 0, 0), "mehmet", "joke")

	// The FG, in a browser of her own.
	second := first.Another()
	ingrid := bot.as(second, "ingrid", "Ingrid")
	fg, used := ingrid.overview(1280, 900)
	fg.Sees("header .pet", "FG")

	// The link worked once.
	again := first.Another().Open(used, 800, 600)
	again.Sees("h1", "Inloggen")
	again.Sees("main", "werkt niet meer")
	again.Axe("a link that was used")
	again.Shoot("overzicht-gebruikt")
	again.Calm("answer 403", "status of 403")

	// She puts on the hat of the school.
	fg.Click("header summary", "")
	fg.Follow("header .pet a", "FG, Basisschool De Linde")
	fg.Sees(".cijfers", "open casussen")
	fg.Until("two open casussen", `() => document.querySelector(".cijfers b").innerText.trim() === "2"`)
	if got := len(every(t, fg, "fg")); got != 15 {
		t.Errorf("the FG has %d views, want 15", got)
	}
	fg.Calm()
	fg.Prefers("prefers-color-scheme", "dark")
	goTo(fg, "begin")
	fg.Axe("the FG by night")
	fg.Shoot("overzicht-fg-begin-nacht")
	goTo(fg, "bewaren")
	fg.Axe("retention by night")
	fg.Shoot("overzicht-fg-bewaren-nacht")
	fg.Prefers()

	// The same hat of another organisation shows another part.
	fg.Click("header summary", "")
	fg.Follow("header .pet a", "FG, Samenwerkingsverband Samen Leren")
	goTo(fg, "begin")
	fg.Until("no casus of theirs", `() => document.querySelector(".cijfers b").innerText.trim() === "0"`)
	fg.Click("header summary", "")
	fg.Follow("header .pet a", "FG, Basisschool De Linde")

	// Who leads sees what she leads, and the day of a birthday.
	lead, _ := sanne.overview(1280, 900)
	lead.Sees("header .pet", "Procesregisseur")
	views := every(t, lead, "regie")
	if strings.Join(views, " ") != "begin casussen toestemming verjaardagen bewaren blokkades incidenten overname" {
		t.Errorf("who leads has the views %v", views)
	}
	goTo(lead, "verjaardagen")
	lead.Sees("main table", "12")
	lead.Calm()

	// The FG places a hold, and the other window sees it by itself.
	third := first.Another()
	hanneke := bot.as(third, "hanneke", "Hanneke")
	boss, _ := hanneke.overview(1280, 900)
	boss.Sees("header .pet", "Beslisser, Basisschool De Linde")
	goTo(boss, "blokkades")
	boss.Sees("main", "Er is nu niets te zien")
	goTo(fg, "casussen")
	does(t, fg, "Blokkeer wissen", map[string]string{"reason": "Er loopt een klacht bij de inspectie."}, "De blokkade ligt er")
	boss.Front()
	boss.Sees("#blokkades-titel + .schuif table", "C-20")
	boss.Calm()

	// Released by two: she asks, and may not agree with herself.
	goTo(fg, "blokkades")
	does(t, fg, "Vraag vrijgeven", map[string]string{"reason": "De klacht is afgehandeld."}, "Een ander moet nu ook ja zeggen")
	fg.Sees("main table", "door jou gevraagd")
	boss.Front()
	boss.Sees("main table", "door een ander gevraagd")
	does(t, boss, "Geef vrij", nil, "vrijgegeven")
	fg.Front()
	fg.Until("the hold is released in the other window", `() => !!document.querySelector("#vrijgegeven-titel + .schuif table")`)
	discreet(t, fg, "holds")

	// A reading of ours is adopted, and what is wrong with the form is said.
	goTo(fg, "regels")
	fg.TapAway("main a.knop", "Vastgesteld")
	fg.MustEval(`() => { document.querySelector("form").noValidate = true }`)
	fg.Follow("form button.hoofd", "")
	fg.Sees("p.fout", "vinkje")
	fg.Axe("a form with a mistake")
	fg.Shoot("overzicht-fout")
	fg.Follow("a.knop", "Niet doen")
	does(t, fg, "Vastgesteld", map[string]string{"by": "stuurgroep Waterrijk", "on": today(t, 0, 0, -1)}, "Genoteerd")
	fg.Sees("main table", "stuurgroep Waterrijk")

	// The log is verified on a page that grows meanwhile, and a proof is a file.
	goTo(fg, "logboek")
	fg.Follow("form button.hoofd", "Controleer nu")
	fg.Sees("p.goed", "Het logboek klopt")
	fg.Axe("a log that holds")
	fg.Shoot("overzicht-controle")
	fg.Follow("a.knop", "Logboek")
	for what, want := range map[string]string{`a[href*="/bewijs/"]`: "body", `footer a[download]`: `"view": "logboek"`, `section a[download]`: "Nummer;"} {
		got := fg.MustEval(`async (query) => { const r = await fetch(document.querySelector(query).href); return r.status + " " + r.headers.get("content-disposition") + " " + await r.text() }`, what).Str()
		// The newest entry may have to wait a minute for its checkpoint.
		waits := strings.HasPrefix(got, "409 ") && strings.Contains(what, "bewijs")
		if !waits && (!strings.HasPrefix(got, "200 attachment; filename=") || !strings.Contains(strings.ToLower(got), strings.ToLower(want))) {
			t.Errorf("the file behind %s: %.300s", what, got)
		}
	}
	fg.Calm("409", "422") // a proof that has to wait, and the form with a mistake
	boss.Calm()

	// Time goes by, and everybody is signed out by it. What is due then is proposed by
	// one and done by the other.
	sanne.Front()
	sanne.Click("details.clock summary", "")
	for range 5 {
		before := sanne.MustEval(`() => document.querySelector("#clock").innerText`).Str()
		sanne.Tap(".clock-acts button[data-days='7']", "")
		sanne.Until("the clock moves", `(was) => document.querySelector("#clock").innerText !== was`, before)
	}
	fg.Front()
	fg.Sees("h1", "Je bent uitgelogd")
	fg.Axe("signed out")
	fg.Shoot("overzicht-uit")
	fg.Calm("answer 401", "status of 401")
	boss.Front()
	boss.Sees("h1", "Je bent uitgelogd")
	boss.Calm("answer 401", "status of 401")
	fg, _ = ingrid.overview(1280, 900)
	fg.Click("header summary", "")
	fg.Follow("header .pet a", "FG, Basisschool De Linde")
	boss, _ = hanneke.overview(1280, 900)
	goTo(boss, "bewaren")
	goTo(fg, "bewaren")
	does(t, fg, "Stel voor om nu te doen", nil, "Voorgesteld")
	fg.Sees("#voorstellen-titel + .schuif", "jij")
	boss.Front()
	boss.Sees("#voorstellen-titel + .schuif", "een ander")
	boss.Shoot("overzicht-voorstel")
	does(t, boss, "Akkoord, doe het", nil, "bezig met wat aan de beurt is")
	fg.Front()
	fg.Until("the proposal is gone in the other window", `() => !document.querySelector("#voorstellen-titel")`)
	fg.Calm()

	// And out.
	fg.Follow("header button", "Uitloggen")
	fg.Sees("h1", "Je bent uitgelogd")
	fg.Calm()
	fg.Back()
	fg.Until("the button back shows nothing", `() => document.readyState === "complete" && !document.querySelector("main table") && document.body.innerText.trim() !== ""`)
	boss.Calm()
	lead.Calm("answer 401", "status of 401")
	if got := first.Outside(); len(got) > 0 {
		t.Errorf("asked of other machines: %q", got)
	}
}
