package stories

import (
	"crypto/sha256"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// TestOnTheRealServer tells every story of the real server, in the order in
// which a year with the bot goes.
func TestOnTheRealServer(t *testing.T) {
	h := newHouse(t, "", nil)
	t.Logf("from start to ready: %s", h.start("").Round(time.Millisecond))
	var c casus
	h.tell(t, "a question gets an answer with where it stands", h.answers)
	h.tell(t, "a form with a mistake says which, and opens nothing", h.badForms)
	h.tell(t, "a casus with four parties", func() { c = h.setsUp() })
	h.tell(t, "an outsider who is added is gone, and it is recorded", func() { h.outsider(c) })
	h.tell(t, "a file is seen by nobody before everybody consented", func() { h.sharing(c) })
	h.tell(t, "a file that cannot be one is refused, and odd names are kept plain", func() { h.badFiles(c) })
	h.tell(t, "two people and the same form", h.sameForm)
	h.tell(t, "idle, it holds little memory", h.idle)
	h.tell(t, "closed, archived, announced and erased", func() { h.keeping(c) })
	h.killed(t)
}

// answers: by mention, in a direct message and on the command line the answer is
// the same.
func (h *house) answers() {
	const question = "Vanaf welke leeftijd beslist een jongere zelf over jeugdhulp?"
	said := command(h.t, nil, "ask", question)
	if said.code != 0 {
		h.t.Fatalf("ask: %d\n%s", said.code, said.err)
	}
	want, _, _ := strings.Cut(said.out, "\n")
	if len(want) < 20 {
		h.t.Fatalf("ask said %q", said.out)
	}
	fits := func(post *model.Post) bool {
		return post.UserId == h.self && strings.Contains(post.Message, want) && strings.Contains(post.Message, "_Bron: ") && strings.Contains(post.Message, "merk ")
	}
	asked := h.ib.say(h.common, "@"+botName+" "+question)
	until(h.t, "the mention is answered in its thread", patience, func() bool {
		return slices.ContainsFunc(h.lpa.posts(h.common), func(p *model.Post) bool { return p.RootId == asked.Id && fits(p) })
	}, h.bot.said)
	h.lpa.say(h.lpa.direct, question)
	until(h.t, "the direct message is answered", patience, func() bool { return slices.ContainsFunc(h.lpa.posts(h.lpa.direct), fits) }, h.lpa.told)
	h.doctor.command(h.common, "/convenant vraag "+question)
	h.doctor.wasTold(want)

	// What people say to each other is not for the bot.
	before := len(h.ib.posts(h.common))
	h.ib.say(h.common, "Wie haalt er koffie?")
	h.nobody.say(h.nobody.direct, "Hoe bak ik een appeltaart?")
	until(h.t, "the bot says something to a question that is not for it", patience, func() bool { return h.nobody.told() != "" }, h.bot.said)
	if after := len(h.ib.posts(h.common)); after != before+1 {
		h.t.Errorf("after a remark the channel has %d messages more, want the remark alone", after-before)
	}
	if strings.Contains(h.nobody.told(), "_Bron: ") {
		h.t.Errorf("a question that nobody can answer got a source: %s", h.nobody.told())
	}
}

func (h *house) setsUp() casus {
	before := h.rooms()
	c := h.open()
	h.check(c)
	if n := h.rooms() - before; n != 1 {
		h.t.Errorf("there are %d rooms more, want one", n)
	}
	if year := h.day(0)[:4]; !strings.HasPrefix(c.ref, "C-"+year+"-") {
		h.t.Errorf("the casus is %s, want the code of the year", c.ref)
	}
	for _, p := range []*person{h.stray, h.nobody, h.guide, h.officer} {
		if _, _, err := p.Client.GetPostsForChannel(h.t.Context(), c.room, 0, 10, "", false, false); err == nil {
			h.t.Errorf("%s reads the room from outside", p.Username)
		}
	}
	return c
}

func (h *house) outsider(c casus) {
	for _, p := range []*person{h.stray, h.nobody} {
		if _, _, err := h.lpa.Client.AddChannelMember(h.t.Context(), c.room, p.Id); err != nil {
			h.t.Fatalf("a member adds %s: %v", p.Username, err)
		}
	}
	h.settled(c.room, parties)
	// Each is told after it was recorded; looking at the log stops the bot.
	until(h.t, "the coordinator hears of both", patience, func() bool {
		return strings.Count(h.ib.told(), "**Casus "+c.ref+":** iemand die niet") == 2
	}, h.ib.told)
	h.lpa.wasTold("je voegde iemand toe")
	log := h.logOf(c.ref, map[string]int{"stranger_removed": 2})
	if n := count(log, c.ref, "stranger_removed"); n != 2 {
		h.t.Errorf("the log has %d removals, want both: %v", n, acts(log, c.ref))
	}
	// One has an id in the directory and one has none; both can be told apart.
	var who []string
	for _, e := range log {
		if e.Casus == c.ref && e.Act == "stranger_removed" {
			who = append(who, e.Objects...)
		}
	}
	if len(who) != 2 || who[0] == who[1] {
		h.t.Errorf("the log names %v, want two", who)
	}
}

// sharing: health data about somebody of thirteen needs the young person and
// both who have authority.
func (h *house) sharing(c casus) {
	h.discuss(c)
	const name, text = "geheimverslag.txt", "een behandelverslag zonder namen"
	data := []byte(text)
	stop := h.ib.watch(c.room, name, text)
	h.bring(h.carer, c, name, data)
	h.classify(h.carer, name, "health")
	h.carer.wasTold("de jongere, moeder en vader")
	for i, g := range givers {
		h.carer.press("Toestemming vastleggen", name)
		h.carer.form()
		if i == len(givers)-1 {
			if where := stop(); len(where) > 0 {
				h.t.Fatalf("before everybody consented the file was seen %v", where)
			}
		}
		h.carer.fill(h.consent(g[0], g[1]))
	}
	h.ib.sees(c.room, map[string][]byte{name: data})
	id := ""
	for _, post := range h.ib.posts(c.room) {
		if len(post.FileIds) == 0 {
			continue
		}
		id = post.FileIds[0]
		if post.UserId != h.carer.Id || post.Message != "Zie bijlage "+name {
			h.t.Errorf("the file is posted by %s with %q, want by who brought it in", post.UserId, post.Message)
		}
		for _, p := range []*person{h.stray, h.guide} {
			if _, _, err := p.Client.GetFile(h.t.Context(), id); err == nil {
				h.t.Errorf("%s opens the file from outside", p.Username)
			}
		}
	}

	// A yes is withdrawn: the file goes out of sight, also for who kept its id and
	// had it open, and the next one is stopped.
	h.carer.command(c.room, "/casus intrekken")
	form := h.carer.form()
	h.carer.fill(values{"consent": {form.Elements[0].Options[0].Value}})
	h.carer.wasTold("1 bestand is meteen uit het zicht")
	h.ib.sees(c.room, nil)
	until(h.t, "who kept the id of the file cannot open it any more", patience, func() bool {
		_, _, err := h.ib.Client.GetFile(h.t.Context(), id)
		return err != nil
	}, nil)
	stop = h.ib.watch(c.room, "tweedeverslag.txt", "nog een behandelverslag")
	h.bring(h.carer, c, "tweedeverslag.txt", []byte("nog een behandelverslag"))
	h.classify(h.carer, "tweedeverslag.txt", "health")
	h.carer.wasTold("\"tweedeverslag.txt\" is nog niet geplaatst")
	if where := stop(); len(where) > 0 {
		h.t.Errorf("after the withdrawal the next file was seen %v", where)
	}
	h.carer.press("Gooi weg", "tweedeverslag.txt")
	h.carer.wasTold("Het bestand is weggegooid")

	all := map[string]int{"consent_recorded": 3, "consent_withdrawn": 1, "file_posted": 1, "file_withdrawn": 1, "file_received": 2}
	log := h.logOf(c.ref, all)
	for act, want := range all {
		if n := count(log, c.ref, act); n != want {
			h.t.Errorf("%s stands %d times in the log, want %d: %v", act, n, want, acts(log, c.ref))
		}
	}
}

// badFiles: what cannot be taken in says so and leaves nothing behind.
func (h *house) badFiles(c casus) {
	before := len(h.Files())
	if got := h.carer.upload(c.room, "leeg.txt", nil); got == "" {
		h.t.Errorf("an empty file was taken")
	}
	began := time.Now()
	if got := h.carer.upload(c.room, "groot.bin", make([]byte, 200<<20)); got == "" {
		h.t.Errorf("a file of 200 MB was taken")
	}
	h.t.Logf("a file of 200 MB was refused after %s", time.Since(began).Round(time.Millisecond))
	if got := h.carer.upload(c.room, "nummer.txt", []byte("het nummer is 111222333 van hem")); !strings.Contains(strings.ToLower(got), "bsn") && !strings.Contains(got, "burgerservicenummer") {
		h.t.Errorf("a file with a BSN: %q, want to hear why not", got)
	}
	if got := h.stray.upload(c.room, "vreemd.txt", []byte("van buiten")); got == "" {
		h.t.Errorf("somebody from outside uploads into the room")
	}
	h.ib.sees(c.room, nil)
	if after := len(h.Files()); after != before {
		h.t.Errorf("the server keeps %d files that were refused", after-before)
	}

	// Names that people do give.
	names := [][2]string{{"verslag 👩‍👧 noor.txt", "noor.txt"}, {"rare\tnaam\u202e.txt", "rarenaam.txt"},
		{"[klik](http:x) *vet*.txt", "klik"}, {strings.Repeat("lang", 40) + ".txt", "langlang"}}
	for i, both := range names {
		name, shown := both[0], both[1]
		data := fmt.Appendf(nil, "verzuim: drie dagen, bestand %d", i)
		h.bring(h.ib, c, name, data)
		h.ib.press("Zeg wat erin staat", shown)
		h.ib.form()
		h.ib.fill(values{"kinds": {"ordinary"}, "absence": {"worrying"}})
		sum := sha256.Sum256(data)
		until(h.t, fmt.Sprintf("the file named %q is there", name), patience, func() bool {
			for got, bytes := range h.lpa.files(c.room) {
				if sha256.Sum256(bytes) != sum {
					continue
				}
				if strings.ContainsAny(got, "\t\u202e\n") {
					h.t.Errorf("the file %q is named %q, want no control characters", name, got)
				}
				return true
			}
			return false
		}, h.ib.told)
	}
	if n := len(h.lpa.files(c.room)); n != len(names) {
		h.t.Errorf("the room has %d files, want the %d with odd names", n, len(names))
	}
	// A number in a message is stopped too.
	_, _, err := h.carer.Client.CreatePost(h.t.Context(), &model.Post{ChannelId: c.room, Message: "zijn nummer is 111222333"})
	if err == nil || !strings.Contains(err.Error(), "burgerservicenummer") {
		h.t.Errorf("a message with a BSN: %v, want to hear why not", err)
	}
}

// badForms: each mistake is named at its field, and nothing is half done.
func (h *house) badForms() {
	rooms := h.rooms()
	h.ib.command(h.common, "/casus nieuw")
	h.ib.form()
	set := func(name string, v ...string) func(values) {
		return func(all values) {
			if all[name] = v; len(v) == 0 {
				delete(all, name)
			}
		}
	}
	for _, c := range []struct {
		name   string
		change func(values)
		field  string
	}{
		{"no kind", set("kind"), "kind"},
		{"a kind that does not exist", set("kind", "feestje"), "kind"},
		{"a kind that is about no one young person", set("kind", "tom_beleidstafel"), "kind"},
		{"no purpose", set("purpose"), "purpose"},
		{"a purpose of control characters", set("purpose", "plan\x00\x1b[31m"), "purpose"},
		{"a purpose that is too long", set("purpose", strings.Repeat("a", 4000)), "purpose"},
		{"no birth date", set("born"), "born"},
		{"a birth date that does not exist", set("born", "2013-02-30"), "born"},
		{"a birth date in the future", set("born", h.day(2)), "born"},
		{"a birth date of long ago", set("born", "1913-05-01"), "born"},
		{"a school that does not exist", set("school", "hogwarts"), "school"},
		{"somebody who does not exist", set("members", h.lpa.Id, "zzzzzzzzzzzzzzzzzzzzzzzzzz"), "members"},
		{"somebody who is no id", set("members", "'; DROP TABLE casussen; --"), "members"},
		{"somebody without an appointment", set("members", h.lpa.Id, h.nobody.Id), "members"},
		{"a coordinator who does not exist", set("coordinator", "zzzzzzzzzzzzzzzzzzzzzzzzzz"), "coordinator"},
		{"authority that nobody checked", set("checked"), "checked"},
		{"a name with a bell in it", set("holder1", "moeder\a"), "holder1"},
		{"an agreement of the day after tomorrow", set("agreed_on", h.day(2)), "agreed_on"},
		{"an agreement by nobody in the list", set("agreed", "opa"), "agreed"},
		{"an agreement in no known way", set("agreed_how", "telepathie"), "agreed_how"},
		{"nothing on inviting", set("invited"), "invited"},
	} {
		answer := h.ib.send(h.newCasus(c.change))
		if answer[c.field] == "" || len(answer) != 1 {
			h.t.Fatalf("%s: %v, want a sentence at %s", c.name, answer, c.field)
		}
		if text := answer[c.field]; strings.Contains(text, "wrong.") || !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "?") {
			h.t.Errorf("%s: %q is no sentence for people", c.name, text)
		}
	}
	if answer := h.ib.send(values{}); len(answer) == 0 {
		h.t.Errorf("an empty form was taken")
	}
	// People without the right see no form.
	h.nobody.command(h.common, "/casus nieuw")
	h.nobody.wasTold("Jij kunt hier geen casus openen")
	h.stray.command(h.common, "/casus nieuw")
	h.stray.wasTold("Jij kunt hier geen casus openen")
	h.ib.command(h.common, "/casus sluit")
	h.ib.wasTold("Dit kan alleen in het kanaal van een casusoverleg")
	// A form is for whom it was made.
	h.ib.command(h.common, "/casus nieuw")
	h.ib.form()
	if answer, err := h.lpa.submit(h.ib.shown, h.newCasus()); err == nil && len(answer) == 0 {
		h.t.Errorf("somebody else sent the form")
	}
	if n := h.rooms() - rooms; n != 0 {
		h.t.Errorf("%d rooms were made by forms with mistakes", n)
	}
	for _, e := range h.log() {
		if e.Act == "casus_opened" {
			h.t.Errorf("a form with a mistake opened %s", e.Casus)
		}
	}
}

