package card_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

const closed = "De pagina is gesloten"

func TestAParentSeesWhatIsDoneInTheirName(t *testing.T) {
	w := newWorld(t, "2016-05-01")
	r, _ := w.started("g1")
	r.get("/kaart/")
	r.wants(http.StatusOK, "Samen een plan maken", "intern begeleider", "Organisatie aanbieder", "leerplichtambtenaar", "Er is nog niets gedeeld",
		"Opgeschreven door intern begeleider, Organisatie school-a", "in een gesprek", "Mag dit overleg er zijn?", "Wat mag Organisatie aanbieder delen?")
	r.lacks("vader", "p-ib", "Wat mogen uw ouders zien")
	r.post("/kaart/klopt", "yes", "agreement:"+w.answer("g1").ID)
	r.wants(http.StatusOK, "Zelf bevestigd", "Bewaard. Er staat nu dat u dit zelf hebt gezegd.")
	if n := w.entries(bot.ActYesAffirmed); n != 1 {
		t.Errorf("the log has %d words of a giver, want 1", n)
	}
}

// answer is the agreement that was noted for somebody when the casus began.
func (w *world) answer(giver bot.PersonID) (a bot.Agreement) {
	w.t.Helper()
	w.view(func(tx bot.Tx) error {
		all, err := tx.Agreements(w.casus.Ref)
		i := slices.IndexFunc(all, func(x bot.Agreement) bool { return x.Giver == giver })
		if i < 0 {
			return fmt.Errorf("no agreement of %s: %w", giver, err)
		}
		a = all[i]
		return err
	})
	return a
}

// sayYes says the same to everything about what the carer may share.
func (r *reader) say(decision string, kinds ...string) {
	r.w.t.Helper()
	form := []string{"agreement", "false", "discloser", "aanbieder"}
	for _, k := range kinds {
		for _, to := range []string{"school-a", "gemeente"} {
			form = append(form, "c:"+k+"/"+to, decision)
		}
	}
	r.post("/kaart/zeg", form...)
}

func TestAYesOnTheCardOpensTheGateAndTakingItBackHidesTheFile(t *testing.T) {
	w := newWorld(t, "2016-05-01")
	mother, _ := w.started("g1")
	father, _ := w.started("g2")
	w.share("verslag.pdf")
	if got := w.files(lpa); len(got) > 0 {
		t.Fatalf("the room shows %v before anybody said yes", got)
	}
	mother.say("given", "health")
	mother.wants(http.StatusOK, "Uw antwoord is bewaard", "zelf, op deze kaart", "Zelf bevestigd")
	w.later(time.Second)
	if got := w.files(lpa); len(got) > 0 {
		t.Fatalf("the room shows %v with a yes of one of two", got)
	}
	father.get("/kaart/")
	father.lacks("zelf, op deze kaart") // the mother's answer is hers
	father.say("given", "health")
	w.later(time.Second)
	if got := w.files(lpa); len(got) != 1 {
		t.Fatalf("the room shows %v, want the file that both said yes to", got)
	}
	mother.get("/kaart/")
	mother.wants(http.StatusOK, "Door jeugdhulpverlener, Organisatie aanbieder, op 02-03-2026")
	mother.lacks("verslag.pdf", "inhoud van")
	if told := w.told(carer); !strings.Contains(told, "moeder heeft op de eigen kaart ja of nee gezegd") {
		t.Errorf("the carer was not told: %s", told)
	}

	// No to one recipient is no to the file, and yes to the other stays.
	mother.post("/kaart/zeg", "agreement", "false", "discloser", "aanbieder", "c:health/gemeente", "refused")
	mother.wants(http.StatusOK, "meteen uit het zicht gehaald")
	if got := w.files(lpa); len(got) != 0 {
		t.Errorf("the room still shows %v after the yes was taken back", got)
	}
	mother.wants(http.StatusOK, "Niet meer te zien")
	father.get("/kaart/")
	father.lacks("02-03-2026 ingetrokken", "Nee</strong>")
	if told := w.told(ib); !strings.Contains(told, "uit het zicht") && !strings.Contains(told, "verborgen") {
		t.Errorf("who leads was not told that a file is hidden: %s", told)
	}
	w.view(func(tx bot.Tx) error {
		all, err := tx.Consents(w.casus.Ref)
		live := 0
		for _, c := range all {
			if c.Giver == "g1" && c.Decision == bot.Given && c.WithdrawnAt.IsZero() {
				live++
				if got := fmt.Sprint(c.Recipients, c.Kinds, c.How, c.NotedBy); got != "[school-a] [health]cardg1" {
					t.Errorf("the yes that is left: %s", got)
				}
			}
		}
		if live != 1 {
			t.Errorf("%d yeses are left, want the one for the school", live)
		}
		return err
	})
}

