package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/adapters/slack/blocks"
	"github.com/convenantbot/convenantbot/adapters/slack/incoming"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// house is a fake workspace with our adapter and people.
type house struct {
	*slackfake.Server
	chat   *slack.Chat
	in     *bottest.Incoming
	admin  *slackfake.Person
	people []*slackfake.Person
	common string
}

// options change what newHouse makes.
type options struct {
	slackfake.Options
	Admin  bool // there is an administrator's token
	Change func(*slack.Options)
}

var seal = blocks.Seal{Keys: func() [][]byte { return [][]byte{[]byte("een-sleutel-van-minstens-32-tekens")} }}

func newHouse(t *testing.T, o options) *house {
	t.Helper()
	if o.Plan == "" {
		o.Plan = slackfake.Pro
	}
	o.Unlimited = true
	h := &house{Server: slackfake.New(t, o.Options), in: &bottest.Incoming{OnPosting: func(p bot.Posting) (bot.Answer, error) {
		return bot.Answer{Allow: len(p.Files) == 0, Text: "nee"}, nil
	}}}
	h.admin = h.AddPerson(slackfake.PersonOptions{Name: "beheer", Admin: true})
	for _, name := range []string{"sanne", "mehmet", "daan", "karin"} {
		h.people = append(h.people, h.AddPerson(slackfake.PersonOptions{Name: name, RealName: strings.ToUpper(name[:1]) + name[1:]}))
	}
	h.common = h.CommonChannel("allen", h.people...)
	token := h.BotToken()
	so := slack.Options{API: h.APIURL(), Token: func() string { return token }, Seal: seal, Now: h.Clock.Now}
	if o.Admin {
		admin := h.UserToken(h.admin)
		so.AdminToken = func() string { return admin }
	}
	if o.Change != nil {
		o.Change(&so)
	}
	h.chat = slack.New(so)
	r := incoming.New(incoming.Options{In: h.in, Workspaces: []incoming.Workspace{h.chat}, Seal: seal, Now: h.Clock.Now,
		Secrets: func() []string { return []string{h.SigningSecret} }})
	web := httptest.NewServer(r)
	t.Cleanup(func() { web.Close(); r.Close() })
	for _, which := range []string{"events", "interactivity", "/casus", "/convenant"} {
		if err := h.SetRequestURL(which, web.URL); err != nil {
			t.Fatalf("SetRequestURL(%s): %v", which, err)
		}
	}
	return h
}

// bench is the house as the contract of platforms wants it.
func (h *house) bench() bottest.PlatformBench {
	b := bottest.PlatformBench{Platform: h.chat, Incoming: h.in, Common: bot.ChannelID(h.common),
		Speaks: func(_ testing.TB, user bot.UserID, locale string) { h.SetLocale(string(user), locale) }}
	for _, p := range h.people {
		b.People = append(b.People, &person{h, p})
	}
	b.Inactive = bot.UserID(h.AddPerson(slackfake.PersonOptions{Name: "willem", Deactivated: true}).ID)
	return b
}

// person is somebody who acts as people do in Slack's own client.
type person struct {
	h *house
	p *slackfake.Person
}

var _ bottest.Giver = (*person)(nil)

func (p *person) ID() bot.UserID { return bot.UserID(p.p.ID) }

func (p *person) Say(channel bot.ChannelID, text string) error {
	_, err := p.p.Says(string(channel), text)
	return err
}

func (p *person) SayTo(text string) error {
	_, err := p.p.SaysToBot(text)
	return err
}

func (p *person) Upload(channel bot.ChannelID, name string, data []byte) error {
	_, err := p.p.Uploads(string(channel), name, data, "")
	return err
}

func (p *person) Give(text, name string, data []byte) error {
	_, err := p.p.Uploads(p.p.DirectWithBot(), name, data, text)
	return err
}

func (p *person) Add(channel bot.ChannelID, user bot.UserID) error {
	return p.p.Invites(string(channel), string(user))
}

func (p *person) See(channel bot.ChannelID) ([]bottest.Seen, error) {
	all, err := p.p.Sees(string(channel))
	if err != nil {
		return nil, err
	}
	var out []bottest.Seen
	for _, s := range all {
		if s.Subtype != "" && s.Subtype != "file_share" {
			continue // what Slack tells by itself
		}
		m := bottest.Seen{ID: slack.MessageID(channel, s.TS), Text: s.Text, Pinned: s.Pinned}
		if s.Thread != "" && s.Thread != s.TS {
			m.Thread = slack.MessageID(channel, s.Thread)
		}
		if !s.Bot {
			m.Author = bot.UserID(s.User)
		}
		for _, f := range s.Files {
			if !f.Gone {
				m.Files = append(m.Files, bottest.SeenFile{Name: f.Name, Data: f.Data})
			}
		}
		out = append(out, m)
	}
	return out, nil
}

