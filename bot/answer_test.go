package bot_test

import (
	"slices"
	"strings"
	"testing"
)

func TestAQuestionIsAnsweredWhereItWasAsked(t *testing.T) {
	w := newWorld(t)
	if err := w.person(ib).Say("common", "@convenantbot mag een jongere van 16 zelf beslissen?"); err != nil {
		t.Fatal(err)
	}
	w.settle()
	seen, err := w.person(lpa).See("common")
	if err != nil || len(seen) != 2 {
		t.Fatalf("the channel shows %d messages, %v; want the question and its answer", len(seen), err)
	}
	if seen[1].Thread != seen[0].ID {
		t.Error("the answer does not stand in the thread of the question")
	}
	for _, part := range []string{"Vanaf 16 jaar.", "INF-03", "eigen samenvatting", "merk V"} {
		if !strings.Contains(seen[1].Text, part) {
			t.Errorf("the answer does not show %q:\n%s", part, seen[1].Text)
		}
	}
}

func TestAChildInDangerIsAnsweredInPrivate(t *testing.T) {
	w := newWorld(t)
	if err := w.person(ib).Say("common", "@convenantbot hij wordt thuis geslagen"); err != nil {
		t.Fatal(err)
	}
	w.settle()
	seen, err := w.person(lpa).See("common")
	if err != nil || len(seen) != 1 {
		t.Errorf("the channel shows %d messages, %v; want only the question", len(seen), err)
	}
	w.wantTold(ib, "0800-2000")
}

func TestTheBotSaysThatItDoesNotKnow(t *testing.T) {
	w := newWorld(t)
	if err := w.person(ib).SayTo("hoe laat is het?"); err != nil {
		t.Fatal(err)
	}
	w.command(lpa, "common", "convenant", "vraag hoe laat is het?")
	w.settle()
	w.wantTold(ib, "Dat weet ik niet")
	w.wantButtons(lpa, "mdo", "Leg voor aan de FG")
}

func TestAnUnknownCommandLeadsToTheHandbook(t *testing.T) {
	w := newWorld(t)
	w.command(ib, "common", "casus", "iets anders")
	w.wantTold(ib, "Kies een onderwerp")
	w.wantTold(ib, "/convenant vraag")
}

func TestOutsideARoomTheBotSaysWhereToGo(t *testing.T) {
	for _, command := range []string{"status", "toestemming", "intrekken", "sluit", "fase F3", "deelnemer", "bewaar"} {
		w := newWorld(t)
		w.command(ib, "common", "casus", command)
		want := "Dit is geen kanaal van een casus. Ga naar het kanaal van de casus, of zet de code"
		if slices.Contains([]string{"toestemming", "fase F3", "sluit"}, command) {
			want = "Dit kan alleen in het kanaal van een casusoverleg" // no code can stand behind it
		}
		w.wantTold(ib, want)
	}
}