func TestWhatWasNotedForAParentCanBeTakenBackByThem(t *testing.T) {
	w := newWorld(t, "2016-05-01")
	for _, giver := range []string{"g1", "g2"} {
		w.command(carer, w.casus.Room, "toestemming")
		w.send(carer, map[string][]string{"giver": {giver}, "capacity": {"authority"}, "decision": {"given"}, "recipients": {"school-a", "gemeente"},
			"kinds": {"health"}, "purpose": {"Samen een plan maken"}, "given_on": {"2026-03-01"}, "expires_on": {"2026-12-31"}, "how": {"phone"}})
	}
	w.share("verslag.pdf")
	if got := w.files(lpa); len(got) != 1 {
		t.Fatalf("the room shows %v", got)
	}
	r, _ := w.started("g2")
	r.get("/kaart/")
	r.wants(http.StatusOK, "door de telefoon", "Opgeschreven door jeugdhulpverlener, Organisatie aanbieder")
	var mine, hers string
	w.view(func(tx bot.Tx) error {
		all, err := tx.Consents(w.casus.Ref)
		hers, mine = all[0].ID, all[1].ID
		return err
	})
	r.post("/kaart/intrekken", "yes", hers)
	r.wants(http.StatusForbidden, closed)
	r, _ = w.started("g2")
	r.get("/kaart/")
	r.post("/kaart/intrekken", "yes", mine)
	r.wants(http.StatusOK, "meteen uit het zicht gehaald")
	if got := w.files(lpa); len(got) != 0 {
		t.Errorf("the room still shows %v", got)
	}
}

