package stories

import (
	"fmt"
	"html"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/playground"
)

// walk is one tour that is walked in a try-out of its own.
type walk struct {
	t       *testing.T
	base    string
	who     map[string]*window
	me      *window // whose tour it is
	room    string
	members []string // of the casus, who opened it first
	ref     string
	file    string // the newest that was offered
}

func (w *walk) as(id string) *window {
	if w.who[id] == nil {
		w.who[id] = become(w.t, w.base, id)
	}
	return w.who[id]
}

// opens sends the form of "/casus nieuw" that is before me, or before Sanne.
func (w *walk) opens(by *window, kind string, members ...string) {
	w.members = append([]string{by.id}, members...)
	by.fill(values{"kind": {kind}, "purpose": {"Samen een plan maken"}, "born": {"2013-05-01"}, "school": {"school-de-linde"}, "members": members,
		"holder1": {"moeder"}, "holder2": {"vader"}, "checked": {"register"}, "agreed": {"g1", "g2", "yp"}, "agreed_on": {"2026-02-20"},
		"agreed_how": {"conversation"}, "invited": {"ja"}})
	until(w.t, "there is a room", patience, func() bool { return len(by.rooms()) == 1 }, by.told)
	w.room = by.rooms()[0]
	until(w.t, "the casus has a code", patience, func() bool {
		for _, m := range by.look(w.room).Messages {
			if found := regexp.MustCompile(`C-\d{4}-\d{4}`).FindString(m.Text); found != "" {
				w.ref = found
				return true
			}
		}
		return false
	}, by.told)
}

// types types what a step offers, where it belongs.
func (w *walk) types(by *window, fill string) {
	place := "algemeen"
	if strings.HasPrefix(fill, "/casus") && fill != "/casus nieuw" && w.room != "" && slices.Contains(by.rooms(), w.room) {
		place = w.room
	}
	by.say(place, strings.ReplaceAll(fill, "C-2026-0001", w.ref))
}

func (w *walk) forward(days int) {
	w.t.Helper()
	if err := w.me.act("klok", map[string]any{"days": days}, nil); err != nil {
		w.t.Fatalf("set the clock forward: %v", err)
	}
}

func (w *walk) consents(by *window, name string) {
	for _, g := range givers {
		by.press("Toestemming vastleggen", name)
		f := by.shown()
		today := amsterdam(w.t, 0)
		var recipients []string
		for _, field := range f.Fields {
			if field.Name == "recipients" {
				for _, o := range field.Options {
					recipients = append(recipients, o.Value)
				}
			}
		}
		by.fill(values{"giver": {g[0]}, "capacity": {g[1]}, "decision": {"given"}, "recipients": recipients, "kinds": {"health"}, "purpose": {"Samen een plan maken"},
			"given_on": {today.Format(time.DateOnly)}, "expires_on": {today.AddDate(0, 10, 0).Format(time.DateOnly)}, "how": {"conversation"}})
	}
}

