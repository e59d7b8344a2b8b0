package stories

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// TestNothingHappensTwiceAndNothingStaysOpen tells what impatient people do, what
// came in while everything was off, and what is left when the product goes.
func TestNothingHappensTwiceAndNothingStaysOpen(t *testing.T) {
	h := newHouse(t, "", nil)
	channel, _, err := h.Admin.CreateChannel(t.Context(), &model.Channel{TeamId: h.Team.Id, Type: model.ChannelTypePrivate, Name: "logboek", DisplayName: "Logboek"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Admin.AddChannelMember(t.Context(), channel.Id, h.self); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(h.config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.config, append(text, fmt.Sprintf("audit: {channel: %q}\n", channel.Id)...), 0o600); err != nil {
		t.Fatal(err)
	}
	more := h.moreMembers(4)
	h.start("")
	var c casus
	h.tell(t, "a casus within one and a half times its calls", func() { c = h.price(more) })
	h.tell(t, "three clicks on a button are one", func() { h.clicks(c) })
	h.tell(t, "a form that is sent three times is sent once", func() { h.sends(c) })
	h.tell(t, "a link to a document is held", func() { h.link(c) })
	h.tell(t, "what came in while both plugins were off", func() { h.off(c) })
	h.tell(t, "the log is published where the bot cannot rewrite it", func() { h.published(channel.Id) })
	h.tell(t, "the bot's token is revoked", h.revoked)
	h.tell(t, "the product is removed", func() { h.removed(c) })
}

// price opens casussen with eight people and compares the time with the bare calls
// that it must make.
func (h *house) price(extra []string) casus {
	h.t.Helper()
	ctx := h.t.Context()
	eight := append([]string{h.ib.Id, h.lpa.Id, h.carer.Id, h.doctor.Id}, extra...)
	as := model.NewAPIv4Client(h.URL)
	as.SetToken(h.Token(h.self))
	bare := func(n int) time.Duration {
		start := time.Now()
		name := fmt.Sprintf("kaal-%d", n)
		_, _, _ = as.GetChannelByNameIncludeDeleted(ctx, name, h.Team.Id, "")
		ch, _, err := as.CreateChannel(ctx, &model.Channel{TeamId: h.Team.Id, Type: model.ChannelTypePrivate, Name: name, DisplayName: "Kaal"})
		if err != nil {
			h.t.Fatal(err)
		}
		for _, id := range eight {
			if _, _, err := as.GetUser(ctx, id, ""); err != nil {
				h.t.Fatal(err)
			}
			if _, _, err := as.AddChannelMember(ctx, ch.Id, id); err != nil {
				h.t.Fatal(err)
			}
		}
		post, _, err := as.CreatePost(ctx, &model.Post{ChannelId: ch.Id, Message: "Welkom"})
		if err != nil {
			h.t.Fatal(err)
		}
		if _, err := as.PinPost(ctx, post.Id); err != nil {
			h.t.Fatal(err)
		}
		return time.Since(start)
	}
	var c casus
	ratio := 0.0
	// The machine is shared, and what is made of several programs suffers more from that
	// than bare calls do. So the least disturbed of many rounds counts, and in it the
	// quickest of each; one that was quiet ends it.
	const rounds = 12
	for round := range rounds {
		var bares, ours []time.Duration
		for n := range 5 {
			bares = append(bares, bare(10*round+n))
			h.ib.deaf()
			h.ib.command(h.common, "/casus nieuw")
			h.ib.form()
			v := h.newCasus(func(v values) { v["members"] = append(v["members"], extra...) })
			start := time.Now()
			h.ib.fill(v)
			h.ib.wasTold("wordt klaargezet")
			c = h.ready(opened.FindStringSubmatch(h.ib.told())[1])
			// By the server's own clock, which is this machine's: how often the story
			// looks is none of it.
			pinned, _, err := h.ib.Client.GetPinnedPosts(ctx, c.room, "")
			if err != nil {
				h.t.Fatal(err)
			}
			for _, post := range pinned.Posts {
				ours = append(ours, time.UnixMilli(post.UpdateAt).Sub(start))
			}
		}
		slices.Sort(bares)
		slices.Sort(ours)
		now := float64(ours[0]) / float64(bares[0])
		if ratio == 0 || now < ratio {
			ratio = now
		}
		h.t.Logf("a casus with 8 people, from the form to the pinned welcome: best %s, p50 %s; the bare calls: best %s, p50 %s; %.2f times",
			ours[0].Round(time.Millisecond), ours[len(ours)/2].Round(time.Millisecond), bares[0].Round(time.Millisecond), bares[2].Round(time.Millisecond), now)
		if ratio <= 1.5 {
			break
		}
	}
	if ratio > 1.5 {
		h.t.Errorf("a casus takes %.2f times the bare calls, want at most 1.5", ratio)
	}
	if n := len(h.members(c.room)); n != 9 {
		h.t.Errorf("%d are in the room, want eight and the bot", n)
	}
	c = h.open()
	h.check(c)
	return c
}

// moreMembers makes accounts of people with an appointment and returns their ids.
// It is called before the bot starts.
func (h *house) moreMembers(n int) []string {
	h.t.Helper()
	var ids []string
	var lines strings.Builder
	for i := range n {
		p := h.User(fmt.Sprintf("lid%d", i))
		ids = append(ids, p.Id)
		fmt.Fprintf(&lines, "  - id: p-lid%d\n    accounts: [{platform: mattermost, user: %s}]\n", i, p.Id)
		fmt.Fprintf(&lines, "    appointments: [{organisation: gemeente, sector: attendance, function: leerplichtambtenaar, task: leerplicht, confirmed_by: hr, confirmed_at: 2025-09-15T00:00:00Z}]\n")
	}
	path := h.dir + "/register.yaml"
	text, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, append(text, lines.String()...), 0o600)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return ids
}

// at3 does something three times at the same moment.
func at3(f func()) {
	var group sync.WaitGroup
	for range 3 {
		group.Go(f)
	}
	group.Wait()
}

// clicks presses one button three times at once: the file is thrown away once, and
// the form of the other button opens for one.
func (h *house) clicks(c casus) {
	h.bring(h.lpa, c, "driemaal.txt", []byte("drie dagen afwezig"))
	until(h.t, "the button is there", patience, func() bool { return h.lpa.button("Gooi weg", "driemaal.txt") != nil }, h.lpa.told)
	b := h.lpa.button("Gooi weg", "driemaal.txt")
	h.lpa.deaf()
	at3(func() {
		_, _ = h.lpa.Client.DoPostActionWithCookie(h.t.Context(), b.post, b.action, "", b.cookie, nil, "")
	})
	h.lpa.wasTold("Het bestand is weggegooid")
	time.Sleep(500 * time.Millisecond) // the others have had their turn
	if n := strings.Count(h.lpa.told(), "Het bestand is weggegooid"); n != 1 {
		h.t.Errorf("three clicks threw it away %d times", n)
	}
	// Closing is asked by a button too.
	before := strings.Count(h.ib.told(), "is gesloten")
	d := h.open()
	h.ib.command(d.room, "/casus sluit")
	until(h.t, "the button to close is there", patience, func() bool { return h.ib.button("Ja, sluiten", d.ref) != nil }, h.ib.told)
	b = h.ib.button("Ja, sluiten", d.ref)
	at3(func() {
		_, _ = h.ib.Client.DoPostActionWithCookie(h.t.Context(), b.post, b.action, "", b.cookie, nil, "")
	})
	h.closed(d)
	_ = before
	if n := count(h.logOf(d.ref, map[string]int{"casus_closed": 1}), d.ref, "casus_closed"); n != 1 {
		h.t.Errorf("three clicks closed it %d times", n)
	}
}

// sends sends one form three times at once.
func (h *house) sends(c casus) {
	h.bring(h.lpa, c, "formulier.txt", []byte("vier dagen afwezig"))
	h.lpa.press("Zeg wat erin staat", "formulier.txt")
	h.lpa.form()
	form := h.lpa.shown
	var mu sync.Mutex
	var answers []string
	at3(func() {
		got, err := h.lpa.submit(form, values{"kinds": {"ordinary"}, "text": {"Zie bijlage"}})
		mu.Lock()
		defer mu.Unlock()
		answers = append(answers, fmt.Sprint(got, err))
	})
	data := []byte("vier dagen afwezig")
	until(h.t, "the file is posted", patience, func() bool {
		for _, got := range h.ib.files(c.room) {
			if bytes.Equal(got, data) {
				return true
			}
		}
		return false
	}, h.lpa.told)
	time.Sleep(500 * time.Millisecond)
	n := 0
	for _, post := range h.ib.posts(c.room) {
		n += len(post.FileIds)
	}
	if n != 1 {
		h.t.Errorf("the form that was sent three times posted %d files; the answers were %v", n, answers)
	}
	if got := count(h.logOf(c.ref, map[string]int{"file_posted": 1}), c.ref, "file_posted"); got != 1 {
		h.t.Errorf("the log has it %d times", got)
	}
}

// link: a drive, a picture and a message of another casus are named and held; a
// message of the same room is an ordinary link.
func (h *house) link(c casus) {
	other := h.open()
	far := h.ib.say(other.room, "dit is van een andere casus")
	near := h.ib.say(c.room, "dit is van deze casus")
	for said, want := range map[string]string{
		"het staat op https://docs.google.com/document/d/1": "docs.google.com",
		"kijk ![](https://voorbeeld.example/foto)":          "voorbeeld.example",
		h.URL + "/" + h.Team.Name + "/pl/" + far.Id:         "een bericht uit een andere casus",
	} {
		_, _, err := h.carer.Client.CreatePost(h.t.Context(), &model.Post{ChannelId: c.room, Message: said})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "koppeling") {
			h.t.Errorf("%q: %v, want to read of %q", said, err, want)
		}
	}
	if _, _, err := h.lpa.Client.CreatePost(h.t.Context(), &model.Post{ChannelId: c.room, Message: "zie " + h.URL + "/" + h.Team.Name + "/pl/" + near.Id}); err != nil {
		h.t.Errorf("a link to a message of this room: %v", err)
	}
}

