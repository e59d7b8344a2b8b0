package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/internal/rephrase"
)

// talk is a bot that knows everything it was built with, in a chat in memory.
type talk struct {
	t    testing.TB
	chat *bottest.Chat
	bot  *bot.Bot
}

func newTalk(t testing.TB) *talk {
	t.Helper()
	a := mustAnswers(t)
	policy, err := loadBundle("")
	if err != nil {
		t.Fatal(err)
	}
	pack, packs, err := loadRegion("model")
	if err != nil {
		t.Fatal(err)
	}
	clock := bottest.NewClock()
	ids := 0
	w := &talk{t: t, chat: bottest.NewChat("mentor", "collega")}
	w.bot = bot.New(bot.Needs{Store: bottest.NewMemStore(clock.Now), Platforms: []bot.Platform{w.chat}, Judge: judge.New(policy, packs),
		Answers: a, Scan: scanner{}, Region: pack, Now: clock.Now, NewID: func() string { ids++; return fmt.Sprint("id", ids) }})
	w.chat.Connect(w.bot)
	return w
}

func (w *talk) settle() {
	w.t.Helper()
	for {
		did, err := w.bot.Step(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if !did {
			return
		}
	}
}

// says lets the mentor say something in the common channel and returns the last
// message there, or the last one to them alone when private.
func (w *talk) says(text string, private bool) bottest.Seen {
	w.t.Helper()
	if err := w.chat.Person("mentor").Say("common", "@convenantbot "+text); err != nil {
		w.t.Fatal(err)
	}
	w.settle()
	return w.last(private)
}

func (w *talk) last(private bool) bottest.Seen {
	w.t.Helper()
	seen, err := w.chat.Person("mentor").See("common")
	if private {
		seen, err = w.chat.Person("mentor").SeeDirect()
	}
	if err != nil || len(seen) == 0 {
		w.t.Fatalf("nothing is seen, %v", err)
	}
	return seen[len(seen)-1]
}

func TestInTheChatACaseIsAskedForItsAgeAndJudged(t *testing.T) {
	w := newTalk(t)
	at := w.says("Ik ben mentor. Mag ik de diagnose delen met het wijkteam?", false)
	if !strings.Contains(at.Text, "hoe oud is de jongere?") {
		t.Fatalf("the answer is %q", at.Text)
	}
	if err := w.chat.Person("mentor").Press(at.ID, "16 of 17 jaar"); err != nil {
		t.Fatal(err)
	}
	w.settle()
	if at = w.last(false); !strings.Contains(at.Text, "toestemming van de jongere zelf") || !strings.Contains(at.Text, "MAT-M") {
		t.Errorf("after the press: %q", at.Text)
	}
}

func TestInTheChatSafetyAndNamesStayPrivate(t *testing.T) {
	w := newTalk(t)
	if at := w.says("Mijn leerling Sanne wordt thuis geslagen door haar vader, wat nu?", true); !strings.Contains(at.Text, "0800-2000") || len(at.Labels) > 0 {
		t.Errorf("safety: %+v", at)
	}
	if at := w.says("Mag ik de diagnose van Kevin Jansen van 12 delen met het wijkteam?", true); !strings.Contains(at.Text, "Haal je bericht in het kanaal weg") {
		t.Errorf("a name: %q", at.Text)
	}
	seen, _ := w.chat.Person("collega").See("common")
	for _, s := range seen {
		if s.Author == "" {
			t.Errorf("the channel shows %q", s.Text)
		}
	}
}

func TestInTheChatWhatIsNotKnownLeadsOn(t *testing.T) {
	w := newTalk(t)
	at := w.says("Hoe bereken ik mijn transitievergoeding?", false)
	if !strings.Contains(at.Text, "FG") || !strings.Contains(strings.Join(at.Labels, "|"), "Leg voor aan de FG") {
		t.Errorf("the answer is %+v", at)
	}
	at = w.says("Vanaf welke leeftijd beslist een jongere zelf?", false)
	if !strings.Contains(strings.Join(at.Labels, "|"), "Dit helpt|Dit klopt niet") || strings.Count(at.Text, "eigen samenvatting") == 0 {
		t.Errorf("the answer is %+v", at)
	}
}

// A model that hears what it may not hear, or whose words are shown where ours
// must stand, is found here.
func TestALanguageModelHearsNoQuestionAndNothingOfACasus(t *testing.T) {
	var sent []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sent = append(sent, string(body))
		_, _ = io.WriteString(w, `{"choices":[{"message":{"content":"Alles mag altijd. [1]"}}]}`)
	}))
	t.Cleanup(server.Close)
	plain := mustAnswers(t)
	a := plain
	a.words = &rephrase.Client{URL: server.URL, Model: "m"}
	asked := 0
	for _, q := range []bot.Question{
		{Text: "Vanaf welke leeftijd beslist een jongere zelf?"},
		{Text: "Wat is een casusoverleg?"},
		{Text: "Wat is een casusoverleg?", Room: true},
		{Text: "Ik ben mentor. Mag ik de diagnose van een kind van 8 delen met het wijkteam?"},
		{Text: "Zij wordt thuis geslagen door vader, wat nu?"},
		{Text: "Hoe bereken ik mijn transitievergoeding?"},
	} {
		before := len(sent)
		r := a.mustAnswer(t, q)
		if own := plain.mustAnswer(t, q); r.Text != own.Text || r.Reworded {
			t.Errorf("%s: the invented words were used: %q", q.Text, r.Text)
		}
		if len(sent) > before {
			asked++
			if q.Room || strings.Contains(sent[before], q.Text) || strings.Contains(sent[before], "mentor. Mag") || strings.Contains(sent[before], "geslagen") {
				t.Errorf("%s: the model heard %s", q.Text, sent[before])
			}
		}
	}
	if asked == 0 {
		t.Error("the model was never asked, so nothing was tested")
	}
}
