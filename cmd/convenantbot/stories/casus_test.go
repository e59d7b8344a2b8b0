package stories

import (
	"database/sql"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// values are what a person fills in, by the name of the field.
type values = map[string][]string

// casus is a casus as people know it.
type casus struct {
	ref  string // the code, such as C-2026-0001
	room string // id of its channel
}

// newCasus is the form of the intern begeleider for an mdo about a young person
// of thirteen with four parties and everybody's agreement; change may change it.
func (h *house) newCasus(change ...func(values)) values {
	v := values{
		"kind": {"mdo"}, "purpose": {"Samen een plan maken"}, "born": {"2013-05-01"}, "school": {"school-a"},
		"members": {h.lpa.Id, h.carer.Id, h.doctor.Id}, "holder1": {"moeder"}, "holder2": {"vader"},
		"checked": {"register"}, "agreed": {"g1", "g2", "yp"}, "agreed_on": {h.day(-10)}, "agreed_how": {"conversation"},
		"invited": {"ja"},
	}
	for _, f := range change {
		f(v)
	}
	return v
}

var opened = regexp.MustCompile(`Casus (C-\d{4}-\d{4}) wordt klaargezet`)

// open has the intern begeleider open a casus and waits until its room is ready.
func (h *house) open(change ...func(values)) casus {
	h.t.Helper()
	h.ib.deaf()
	h.ib.command(h.common, "/casus nieuw")
	h.ib.form()
	h.ib.fill(h.newCasus(change...))
	h.ib.wasTold("wordt klaargezet")
	return h.ready(opened.FindStringSubmatch(h.ib.told())[1])
}

// ready waits until the room of a casus is complete: the pinned message comes
// last.
func (h *house) ready(ref string) casus {
	h.t.Helper()
	c := casus{ref: ref}
	until(h.t, "the room of "+ref+" is ready", patience, func() bool {
		ch, _, err := h.ib.Client.GetChannelByName(h.t.Context(), "casus-"+strings.TrimPrefix(ref, "C-"), h.Team.Id, "")
		if err != nil {
			return false
		}
		c.room = ch.Id
		pinned, _, err := h.ib.Client.GetPinnedPosts(h.t.Context(), c.room, "")
		return err == nil && len(pinned.Posts) > 0
	}, h.bot.said)
	return c
}

// members lists the names of everybody in a channel, sorted.
func (h *house) members(channel string) []string {
	h.t.Helper()
	list, _, err := h.Admin.GetChannelMembers(h.t.Context(), channel, 0, 200, "")
	if err != nil {
		h.t.Fatalf("read the members: %v", err)
	}
	names := map[string]string{h.self: botName}
	for _, p := range h.all {
		names[p.Id] = p.Username
	}
	var all []string
	for _, m := range list {
		name := names[m.UserId]
		if name == "" {
			name = "somebody else: " + m.UserId
		}
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// parties are the names of who is in the room of newCasus.
var parties = []string{"carer", botName, "doctor", "ib", "lpa"}

// settled waits until exactly these people are in a room.
func (h *house) settled(room string, want []string) {
	h.t.Helper()
	until(h.t, fmt.Sprintf("exactly %v are in the room", want), patience,
		func() bool { return slices.Equal(h.members(room), want) },
		func() string { return fmt.Sprint(h.members(room)) })
}

// check fails the story when the room of a casus is not exactly as it should be.
func (h *house) check(c casus) {
	h.t.Helper()
	h.settled(c.room, parties)
	ch, _, err := h.Admin.GetChannel(h.t.Context(), c.room)
	if err != nil {
		h.t.Fatalf("read the room: %v", err)
	}
	if ch.Type != model.ChannelTypePrivate || ch.Name != "casus-"+strings.TrimPrefix(c.ref, "C-") || ch.CreatorId != h.self {
		h.t.Errorf("the room is %s %q of %s, want a private one of the bot with the code of the casus", ch.Type, ch.Name, ch.CreatorId)
	}
	n := 0
	for _, post := range h.lpa.posts(c.room) {
		if post.UserId != h.self || !strings.Contains(post.Message, "**Wie doen mee**") {
			continue
		}
		if n++; !post.IsPinned {
			h.t.Errorf("the welcome is not pinned")
		}
		for _, part := range []string{c.ref, "Samen een plan maken", "intern begeleider, Organisatie school-a", "procesregisseur",
			"leerplichtambtenaar", "jeugdhulpverlener", "jeugdarts", "30 dagen"} {
			if !strings.Contains(post.Message, part) {
				h.t.Errorf("the welcome lacks %q:\n%s", part, post.Message)
			}
		}
	}
	if n != 1 {
		h.t.Errorf("the room has %d welcomes, want one", n)
	}
}

// db is the server's own database, to be sure of what is not there.
func (h *house) db() *sql.DB {
	if h.database == nil {
		h.database = h.DB()
	}
	return h.database
}

// number asks the server's database for one number.
func (h *house) number(query string, args ...any) int {
	h.t.Helper()
	var n int
	if err := h.db().QueryRow(query, args...).Scan(&n); err != nil {
		h.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// rooms counts the channels of casussen on the server, archived ones too.
func (h *house) rooms() int {
	h.t.Helper()
	return h.number("SELECT count(*) FROM Channels WHERE Name LIKE 'casus-%'")
}

// consent is the form with which the carer records a yes to sharing health with
// everybody in the room.
func (h *house) consent(giver, capacity string) values {
	return values{
		"giver": {giver}, "capacity": {capacity}, "decision": {"given"}, "recipients": {"school-a", "gemeente", "ggd"},
		"kinds": {"health"}, "purpose": {"Samen een plan maken"}, "given_on": {h.day(0)}, "expires_on": {h.day(300)}, "how": {"conversation"},
	}
}

// givers are who must consent to sharing health about a young person of
// thirteen.
var givers = [][2]string{{"yp", "young_person"}, {"g1", "authority"}, {"g2", "authority"}}

// discuss brings a casus to the phase in which health may be shared.
func (h *house) discuss(c casus) {
	h.t.Helper()
	h.ib.command(c.room, "/casus fase F3")
	until(h.t, "the room is told of the phase", patience, func() bool {
		return slices.ContainsFunc(h.ib.posts(c.room), func(p *model.Post) bool { return strings.Contains(p.Message, "is nu in fase") })
	}, h.ib.told)
}

// bring has somebody bring in a file, which must be held.
func (h *house) bring(p *person, c casus, name string, data []byte) {
	h.t.Helper()
	if got := p.upload(c.room, name, data); !strings.Contains(got, "nog niet geplaatst") {
		h.t.Fatalf("%s: upload %s: %q, want it held", p.Username, name, got)
	}
}

// classify has somebody say what is in the file that they brought in.
func (h *house) classify(p *person, name string, kinds ...string) {
	h.t.Helper()
	p.press("Zeg wat erin staat", name)
	p.form()
	p.fill(values{"kinds": kinds, "absence": {"none"}, "text": {"Zie bijlage " + name}})
}

// with returns files with one more.
func with(files map[string][]byte, name string, data []byte) map[string][]byte {
	all := maps.Clone(files)
	if all == nil {
		all = map[string][]byte{}
	}
	all[name] = data
	return all
}

// close closes a casus by command and button.
func (h *house) close(c casus) {
	h.t.Helper()
	h.ib.command(c.room, "/casus sluit")
	h.ib.press("Ja, sluiten", c.ref)
	h.closed(c)
}

// closed waits until the room hears, once, that its casus is closed.
func (h *house) closed(c casus) {
	h.t.Helper()
	n := 0
	until(h.t, "the room is told that it is closed", patience, func() bool {
		n = 0
		for _, post := range h.lpa.posts(c.room) {
			if strings.Contains(post.Message, "is gesloten.") {
				n++
			}
		}
		return n > 0
	}, h.ib.told)
	if n != 1 {
		h.t.Errorf("the room is told %d times that it is closed", n)
	}
}

// handOver has every party say that it took over what it must keep.
func (h *house) handOver(c casus) {
	h.t.Helper()
	for _, p := range []*person{h.ib, h.lpa, h.carer, h.doctor} {
		p.press("Wij hebben overgenomen", c.ref)
		p.wasTold("Vastgelegd voor casus " + c.ref)
	}
}
