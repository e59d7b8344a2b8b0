package mattermost_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/shared/markdown"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/bundle"
	"github.com/convenantbot/convenantbot/rules/region"
)

// patience is how long something may take that must happen.
const patience = 2 * time.Minute

// tricks is a name as nobody has one: everything with which Mattermost would call
// somebody, lead somewhere or draw something.
const tricks = "@all @channel @here **x** _y_ `z` [x](javascript:alert(1)) [y](https://kwaad.example) ![z](https://kwaad.example/z) <https://kwaad.example> " +
	"https://kwaad.example/a www.kwaad.example iemand@kwaad.example ~algemeen :smile: # kop | tabel"

type noAnswers struct{}

func (noAnswers) Answer(context.Context, bot.Question) (bot.Reply, error) { return bot.Reply{}, nil }

type cleanScan struct{}

func (cleanScan) Scan(context.Context, string, io.ReaderAt, int64) (bool, bool, error) {
	return false, true, nil
}

// mustBot runs the bot itself on this server, with people in organisations with
// such names. What the plugin reports goes to it until the test ends.
func mustBot(t *testing.T, h *house) (b *bot.Bot, bench bottest.PlatformBench) {
	t.Helper()
	rulebook, err := rules.Load(bundle.FS)
	if err != nil {
		t.Fatal(err)
	}
	packs, err := region.LoadAll(os.DirFS("../../deploy"), "regions")
	if err != nil {
		t.Fatal(err)
	}
	b = bot.New(bot.Needs{Store: bottest.NewMemStore(time.Now), Platforms: []bot.Platform{h.chat}, Judge: judge.New(rulebook, packs), Answers: noAnswers{},
		Scan: cleanScan{}, Region: packs["model"], Now: time.Now, NewID: rand.Text})
	bench = h.bench(t)
	joined := time.Now().AddDate(0, -6, 0)
	day := joined.Format(time.DateOnly)
	var r bot.Register
	for i, one := range []struct {
		org    bot.OrgID
		sector bot.Sector
	}{{"school-a", bot.Education}, {"gemeente", bot.Attendance}, {"aanbieder", bot.YouthCare}, {"ggd", bot.YouthHealth}} {
		r.Organisations = append(r.Organisations, bot.Organisation{ID: one.org, Name: string(one.org) + " " + tricks, SignedAt: day, AnnouncedAt: day, DPO: "p-0", Appointee: "p-0"})
		r.People = append(r.People, bot.Person{ID: bot.PersonID(fmt.Sprintf("p-%d", i)), Accounts: []bot.Account{{Platform: mattermost.Name, User: bench.People[i].ID()}},
			Appointments: []bot.Appointment{{ID: fmt.Sprintf("a-%d", i), Organisation: one.org, Sector: one.sector, Function: "functie " + tricks, Task: "taak " + tricks,
				ConfirmedBy: "hr", ConfirmedAt: joined}}})
	}
	if err := b.LoadRegister(t.Context(), r); err != nil {
		t.Fatalf("LoadRegister: %v", err)
	}
	in := bench.Incoming
	ctx, stop := context.WithCancel(context.Background())
	in.OnSubmit = func(s bot.Submission) (bot.FormAnswer, error) { return b.Submit(ctx, s) }
	in.OnPosting = func(p bot.Posting) (bot.Answer, error) { return b.Posting(ctx, p) }
	in.OnUpload = func(u bot.Upload, data []byte) (bot.Answer, error) {
		return b.Upload(ctx, u, strings.NewReader(string(data)))
	}
	ran, heard := make(chan struct{}), make(chan struct{})
	go func() { defer close(ran); _ = b.Run(ctx) }()
	go func() {
		defer close(heard)
		seen := map[string]bool{}
		for {
			e, err := in.Await(ctx, func(e bot.Event) bool { return !seen[e.ID] })
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				continue // nothing new within its own term
			}
			seen[e.ID] = true
			if err := b.Receive(ctx, e); err != nil && ctx.Err() == nil {
				t.Errorf("Receive %s: %v", e.Kind, err)
			}
		}
	}()
	t.Cleanup(func() { stop(); <-ran; <-heard })
	return b, bench
}

