package stories

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// excepting is a try-out with the vault, with a casus in which nobody said yes to
// anything, and those who decide on exceptions.
type excepting struct {
	t      *testing.T
	bot    *process
	room   string
	people map[string]*window
}

func mustExcepting(t *testing.T) *excepting {
	t.Helper()
	mustBinary(t)
	bot, base := tryOut(t, t.TempDir(), "--vault")
	x := &excepting{t: t, bot: bot, people: map[string]*window{}}
	for _, id := range []string{"sanne", "mehmet", "joke", "daan", "ruben", "hanneke", "ingrid", "marijke", "bart", "leila"} {
		x.people[id] = become(t, base, id)
	}
	sanne := x.people["sanne"]
	sanne.say("algemeen", "/casus nieuw")
	sanne.fill(values{"kind": {"mdo"}, "purpose": {"Samen een plan maken"}, "born": {"2013-05-01"}, "school": {"school-de-linde"},
		"members": {"mehmet", "joke", "daan", "ruben"}, "holder1": {"moeder"}, "holder2": {"vader"}, "checked": {"register"},
		"agreed": {"g1", "g2", "yp"}, "agreed_on": {"2026-02-20"}, "agreed_how": {"conversation"}, "invited": {"ja"}})
	until(t, "the room is there", patience, func() bool {
		if rooms := x.people["ruben"].rooms(); len(rooms) == 1 {
			x.room = rooms[0]
		}
		return x.room != ""
	}, bot.said)
	x.phase("F3")
	return x
}

// phase sets the phase, and waits until the room reads it.
func (x *excepting) phase(phase string) {
	x.t.Helper()
	sanne := x.people["sanne"]
	before := x.phases()
	sanne.say(x.room, "/casus fase "+phase)
	until(x.t, "the room is in the next phase", patience, func() bool { return x.phases() > before }, sanne.told)
}

func (x *excepting) phases() (n int) {
	for _, m := range x.people["sanne"].look(x.room).Messages {
		if strings.Contains(m.Text, "is nu in fase") {
			n++
		}
	}
	return n
}

// refused has somebody bring in something about health, which may not be shared.
func (x *excepting) refused(who, name string) {
	x.t.Helper()
	w := x.people[who]
	if got := w.upload(x.room, name, []byte("inhoud van "+name)); !strings.Contains(got, "nog niet geplaatst") {
		x.t.Fatalf("upload: %q, want it held", got)
	}
	w.press("Zeg wat erin staat", name)
	w.fill(values{"kinds": {"health"}})
}

// asks has somebody ask for the exception whose label has all parts.
func (x *excepting) asks(who, name string, parts ...string) {
	x.t.Helper()
	w := x.people[who]
	w.press("Vraag een uitzondering", name)
	for _, f := range w.shown().Fields {
		for _, o := range f.Options {
			if f.Name == "ground" && !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(o.Label, p) }) {
				w.fill(values{"ground": {o.Value}, "reason": {"Zonder dit kan er morgen niets."}, "sure": {"true"}})
				return
			}
		}
	}
	x.t.Fatalf("no ground with %q: %+v", parts, w.shown().Fields)
}

// decides has somebody decide on the newest request that they were told of.
func (x *excepting) decides(who, verdict, part string) {
	x.t.Helper()
	w := x.people[who]
	w.press("Beslis", part)
	w.fill(values{"verdict": {verdict}, "reason": {"Dit is de kleinste kring."}})
}

// card reports whether somebody has a button to open a document.
func (x *excepting) card(who string) bool {
	w := x.people[who]
	channels := []string{w.direct()}
	if slices.Contains(w.rooms(), x.room) {
		channels = append(channels, x.room)
	}
	for _, channel := range channels {
		p := w.look(channel)
		for _, m := range append(p.Messages, p.Whispers...) {
			for _, b := range m.Buttons {
				if b.Label == "Open in de kluis" {
					return true
				}
			}
		}
	}
	return false
}

// wantReaders checks who got a card, and that it opens for them.
func (x *excepting) wantReaders(content string, readers ...string) {
	x.t.Helper()
	for _, who := range readers {
		w := x.people[who]
		before := w.lastLink()
		w.press("Open in de kluis", "kluis")
		until(x.t, who+" has a link", patience, func() bool { return w.lastLink() != before }, w.told)
		reader := mustClient(x.t)
		status, said, at := visit(x.t, reader, "POST", w.lastLink(), "")
		if status != 200 {
			x.t.Fatalf("%s opens it: %d %s", who, status, said)
		}
		if status, said, _ := visit(x.t, reader, "GET", at+"blad/1", ""); status != 200 || !strings.Contains(said, content) {
			x.t.Errorf("%s reads %d %q, want %q", who, status, said, content)
		}
	}
	for who := range x.people {
		if !slices.Contains(readers, who) && x.card(who) {
			x.t.Errorf("%s has a card", who)
		}
	}
}