func (p *person) SeeDirect() ([]bottest.Seen, error) {
	return p.See(bot.ChannelID(p.p.DirectWithBot()))
}

func (p *person) Command(channel bot.ChannelID, name, text string) error {
	return p.p.Command(string(channel), "/"+name, text)
}

func (p *person) Press(message bot.MessageID, label string) error {
	channel, ts, _ := strings.Cut(string(message), "-")
	return p.p.Clicks(channel, ts, label)
}

// shown are the parts of a modal that a form is made of.
type shown struct {
	Title  struct{ Text string }
	Blocks []json.RawMessage
}

func (p *person) view() (shown, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	v, err := p.p.AwaitsView(ctx, func(v slackfake.View) bool { return v.CallbackID == blocks.CallbackForm })
	if err != nil {
		return shown{}, err
	}
	var s shown
	return s, json.Unmarshal(v.Raw, &s)
}

func (p *person) OpenForm() (bot.Form, error) {
	s, err := p.view()
	if err != nil {
		return bot.Form{}, err
	}
	f := bot.Form{Title: s.Title.Text}
	names, _ := blocks.Fields(s.Blocks)
	for _, name := range names {
		f.Fields = append(f.Fields, bot.Field{Name: name})
	}
	return f, nil
}

// choices are the values that can be chosen in a block.
func choices(raw json.RawMessage) []string {
	type option struct{ Value string }
	var b struct {
		Element struct {
			Options      []option
			OptionGroups []struct{ Options []option } `json:"option_groups"`
		}
	}
	_ = json.Unmarshal(raw, &b)
	var out []string
	for _, o := range b.Element.Options {
		out = append(out, o.Value)
	}
	for _, g := range b.Element.OptionGroups {
		for _, o := range g.Options {
			out = append(out, o.Value)
		}
	}
	return out
}

func (p *person) Send(values map[string][]string) (bot.FormAnswer, error) {
	s, err := p.view()
	if err != nil {
		return bot.FormAnswer{}, err
	}
	_, at := blocks.Fields(s.Blocks)
	may, fields := map[string][]string{}, map[string]string{}
	for _, raw := range s.Blocks {
		var b struct {
			ID string `json:"block_id"`
		}
		_ = json.Unmarshal(raw, &b)
		may[b.ID] = choices(raw)
	}
	filled := map[string][]string{}
	for name, block := range at {
		fields[block] = name
		given, ok := values[name]
		if !ok {
			continue
		}
		for _, v := range given {
			switch all := may[block]; {
			case slices.Contains(all, "="+v):
				v = "=" + v
			case v == "true" && len(all) == 1:
				v = all[0]
			}
			filled[block] = append(filled[block], v)
		}
	}
	if len(at) == 0 {
		return bot.FormAnswer{}, errors.New("the form has no fields")
	}
	sent, err := p.p.SubmitsModal(filled)
	if err != nil {
		return bot.FormAnswer{}, err
	}
	answer := bot.FormAnswer{}
	for block, said := range sent.Errors {
		if answer.Errors == nil {
			answer.Errors = map[string]string{}
		}
		answer.Errors[fields[block]] = said
	}
	return answer, nil
}

// The contract is run with each set of exceptions: what holds without an
// administrator's token, and what holds with one.
func TestPlatform(t *testing.T) {
	for name, o := range map[string]options{
		"without an administrator's token": {},
		"with one":                         {Admin: true},
		"on an Enterprise workspace":       {Admin: true, Options: slackfake.Options{Plan: slackfake.Enterprise}},
	} {
		t.Run(name, func(t *testing.T) {
			var except []bottest.Exception
			for _, l := range slack.Limits(slack.Plan(o.Plan), o.Admin) {
				for _, c := range l.Cases {
					except = append(except, bottest.Exception{Case: c, Code: l.Code})
				}
			}
			bottest.Platform(t, func(t *testing.T) bottest.PlatformBench { return newHouse(t, o).bench() }, except...)
		})
	}
}