// sameForm: a form that is sent several times at once opens one casus, and two
// people who send a form each at that moment open one each.
func (h *house) sameForm() {
	before := h.rooms()
	for _, p := range []*person{h.ib, h.lpa} {
		p.deaf()
		p.command(h.common, "/casus nieuw")
		p.form()
	}
	mine, theirs := h.newCasus(), h.newCasus(func(v values) { v["members"] = []string{h.ib.Id, h.carer.Id, h.doctor.Id} })
	answers := make(chan error)
	send := func(p *person, form *model.OpenDialogRequest, v values) {
		var got map[string]string
		var err error
		p.answered(func() string { got, err = p.submit(form, v); return got[""] })
		if err == nil && len(got) > 0 {
			err = fmt.Errorf("%v", got)
		}
		answers <- err
	}
	for range 4 {
		go send(h.ib, h.ib.shown, mine)
		go send(h.lpa, h.lpa.shown, theirs)
	}
	for range 8 {
		if err := <-answers; err != nil {
			h.t.Errorf("one of the same forms: %v", err)
		}
	}
	for _, p := range []*person{h.ib, h.lpa} {
		p.wasTold("wordt klaargezet")
		p.wasTold("is al verstuurd")
		all := opened.FindAllStringSubmatch(p.told(), -1)
		if len(all) != 1 {
			h.t.Fatalf("%s is told of %d casussen, want one", p.Username, len(all))
		}
		h.settled(h.ready(all[0][1]).room, parties)
	}
	if n := h.rooms() - before; n != 2 {
		h.t.Errorf("two people with one form each made %d rooms", n)
	}
}

// idle: what the bot holds when it does nothing.
func (h *house) idle() {
	h.restart("")
	// What a start brings is given back to the system when the program comes to it: within
	// two minutes at most, without anything to do.
	const most = 120
	rss := 0
	until(h.t, fmt.Sprintf("idle it holds at most %d MB", most), 5*patience, func() bool {
		rss = h.bot.memory(h.t)
		return rss <= most
	}, func() string { return fmt.Sprintf("it holds %d MB", rss) })
	info, err := os.Stat(mustBinary(h.t))
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Logf("idle: %d MB resident; the stripped binary has %d MB", rss, info.Size()>>20)
}
