package story

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ledongthuc/pdf"

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

	papers int // cards that were taken out of the conversation with the bot
}

// as opens the chat in a browser of its own and clicks on who to be.
func (p *tryOut) as(b *browsertest.Browser, id, first string) *person {
	p.t.Helper()
	w := &person{t: p.t, b: b, id: id, Page: b.Open(p.url, 1360, 860)}
	w.Click(".card button.primary", first)
	w.live()
	return w
}

// live waits until a page of theirs is there and kept up to date.
func (w *person) live() {
	w.t.Helper()
	w.Until("the page of "+w.id, `(place) => location.pathname.includes(place) && document.body.dataset.live === "yes"`, "/als/"+w.id)
}

// enter goes to a place by the list of channels.
func (w *person) enter(name string) {
	w.t.Helper()
	w.Front()
	w.Until("the place "+name, `(name) => [...document.querySelectorAll("#sidebar a")].some((a) => a.innerText.includes(name))`, name)
	w.TapAway("#sidebar a", name)
	w.live()
}

// say types something and sends it.
func (w *person) say(text string) {
	w.t.Helper()
	w.Front()
	w.Fill("#tekst", text)
	w.Tap(".composer .send", "")
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
				if (i.tagName === "SELECT" && i.value !== all[0]) throw new Error(name + " has no choice " + all[0] + ": " + box.innerText);
			}
		}
		dialog.firstChild.dataset.sent = "yes";
	}`, v)
	w.Tap("#dialog button[value=send]", "")
	w.Until("the form is taken", `() => {
		const dialog = document.querySelector("#dialog"), errors = dialog.querySelector(".errors");
		if (dialog.open && errors && !errors.hidden) throw new Error(errors.innerText);
		return !dialog.open || dialog.firstChild.dataset.sent !== "yes";
	}`)
}

// press presses the newest button with a label in a message that says part.
func (w *person) press(label, part string) {
	w.t.Helper()
	w.Front()
	w.Until("a button "+label, `(label, part) => {
		const all = [...document.querySelectorAll("#berichten .msg")].filter((m) => m.innerText.includes(part)).flatMap((m) => [...m.querySelectorAll("[data-press]")]);
		const button = all.filter((b) => b.innerText.includes(label) && !b.disabled).at(-1);
		button?.click();
		return !!button;
	}`, label, part)
}

// upload brings a file in by the chat.
func (w *person) upload(name string, data []byte) {
	w.t.Helper()
	at := filepath.Join(w.t.TempDir(), name)
	if err := os.WriteFile(at, data, 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.Attach(".composer .pick", at)
	w.Sees("#toasts, #berichten", "nog niet geplaatst") // leaving the page sooner would stop it
	w.MustEval(`() => { document.querySelector("#toasts")?.replaceChildren() }`)
}

// link waits for the next link to a page of the bot and returns where it leads.
// What was whispered before is taken away first, so that it is a new one.
func (w *person) link(kind string) string {
	w.t.Helper()
	find := `(kind) => [...document.querySelectorAll("#berichten .whisper a[href]")].map((a) => a.href).filter((h) => h.includes(kind)).at(-1) || ""`
	w.Until("a link to "+kind, `(kind) => (`+find+`)(kind) !== ""`, kind)
	at := w.MustEval(find, kind).Str()
	w.MustEval(`(at) => { for (const a of document.querySelectorAll("#berichten .whisper a[href]")) if (a.href === at) a.closest(".whisper").querySelector("[data-dismiss]").click() }`, at)
	return at
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

// purpose is what every overleg of these stories is for.
const purpose = "Samen een plan maken zodat het weer lukt op school"

// opens has Sanne begin an overleg about somebody born on that day, with members,
// and waits for its room.
func opens(sanne *person, born string, members ...string) {
	sanne.t.Helper()
	const rooms = `() => [...document.querySelectorAll("#sidebar a")].filter((a) => a.innerText.includes("casus-")).length`
	before := sanne.MustEval(rooms).Int()
	sanne.say("/casus nieuw")
	sanne.fill(values{"kind": {"mdo"}, "purpose": {purpose}, "born": {born}, "school": {"school-de-linde"},
		"members": members, "holder1": {"moeder"}, "holder2": {"vader"}, "checked": {"register"},
		"agreed": {"g1", "g2", "yp"}, "agreed_on": {today(sanne.t, 0, -1, 0)}, "agreed_how": {"conversation"}, "invited": {"ja"}})
	sanne.Until("its room", `(n) => (`+rooms+`)() > n`, before)
}

// begin is opens, and brings the overleg to the phase in which health is shared.
// Everybody is in its room afterwards.
func begin(sanne *person, born string, members ...*person) {
	sanne.t.Helper()
	var ids []string
	for _, m := range members {
		ids = append(ids, m.id)
	}
	opens(sanne, born, ids...)
	for _, w := range append([]*person{sanne}, members...) {
		w.enter("casus-")
	}
	sanne.say("/casus fase F3")
	sanne.Sees("#berichten", "is nu in fase")
}

// agreed has Daan note three yeses to sharing health.
func agreed(daan *person, recipients ...string) {
	daan.t.Helper()
	for _, g := range [][2]string{{"yp", "young_person"}, {"g1", "authority"}, {"g2", "authority"}} {
		daan.say("/casus toestemming")
		daan.fill(values{"giver": {g[0]}, "capacity": {g[1]}, "decision": {"given"}, "recipients": recipients,
			"kinds": {"health"}, "purpose": {purpose}, "given_on": {today(daan.t, 0, 0, 0)}, "expires_on": {today(daan.t, 0, 10, 0)}, "how": {"conversation"}})
	}
}

// paper is a card as it is handed over: the address and code on it, and the PIN
// that is said.
type paper struct{ address, code, pin string }

var (
	pinTold  = regexp.MustCompile(`pincode: (\d{6})`)
	codeTold = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}`)
	cardSite = regexp.MustCompile(`http://127\.0\.0\.1:\d+/kaart/`)
)