// off puts both plugins off, lets people do what they like, and looks what is left
// of it afterwards.
func (h *house) off(c casus) {
	ctx := h.t.Context()
	h.bot.stop(h.t) // its watchdog would put them on again
	for _, id := range []string{pluginID, sentryID} {
		if _, err := h.Admin.DisablePlugin(ctx, id); err != nil {
			h.t.Fatal(err)
		}
	}
	if got := h.lpa.upload(c.room, "ongezien.txt", []byte("ongezien verslag")); got != "" {
		h.t.Fatalf("with both plugins off an upload is refused (%s): this story shows nothing", got)
	}
	bad := []*model.Post{h.lpa.say(c.room, "zijn nummer is 111222333"), h.lpa.say(c.room, "zie https://we.tl/t-ongezien")}
	good := h.lpa.say(c.room, "tot morgen")
	loose, _, err := h.lpa.Client.UploadFile(ctx, []byte("los"), c.room, "los.txt")
	if err != nil {
		h.t.Fatal(err)
	}
	if _, _, err := h.lpa.Client.AddChannelMember(ctx, c.room, h.stray.Id); err != nil {
		h.t.Fatal(err)
	}
	began := time.Now()
	for _, id := range []string{sentryID, pluginID} {
		if _, err := h.Admin.EnablePlugin(ctx, id); err != nil {
			h.t.Fatal(err)
		}
		h.AwaitPlugin(id)
	}
	h.start("")
	until(h.t, "what slipped in is out of sight", 2*patience, func() bool {
		for _, post := range h.ib.posts(c.room) {
			if slices.ContainsFunc(bad, func(b *model.Post) bool { return b.Id == post.Id }) || strings.Contains(post.Message, "zie bijlage") {
				return false
			}
		}
		return true
	}, func() string { return tail(h.bot.said(), 3000) })
	h.t.Logf("with both plugins off for a while: looked at %s after they were put on", time.Since(began).Round(time.Millisecond))
	h.settled(c.room, parties)
	until(h.t, "a loose file is out of reach", patience, func() bool {
		_, _, err := h.ib.Client.GetFile(ctx, loose.FileInfos[0].Id)
		return err != nil
	}, nil)
	if !slices.ContainsFunc(h.ib.posts(c.room), func(p *model.Post) bool { return p.Id == good.Id }) {
		h.t.Error("what was fine is gone too")
	}
	until(h.t, "the FG hears of both messages and of the file", 2*patience, func() bool {
		return strings.Count(h.officer.told(), "er stond een bericht in het kanaal dat had moeten worden tegengehouden") >= 2 &&
			strings.Contains(h.officer.told(), "er stond een bestand in het kanaal")
	}, h.officer.told)
	all := map[string]int{"file_slipped_in": 1, "message_slipped_in": 2, "stranger_removed": 1}
	log := h.logOf(c.ref, all)
	for act, want := range all {
		if n := count(log, c.ref, act); n != want {
			h.t.Errorf("%s stands %d times in the log, want %d: %v", act, n, want, acts(log, c.ref))
		}
	}
	// A gap that the bot itself saw has an entry too.
	pids := h.PluginPIDs(pluginID)
	_ = signalAll(pids)
	until(h.t, "the bot saw the plugin go and come", patience, func() bool { return strings.Contains(h.bot.said(), "a plugin was away") }, h.bot.said)
	h.AwaitPlugin(pluginID)
	if n := count(h.logOf("", map[string]int{"watch_gap": 1}), "", "watch_gap"); n < 1 {
		h.t.Errorf("the log has %d gaps of the watch, want one", n)
	}
}

