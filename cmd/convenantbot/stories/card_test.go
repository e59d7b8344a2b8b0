package stories

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ledongthuc/pdf"
)

// A parent's card, from the desk to the end, on both platforms: what is said on it
// counts at once, is told to who must act, and nobody else of the family sees it.

func TestTheCardOnTheLocalChat(t *testing.T) {
	w := onTheLocalChat(t, "--vault")
	one := cards{week: w}
	w.story(t, "a parent says yes and takes it back", one.saysAndTakesBack)
	w.story(t, "a parent objects", one.objects)
	w.story(t, "safety is at stake", one.safety)
	w.story(t, "the paper is not kept", one.paperGoes)
	w.story(t, "the log has every act, and holds", w.found)
}

func TestTheCardOnTheRealServer(t *testing.T) {
	w := onTheRealServer(t)
	h := w.ib.hand.(user).h
	h.pages()
	h.restart("")
	one := cards{week: w}
	w.story(t, "a parent says yes and takes it back", one.saysAndTakesBack)
	w.story(t, "a parent objects", one.objects)
	w.story(t, "safety is at stake", one.safety)
	// The paper is printed from the chat: for that hour the server has it.
	w.story(t, "what of it the server has", func() { one.touched(h, 2, "database files", "database: fileinfo", "search") })
	w.story(t, "the paper is not kept", func() { one.paperGoes(); one.touched(h, 0, "?database files") })
	w.story(t, "the log has every act, and holds", w.found)
}

// story tells one story of a week of its own; the next are not told when it fails.
func (w *week) story(t *testing.T, name string, story func()) {
	t.Helper()
	if t.Failed() {
		return
	}
	t.Run(name, func(t *testing.T) {
		w.t = t
		w.now(t)
		defer func() {
			if t.Failed() {
				t.Logf("the bot said:\n%s", tail(w.said(), 4000))
			}
		}()
		story()
	})
}

// found is the end of such a week: what was expected stands in the log.
func (w *week) found() {
	log := w.log()
	for _, x := range w.expected {
		if n := count(log, x.ref, x.act); n != x.n {
			w.t.Errorf("%s: %s stands %d times in the log, want %d: %v", x.story, x.act, n, x.n, acts(log, x.ref))
		}
	}
}

// cards is the week of two parents with a card each.
type cards struct {
	*week
	c              casus
	mother, father *holder
}

// holder is somebody with a card, and the browser of their phone.
type holder struct {
	w         *week
	phone     *http.Client
	root      string // address of the pages
	code, pin string
	first     string // what was said at the desk with the first PIN
	page      string // what the phone shows
	status    int
}

var (
	pinSaid  = regexp.MustCompile(`Eerste pincode: ([0-9]{6})`)
	codeOn   = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}`)
	rootOn   = regexp.MustCompile(`http://127\.0\.0\.1:\d+/kaart/`)
	csrfOn   = regexp.MustCompile(`name="csrf" value="([^"]*)"`)
	hiddenOn = regexp.MustCompile(`name="(agreement|discloser)" value="([^"]*)"`)
	cellOn   = regexp.MustCompile(`name="(c:[^"]+)"`)
	asksOf   = regexp.MustCompile(`href="(/kaart/zeg/\d+)">([^<]*)</a>`)
)

// papersOf lists the cards on paper that somebody was given, as text.
func (w *worker) papersOf() []string {
	w.t().Helper()
	var all []string
	for _, data := range w.given() {
		if !strings.HasPrefix(data, "%PDF-") {
			continue
		}
		r, err := pdf.NewReader(bytes.NewReader([]byte(data)), int64(len(data)))
		if err != nil {
			w.t().Fatalf("read the paper: %v", err)
		}
		said, err := r.Page(1).GetPlainText(nil)
		if err != nil {
			w.t().Fatalf("read the paper: %v", err)
		}
		all = append(all, strings.Join(strings.Fields(said), ""))
	}
	return all
}

// given lists the bytes of every file that the bot gave somebody alone, two of one
// name too.
func (w *worker) given() []string {
	var all []string
	switch who := w.hand.(type) {
	case guest:
		for _, m := range who.look(who.direct()).Messages {
			for _, f := range m.Files {
				if !m.Hidden {
					all = append(all, who.get(f.URL))
				}
			}
		}
	case user:
		for _, post := range who.posts(who.direct) {
			for _, id := range post.FileIds {
				if data, _, err := who.Client.GetFile(w.t().Context(), id); err == nil {
					all = append(all, string(data))
				}
			}
		}
	default:
		all = w.papers()
	}
	return all
}

