package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

// A no without the way out is no answer: each right has a sentence of its own about who
// has it, in both languages.
func TestEveryRightSaysWhoHasItToWhoLacksIt(t *testing.T) {
	t.Parallel()
	for _, l := range []text.Lang{text.NL, text.EN} {
		for right := range bot.Rights {
			if said := text.For(l, text.LacksRight(string(right))); said == text.Forbidden.In(l, text.None{}) || said == "" {
				t.Errorf("%s: who lacks %q hears only that they may not", l, right)
			}
		}
	}
}

// In a channel that is of no casus somebody was sent to the procesregisseur "of this
// overleg", of which there is none.
func TestWhoMayNotOpenACasusHearsWhoCanDoSomethingAboutIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if err := s.store.Update(t.Context(), func(tx bot.Tx) error {
		p, err := tx.Person(bot.PersonID("p-" + guide))
		if err != nil {
			return err
		}
		p.Appointments[0].ConfirmedAt = time.Time{}
		return tx.SavePerson(p)
	}); err != nil {
		t.Fatal(err)
	}
	for user, want := range map[bot.UserID]string{
		ghost:   "ik ken jou nog niet. Vraag de beslisser van jouw organisatie",
		stray:   "Jij werkt bij Praktijk Buiten, en die organisatie is nu geen partij",
		officer: "niet de FG of de beslisser",
		guide:   "Organisatie swv-a heeft nog niet bevestigd dat jij er werkt. Vraag de beslisser van Organisatie swv-a",
	} {
		for _, line := range []string{"nieuw", "reeks"} {
			said, form := s.try(user, "common", "casus", line)
			if form != nil || !strings.Contains(said, want) || strings.Contains(said, "procesregisseur") {
				t.Errorf("%s with %q: %q, want %q", user, line, said, want)
			}
		}
	}
	if _, form := s.try(ib, "common", "casus", "nieuw"); form == nil {
		t.Error("who may open a casus gets no form")
	}
}

// A code that there is not was answered with "only in the channel", also to the FG, who
// is in no channel and has to name the casus by its code.
func TestWhoNamesACodeThatIsNotTheirsHearsWhichOnesAre(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	mine := string(s.casus.Ref)
	for _, c := range []struct {
		user       bot.UserID
		line       string
		want, only string
	}{
		{officer, "bewaar C-1999-0001", "Ik ken geen casus C-1999-0001 waarvoor jij dit kunt doen.", mine},
		{officer, "bewaar c-x<script>", "Een code ziet eruit als C-2026-0042.", mine},
		{officer, "bewaar", "zet de code van de casus achter de opdracht", mine},
		{ib, "status C-1999-0001", "Ik ken geen casus C-1999-0001", mine},
		{ib, "status", "Dit is geen kanaal van een casus.", mine},
		{lpa, "bewaar " + mine, "Een bewaarblokkade is werk van de FG", ""}, // in the casus, and knows that it is there
		{guide, "status C-1999-0001", "Ik ken geen casus C-1999-0001", ""},
		{guide, "status " + mine, "Ik ken geen casus " + mine, ""},
		{ghost, "bewaar", "Een bewaarblokkade is werk van de FG", ""},
	} {
		said, form := s.try(c.user, "common", "casus", c.line)
		if form != nil || !strings.Contains(said, c.want) || strings.Contains(said, "alleen in het kanaal") || strings.Contains(said, "script") {
			t.Errorf("%s with %q: %q, want %q", c.user, c.line, said, c.want)
		}
		if c.only != "" && !strings.Contains(said, "voor: ") {
			t.Errorf("%s with %q does not hear which casussen are theirs: %q", c.user, c.line, said)
		}
		if c.user == guide && strings.Contains(said, "voor: ") {
			t.Errorf("%s hears of casussen of others: %q", c.user, said)
		}
	}
	// One that is there and one that is not are told apart by nothing but their code.
	none, _ := s.try(guide, "common", "casus", "bewaar C-1999-0001")
	there, _ := s.try(guide, "common", "casus", "bewaar "+mine)
	if strings.ReplaceAll(none, "C-1999-0001", "X") != strings.ReplaceAll(there, mine, "X") {
		t.Errorf("a code that is there: %q; one that is not: %q", there, none)
	}
}
