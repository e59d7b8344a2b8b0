package stories

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// again is how long a form may take to come before its button is pressed again, as
// people do: Slack lets a form be opened for three seconds after a press, and a
// machine that is busy may miss that.
const again = 15 * time.Second

// asks does what opens a form until the form is there. A press that Slack gave up on
// and one that came too late are done again.
func (h *slackHouse) asks(p *slackfake.Person, title string, act func() error) slackfake.View {
	h.t.Helper()
	var view slackfake.View
	until(h.t, p.Name+" gets the form "+title, 3*patience, func() bool {
		if err := act(); err != nil && !errors.Is(err, slackfake.ErrNoAnswer) {
			h.t.Fatal(err)
		}
		var err error
		view, err = h.form(p, title, again)
		return err == nil
	}, func() string { return tail(h.told(p), 3000) + "\n" + tail(h.bot.said(), 3000) })
	return view
}

// sends sends the form on top. Where Slack got no answer in time the form stays,
// and it is sent again; it counts once.
func (h *slackHouse) sends(p *slackfake.Person, view slackfake.View, v values) {
	h.t.Helper()
	filled := h.filled(view, v)
	until(h.t, p.Name+" sends "+view.Title, 3*patience, func() bool {
		sent, err := p.SubmitsModal(filled)
		if len(sent.Errors) > 0 || err != nil && !errors.Is(err, slackfake.ErrNoAnswer) {
			h.t.Fatalf("send %q: %+v, %v\n%s", view.Title, sent, err, tail(h.bot.said(), 3000))
		}
		return err == nil
	}, h.bot.said)
}

// commands is a command that opens a form.
func (h *slackHouse) commands(p *slackfake.Person, room, line, title string) slackfake.View {
	h.t.Helper()
	return h.asks(p, title, func() error { return p.Command(room, "/casus", line) })
}

// pressed is a button in the newest private message that has it, and the form that it
// opens.
func (h *slackHouse) pressed(p *slackfake.Person, label, title string) slackfake.View {
	h.t.Helper()
	return h.asks(p, title, func() error {
		seen, err := p.SeesDirect()
		for _, s := range slices.Backward(seen) {
			if strings.Contains(string(s.Blocks), `"`+label+`"`) {
				return p.Clicks(p.DirectWithBot(), s.TS, label)
			}
		}
		return errors.Join(err, errors.New("no such button: "+label))
	})
}

// gives hands a file to the bot by /casus deel.
func (h *slackHouse) gives(p *slackfake.Person, room, file string) {
	h.t.Helper()
	h.sends(p, h.commands(p, room, "deel", "Een bestand delen"), values{"files": {file}})
}

// files are those that somebody can still see in a room.
func (h *slackHouse) files(p *slackfake.Person, room string) (all []slackfake.SeenFile) {
	h.t.Helper()
	seen, err := p.Sees(room)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, s := range seen {
		for _, f := range s.Files {
			if !f.Gone {
				all = append(all, f)
			}
		}
	}
	return all
}

// noFile fails the story when anybody can see a file in the room.
func (h *slackHouse) noFile(room, when string) {
	h.t.Helper()
	for _, p := range []*slackfake.Person{h.ib, h.lpa, h.doctor} {
		if all := h.files(p, room); len(all) > 0 {
			h.t.Fatalf("%s: %s sees %d files in the room", when, p.Name, len(all))
		}
	}
}

var firstChoice = regexp.MustCompile(`"value":\s*"=([^"]+)"`)

