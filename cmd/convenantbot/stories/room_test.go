package stories

import (
	"slices"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

// TestWhatIsSaidInTheRoom tells what the people of a casus type on a busy day,
// and what of it stands there afterwards.
func TestWhatIsSaidInTheRoom(t *testing.T) {
	h := newHouse(t, "", nil)
	h.start("")
	var c casus
	h.tell(t, "a casus in the middle of it", func() { c = h.setsUp(); h.discuss(c) })
	h.tell(t, "who may not share yet writes about the process", func() { h.process(c) })
	h.tell(t, "a name becomes a code", func() { h.named(c) })
	h.tell(t, "a pasted report is a document", func() { h.pasted(c) })
	h.tell(t, "a consent given at the door, by phone, and its receipt", func() { h.receipt(c) })
	h.tell(t, "a name, a diagnosis and a BSN in the wrong room are taken back", func() { h.wrongRoom(c) })
	h.tell(t, "with the bot away nothing is said in the room", func() { h.silent(c) })
}

// refused lets somebody write, which the server must refuse, and returns why.
func (p *person) refused(channel, text string) string {
	p.h.t.Helper()
	return p.answered(func() string {
		_, _, err := p.Client.CreatePost(p.h.t.Context(), &model.Post{ChannelId: channel, Message: text})
		if err == nil {
			p.h.t.Fatalf("%s: %q was posted", p.Username, text)
		}
		return reason(err)
	})
}

// stands reports who said text in a channel, as the person sees it; blank when it
// does not stand there.
func (p *person) stands(channel, text string) string {
	p.h.t.Helper()
	for _, post := range p.posts(channel) {
		if post.Message == text {
			return post.UserId
		}
	}
	return ""
}

func (h *house) appears(c casus, by *person, text string) {
	h.t.Helper()
	until(h.t, "the room has "+text, patience, func() bool { return h.ib.stands(c.room, text) != "" }, by.told)
	if got := h.ib.stands(c.room, text); got != by.Id {
		h.t.Errorf("%q was said by %s, want %s", text, got, by.Username)
	}
}

// process: the first message of youth care and youth health is held before
// anybody sees it; school and leerplicht write as always.
func (h *house) process(c casus) {
	const said = "Wij kennen dit gezin al twee jaar"
	stop := h.ib.watch(c.room, said, said)
	if why := h.carer.refused(c.room, said); !strings.Contains(why, "nog niet geplaatst") {
		h.t.Errorf("refused with %q", why)
	}
	h.carer.wasTold("proces en de afspraken")
	h.carer.wasTold("een ja van de jongere")
	if where := stop(); len(where) > 0 {
		h.t.Fatalf("the held message was seen %v", where)
	}
	h.lpa.say(c.room, "Ik ben er woensdag bij.")
	for _, p := range []*person{h.ib, h.lpa} {
		if strings.Contains(p.told(), "een ja van") {
			h.t.Errorf("%s reads who is missing:\n%s", p.Username, p.told())
		}
	}

	const agreement = "Zullen we woensdag om tien uur bellen?"
	h.carer.refused(c.room, agreement)
	h.carer.press("Toch plaatsen: dit gaat over proces of afspraken", "Zullen we woensdag")
	h.appears(c, h.carer, agreement)
	h.carer.say(c.room, "Ik wacht nog op een antwoord.")
	if h.ib.stands(c.room, said) != "" {
		h.t.Error("the first message came along")
	}
	// The word of one is nobody else's.
	h.doctor.refused(c.room, "Bij ons ook.")
}

// named: what says who somebody is becomes a code or initials, also in an edit.
func (h *house) named(c casus) {
	h.ib.command(c.room, "/casus bekend")
	h.ib.form()
	h.ib.fill(values{"young": {"Sam de Vries"}, "others": {"Karin Bakker"}})
	h.ib.wasTold("Vastgelegd voor casus " + c.ref)
	h.lpa.refused(c.room, "Sám de Vries was er niet, mevrouw Bakker belde.")
	h.lpa.press("Plaats met code", c.ref+" was er niet")
	h.appears(c, h.lpa, c.ref+" was er niet, mevrouw K.B. belde.")

	post := h.lpa.say(c.room, "Morgen verder.")
	text := "Morgen verder over Sam."
	if _, _, err := h.lpa.Client.PatchPost(h.t.Context(), post.Id, &model.PostPatch{Message: &text}); err == nil || !strings.Contains(err.Error(), "niet opgeslagen") {
		h.t.Errorf("an edit that names somebody: %v", err)
	}
	if h.ib.stands(c.room, "Morgen verder.") != h.lpa.Id {
		h.t.Error("the message does not stand as it was")
	}
}

// pasted: a long text goes the way of a file.
func (h *house) pasted(c casus) {
	report := strings.TrimSpace(strings.Repeat("Wij spraken over het plan en over wie wat doet. ", 40))
	if why := h.ib.refused(c.room, report); !strings.Contains(why, "als een document") {
		h.t.Errorf("refused with %q", why)
	}
	h.ib.press("Zeg wat erin staat", "bericht.txt")
	h.ib.form()
	h.ib.fill(values{"kinds": {"ordinary"}, "absence": {"none"}})
	until(h.t, "the document is there", patience, func() bool { return h.lpa.has(c.room, []byte(report)) }, h.ib.told)
}

// receipt: who noted a yes gets it on paper for who gave it.
func (h *house) receipt(c casus) {
	h.carer.command(c.room, "/casus toestemming")
	h.carer.form()
	yes := h.consent("g1", "authority")
	yes["how"] = []string{"phone"}
	h.carer.fill(yes)
	h.carer.press("Bewijs om te printen", c.ref)
	until(h.t, "the receipt is there", patience, func() bool { return h.carer.files(h.carer.direct)["bewijs-"+c.ref+".pdf"] != nil }, h.carer.told)
	if !strings.HasPrefix(string(h.carer.files(h.carer.direct)["bewijs-"+c.ref+".pdf"]), "%PDF-") {
		h.t.Error("the receipt is no PDF")
	}
	h.carer.command(c.room, "/casus intrekken")
	form := h.carer.form()
	if label := form.Elements[0].Options[0].Text; !strings.Contains(label, "namens de persoon genoteerd (door de telefoon)") {
		h.t.Errorf("the yes is marked %q", label)
	}
}

// wrongRoom: what somebody typed in the wrong room is out of everybody's sight in
// one click.
func (h *house) wrongRoom(c casus) {
	h.lpa.wasTold("Je eerste bericht van vandaag in dit overleg: **" + c.ref)
	h.ib.refused(c.room, "Haar nummer is 111222333")
	h.ib.say(c.room, "Noor Jansen, autisme: dit hoort in een ander overleg")
	h.lpa.say(c.room, "Over wie gaat dit?")
	h.ib.command(c.room, "/casus neem-terug")
	h.ib.press("Haal mijn laatste uur terug", "Wat wil je terughalen")
	h.ib.wasTold("Teruggehaald in")
	until(h.t, "it is out of sight", patience, func() bool { return h.lpa.stands(c.room, "Noor Jansen, autisme: dit hoort in een ander overleg") == "" }, h.ib.told)
	until(h.t, "the document is too", patience, func() bool { return len(h.lpa.files(c.room)) == 0 }, h.ib.told)
	if h.lpa.stands(c.room, "Over wie gaat dit?") != h.lpa.Id {
		h.t.Error("somebody else's message is gone too")
	}
	all := map[string]int{"taken_back": 1, "known_details_told": 1, "yes_receipt_made": 1}
	log := h.logOf(c.ref, all)
	for act, want := range all {
		if got := count(log, c.ref, act); got != want {
			h.t.Errorf("the log has %s %d times, want %d", act, got, want)
		}
	}
	if got := count(log, c.ref, "message_held"); got < 4 {
		h.t.Errorf("the log has %d messages that were held", got)
	}
	for _, e := range log {
		if slices.ContainsFunc(append(e.Objects, e.Reasons...), func(s string) bool { return strings.Contains(s, "Sam") || strings.Contains(s, "Noor") }) {
			h.t.Errorf("the log names somebody: %+v", e)
		}
	}
}

// silent: the gate asks about every message, and without an answer it is a no, in
// the rooms that it watches and nowhere else.
func (h *house) silent(c casus) {
	h.bot.kill()
	if why := h.lpa.refused(c.room, "tot morgen"); why == "" {
		h.t.Error("no reason is given")
	}
	h.lpa.say(h.common, "Wie haalt er koffie?")
	h.start("")
	h.lpa.say(c.room, "tot morgen")
}