// gives has the one who leads make a card at the desk, and its holder open it there
// and choose a PIN.
func (w *week) gives(c casus, who string) *holder {
	w.t.Helper()
	pins := func() []string {
		var all []string
		for _, m := range pinSaid.FindAllStringSubmatch(strings.Join(w.ib.told(), "\n"), -1) {
			all = append(all, m[1])
		}
		return all
	}
	heard, had := len(pins()), w.ib.papersOf()
	w.ib.does(c.room, "/casus kaart", values{"what": {"make"}, "who": {who}, "seen": {"document"}})
	o := &holder{w: w, phone: mustClient(w.t)}
	paper := ""
	until(w.t, "the card comes, with what is said", patience, func() bool {
		all := w.ib.papersOf()
		i := slices.IndexFunc(all, func(p string) bool { return !slices.Contains(had, p) })
		if i >= 0 {
			paper = all[i]
		}
		return paper != "" && len(pins()) > heard
	}, func() string { return tail(strings.Join(w.ib.told(), "\n---\n"), 3000) })
	o.code, o.root = codeOn.FindString(paper), rootOn.FindString(paper)
	o.pin = pins()[heard]
	o.first = "Eerste pincode: " + o.pin
	if o.code == "" || o.root == "" || strings.Contains(paper, o.pin) {
		w.t.Fatalf("on the paper: %q", paper)
	}
	o.opens(o.pin)
	o.shows(http.StatusOK, "Kies een eigen pincode")
	o.pin = "190473"
	o.sends("pin", "pin", o.pin, "again", o.pin)
	o.shows(http.StatusOK, "Uw pincode is bewaard")
	return o
}

func (o *holder) took(r *http.Response, err error) {
	o.w.t.Helper()
	if err != nil {
		o.w.t.Fatal(err)
	}
	defer r.Body.Close()
	var page bytes.Buffer
	if _, err := page.ReadFrom(r.Body); err != nil {
		o.w.t.Fatal(err)
	}
	o.page, o.status = page.String(), r.StatusCode
}

func (o *holder) looks(path string) string {
	o.w.t.Helper()
	o.took(o.phone.Get(o.root + path))
	return o.page
}

