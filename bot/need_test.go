package bot_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ledongthuc/pdf"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

func wantIn(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q is not in:\n%s", p, text)
		}
	}
}

func wantNotIn(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if strings.Contains(text, p) {
			t.Errorf("%q is in:\n%s", p, text)
		}
	}
}

// about cuts the part about one organisation out of a list of what is needed.
func about(text, org string) string {
	_, part, _ := strings.Cut(text, "**Organisatie "+org+"**")
	if i := strings.Index(part, "\n\n**"); i >= 0 {
		part = part[:i]
	}
	return part
}

func TestWhoIsMissingIsToldToWhoMustActAlone(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)

	// The youth care worker must ask; the school leads.
	w.command(carer, casus.Room, "casus", "nodig gezondheid")
	own := about(w.lastTold(carer), "aanbieder")
	wantIn(t, own, "**de jongere**: toestemming voor gezondheid", "**moeder**", "**vader**",
		"te delen met Organisatie school-a, Organisatie gemeente en Organisatie ggd", "Doel: Samen een plan maken")
	wantIn(t, about(w.lastTold(carer), "ggd"), "nog niet rond")
	wantNotIn(t, about(w.lastTold(carer), "ggd"), "moeder", "jongere")

	w.command(ib, casus.Room, "casus", "nodig gezondheid")
	wantIn(t, about(w.lastTold(ib), "aanbieder"), "**moeder**", "**vader**")

	// Another professional, and a colleague of theirs would not see more.
	w.command(lpa, casus.Room, "casus", "nodig gezondheid")
	wantIn(t, about(w.lastTold(lpa), "aanbieder"), "nog niet rond")
	wantNotIn(t, about(w.lastTold(lpa), "aanbieder"), "moeder", "vader", "jongere")

	// It follows what is recorded.
	for _, giver := range [][2]string{{"yp", "young_person"}, {"g1", "authority"}} {
		w.consent(casus, aConsent(giver[0], giver[1]))
	}
	w.clock.Advance(time.Minute)
	w.command(carer, casus.Room, "casus", "nodig gezondheid")
	own = about(w.lastTold(carer), "aanbieder")
	wantIn(t, own, "**vader**")
	wantNotIn(t, own, "**moeder**", "**de jongere**")
	w.consent(casus, aConsent("g2", "authority"))
	w.clock.Advance(time.Minute)
	w.command(lpa, casus.Room, "casus", "nodig gezondheid")
	wantIn(t, about(w.lastTold(lpa), "aanbieder"), ": rond.")
	if n := w.count(casus.Ref, bot.ActRead); n != 5 {
		t.Errorf("the log has %d entries of reading, want 5", n)
	}
}

func TestWhatNoYesWouldHelpIsSaidWithWhy(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus()) // in F0
	w.command(carer, casus.Room, "casus", "nodig gezondheid")
	wantIn(t, about(w.lastTold(carer), "aanbieder"), "Gezondheid: kan hier niet.")
	w.command(carer, casus.Room, "casus", "formulier gezondheid")
	wantIn(t, w.lastTold(carer), "geen formulier nodig", "Gezondheid kan hier niet")

	w.command(carer, casus.Room, "casus", "nodig blauw")
	wantIn(t, w.lastTold(carer), "Die soort gegevens ken ik niet")
	w.command(carer, "common", "casus", "nodig")
	wantIn(t, w.lastTold(carer), "alleen in het kanaal van een casusoverleg")
	w.command(carer, casus.Room, "casus", "status")
	wantIn(t, w.lastTold(carer), "wat is er nog nodig om gewone gegevens, gevoelige gegevens en gezondheid te delen")
}

func TestAnAgreementIsAskedApartFromAConsent(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus(func(v map[string][]string) { v["born"], v["agreed"] = []string{"2014-03-05"}, []string{"g1", "g2"} }))
	w.discuss(casus)
	w.command(ib, casus.Room, "casus", "nodig gewoon")
	wantIn(t, about(w.lastTold(ib), "school-a"), "niets meer gevraagd")

	// On the twelfth birthday an earlier yes lapses.
	w.later(4)
	w.command(ib, casus.Room, "casus", "nodig gewoon, gezondheid")
	own := about(w.lastTold(ib), "school-a")
	wantIn(t, own, "**moeder**: instemming met dit overleg met Organisatie school-a, Organisatie gemeente, Organisatie aanbieder en Organisatie ggd.",
		"**vader**: toestemming voor gezondheid, te delen met Organisatie gemeente, Organisatie aanbieder en Organisatie ggd.")
	w.command(ib, casus.Room, "casus", "formulier gewoon gezondheid")
	all := pages(t, w.form(ib).Data)
	if len(all) != 2 {
		t.Fatalf("%d pages, want one for the agreement and one for the consent", len(all))
	}
	wantIn(t, all[0], "Instemmingmeteenoverleg", "Vindtuditgoed?", "Handtekening")
	wantNotIn(t, all[0], "Totenmet")
	wantIn(t, all[1], "Toestemmingomgegevenstedelen", "Gezondheid")
	wantNotIn(t, all[1], "Gewonegegevens")
}