var note = regexp.MustCompile("(?m)^— ")

// published: every checkpoint is a message of the bot in the channel, and the
// operator can check the log against it.
func (h *house) published(channel string) {
	h.bot.stop(h.t) // it signs what it has
	h.start("")
	var notes []string
	until(h.t, "a checkpoint stands in the channel", patience, func() bool {
		list, _, err := h.Admin.GetPostsForChannel(h.t.Context(), channel, 0, 100, "", false, false)
		if err != nil {
			h.t.Fatal(err)
		}
		notes = nil
		for _, post := range list.Posts {
			if post.UserId == h.self && note.MatchString(post.Message) {
				notes = append(notes, post.Message)
			}
		}
		return len(notes) > 0
	}, h.bot.said)
	seen := map[string]bool{}
	for _, n := range notes {
		if seen[n] {
			h.t.Errorf("one checkpoint stands there twice:\n%s", n)
		}
		seen[n] = true
		if strings.Contains(n, "Samen een plan maken") || strings.Contains(n, "2013") {
			h.t.Errorf("a checkpoint tells of a casus:\n%s", n)
		}
	}
	h.t.Logf("%d checkpoints in the channel", len(notes))
	path := h.dir + "/notes.txt"
	if err := os.WriteFile(path, []byte(strings.Join(notes, "\n")), 0o600); err != nil {
		h.t.Fatal(err)
	}
	h.bot.stop(h.t)
	if r := h.operator("audit", "verify", "--since", path); r.code != 0 {
		h.t.Errorf("audit verify --since: %d\n%s%s", r.code, r.out, r.err)
	}
	h.start("")
}