// Every act by everybody at every moment: who may, and who gets the one page that
// says nothing.
func TestWhoMayDoWhatOnACard(t *testing.T) {
	acts := []struct {
		name, path string
		form       []string
	}{
		{"look", "/kaart/", nil},
		{"see an ask", "/kaart/zeg/1", nil},
		{"say", "/kaart/zeg", []string{"agreement", "false", "discloser", "aanbieder", "c:health/school-a", "given", "c:health/gemeente", "given"}},
		{"ask", "/kaart/verzoek", []string{"kind", "access", "text", "Ik wil graag alles lezen."}},
		{"object", "/kaart/bezwaar", []string{"seat", "", "text", "Ik ben het hier niet mee eens."}},
		{"set parents", "/kaart/ouders", []string{"see", "table"}},
		{"another's receipt", "/kaart/bewijs", []string{"yes", "agreement:id999999"}},
	}
	for _, c := range []struct {
		name, born, who string
		set             func(w *world)
		want            string // of each act: y, n
	}{
		{"a mother of somebody of nine", "2016-05-01", "g1", nil, "yyyyynn"},
		{"a father of somebody of nine", "2016-05-01", "g2", nil, "yyyyynn"},
		{"a mother of somebody of thirteen", "2012-05-01", "g1", nil, "yyyyynn"},
		{"somebody of thirteen", "2012-05-01", "yp", nil, "yyyyynn"},
		{"a mother of somebody of sixteen", "2009-05-01", "g1", nil, "y-nyynn"},
		{"somebody of sixteen", "2009-05-01", "yp", nil, "yyyyyyn"},
		{"somebody of eighteen", "2007-05-01", "yp", nil, "yyyyyyn"},
		{"somebody of sixteen who lacks capacity", "2009-05-01", "yp", func(w *world) { w.change(func(c *bot.Casus) { c.Private.YoungPerson.LacksCapacity = true }) }, "y-nyynn"},
		{"their mother", "2009-05-01", "g1", func(w *world) { w.change(func(c *bot.Casus) { c.Private.YoungPerson.LacksCapacity = true }) }, "yyyyynn"},
		{"a mother when the age is not known any more", "2016-05-01", "g1", func(w *world) { w.change(func(c *bot.Casus) { c.Private.YoungPerson.Born = "" }) }, "y-nyynn"},
		{"a mother whose card was withdrawn", "2016-05-01", "g1", func(w *world) { w.end("g1") }, "nnnnnnn"},
		{"a mother who has authority no more", "2016-05-01", "g1", func(w *world) { w.change(func(c *bot.Casus) { c.Private.Authority = c.Private.Authority[1:] }) }, "nnnnnnn"},
		{"a mother with whom contact was stopped", "2016-05-01", "g1", func(w *world) { w.stop("g1") }, "nnnnnnn"},
		{"a mother when contact with the father was stopped", "2016-05-01", "g1", func(w *world) { w.stop("g2") }, "yyyyynn"},
		{"a mother once the young person turned eighteen", "2008-03-10", "g1", func(w *world) { w.later(8*24*time.Hour - 12*time.Hour) }, "nnnnnnn"},
		{"a stranger", "2016-05-01", "", nil, "nnnnnnn"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, c.born)
			r, p := w.browser(), paper{}
			if c.who != "" {
				r, p = w.started(c.who)
			}
			if c.set != nil {
				c.set(w)
			}
			for i, a := range acts {
				if c.who != "" && r.code != http.StatusOK {
					r.open(p) // a no closes the page
				}
				if a.form == nil {
					r.get(a.path)
				} else {
					r.post(a.path, a.form...)
				}
				got := byte('y')
				if r.code != http.StatusOK || strings.Contains(r.page, `id="pin"`) {
					got = 'n'
				}
				if a.name == "see an ask" && got == 'y' && !strings.Contains(r.page, `action="/kaart/zeg"`) {
					got = '-' // sent back to the card: there is nothing to say
				}
				if got != c.want[i] {
					t.Errorf("%s: %s = %c, want %c (%d)\n%.600s", c.name, a.name, got, c.want[i], r.code, r.page)
				}
			}
		})
	}
}

func (w *world) end(who string) {
	w.t.Helper()
	w.command(lpa, w.casus.Room, "kaart")
	w.send(lpa, map[string][]string{"what": {"end"}, "who": {who}})
}

func (w *world) stop(who string) {
	w.t.Helper()
	w.command(carer, w.casus.Room, "veiligheid")
	w.send(carer, map[string][]string{"who": {who}, "what": {"stop"}})
}

func TestABirthdayChangesAnOpenPageAtMidnight(t *testing.T) {
	w := newWorld(t, "2010-03-03") // sixteen tomorrow
	mother, mp := w.started("g1")
	young, yp := w.started("yp")
	mother.say("given", "health")
	mother.wants(http.StatusOK, "Uw antwoord is bewaard")
	// One second to midnight in Amsterdam: nothing has changed.
	w.clock.Set(time.Date(2026, 3, 2, 22, 59, 59, 0, time.UTC))
	mother.open(mp)
	mother.wants(http.StatusOK, "Samen een plan maken", "Wat mag Organisatie aanbieder delen?")
	young.open(yp)
	young.lacks("Wat mogen uw ouders zien?")
	csrf := mother.csrf
	w.clock.Advance(time.Second)
	mother.csrf = csrf
	mother.say("refused", "health")
	mother.wants(http.StatusForbidden, closed)
	mother.open(mp)
	mother.wants(http.StatusOK, "Uw kind bepaalt wat u hier ziet", "Telt niet meer, door een verjaardag", "U hoeft hier nu niets te beslissen")
	mother.lacks("Samen een plan maken", "jeugdhulpverlener</bdi>", "Wat is er gedeeld?")
	young.open(yp)
	young.wants(http.StatusOK, "Wat mogen uw ouders zien?")
	young.post("/kaart/ouders", "see", "table")
	mother.get("/kaart/")
	mother.wants(http.StatusOK, "Samen een plan maken", "jeugdhulpverlener</bdi>")
	mother.lacks("Wat is er gedeeld?")
	young.post("/kaart/ouders", "see", "")
	mother.get("/kaart/")
	mother.lacks("Samen een plan maken")
}