// A file on Slack from its form to its withdrawal, and the files that come to
// nothing.
func TestAFileOnSlackFromItsFormToItsWithdrawal(t *testing.T) {
	h := newSlackHouse(t)
	h.start()
	room, _ := h.openCasus()
	(&colleague{Person: h.ib, h: h}).command(room, "/casus fase F3")
	until(t, "the room hears of the phase", patience, func() bool {
		seen, _ := h.lpa.Sees(room)
		return slices.ContainsFunc(seen, func(s slackfake.Seen) bool { return s.Bot && strings.Contains(s.Text, "is nu in fase") })
	}, h.bot.said)

	// It is given by the form, and nobody sees it before it is decided.
	h.gives(h.carer, room, h.carer.Attaches("behandelverslag.txt", []byte("een behandelverslag")))
	h.wasTold(h.carer, "wat staat er in")
	h.noFile(room, "held")

	// What is in it is said by a button and its form; a yes is missing, and its
	// poster reads whose.
	view := h.pressed(h.carer, "Zeg wat erin staat", "Wat staat erin?")
	h.sends(h.carer, view, values{"kinds": {"health"}, "text": {"Zie bijlage"}})
	h.wasTold(h.carer, "de jongere, moeder en vader")
	h.noFile(room, "without a yes")

	// Each yes is recorded by the button of that message.
	for _, giver := range givers {
		h.noFile(room, "before the yes of "+giver[0])
		view := h.pressed(h.carer, "Toestemming vastleggen", "Toestemming vastleggen")
		h.sends(h.carer, view, values{
			"giver": {giver[0]}, "capacity": {giver[1]}, "decision": {"given"}, "recipients": {"school-a", "gemeente", "ggd"},
			"kinds": {"health"}, "purpose": {"Samen een plan maken"}, "given_on": {h.date(0)}, "expires_on": {h.date(300)}, "how": {"conversation"},
		})
	}

	// The bot posts it, for whom it is.
	var posted slackfake.Seen
	until(t, "the file stands in the room", patience, func() bool {
		seen, _ := h.lpa.Sees(room)
		i := slices.IndexFunc(seen, func(s slackfake.Seen) bool { return len(s.Files) > 0 })
		if i >= 0 {
			posted = seen[i]
		}
		return i >= 0
	}, func() string { return tail(h.told(h.carer), 3000) + "\n" + tail(h.bot.said(), 3000) })
	file := posted.Files[0]
	if !posted.Bot || posted.Text != "<@"+h.carer.ID+">: Zie bijlage" || string(file.Data) != "een behandelverslag" || len(posted.Files) != 1 {
		t.Errorf("the room sees %+v, want it by the bot, for its discloser, with its text and bytes", posted)
	}
	if strings.Contains(file.Name, "behandelverslag") {
		t.Errorf("it is shown as %q, want a neutral name", file.Name)
	}

	// One yes is taken back, and it is gone for everybody.
	view = h.commands(h.carer, room, "intrekken", "Toestemming intrekken")
	choice := firstChoice.FindStringSubmatch(string(consentBlock(t, view)))
	if choice == nil {
		t.Fatalf("there is nothing to withdraw: %s", view.Raw)
	}
	h.sends(h.carer, view, values{"consent": {choice[1]}})
	until(t, "the file is gone", patience, func() bool { return !h.FileExists(file.ID) && len(h.files(h.lpa, room)) == 0 }, h.bot.said)
	h.wasTold(h.ib, "meteen uit het zicht")

	// A form that is sent twice at once takes its file in once.
	twice := h.carer.Attaches("tweemaal.txt", []byte("een brief"))
	view = h.commands(h.carer, room, "deel", "Een bestand delen")
	if sent, err := h.carer.SubmitsModalTwice(h.filled(view, values{"files": {twice}})); len(sent.Errors) > 0 || err != nil && !errors.Is(err, slackfake.ErrNoAnswer) {
		t.Fatalf("send twice: %+v, %v", sent, err)
	}
	h.wasTold(h.carer, "tweemaal.txt")

	// A file with a BSN comes nowhere, and neither does one that is gone before it
	// could be fetched.
	h.gives(h.carer, room, h.carer.Attaches("nummer.txt", []byte("het nummer is 111222333")))
	h.wasTold(h.carer, "urgerservicenummer")
	gone := h.carer.Attaches("weg.txt", []byte("een brief"))
	h.Vanish(gone)
	h.gives(h.carer, room, gone)
	h.wasTold(h.carer, "kan ik niet meer lezen")

	h.noFile(room, "at the end")
	asked := 0
	seen, _ := h.carer.SeesDirect()
	for _, s := range seen {
		if strings.Contains(string(s.Blocks), "wat staat er in") && strings.Contains(string(s.Blocks), "tweemaal.txt") {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("its poster was asked %d times about the file that was sent twice, want once", asked)
	}
	h.bot.stop(t)
	for _, word := range []string{"behandelverslag", "111222333", "Zie bijlage", "tweemaal", "xoxb-", h.SigningSecret} {
		if strings.Contains(h.bot.said(), word) {
			t.Errorf("the log has %q", word)
		}
	}
}

// consentBlock is the block of a form in which a consent is chosen.
func consentBlock(t *testing.T, view slackfake.View) json.RawMessage {
	t.Helper()
	var shown struct{ Blocks []json.RawMessage }
	if err := json.Unmarshal(view.Raw, &shown); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(shown.Blocks, func(raw json.RawMessage) bool { return strings.Contains(string(raw), "field.consent.") })
	if i < 0 {
		t.Fatalf("no field to choose a consent: %s", view.Raw)
	}
	return shown.Blocks[i]
}
