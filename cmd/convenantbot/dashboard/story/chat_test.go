package story

import (
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/browsertest"
)

// values are what somebody fills in, by field.
type values map[string][]string

// person is somebody of the try-out, in a browser.
type person struct {
	*browsertest.Page
	t  testing.TB
	b  *browsertest.Browser
	id string
}

// as opens the chat and clicks on who to be.
func (p *tryOut) as(b *browsertest.Browser, id, first string) *person {
	p.t.Helper()
	w := &person{t: p.t, b: b, id: id, Page: b.Open(p.url, 1360, 860)}
	w.Click(".card button.primary", first)
	w.live()
	return w
}

func (w *person) live() {
	w.t.Helper()
	w.Until("the page of "+w.id, `(place) => location.pathname.includes(place) && document.body.dataset.live === "yes"`, "/als/"+w.id)
}

// say types something and sends it.
func (w *person) say(text string) {
	w.t.Helper()
	w.MustActivate()
	w.Fill("#tekst", text)
	w.Click(".composer .send", "")
}

// fill fills in the form that comes and sends it; it must be taken.
func (w *person) fill(v values) {
	w.t.Helper()
	w.Until("a form", `() => document.querySelector("#dialog").open`)
	w.MustEval(`(v) => {
		const dialog = document.querySelector("#dialog");
		for (const [name, all] of Object.entries(v)) {
			const box = dialog.querySelector("[data-field=" + CSS.escape(name) + "]");
			if (!box) throw new Error("no field " + name + " in " + dialog.innerText);
			for (const i of box.querySelectorAll("input, select, textarea")) {
				if (i.type === "checkbox" || i.type === "radio") i.checked = all.includes(i.value);
				else i.value = all[0];
			}
		}
		dialog.firstChild.dataset.sent = "yes";
	}`, v)
	w.Click("#dialog button[value=send]", "")
	w.Until("the form is taken", `() => {
		const dialog = document.querySelector("#dialog"), errors = dialog.querySelector(".errors");
		if (dialog.open && errors && !errors.hidden) throw new Error(errors.innerText);
		return !dialog.open || dialog.firstChild.dataset.sent !== "yes";
	}`)
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

// today is the day in the try-out, which begins with the real one.
func today(t testing.TB, years, months, days int) string {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	return time.Now().In(zone).AddDate(years, months, days).Format(time.DateOnly)
}

// begin has Sanne begin an overleg about somebody born on that day, with members.
func begin(sanne *person, born string, members ...string) {
	sanne.t.Helper()
	n := sanne.MustEval(`() => [...document.querySelectorAll("#sidebar a")].filter((a) => a.innerText.includes("casus-")).length`).Int()
	sanne.say("/casus nieuw")
	sanne.fill(values{"kind": {"mdo"}, "purpose": {"Samen een plan maken zodat het weer lukt op school"}, "born": {born}, "school": {"school-de-linde"},
		"members": members, "holder1": {"moeder"}, "holder2": {"vader"}, "checked": {"register"},
		"agreed": {"g1", "g2", "yp"}, "agreed_on": {today(sanne.t, 0, -1, 0)}, "agreed_how": {"conversation"}, "invited": {"ja"}})
	sanne.Until("its room", `(n) => [...document.querySelectorAll("#sidebar a")].filter((a) => a.innerText.includes("casus-")).length > n`, n)
}