// names has the bot say such names in a room, in private and in answers, and looks at
// what stands there then.
func names(t *testing.T, h *house) {
	_, bench := mustBot(t, h)
	ib, carer := bench.People[0].(*person), bench.People[2].(*person)
	day := time.Now().AddDate(0, 0, -10).Format(time.DateOnly)
	before := map[string]bool{} // rooms of other tests
	was, _, err := ib.p.Client.GetChannelsForTeamForUser(t.Context(), h.team, ib.p.Id, false, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range was {
		before[c.Id] = true
	}
	if err := ib.Command(bench.Common, "casus", "nieuw"); err != nil {
		t.Fatalf("/casus nieuw: %v", err)
	}
	if _, err := ib.OpenForm(); err != nil {
		t.Fatal(err)
	}
	answer, err := ib.Send(map[string][]string{"kind": {"mdo"}, "purpose": {"Een plan **x** voor @all, ~algemeen :smile: https://kwaad.example"}, "born": {"2013-05-01"}, "school": {"school-a"},
		"members": {string(bench.People[1].ID()), string(carer.ID()), string(bench.People[3].ID())}, "holder1": {"moeder @all ~algemeen :smile:"}, "holder2": {"[x](javascript:alert(1))"},
		"checked": {"register"}, "agreed": {"g1", "g2", "yp"}, "agreed_on": {day}, "agreed_how": {"conversation"}, "invited": {"ja"}})
	if err != nil || len(answer.Errors) > 0 {
		t.Fatalf("open a casus: %v %v", answer.Errors, err)
	}
	var room bot.ChannelID
	eventually(t, "there is a room with a welcome", func() bool {
		all, _, err := ib.p.Client.GetChannelsForTeamForUser(t.Context(), h.team, ib.p.Id, false, "")
		if err != nil {
			return false
		}
		for _, c := range all {
			if strings.HasPrefix(c.Name, "casus-") && !before[c.Id] {
				room = bot.ChannelID(c.Id)
				pinned, _, err := ib.p.Client.GetPinnedPosts(t.Context(), c.Id, "")
				return err == nil && len(pinned.Posts) > 0
			}
		}
		return false
	})
	if err := carer.Upload(room, "@all [x](https://kwaad.example) ~algemeen :smile:.txt", []byte("verzonnen")); err == nil {
		t.Fatal("the file was posted before anybody said what is in it")
	}
	eventually(t, "the carer is told of the file", func() bool { return strings.Contains(told(t, carer), "kwaad.example") })

	said := 0
	for _, p := range bench.People {
		me := p.(*person)
		for where, channel := range map[string]string{"the room": string(room), "private": me.direct} {
			list, _, err := me.p.Client.GetPostsForChannel(t.Context(), channel, 0, 200, "", false, false)
			if err != nil {
				t.Fatal(err)
			}
			for _, post := range list.Posts {
				if post.UserId != h.self || post.Type != "" {
					continue
				}
				for _, text := range texts(post) {
					said += strings.Count(text, "kwaad")
					for _, wrong := range means(text) {
						t.Errorf("in %s of %s: %s, in\n%s", where, me.p.Username, wrong, text)
					}
				}
				if linked := post.GetProp(model.PostPropsChannelMentions); linked != nil {
					t.Errorf("in %s of %s the server links %v, in\n%s", where, me.p.Username, linked, post.Message)
				}
			}
		}
		// The server's own count. Its own message, that somebody was added, calls whom
		// it is about; the bot's call nobody.
		member, _, err := h.Admin.GetChannelMember(t.Context(), string(room), me.p.Id, "")
		if err != nil {
			t.Fatal(err)
		}
		if member.MentionCount > 1 {
			t.Errorf("%s was mentioned %d times in the room", me.p.Username, member.MentionCount)
		}
	}
	if said < 10 {
		t.Errorf("the names were said %d times: too few to say anything", said)
	}
	channel, _, err := h.Admin.GetChannel(t.Context(), string(room))
	if err != nil {
		t.Fatal(err)
	}
	if about := channel.DisplayName + channel.Header + channel.Purpose; strings.Contains(about, "kwaad") || strings.Contains(about, "@") {
		t.Errorf("the room is about %q", about)
	}
}

// told is everything that the bot told somebody in private.
func told(t *testing.T, p *person) string {
	t.Helper()
	seen, err := p.SeeDirect()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, s := range seen {
		all = append(all, s.Text)
	}
	return strings.Join(all, "\n")
}

// texts is everything that people read of a message.
func texts(post *model.Post) []string {
	all := []string{post.Message}
	for _, a := range post.Attachments() {
		all = append(all, a.Text, a.Pretext, a.Title)
	}
	return all
}

var called = regexp.MustCompile(`@(?:all|channel|here)\b`)

// means lists what Mattermost would make of the tricks in a text: whom it calls,
// where it leads and what it draws.
func means(text string) (all []string) {
	for _, m := range called.FindAllString(text, -1) {
		all = append(all, "calls "+m)
	}
	for _, m := range (&model.Post{Message: text}).ChannelMentions() {
		all = append(all, "leads to the channel "+m)
	}
	markdown.Inspect(text, func(n any) bool {
		switch n := n.(type) {
		case *markdown.Autolink:
			all = append(all, "leads to "+n.Destination())
		case *markdown.InlineLink:
			all = append(all, "leads to "+n.Destination())
		case *markdown.InlineImage:
			all = append(all, "shows the picture "+n.Destination())
		case *markdown.ReferenceLink:
			all = append(all, "leads to "+n.ReferenceDefinition.Destination())
		case *markdown.Emoji:
			all = append(all, "draws "+n.Name)
		}
		return true
	})
	return all
}

// Each of the tricks means something to Mattermost where nobody took it away.
func TestWhatMeansSomethingToMattermostIsSeen(t *testing.T) {
	for text, want := range map[string]string{
		"hoi @all": "calls @all", "~algemeen": "leads to the channel algemeen", "[x](https://a.example)": "leads to https://a.example",
		"https://a.example/b": "leads to https://a.example/b", "www.a.example": "leads to http://www.a.example", "<https://a.example>": "leads to",
		"![x](https://a.example)": "shows the picture", ":smile:": "draws smile",
		"hall@allen": "", "a ~ b": "", "10:30:12": "", "gewoon": "",
	} {
		if got := strings.Join(means(text), ", "); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q means %q, want %q", text, got, want)
		}
	}
}

// eventually waits for what must happen.
func eventually(t *testing.T, what string, yes func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !yes(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %s", what, patience)
		}
	}
}
