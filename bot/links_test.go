package bot_test

import (
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

func TestALinkToADocumentGoesTheWayOfADocument(t *testing.T) {
	for name, said := range map[string]string{
		"a picture":     "kijk ![](https://voorbeeld.nl/foto)",
		"a drive":       "het verslag: https://docs.google.com/document/d/geheim",
		"a bare drive":  "het verslag: we.tl/t-geheim",
		"with a remark": "Zie https://voorbeeld.nl/foto.png, graag je reactie",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			casus := w.open(newCasus())
			err := w.person(carer).Say(casus.Room, said)
			if err == nil || !strings.Contains(err.Error(), "koppeling") {
				t.Fatalf("said: %v, want to hear that it is held as a document", err)
			}
			if strings.Contains(err.Error(), "geheim") {
				t.Errorf("the whole address is repeated: %v", err)
			}
			w.settle()
			if seen, err := w.person(ib).See(casus.Room); err != nil {
				t.Fatal(err)
			} else {
				for _, s := range seen {
					if strings.Contains(s.Text, "voorbeeld.nl") || strings.Contains(s.Text, "google") || strings.Contains(s.Text, "we.tl") {
						t.Errorf("others see %q", s.Text)
					}
				}
			}
		})
	}
}

func TestAnOrdinaryLinkIsJustSaid(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	for _, said := range []string{"zie https://www.rijksoverheid.nl/jeugdhulp", "zie https://chat.example/samen/pl/abcdefghijklmnopqrstuvwxyz"} {
		if err := w.person(ib).Say(casus.Room, said); err != nil {
			t.Errorf("%q: %v, want it said", said, err)
		}
	}
}

func TestWhatIsSaidWhileTheGateWasAwayIsJudgedAfterwards(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	for said, stays := range map[string]bool{
		"tot morgen": true, "zijn nummer is 111222333": false, "zie https://we.tl/t-abc": false,
	} {
		a, err := w.bot.Swept(t.Context(), bot.Posting{Platform: bottest.ChatName, Channel: casus.Room, User: ib, Text: said, Protected: true})
		if err != nil || a.Allow != stays {
			t.Errorf("%q: %+v, %v; want it to stay: %v", said, a, err, stays)
		}
	}
	a, err := w.bot.Swept(t.Context(), bot.Posting{Platform: bottest.ChatName, Channel: "elsewhere", User: ib, Text: "zijn nummer is 111222333", Protected: true})
	if err != nil || !a.Allow {
		t.Errorf("in a channel that is none of ours: %+v, %v", a, err)
	}
	// What must go is hidden and recorded as a message, not as a file.
	if err := w.person(ib).Say(casus.Room, "dit mag weg"); err != nil {
		t.Fatal(err)
	}
	seen, err := w.person(ib).See(casus.Room)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.bot.Receive(t.Context(), bot.Event{ID: "s2", Platform: bottest.ChatName, Kind: bot.Slipped, User: ib, Channel: casus.Room, Message: seen[len(seen)-1].ID}); err != nil {
		t.Fatal(err)
	}
	w.settle()
	if w.count(casus.Ref, bot.ActMessageSlipped) != 1 || w.count(casus.Ref, bot.ActFileSlipped) != 0 {
		t.Errorf("the log has %v", w.acts(casus.Ref))
	}
	w.wantTold(officer, "er stond een bericht in het kanaal dat had moeten worden tegengehouden")
}

func TestAGapInTheWatchIsRecorded(t *testing.T) {
	w := newWorld(t)
	w.open(newCasus())
	if err := w.bot.RecordGap(t.Context(), bot.WatchGap{Part: "plugin", Away: 400e6, Open: 0, Restarts: 1}); err != nil {
		t.Fatal(err)
	}
	if err := w.bot.RecordGap(t.Context(), bot.WatchGap{Part: "plugin", Away: 900e6, Open: 500e6, Restarts: 5, Killed: true}); err != nil {
		t.Fatal(err)
	}
	w.settle()
	var got []string
	w.view(func(tx bot.Tx) error {
		entries, err := tx.Entries("", 0, 0)
		for _, e := range entries {
			if e.Act == bot.ActWatchGap {
				got = append(got, e.Object+" "+strings.Join(e.Reasons, " "))
			}
		}
		return err
	})
	want := []string{"plugin away_ms:400 open_ms:0 restarts:1", "plugin away_ms:900 open_ms:500 restarts:5 kill_switch"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the log has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
