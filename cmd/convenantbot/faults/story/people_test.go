package story

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/cmd/convenantbot/faults/chat"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

// patience is how long somebody goes on trying before they give up; it is longer
// than any fault lasts with all that it holds up.
const patience = 3 * time.Minute

// What people go by in the bot's Dutch, in the words of bot/text/nl.
const (
	saysUsed      = "al verstuurd of verlopen"
	saysExpired   = "kon niet op tijd worden geopend"
	saysHeld      = "nog niet geplaatst en niemand kan het zien"
	saysComing    = "mag worden gedeeld"
	saysMissing   = "ontbreekt een toestemming"
	saysNoConsent = "geen toestemming die jij nu kunt intrekken"
	saysNotOpen   = "is niet open"
	saysNotPosted = "is niet geplaatst en niemand heeft het gezien"
	saysClosed    = "is gesloten.**"
	saysPhase     = "is nu in fase"
	saysErased    = "is vernietigd.**"
	saysAnnounced = "wordt vernietigd**"
	saysTooLate   = "Het vernietigen is al begonnen"
	saysTaken     = "Vastgelegd voor casus "
	saysWelcome   = "**Wie doen mee**"
	saysGivenUp   = "Er ging iets mis, en er is niets gedaan"

	buttonClassify = "Zeg wat erin staat"
	buttonClose    = "Ja, sluiten"
	buttonTaken    = "Wij hebben overgenomen"
)

// values are what a person fills in, by the name of the field.
type values = map[string][]string

// team is four people of four parties who have a casus together, one after
// another.
type team struct {
	n                      int
	ib, lpa, carer, doctor *chat.Person
	known                  map[string]bool // rooms of earlier casussen
}

func (t team) all() []*chat.Person { return []*chat.Person{t.ib, t.lpa, t.carer, t.doctor} }

// town is everybody.
type town struct {
	teams          []*team
	officer, guide *chat.Person
	stray          *chat.Person // of an organisation that did not join
	askers         []*chat.Person
	common         string
}

func newTown(s *chat.Server, teams, askers int) *town {
	w := &town{officer: s.NewPerson("officer"), guide: s.NewPerson("guide"), stray: s.NewPerson("stray")}
	everybody := []*chat.Person{w.officer, w.guide, w.stray}
	for n := range teams {
		g := &team{n: n, known: map[string]bool{}}
		for _, p := range []struct {
			who  **chat.Person
			name string
		}{{&g.ib, "ib"}, {&g.lpa, "lpa"}, {&g.carer, "carer"}, {&g.doctor, "doctor"}} {
			*p.who = s.NewPerson(fmt.Sprintf("%s-%d", p.name, n))
		}
		everybody = append(everybody, g.all()...)
		w.teams = append(w.teams, g)
	}
	for n := range askers {
		w.askers = append(w.askers, s.NewPerson(fmt.Sprintf("asker-%d", n)))
	}
	w.common = s.NewChannel("algemeen", append(everybody, w.askers...)...)
	return w
}

// register is the file with organisations and people.
func (w *town) register() string {
	var b strings.Builder
	b.WriteString("organisations:\n")
	for _, id := range []string{"school-a", "gemeente", "aanbieder", "ggd", "swv-a"} {
		fmt.Fprintf(&b, "  - {id: %s, name: Organisatie %s, signed_at: '2025-09-01', announced_at: '2025-09-15', dpo: p-officer, appointee: p-guide}\n", id, id)
	}
	b.WriteString("  - {id: outside, name: Praktijk Buiten}\npeople:\n")
	confirmed := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	add := func(p *chat.Person, org, sector, function, task string) {
		fmt.Fprintf(&b, "  - id: p-%s\n    accounts: [{platform: mattermost, user: %s}]\n", p.Name, p.ID)
		if org != "" {
			fmt.Fprintf(&b, "    appointments: [{organisation: %s, sector: %s, function: %s, task: %s, confirmed_by: hr, confirmed_at: %s}]\n",
				org, sector, function, task, confirmed)
		}
	}
	add(w.officer, "", "", "", "")
	add(w.guide, "swv-a", "swv", "consulent", "ondersteuning")
	add(w.stray, "outside", "youth_care", "therapeut", "jeugdhulp")
	for _, g := range w.teams {
		add(g.ib, "school-a", "education", "intern begeleider", "begeleiding")
		add(g.lpa, "gemeente", "attendance", "leerplichtambtenaar", "leerplicht")
		add(g.carer, "aanbieder", "youth_care", "jeugdhulpverlener", "jeugdhulp")
		add(g.doctor, "ggd", "youth_health", "jeugdarts", "jgz")
	}
	for _, p := range w.askers {
		add(p, "", "", "", "")
	}
	return b.String()
}