// form is the last file that the bot gave to user.
func (w *world) form(user bot.UserID) bottest.SeenFile {
	w.t.Helper()
	seen, err := w.person(user).SeeDirect()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range slices.Backward(seen) {
		if len(s.Files) > 0 && s.Author == "" {
			return s.Files[0]
		}
	}
	w.t.Fatalf("%s got no file; they were told:\n%s", user, strings.Join(w.told(user), "\n---\n"))
	return bottest.SeenFile{}
}

// pages is the text of each page of a PDF, without spaces.
func pages(t testing.TB, data []byte) (all []string) {
	t.Helper()
	r, err := pdf.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.NumPage() {
		text, err := r.Page(i + 1).GetPlainText(nil)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, strings.Join(strings.Fields(text), ""))
	}
	return all
}

func TestTheFormIsForTheAskersOwnOrganisationAndNamesNobody(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus(func(v map[string][]string) { v["holder1"] = []string{"moeder Zwaantje"} }))
	w.discuss(casus)
	w.command(carer, casus.Room, "casus", "formulier")
	got := w.form(carer)
	if got.Name != "toestemming-"+string(casus.Ref)+".pdf" {
		t.Errorf("the file is called %q", got.Name)
	}
	all := pages(t, got.Data)
	if len(all) != 1 {
		t.Fatalf("%d pages, want one consent", len(all))
	}
	for _, want := range []string{"Toestemming om gegevens te delen", string(casus.Ref), "Multidisciplinair overleg (MDO)", "Wie deelt Organisatie aanbieder",
		"Organisatie school-a, Organisatie gemeente en Organisatie ggd", "Samen een plan maken", "Gezondheid", "Gevoelige gegevens", "Gewone gegevens", "Ja Nee",
		"Tot en met 2 maart 2027", "U mag uw toestemming altijd intrekken", "Naam", "Ik teken als", "Datum", "Handtekening", "gemaakt op 2 maart 2026"} {
		wantIn(t, all[0], strings.Join(strings.Fields(want), ""))
	}
	wantNotIn(t, strings.ToLower(all[0]), "zwaantje", "vader", "2013")
	if seen := w.visible(ib, casus.Room); len(seen) != 0 {
		t.Errorf("the room shows %v", seen)
	}
	if n := w.count(casus.Ref, bot.ActFormMade); n != 1 {
		t.Errorf("the log has %d forms, want one", n)
	}

	// The doctor lacks a yes of their own; the officer of the law needs none here.
	w.command(doctor, casus.Room, "casus", "formulier gezondheid")
	wantIn(t, pages(t, w.form(doctor).Data)[0], "WiedeeltOrganisatieggd")
	w.command(nobody, casus.Room, "casus", "formulier")
	wantIn(t, w.lastTold(nobody), "legt alleen een professional vast van de organisatie die deelt")
}

func TestBelowAFileThatLacksAYesIsAFormForThatFile(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	_ = w.upload(carer, casus.Room, "verslag.txt", "een verslag")
	w.classify(carer, "health")
	w.press(carer, "Formulier om te printen")
	all := pages(t, w.form(carer).Data)
	wantIn(t, all[0], "Gezondheid")
	wantNotIn(t, all[0], "Gewonegegevens", "Gevoeligegegevens", "verslag")
	// The yes on paper is recorded as before, and the file goes in.
	for _, giver := range [][2]string{{"yp", "young_person"}, {"g1", "authority"}, {"g2", "authority"}} {
		w.clock.Advance(time.Minute)
		w.consent(casus, aConsent(giver[0], giver[1]))
	}
	if got := w.visible(ib, casus.Room); !slices.Equal(got, []string{"document-C-2026-0001-2026-03-02.txt"}) {
		t.Errorf("the room shows %v, want the file", got)
	}
	// Now that everybody said yes there is nothing left to sign.
	w.press(carer, "Formulier om te printen")
	wantIn(t, w.lastTold(carer), "geen formulier nodig")
}

func TestAFormIsHandedOverOnceWhenTheAnswerGotLost(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	lost := 0
	w.chat.Lose = func(call string) error {
		if call == "TellFile" && lost == 0 {
			lost++
			return bot.ErrUnavailable
		}
		return nil
	}
	w.command(carer, casus.Room, "casus", "formulier gezondheid")
	w.clock.Advance(time.Minute)
	w.settle()
	seen, err := w.person(carer).SeeDirect()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, s := range seen {
		n += len(s.Files)
	}
	if lost != 1 || n != 1 {
		t.Errorf("%d forms after %d lost answers, want one", n, lost)
	}
}