// Each of the three smaller circles of the matrix: the discloser asks, whom their
// organisation appointed decides, and exactly those read it.
func TestWhoTheOrganisationAppointedLetsAFileGoToTheSmallerCircle(t *testing.T) {
	for _, c := range []struct {
		name, from, ground string
		with               []string
		decides, reads     string
	}{
		{"the SWV to the school alone", "ruben", "SWV naar de eigen school", []string{"alleen intern begeleider"}, "bart", "sanne"},
		{"those who treat together", "daan", "Dezelfde behandeling", []string{"alleen jeugdarts"}, "marijke", "joke"},
		{"the institution under a supervision order", "joke", "Ondertoezichtstelling", []string{"alleen jeugdhulpverlener"}, "leila", "daan"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := mustExcepting(t)
			x.refused(c.from, "stuk.txt")
			x.asks(c.from, "stuk.txt", append(c.with, c.ground)...)
			decider := x.people[c.decides]
			decider.wasTold("een verzoek om een uitzondering")
			if said := decider.told(); strings.Contains(said, "stuk.txt") || strings.Contains(said, "inhoud") {
				t.Errorf("who decides reads more than what was asked: %s", said)
			}
			// Nobody else can decide: not who asks, not another organisation's, not the FG.
			for who, w := range x.people {
				if said := w.told(); who != c.decides && strings.Contains(said, "een verzoek om een uitzondering") {
					t.Errorf("%s was asked to decide: %s", who, said)
				}
				if who == c.decides {
					continue
				}
				for _, m := range decider.look(decider.direct()).Messages {
					for _, b := range m.Buttons {
						if b.Label == "Beslis" && w.act("knop", map[string]any{"tab": w.tab(), "channel": decider.direct(), "message": m.ID, "button": b.Index}, nil) == nil {
							t.Errorf("%s presses the button of who decides", who)
						}
					}
				}
			}
			if x.card(c.reads) {
				t.Error("there is a card before anybody decided")
			}
			x.decides(c.decides, "granted", c.ground)
			x.people[c.from].wasTold("de uitzondering is er")
			x.people["ingrid"].wasTold("er is een uitzondering verleend")
			x.people[c.reads].wasTold("kluis")
			x.wantReaders("inhoud van stuk.txt", c.reads, c.from)
		})
	}
}

// What was refused, what changed meanwhile and what was decided too late open
// nothing, and the discloser hears what can be done.
func TestAnExceptionThatWasRefusedOvertakenOrTooLateOpensNothing(t *testing.T) {
	x := mustExcepting(t)
	ruben, bart := x.people["ruben"], x.people["bart"]
	nothing := func() {
		t.Helper()
		for who := range x.people {
			if x.card(who) {
				t.Errorf("%s has a card", who)
			}
		}
	}

	x.refused("ruben", "eerste.txt")
	x.asks("ruben", "eerste.txt", "SWV naar de eigen school")
	bart.wasTold("een verzoek om een uitzondering")
	x.decides("bart", "denied", "een verzoek om een uitzondering")
	ruben.wasTold("geen uitzondering")
	nothing()

	// The room went back to where nothing about health belongs.
	x.refused("ruben", "tweede.txt")
	x.asks("ruben", "tweede.txt", "SWV naar de eigen school")
	until(t, "the second request", patience, func() bool { return strings.Count(bart.told(), "een verzoek om een uitzondering") == 2 }, bart.told)
	x.phase("F1")
	bart.press("Beslis", "een verzoek om een uitzondering")
	var answer struct{ Errors map[string]string }
	if err := bart.act("formulier", map[string]any{"form": bart.shown().ID, "values": values{"verdict": {"granted"}, "reason": {"Dit is de kleinste kring."}}}, &answer); err != nil || !strings.Contains(answer.Errors["verdict"], "intussen iets veranderd") {
		t.Errorf("granted for what is not so any more: %v %v", answer.Errors, err)
	}
	nothing()

	// And nobody decides any more when its time is over.
	x.phase("F3")
	if err := x.people["sanne"].act("klok", map[string]any{"days": 4}, nil); err != nil {
		t.Fatal(err)
	}
	over := func() bool {
		said := bart.told()
		return strings.Contains(said, "wacht niet meer") || strings.Contains(said, "verlopen")
	}
	bart.press("Beslis", "een verzoek om een uitzondering")
	until(t, "the button is over", patience, over, func() string { return bart.told() + time.Now().String() })
	nothing()
}