// does is how a step that is not simply typed is done.
func (w *walk) does(tour string, s playground.TourStep, file []byte) {
	sanne := w.as("sanne")
	switch s.Step {
	case "answered", "room", "withdrawn", "archived":
		// The bot does it, after what was done before.
	case "new", "/casus nieuw":
		by := w.me
		if !s.Own {
			by = sanne
		}
		w.types(by, s.Fill)
		switch tour {
		case "leerplichtambtenaar":
			w.opens(by, "verzuimoverleg", "sanne", "joke")
		case "procesregisseur":
			w.opens(by, "mdo", "sanne", "daan")
		case "jeugdhulpverlener":
			w.opens(by, "bilateraal", "sanne")
		default:
			w.opens(by, "mdo", "daan", "joke")
		}
	case "outsider":
		person := "olivier"
		if tour == "leerplichtambtenaar" {
			person = "daan"
		}
		if err := w.me.act("lid", map[string]any{"channel": w.room, "person": person}, nil); err != nil {
			w.t.Fatalf("add %s: %v", person, err)
		}
	case "phase", "/casus fase":
		by := w.me
		if !s.Own {
			by = sanne
		}
		w.types(by, s.Fill)
		until(w.t, "the phase is F3", patience, func() bool {
			return slices.ContainsFunc(by.look(w.room).Messages, func(m message) bool { return strings.Contains(m.Text, "is nu in fase") })
		}, by.told)
	case "held":
		if err := w.me.act("bericht", map[string]any{"channel": w.room, "text": s.Fill, "tab": w.me.tab()}, nil); err == nil {
			w.t.Fatalf("%q was posted", s.Fill)
		}
		w.me.wasTold("Ook dat zij bij jullie bekend zijn")
	case "refused":
		by := w.me
		if tour == "vier-taken" {
			by = w.as("daan")
		}
		w.file = s.File
		if got := by.upload(w.room, s.File, file); got == "" {
			w.t.Fatalf("%s was posted", s.File)
		} else if strings.Contains(s.File, "bsn") && !strings.Contains(got, "burgerservicenummer") {
			w.t.Errorf("%s: %q, want the number named", s.File, got)
		}
	case "form":
		by := w.as("daan")
		by.press("Zeg wat erin staat", w.file)
		by.fill(values{"kinds": {"health"}})
		by.wasTold("moeder en vader")
	case "posted":
		w.consents(w.as("daan"), w.file)
		until(w.t, "the file is there", patience, func() bool { return len(sanne.files(w.room)) == 1 }, w.as("daan").told)
	case "/casus intrekken":
		w.types(w.me, s.Fill)
		f := w.me.shown()
		w.me.fill(values{"consent": {f.Fields[0].Options[0].Value}})
		until(w.t, "the file is hidden", patience, func() bool { return len(sanne.files(w.room)) == 0 }, w.me.told)
	case "closed", "/casus sluit":
		by := w.me
		if !s.Own {
			by = sanne
		}
		w.types(by, "/casus sluit")
		by.press("Ja, sluiten", "sluiten")
		by.wasTold("is gesloten")
	case "button:Wij hebben overgenomen":
		for _, id := range w.members {
			w.as(id).press("Wij hebben overgenomen", "is gesloten")
			w.as(id).wasTold("Vastgelegd voor casus")
		}
	case "/convenant mag-ik-delen":
		w.types(w.me, s.Fill)
		w.me.shown()
	case "clock":
		if tour == "fg" {
			w.forward(60)
		}
		w.forward(8)
	case "button:Hef de blokkade op":
		w.as("hanneke").press("Hef de blokkade op", w.ref)
		w.me.wasTold("de bewaarblokkade is opgeheven")
	case "erased":
		// The erasing is announced two weeks ahead, whenever the bot comes to it.
		until(w.t, "the casus is erased", patience, func() bool {
			if w.ticked(tour, s) {
				return true
			}
			w.forward(15)
			time.Sleep(time.Second)
			return false
		}, w.me.told)
	case "/casus bewaar":
		w.types(w.me, s.Fill)
		w.me.shown()
		w.me.fill(values{"reason": {"Er loopt een klacht."}})
	case "/casus vrijgeven":
		if len(w.as("sanne").rooms()) != 1 {
			w.t.Error("the room is gone, under a hold")
		}
		w.types(w.me, s.Fill)
		f := w.me.shown()
		w.me.fill(values{"hold": {f.Fields[0].Options[0].Value}, "reason": {"De klacht is afgehandeld."}})
	default:
		if s.Fill == "" {
			w.t.Fatalf("the story does not know how to do the step %q", s.Step)
		}
		w.types(w.me, s.Fill)
	}
}

// Every tour is walked to its end by doing what it says, by who it is for.
func TestEveryTourEnds(t *testing.T) {
	mustBinary(t)
	samples, err := playground.ReadSamples(os.DirFS("../../../deploy/samples"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tour := range samples.Tours {
		t.Run(tour.ID, func(t *testing.T) {
			_, base := tryOut(t, t.TempDir())
			w := &walk{t: t, base: base, who: map[string]*window{}}
			me := "sanne"
			if tour.Function != "" {
				me = string(samples.People[slices.IndexFunc(samples.People, func(p playground.Person) bool { return p.Function == tour.Function })].ID)
			}
			w.me = w.as(me)
			for _, job := range tour.Jobs {
				for _, s := range job.Steps {
					if strings.HasPrefix(s.Step, "asked") {
						w.types(w.me, s.Fill)
					} else {
						w.does(tour.ID, s, samples.Files[s.File])
					}
					until(t, fmt.Sprintf("the tour has checked off %q", s.Step), patience, func() bool { return w.ticked(tour.ID, s) }, w.me.told)
				}
			}
		})
	}
}

var tick = regexp.MustCompile(`(?s)<li class="(done)?">.*?<span>([^<]*?)\n`)

// ticked reports whether the tour has checked off a step.
func (w *walk) ticked(tour string, s playground.TourStep) bool {
	w.t.Helper()
	var p page
	if err := w.me.act("stand", map[string]any{"channel": "algemeen", "panel": "rondleiding", "tour": tour, "rev": 0, "seen": false}, &p); err != nil {
		w.t.Fatalf("look at the tour: %v", err)
	}
	return slices.ContainsFunc(tick.FindAllStringSubmatch(p.Panel, -1), func(m []string) bool {
		return m[1] == "done" && html.UnescapeString(strings.TrimSpace(m[2])) == s.Text
	})
}