func TestNobodyHasACardWhoMayNotHaveOne(t *testing.T) {
	for _, c := range []struct{ name, born, who, want string }{
		{"somebody of eleven", "2014-05-01", "yp", "Voor deze persoon kan nu geen kaart"},
		{"a parent of somebody of eighteen", "2007-05-01", "g1", "Voor deze persoon kan nu geen kaart"},
		{"nobody we know", "2016-05-01", "g9", "Kies"},
	} {
		w := newWorld(t, c.born)
		w.command(ib, w.casus.Room, "kaart")
		a, err := w.chat.Person(ib).Send(map[string][]string{"what": {"make"}, "who": {c.who}, "seen": {"document"}})
		if err != nil || !strings.Contains(fmt.Sprint(a.Errors), c.want) {
			t.Errorf("%s: %v %v, want %q", c.name, a, err, c.want)
		}
	}
	w := newWorld(t, "2016-05-01")
	w.command(carer, w.casus.Room, "kaart") // does not lead
	a, err := w.chat.Person(carer).Send(map[string][]string{"what": {"make"}, "who": {"g1"}, "seen": {"document"}})
	if err != nil || len(a.Errors) == 0 || w.entries(bot.ActCardMade) != 0 {
		t.Errorf("who does not lead made a card: %v %v", a, err)
	}
}

// Everything that does not open a card is one answer: unknown, over, withdrawn,
// replaced, wrong, and contact that was stopped.
func TestWhatDoesNotOpenLooksTheSame(t *testing.T) {
	w := newWorld(t, "2016-05-01")
	_, good := w.started("g1")
	other := w.make("g2")
	w.later(bot.CardDesk)
	late := other
	replaced := w.make("g2")
	_, revoked := w.started("g2")
	w.end("g2")
	pages := map[string]string{}
	for name, p := range map[string]paper{
		"unknown":           {"7777-7777-7777", "135790"},
		"no code":           {"%%", "135790"},
		"no PIN":            {good.code, "abc"},
		"nothing":           {},
		"a wrong PIN":       {good.code, "135790"},
		"never opened":      late,
		"replaced":          replaced,
		"withdrawn":         revoked,
		"the other's PIN":   {good.code, replaced.pin},
		"very long":         {strings.Repeat("7", 5000), strings.Repeat("7", 5000)},
		"the PIN of before": {good.code, "000000"},
	} {
		r := w.browser()
		began := time.Now()
		r.open(p)
		if r.code != http.StatusForbidden {
			t.Errorf("%s: %d, want 403", name, r.code)
		}
		if took := time.Since(began); took < 50*time.Millisecond {
			t.Errorf("%s: answered after %v, before the floor", name, took)
		}
		pages[r.page] = name
		w.clock.Advance(10 * time.Minute) // the limit per address is another test
	}
	if len(pages) != 1 {
		t.Errorf("%d different pages tell what was wrong: %v", len(pages), pages)
	}
}