// hand has Sanne make a card for somebody at the desk.
func hand(sanne *person, who string) paper {
	sanne.t.Helper()
	sanne.enter("casus-")
	before := sanne.MustEval(`() => [...document.querySelectorAll("#berichten .whisper")].filter((m) => /pincode: \d{6}/.test(m.innerText)).length`).Int()
	sanne.say("/casus kaart")
	sanne.fill(values{"what": {"make"}, "who": {who}, "seen": {"document"}})
	sanne.Until("the PIN is told", `(n) => [...document.querySelectorAll("#berichten .whisper")].filter((m) => /pincode: \d{6}/.test(m.innerText)).length > n`, before)
	told := pinTold.FindAllStringSubmatch(sanne.Text(), -1)
	sanne.enter("convenantbot")
	find := `() => [...document.querySelectorAll("#berichten .files a")].filter((a) => a.innerText.includes("kaart-"))`
	sanne.Until("the paper is there", `(n) => (`+find+`)().length > n`, sanne.papers)
	href := sanne.MustEval(`() => (` + find + `)().at(-1).href`).Str()
	sanne.papers++
	data := sanne.fetch(href)
	if dir := os.Getenv("SCREENSHOTS"); dir != "" {
		if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "kaart-papier.pdf"), data, 0o644)); err != nil {
			sanne.t.Fatal(err)
		}
	}
	r, err := pdf.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		sanne.t.Fatal(err)
	}
	text, err := r.Page(1).GetPlainText(nil)
	if err != nil {
		sanne.t.Fatal(err)
	}
	text = strings.Join(strings.Fields(text), "")
	k := paper{address: cardSite.FindString(text), code: codeTold.FindString(text), pin: told[len(told)-1][1]}
	if k.address == "" || k.code == "" || strings.Contains(text, k.pin) {
		sanne.t.Fatalf("on the paper: %q", text)
	}
	return k
}

// fetch takes a file out of the chat, as a click on it does.
func (w *person) fetch(href string) []byte {
	w.t.Helper()
	got := w.MustEval(`async (href) => {
		const bytes = new Uint8Array(await (await fetch(href)).arrayBuffer());
		return btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
	}`, href).Str()
	data, err := base64.StdEncoding.DecodeString(got)
	if err != nil {
		w.t.Fatal(err)
	}
	return data
}