// revoked: without its token the bot can do less, and nothing opens.
func (h *house) revoked() {
	ctx, c := h.t.Context(), h.open()
	tokens, _, err := h.Admin.GetUserAccessTokensForUser(ctx, h.self, 0, 100)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, token := range tokens {
		if _, err := h.Admin.RevokeUserAccessToken(ctx, token.Id); err != nil {
			h.t.Fatal(err)
		}
	}
	if got := h.lpa.tryUpload(c.room, "zonder.txt", []byte("zonder token")); got == "" {
		h.t.Error("without the bot's token a file passed")
	}
	h.ib.sees(c.room, nil)
	all, code := h.examined()
	if code == 0 || all["bot_token"].Severity != "broken" {
		h.t.Errorf("doctor: %d, bot_token %+v", code, all["bot_token"])
	}
	// A new one, as the page for the administrator says.
	text, err := os.ReadFile(h.config)
	if err != nil {
		h.t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^  token: .*$`)
	if err := os.WriteFile(h.config, line.ReplaceAll(text, fmt.Appendf(nil, "  token: %q", h.Token(h.self))), 0o600); err != nil {
		h.t.Fatal(err)
	}
	h.bot.kill()
	h.start("")
	h.works(c)
	if all, _ := h.examined(); all["bot_token"].Severity != "good" {
		h.t.Errorf("with a new token doctor says %+v", all["bot_token"])
	}
}

// removed follows "Verwijderen" of deploy/mattermost/README.md.
func (h *house) removed(c casus) {
	ctx := h.t.Context()
	if _, code := h.examined("--fix"); code == 3 {
		h.t.Fatal("doctor --fix does not reach the server")
	}
	all, _ := h.examined("--undo")
	if all["room_rights"].Severity != "broken" {
		h.t.Errorf("after --undo: %+v", all["room_rights"])
	}
	h.bot.stop(h.t)
	old := model.NewAPIv4Client(h.URL)
	old.SetToken(h.Token(h.self))
	for _, id := range []string{pluginID, sentryID} {
		if _, err := h.Admin.DisablePlugin(ctx, id); err != nil {
			h.t.Fatal(err)
		}
		if _, err := h.Admin.RemovePlugin(ctx, id); err != nil {
			h.t.Fatal(err)
		}
	}
	tokens, _, err := h.Admin.GetUserAccessTokensForUser(ctx, h.self, 0, 100)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, token := range tokens {
		if _, err := h.Admin.RevokeUserAccessToken(ctx, token.Id); err != nil {
			h.t.Fatal(err)
		}
	}
	if _, _, err := h.Admin.DisableBot(ctx, h.self); err != nil {
		h.t.Fatal(err)
	}
	if _, _, err := old.GetMe(ctx, ""); err == nil {
		h.t.Error("a token of the bot still works")
	}
	for _, id := range []string{pluginID, sentryID} {
		until(h.t, id+" runs no more", patience, func() bool { return len(h.PluginPIDs(id)) == 0 }, func() string { return fmt.Sprint(h.PluginPIDs(id)) })
	}
	// The server goes on as it was, and the rooms are their members' again.
	if got := h.lpa.upload(h.common, "gewoon.txt", []byte("gewoon")); got != "" {
		h.t.Errorf("an upload in an ordinary channel: %s", got)
	}
	if got := h.lpa.upload(c.room, "gewoon.txt", []byte("gewoon")); got != "" {
		h.t.Errorf("an upload in what was a room: %s", got)
	}
	if _, _, err := h.lpa.Client.AddChannelMember(ctx, c.room, h.guide.Id); err != nil {
		h.t.Errorf("a member adds somebody: %v", err)
	}
	if got := h.lpa.try(h.common, "/casus status"); got == "" {
		h.t.Error("the command is still there")
	}
	// What must be kept for accounting can be handed over without the server.
	if r := h.operator("audit", "verify"); r.code != 0 {
		h.t.Errorf("audit verify: %d %s%s", r.code, r.out, r.err)
	}
	if r := h.operator("audit", "export"); r.code != 0 || len(r.out) == 0 {
		h.t.Errorf("audit export: %d %s", r.code, r.err)
	}
}

// signalAll kills processes as kill -9 does.
func signalAll(pids []int) error {
	for _, pid := range pids {
		p, err := os.FindProcess(pid)
		if err != nil {
			return err
		}
		if err := p.Kill(); err != nil {
			return err
		}
	}
	return nil
}