func TestThereIsABudgetOfGuesses(t *testing.T) {
	w := newWorld(t, "2016-05-01")
	_, p := w.started("g1")
	guess := func(code, pin string) int {
		r := w.browser()
		r.open(paper{code, pin})
		return r.code
	}
	// Per code: five wrong ones, and the right one comes too late, for ever.
	for i := range bot.CardTries {
		if got := guess(p.code, fmt.Sprintf("13579%d", i)); got != http.StatusForbidden {
			t.Fatalf("guess %d: %d", i, got)
		}
		w.clock.Advance(5 * time.Minute)
	}
	if got := guess(p.code, p.pin); got != http.StatusForbidden {
		t.Errorf("the right PIN after %d wrong ones: %d", bot.CardTries, got)
	}
	w.settle()
	if told := w.told(ib); !strings.Contains(told, "5 keer fout getypt") {
		t.Errorf("who leads was not told: %s", told)
	}
	if n := w.entries(bot.ActCardTried); n != bot.CardTries+1 { // and the first opening
		t.Errorf("the log has %d tries, want %d", n, bot.CardTries+1)
	}
	// Per address: ten, and then one in two minutes.
	w.clock.Advance(time.Hour)
	codes := map[int]int{}
	for range 14 {
		codes[guess("7777-7777-7777", "135790")]++
	}
	if codes[http.StatusForbidden] != 10 || codes[http.StatusTooManyRequests] != 4 {
		t.Errorf("of 14 guesses from one address: %v, want 10 looked at", codes)
	}
	// Altogether, from anywhere: sixty.
	w.clock.Advance(time.Hour)
	busy := 0
	for i := range 70 {
		_, err := w.bot.OpenCard(t.Context(), bot.CardOpening{Code: "7777-7777-7777", PIN: "135790", From: fmt.Sprint("a", i)})
		if err != nil && strings.Contains(err.Error(), "busy") {
			busy++
		}
	}
	if busy != 10 {
		t.Errorf("%d of 70 guesses from everywhere were put off, want 10", busy)
	}
}

