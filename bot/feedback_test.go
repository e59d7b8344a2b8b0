package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

func (w *world) counts() (all []bot.QuestionCount) {
	w.t.Helper()
	w.view(func(tx bot.Tx) (err error) { all, err = tx.QuestionCounts(); return err })
	return all
}

func (w *world) released() (all []bot.ReleasedQuestion) {
	w.t.Helper()
	w.view(func(tx bot.Tx) (err error) { all, err = tx.ReleasedQuestions(w.clock.Now()); return err })
	return all
}

func TestAnAnswerIsRatedOnce(t *testing.T) {
	w := newWorld(t)
	w.command(ib, "common", "convenant", "vraag beslist een jongere van 16 zelf?")
	w.wantButtons(ib, "Dit helpt", "Dit klopt niet")
	w.press(ib, "Dit helpt")
	w.wantTold(ib, "Fijn, dank je.")
	w.press(ib, "Dit klopt niet")
	w.wantTold(ib, "Je hebt dit antwoord al beoordeeld")
	w.press(ib, "Dit helpt")
	w.wantTold(ib, "Deze knop is al gebruikt")
	if got := w.counts(); len(got) != 0 {
		t.Errorf("counted %+v, want nothing", got)
	}
}

func TestAWrongAnswerIsCountedWithoutItsTextUntilTheAskerReleasesIt(t *testing.T) {
	w := newWorld(t)
	w.command(ib, "common", "convenant", "vraag beslist een jongere van 16 zelf?")
	w.press(ib, "Dit klopt niet")
	if got := w.counts(); len(got) != 1 || got[0].Topic.Code != "INF-03" || got[0].Why != bot.Unhelpful || got[0].Count != 1 {
		t.Errorf("counted %+v", got)
	}
	w.wantTold(ib, "> beslist een jongere van 16 zelf?")
	if got := w.released(); len(got) != 0 {
		t.Fatalf("the text was released before the asker said so: %+v", got)
	}
	w.command(officer, "common", "convenant", "vragen")
	if got := w.lastTold(officer); !strings.Contains(got, "Vanaf 16 (INF-03): 1 keer \"dit klopt niet\"") || strings.Contains(got, "beslist een jongere") {
		t.Errorf("the list says\n%s", got)
	}
	w.press(ib, "Laat de FG dit lezen")
	w.wantTold(ib, "De FG kan je vraag nu lezen")
	w.command(officer, "common", "convenant", "vragen")
	if got := w.lastTold(officer); !strings.Contains(got, "beslist een jongere van 16 zelf?") || strings.Contains(got, string(ib)+" ") {
		t.Errorf("the list says\n%s", got)
	}
	w.clock.Advance(180 * 24 * time.Hour)
	if got := w.released(); len(got) != 0 {
		t.Errorf("after half a year the text is still there: %+v", got)
	}
}

func TestWhatTheBotDoesNotKnowIsCountedAndLeadsOn(t *testing.T) {
	w := newWorld(t)
	w.command(ib, "common", "convenant", "vraag hoe laat is het?")
	w.command(lpa, "common", "convenant", "vraag hoe heet de burgemeester?")
	if got := w.counts(); len(got) != 1 || got[0].Count != 2 || got[0].Why != bot.Unanswered {
		t.Errorf("counted %+v", got)
	}
	w.wantButtons(ib, "mdo", "Leg voor aan de FG")
	w.press(ib, "mdo")
	w.wantTold(ib, "Over OVL-01.")
	w.press(ib, "Leg voor aan de FG")
	w.wantTold(ib, "> hoe laat is het?")
	if got := w.released(); len(got) != 0 {
		t.Fatalf("released at once: %+v", got)
	}
	w.press(ib, "Laat de FG dit lezen")
	if got := w.released(); len(got) != 1 || got[0].Text != "hoe laat is het?" {
		t.Errorf("released %+v", got)
	}
}

func TestSafetyIsNeverCountedOrKept(t *testing.T) {
	w := newWorld(t)
	w.command(ib, "common", "convenant", "vraag hij wordt thuis geslagen")
	w.ask(ib, "common", "hij wordt thuis geslagen")
	if got := w.counts(); len(got) != 0 {
		t.Errorf("counted %+v", got)
	}
}

func TestOnlyAFGSeesWhereAnswersWereMissing(t *testing.T) {
	w := newWorld(t)
	for _, user := range []bot.UserID{ib, nobody, stray} {
		w.command(user, "common", "convenant", "vragen")
		w.wantTold(user, "Deze vragen leest alleen een FG")
	}
	w.command(officer, "common", "convenant", "vragen")
	w.wantTold(officer, "Er is nog niets geteld.")
}