// sends sends the form of the page that is shown.
func (o *holder) sends(path string, pairs ...string) {
	o.w.t.Helper()
	form := url.Values{}
	if m := csrfOn.FindStringSubmatch(o.page); m != nil {
		form.Set("csrf", m[1])
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	o.took(o.phone.PostForm(o.root+path, form))
}

func (o *holder) opens(pin string) {
	o.w.t.Helper()
	o.sends("open", "code", o.code, "pin", pin)
}

func (o *holder) shows(status int, parts ...string) {
	o.w.t.Helper()
	if o.status != status || !all(o.page, parts) {
		o.w.t.Errorf("the page answers %d, want %d with %q:\n%s", o.status, status, parts, tail(o.page, 6000))
	}
}

func (o *holder) hides(parts ...string) {
	o.w.t.Helper()
	for _, p := range parts {
		if strings.Contains(o.page, p) {
			o.w.t.Errorf("the page shows %q", p)
		}
	}
}

// says gives the same answer to everything that is asked about what an organisation
// may share, of these kinds.
func (o *holder) says(decision, organisation string, kinds ...string) {
	o.w.t.Helper()
	path := ""
	for _, m := range asksOf.FindAllStringSubmatch(o.looks(""), -1) {
		if strings.Contains(m[2], organisation) {
			path = strings.TrimPrefix(m[1], "/kaart/")
		}
	}
	if path == "" {
		o.w.t.Fatalf("nothing is asked about %s:\n%s", organisation, o.page)
	}
	o.looks(path)
	var form []string
	for _, m := range hiddenOn.FindAllStringSubmatch(o.page, -1) {
		form = append(form, m[1], m[2])
	}
	cells := 0
	for _, m := range cellOn.FindAllStringSubmatch(o.page, -1) {
		if slices.ContainsFunc(kinds, func(k string) bool { return strings.HasPrefix(m[1], "c:"+k+"/") }) {
			form = append(form, m[1], decision)
			cells++
		}
	}
	if cells == 0 {
		o.w.t.Fatalf("nothing is asked about %v:\n%s", kinds, o.page)
	}
	o.sends("zeg", form...)
}

// inVault counts the cards of documents in the vault that are in sight.
func (w *worker) inVault(c casus) int { return w.count(c.room, cardSays) }

const (
	plan   = "het gezin krijgt hulp op maandag"
	report = "een behandelverslag zonder namen"
)

// organisationOf is what people call the organisation of who shares.
func (w *week) providerName() string {
	if _, local := w.ib.hand.(guest); local {
		return "Jeugdhulp De Brug"
	}
	return "Organisatie " + provider
}

func (o *cards) saysAndTakesBack() {
	w := o.week
	o.c = w.open(w.child(set("members", w.lpa.id(), w.carer.id())), w.lpa, w.carer)
	c := o.c
	w.discuss(c)
	w.carer.brings(c, "plan.txt", plan, "sensitive")
	w.carer.hears("plan.txt", "Nodig is nog een ja van")
	w.carer.brings(c, "verslag.txt", report, "health")
	w.carer.hears("verslag.txt", "Nodig is nog een ja van", "moeder en vader")

	// Nobody but who leads makes a card.
	w.lpa.command(c.room, "/casus kaart")
	for _, choice := range w.lpa.form()["what"].choices {
		if choice[0] == "make" {
			w.t.Error("who does not lead is asked whether to make a card")
		}
	}
	o.mother, o.father = w.gives(c, "g1"), w.gives(c, "g2")
	for _, one := range []*holder{o.mother, o.father} {
		one.looks("")
		one.shows(http.StatusOK, "Samen een plan maken", "intern begeleider", "jeugdhulpverlener", "Er is nog niets gedeeld")
		one.hides("plan.txt", "verslag.txt", plan, report, "zelf, op deze kaart")
	}
	o.mother.hides("vader")
	o.father.hides("moeder")

	// One parent is enough for the plan; about health both decide.
	o.mother.says("given", w.providerName(), "sensitive", "health")
	o.mother.shows(http.StatusOK, "Uw antwoord is bewaard", "zelf, op deze kaart")
	w.lpa.sees(c.room, plan)
	if n := w.lpa.inVault(c); n != 0 {
		w.t.Fatalf("with a yes of one of two the room has %d cards", n)
	}
	o.father.looks("")
	o.father.hides("zelf, op deze kaart", "moeder")
	o.father.says("given", w.providerName(), "health")
	o.father.shows(http.StatusOK, "zelf, op deze kaart")
	until(w.t, "the room has a card of the report", patience, func() bool { return w.lpa.inVault(c) == 1 }, func() string { return tail(w.said(), 2000) })
	w.lpa.sees(c.room, plan) // and its bytes are not there
	w.carer.hears("moeder heeft op de eigen kaart ja of nee gezegd")
	w.carer.hears("vader heeft op de eigen kaart ja of nee gezegd")
	w.ib.hears("Casus "+c.ref, "vader heeft op de eigen kaart ja of nee gezegd")
	if w.lpa.heard("op de eigen kaart") {
		w.t.Error("somebody who has nothing to do with it was told of an answer")
	}

	// She takes it back: out of sight at once, and who must act hears it.
	o.mother.says("refused", w.providerName(), "sensitive", "health")
	o.mother.shows(http.StatusOK, "meteen uit het zicht gehaald")
	w.lpa.sees(c.room)
	until(w.t, "the card is out of sight", patience, func() bool { return w.lpa.inVault(c) == 0 }, func() string { return tail(w.said(), 2000) })
	w.ib.hears("Casus "+c.ref, "uit het zicht")
	o.father.looks("")
	o.father.shows(http.StatusOK, "zelf, op deze kaart")
	o.father.hides("Nee</strong>", "ingetrokken", "moeder")
	w.expect(c.ref, "card_made", 2, "")
	w.expect(c.ref, "card_pin_chosen", 2, "")
	w.expect(c.ref, "file_posted", 2, "")
	w.expect(c.ref, "file_withdrawn", 2, "")
}

// remark is what a parent writes; nobody of the family is to see it.
const remark = "Kanariebezwaar omdat dit niet klopt"

func (o *cards) objects() {
	w := o.week
	o.father.looks("bezwaar")
	o.father.sends("bezwaar", "seat", "", "text", remark)
	o.father.shows(http.StatusOK, "Kanariebezwaar")
	w.ib.hears("Casus "+o.c.ref, "Bezwaar wacht nog")
	o.mother.looks("")
	o.mother.shows(http.StatusOK, "Samen een plan maken")
	o.mother.hides("Kanariebezwaar", "vader")
	// The room hears that nothing may be used, and neither from whom nor why.
	w.lpa.finds(o.c.room, "er is bezwaar gemaakt")
	if n := w.lpa.count(o.c.room, "Kanariebezwaar") + w.lpa.count(o.c.room, "vader"); n != 0 {
		w.t.Errorf("the room reads of him %d times", n)
	}
	w.expect(o.c.ref, "request_received", 1, "")
}

func (o *cards) safety() {
	w, c := o.week, o.c
	o.mother.looks("")
	before := csrfOn.ReplaceAllString(o.mother.page, "")
	o.father.looks("")
	o.father.shows(http.StatusOK, "Samen een plan maken")
	w.lpa.command(c.room, "/casus veiligheid")
	w.lpa.fill(values{"who": {"g2"}, "what": {"stop"}})
	w.lpa.hears("Casus "+c.ref, "alle contact met vader via mij is gestopt")
	w.ib.hears("Casus "+c.ref, "alle contact met vader via mij is gestopt")
	w.officer.hears("Casus "+c.ref, "alle contact met vader via mij is gestopt")
	// His page closes and says nothing; his card is as one that never was.
	o.father.looks("")
	o.father.shows(http.StatusForbidden, "De pagina is gesloten")
	o.father.hides("veiligheid", "Samen een plan maken")
	o.father.opens(o.father.pin)
	his, status := o.father.page, o.father.status
	never := &holder{w: w, phone: mustClient(w.t), root: o.father.root, code: "7777-7777-7777"}
	never.opens("190473")
	if status != http.StatusForbidden || his != never.page {
		w.t.Errorf("his card answers %d, and not as a card that never was:\n%s", status, his)
	}
	// Hers is as it was.
	o.mother.looks("")
	if now := csrfOn.ReplaceAllString(o.mother.page, ""); now != before {
		w.t.Errorf("her page changed:\n%s\nwas\n%s", now, before)
	}
	// There is no new one for him, and no invitation.
	w.ib.command(c.room, "/casus kaart")
	if wrong := w.ib.try(values{"what": {"make"}, "who": {"g2"}, "seen": {"document"}}); !strings.Contains(wrong["who"], "veiligheid") {
		w.t.Errorf("a new card: %v, want it refused", wrong)
	}
	w.ib.command(c.room, "/casus uitnodigen")
	if wrong := w.ib.try(values{"who": {"g2"}, "through": {"guest"}, "user": {w.mother.id()}}); !strings.Contains(fmt.Sprint(wrong), "veiligheid") {
		w.t.Errorf("an invitation: %v, want it refused", wrong)
	}
	w.expect(c.ref, "safety_outreach_stopped", 1, "")
	w.expect(c.ref, "card_ended", 1, "")
}

// touched looks for the PINs of the desk, the codes and what a parent wrote. papers
// is how many papers the disk may have, code where a code may be.
func (o *cards) touched(h *house, papers int, code ...string) {
	x := &traces{h: h, mail: &catcher{}, pushed: &catcher{}, words: map[string]string{
		"the first PIN of a card": o.mother.first, "the first PIN of another": o.father.first, "the PIN that they chose": "pincode: " + o.mother.pin,
		"the code of a card": o.mother.code, "that code without its hyphens": strings.ReplaceAll(o.mother.code, "-", ""), "what a parent wrote": "Kanariebezwaar",
	}}
	x.want(map[string][]string{
		"the first PIN of a card": nil, "the first PIN of another": nil, "the PIN that they chose": nil,
		"the code of a card": code, "that code without its hyphens": nil,
		// Who has to answer it reads it in the conversation with the bot.
		"what a parent wrote": {"database files", "database: posts", "search"},
	})
	n := 0
	for _, name := range h.Files() {
		if strings.Contains(name, "kaart-") {
			n++
		}
	}
	if n != papers {
		h.t.Errorf("the disk of the server has %d papers, want %d", n, papers)
	}
}

func (o *cards) paperGoes() {
	w := o.week
	if n := len(w.ib.papersOf()); n != 2 {
		w.t.Fatalf("who made the cards has %d papers, want both", n)
	}
	w.forward(2)
	until(w.t, "the papers are gone", patience, func() bool { return len(w.ib.papersOf()) == 0 }, func() string { return tail(w.said(), 2000) })
}