// A guess at a card that is not there works as hard as one at a card that is: the PIN
// is tried either way, which takes 19 MiB.
func TestAGuessAtNoCardIsAsMuchWork(t *testing.T) {
	w := newWorld(t, "2016-05-01")
	_, p := w.started("g1")
	for name, o := range map[string]bot.CardOpening{
		"a wrong PIN": {Code: p.code, PIN: "135790", From: "a"}, "no such card": {Code: "7777-7777-7777", PIN: "135790", From: "b"}, "no code": {Code: "x", PIN: "x", From: "c"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := w.bot.OpenCard(t.Context(), o); !errors.Is(err, bot.ErrForbidden) {
			t.Errorf("%s: %v", name, err)
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n < 19<<20 {
			t.Errorf("%s costs %d bytes", name, n)
		}
	}
}

func TestAFormThatIsTooLargeIsNotRead(t *testing.T) {
	w := newWorld(t, "2016-05-01")
	_, p := w.started("g1")
	for size, want := range map[int]int{60 << 10: http.StatusSeeOther, 65 << 10: http.StatusForbidden} {
		form := url.Values{"much": {strings.Repeat("a", size)}, "code": {p.code}, "pin": {p.pin}}
		r, got := httptest.NewRequestWithContext(t.Context(), "POST", "/kaart/open", strings.NewReader(form.Encode())), httptest.NewRecorder()
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w.server.Config.Handler.ServeHTTP(got, r)
		if got.Code != want {
			t.Errorf("a form of %d bytes with the right PIN: %d, want %d", size, got.Code, want)
		}
	}
}

func TestManyGuessesAtOnceAreNoMoreThanOneByOne(t *testing.T) {
	w := newWorld(t, "2016-05-01")
	_, p := w.started("g1")
	done := make(chan error, 12)
	for i := range 12 {
		go func() {
			_, err := w.bot.OpenCard(context.Background(), bot.CardOpening{Code: p.code, PIN: fmt.Sprintf("1357%02d", i), From: fmt.Sprint("a", i)})
			done <- err
		}()
	}
	for range 12 {
		if err := <-done; err == nil {
			t.Error("a guess opened the card")
		}
	}
	if n := w.entries(bot.ActCardTried); n != bot.CardTries+1 {
		t.Errorf("%d guesses were looked at, want %d", n-1, bot.CardTries)
	}
	if n := w.entries(bot.ActCardEnded); n != 1 {
		t.Errorf("the card ended %d times, want once", n)
	}
}

func TestACardThatIsSharedShows(t *testing.T) {
	w := newWorld(t, "2016-05-01")
	first, p := w.started("g1")
	second := w.browser()
	second.open(p)
	second.wants(http.StatusOK, "Uw kaart")
	first.get("/kaart/")
	first.wants(http.StatusForbidden, closed)
	// A cookie from before opens nothing either.
	stolen := w.browser()
	u, _ := url.Parse(w.server.URL)
	stolen.Jar.SetCookies(u, []*http.Cookie{{Name: "kaart", Value: "x.1.y", Path: "/kaart/"}})
	stolen.get("/kaart/")
	stolen.wants(http.StatusForbidden, closed)
}

func TestAPageClosesByItself(t *testing.T) {
	for _, c := range []struct {
		name string
		step time.Duration
		n    int
		open bool
	}{
		{"ten minutes without a touch", bot.CardIdle, 1, true},
		{"a second more", bot.CardIdle + time.Second, 1, false},
		{"touched all the time, to the last minute", 9 * time.Minute, 6, true},
		{"touched all the time, for an hour", 6 * time.Minute, 10, false},
	} {
		w := newWorld(t, "2016-05-01")
		r, _ := w.started("g1")
		for range c.n {
			w.clock.Advance(c.step)
			r.get("/kaart/")
		}
		if got := strings.Contains(r.page, "Samen een plan maken"); got != c.open {
			t.Errorf("%s: open %v, want %v", c.name, got, c.open)
		}
	}
	w := newWorld(t, "2016-05-01")
	r, p := w.started("g1")
	jar := r.Jar
	r.post("/kaart/sluit")
	r.wants(http.StatusOK, "De kaart is gesloten")
	again := w.browser()
	again.Jar = jar
	again.get("/kaart/")
	again.lacks("Samen een plan maken")
	// The card itself lives its term and no longer.
	r.open(p)
	r.wants(http.StatusOK, "Samen een plan maken")
	w.later(bot.CardTerm * 24 * time.Hour)
	r.open(p)
	r.wants(http.StatusForbidden)
}

func TestOnlyThePagesOwnFormCounts(t *testing.T) {
	w := newWorld(t, "2016-05-01")
	r, p := w.started("g1")
	r.csrf = "guessed"
	r.say("given", "health")
	r.wants(http.StatusForbidden, closed)
	r.open(p)
	req, _ := http.NewRequest(http.MethodPost, w.server.URL+"/kaart/sluit", strings.NewReader("csrf="+url.QueryEscape(r.csrf)))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := r.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("a form of another site: %d", resp.StatusCode)
	}
	r.get("/kaart/")
	r.wants(http.StatusOK, "Samen een plan maken")
	for _, form := range [][]string{
		{"agreement", "false", "discloser", "school-z", "c:health/school-a", "given"},
		{"agreement", "false", "discloser", "aanbieder", "c:criminal/school-a", "given"},
		{"agreement", "false", "discloser", "aanbieder", "c:health/elsewhere", "given"},
		{"agreement", "false", "discloser", "aanbieder", "c:health/school-a", "maybe"},
	} {
		r.post("/kaart/zeg", form...)
		r.wants(http.StatusUnprocessableEntity, "Er is net iets veranderd")
	}
	if n := w.entries(bot.ActConsentRecorded); n != 0 {
		t.Errorf("%d answers were noted", n)
	}
}

func TestTheFirstPINIsForTheDeskOnly(t *testing.T) {
	w := newWorld(t, "2016-05-01")
	p := w.make("g1")
	r := w.browser()
	r.open(p)
	r.get("/kaart/verzoek")
	r.lacks("Schrijf op wat u wilt")
	r.say("given", "health")
	r.wants(http.StatusForbidden, closed)
	r.open(p)
	for _, c := range [][3]string{{"123456", "123456", "niet makkelijk te raden"}, {"111111", "111111", "niet makkelijk"}, {"12", "12", "niet makkelijk"},
		{"190473", "190474", "niet hetzelfde"}, {p.pin, p.pin, "andere pincode dan die van de balie"}} {
		r.post("/kaart/pin", "pin", c[0], "again", c[1])
		r.wants(http.StatusUnprocessableEntity, c[2])
	}
	r.post("/kaart/pin", "pin", "١٩٠٤٧٣", "again", "190 473") // as an Arabic keyboard types it
	r.wants(http.StatusOK, "Samen een plan maken")
	r.open(p)
	r.wants(http.StatusForbidden)
	r.open(paper{strings.ToLower(strings.ReplaceAll(p.code, "-", " ")), ownPIN})
	r.wants(http.StatusOK, "Samen een plan maken")
}

func TestARequestAndAnObjectionReachWhoMustAct(t *testing.T) {
	w := newWorld(t, "2016-05-01")
	r, _ := w.started("g1")
	r.get("/kaart/verzoek")
	r.post("/kaart/verzoek", "kind", "access", "text", "kort")
	r.wants(http.StatusUnprocessableEntity, "ten minste tien letters")
	r.post("/kaart/verzoek", "kind", "access", "text", "Ik wil alles zien wat er is.")
	r.wants(http.StatusOK, "Wat u hebt gevraagd", "Antwoord uiterlijk op 02-04-2026")
	r.get("/kaart/bezwaar")
	r.wants(http.StatusOK, "Tegen jeugdhulpverlener, Organisatie aanbieder")
	r.post("/kaart/bezwaar", "seat", "p-carer", "text", "Deze persoon ken ik van vroeger.")
	r.wants(http.StatusOK, "Uw bezwaar is bewaard")
	if told := w.told(officer); !strings.Contains(told, "Bezwaar tegen deelname van jeugdhulpverlener, Organisatie aanbieder: Deze persoon ken ik van vroeger") || !strings.Contains(told, "Ik wil alles zien") {
		t.Errorf("who decides was not told: %s", told)
	}
	if told := w.told(ib); !strings.Contains(told, "Bezwaar wacht nog") || !strings.Contains(told, "Verzoek om inzage wacht nog") {
		t.Errorf("who leads was not told: %s", told)
	}
	father, _ := w.started("g2")
	father.get("/kaart/")
	father.lacks("van vroeger", "Ik wil alles zien")
	// Against the overleg itself: nothing is shared until a person decided.
	r.post("/kaart/bezwaar", "seat", "", "text", "Ik wil dit overleg niet meer.")
	if err := w.chat.Person(carer).Upload(w.casus.Room, "later.pdf", []byte("inhoud")); err == nil || !strings.Contains(err.Error(), "bezwaar") {
		t.Errorf("a file after an objection: %v", err)
	}
	w.settle()
	if got := w.files(lpa); len(got) != 0 {
		t.Errorf("the room shows %v in spite of an objection", got)
	}
	for range 10 {
		r.post("/kaart/verzoek", "kind", "access", "text", "Ik wil alles nog een keer zien.")
	}
	r.wants(http.StatusUnprocessableEntity, "al veel vragen open")
}

func TestAReceiptIsForWhoGaveTheAnswer(t *testing.T) {
	w := newWorld(t, "2016-05-01")
	r, p := w.started("g1")
	r.get("/kaart/")
	if got := r.post("/kaart/bewijs", "yes", "agreement:"+w.answer("g1").ID); !strings.HasPrefix(got, "%PDF") || r.code != http.StatusOK {
		t.Errorf("the receipt: %d %.40q", r.code, got)
	}
	r.open(p)
	r.post("/kaart/bewijs", "yes", "agreement:"+w.answer("g2").ID)
	r.wants(http.StatusForbidden, closed)
}

// Where safety is at stake nothing on any page says so, and the other parent's part
// is not there to be seen.
func TestNothingTellsThatContactWasStopped(t *testing.T) {
	w := newWorld(t, "2016-05-01")
	father, fp := w.started("g2")
	mother, _ := w.started("g1")
	w.stop("g2")
	father.get("/kaart/")
	dead := father.page
	father.wants(http.StatusForbidden, closed)
	father.open(fp)
	father.wants(http.StatusForbidden, "Dat lukt niet")
	mother.get("/kaart/")
	mother.wants(http.StatusOK, "Samen een plan maken")
	for _, page := range []string{dead, father.page, mother.page} {
		if strings.Contains(strings.ToLower(page), "in het geding") || strings.Contains(page, "gestopt") {
			t.Error("a page tells that contact was stopped")
		}
	}
	w.command(ib, w.casus.Room, "kaart")
	a, err := w.chat.Person(ib).Send(map[string][]string{"what": {"make"}, "who": {"g2"}, "seen": {"document"}})
	if err != nil || !strings.Contains(fmt.Sprint(a.Errors), "veiligheid") {
		t.Errorf("a card for them: %v %v", a, err)
	}
	seen, err := w.chat.Person(lpa).See(w.casus.Room)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range seen {
		if strings.Contains(s.Text, "gestopt") {
			t.Errorf("the room was told: %q", s.Text)
		}
	}
	for _, who := range []bot.UserID{ib, officer} {
		if told := w.told(who); !strings.Contains(told, "alle contact met vader") {
			t.Errorf("%s was not told", who)
		}
	}
}

func TestEveryPageSpeaksEveryLanguage(t *testing.T) {
	w := newWorld(t, "2016-05-01")
	r, _ := w.started("g1")
	r.say("given", "health")
	r.post("/kaart/verzoek", "kind", "access", "text", "Ik wil alles zien wat er is.")
	for _, l := range text.PageLangs() {
		for _, path := range []string{"/kaart/", "/kaart/zeg/1", "/kaart/zeg/2", "/kaart/verzoek", "/kaart/bezwaar"} {
			r.get(path + "?taal=" + l.Code)
			r.wants(http.StatusOK, `<html lang="`+l.Code+`" dir="`+l.Dir+`">`)
			for _, code := range []string{"kind.", "data.", "how.", "ask.", "answers.", "request.", "status.", "outcome.", "{who}", "{date}", "no value"} {
				if i := strings.Index(r.page, ">"+code); i >= 0 {
					t.Errorf("%s in %s shows a code: %.40q", path, l.Code, r.page[i:])
				}
			}
			if got := strings.Contains(r.page, l.Say("foot.checked")); !l.Checked && !got {
				t.Errorf("%s in %s does not say that nobody checked it", path, l.Code)
			}
		}
		r.get("/kaart/") // the choice stays
		r.wants(http.StatusOK, `<html lang="`+l.Code+`"`)
	}
}

func TestNothingOfAnybodyIsInAddressesOrLogs(t *testing.T) {
	w := newWorld(t, "2016-05-01")
	r, p := w.started("g1")
	r.get("/kaart/k/" + strings.ReplaceAll(p.code, "-", ""))
	r.wants(http.StatusOK, p.code)
	r.open(paper{p.code, "135790"})
	r.open(p)
	r.say("given", "health")
	r.post("/kaart/bezwaar", "seat", "p-carer", "text", "KANARIE in een bezwaar van mij.")
	r.post("/kaart/verzoek", "kind", "correction", "text", "KANARIE in een verzoek van mij.")
	w.mu.Lock()
	said := strings.Join(w.paths, "\n") + "\n" + w.log.said()
	w.mu.Unlock()
	for _, bad := range []string{"KANARIE", "moeder", "vader", "g1", "g2", "2016", "aanbieder", "health", "p-carer", ownPIN, p.pin, "C-2026", "Samen een plan"} {
		for _, line := range strings.Split(said, "\n") {
			if strings.Contains(line, bad) && !strings.Contains(line, `casus=C-2026`) {
				t.Errorf("%q stands in %q", bad, line)
			}
		}
	}
}

func TestAnAddressCountsOnlyAsAProxyOfOursSays(t *testing.T) {
	w := newWorld(t, "2016-05-01")
	for i := range 12 {
		req, _ := http.NewRequest(http.MethodPost, w.server.URL+"/kaart/open", strings.NewReader("code=7777-7777-7777&pin=135790"))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("X-Forwarded-For", netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}).String())
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if want := map[bool]int{true: http.StatusForbidden, false: http.StatusTooManyRequests}[i < 10]; resp.StatusCode != want {
			t.Errorf("guess %d with an address made up: %d, want %d", i, resp.StatusCode, want)
		}
	}
}