// talk says something to a Redis and waits for any answer.
func talk(addr, words string) error {
	conn, err := net.DialTimeout("tcp", addr, 2*time.Second)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := conn.Write([]byte(words)); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 64))
	return err
}

// pause waits a moment; false: the run is over.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// soon waits for something to become true for as long as d.
func soon(ctx context.Context, d time.Duration, is func() bool) bool {
	for end := time.Now().Add(d); ; {
		if is() {
			return true
		}
		if time.Now().After(end) || !pause(ctx, 25*time.Millisecond) {
			return false
		}
	}
}

// latest is the time of the newest thing that the bot said to somebody.
func latest(p *chat.Person) (at int64) {
	for _, m := range p.Direct() {
		at = max(at, m.At)
	}
	return at
}

// heard reports whether the bot said one of these to somebody since a time.
func heard(p *chat.Person, since int64, words ...string) bool {
	return slices.ContainsFunc(p.Direct(), func(m chat.Message) bool {
		return m.At > since && slices.ContainsFunc(words, func(w string) bool { return strings.Contains(m.Text, w) })
	})
}

// form has somebody type a command until they have its form, or hear one of the
// words that say that there is none. Neither: they gave up.
func form(ctx context.Context, p *chat.Person, channel, text string, none ...string) (f *chat.Form, no bool) {
	soon(ctx, patience, func() bool {
		since := latest(p)
		trigger, err := p.Command(ctx, channel, "casus", text)
		if err != nil {
			pause(ctx, 200*time.Millisecond)
			return false
		}
		return soon(ctx, 15*time.Second, func() bool {
			if f = p.Form(channel, trigger); f != nil {
				return true
			}
			no = len(none) > 0 && heard(p, since, none...)
			return no || heard(p, since, saysExpired, saysGivenUp)
		}) && (f != nil || no)
	})
	return f, no
}

// formBy has somebody press a button until they have its form. Gone: the button
// was used up.
func formBy(ctx context.Context, p *chat.Person, label, part string) (f *chat.Form) {
	soon(ctx, patience, func() bool {
		m, ok := button(p, label, part)
		if !ok {
			return false
		}
		since := latest(p)
		trigger, err := p.Press(ctx, m, label)
		if err != nil {
			pause(ctx, 200*time.Millisecond)
			return false
		}
		return soon(ctx, 15*time.Second, func() bool {
			f = p.Form(m.Channel, trigger)
			return f != nil || heard(p, since, saysExpired, saysGivenUp)
		}) && f != nil
	})
	return f
}

// button is the newest message to somebody that has a button and says part.
func button(p *chat.Person, label, part string) (chat.Message, bool) {
	for _, m := range slices.Backward(p.Direct()) {
		if m.Buttons[label] != "" && strings.Contains(m.Text, part) {
			return m, true
		}
	}
	return chat.Message{}, false
}

// send sends a form until it is answered. tries is how often that took: a form
// that was used up at a second try was taken at the first, whose answer got
// lost. ok: it was answered.
func send(ctx context.Context, p *chat.Person, f *chat.Form, v values) (a bridge.SubmitAnswer, tries int, ok bool) {
	ok = soon(ctx, patience, func() (done bool) {
		tries++
		var err error
		if a, err = p.Send(ctx, f, v); err != nil {
			pause(ctx, 150*time.Millisecond)
		}
		return err == nil
	})
	return a, tries, ok
}
