package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/adapters/memory"
	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/config"
	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// slackPair is a workspace, and a store that the copies of a bot share. Their clock
// stands still.
type slackPair struct {
	*slackfake.Server
	t     *testing.T
	store *sqlstore.Store
	first string // refresh token of the installation
	token string // of an app whose tokens do not expire
	admin string // token of an administrator; blank: there is none
}

func newSlackPair(t *testing.T, rotating bool) *slackPair {
	t.Helper()
	clock := slackfake.NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	p := &slackPair{Server: slackfake.New(t, slackfake.Options{Rotating: rotating, Clock: clock, Unlimited: true, Plan: slackfake.Pro}), t: t}
	if p.token = p.BotToken(); rotating {
		p.first = p.RefreshToken(p.token)
	}
	var err error
	p.store, err = sqlstore.Open(t.Context(), sqlstore.Options{Address: "sqlite:" + filepath.Join(t.TempDir(), "bot.db"),
		Masters: [][]byte{bytes.Repeat([]byte{7}, 32)}, Now: clock.Now, LeaseClock: clock.Now})
	must(t, err)
	t.Cleanup(func() { p.store.Close() })
	return p
}

// side is one copy of the bot; more are the names of further workspaces.
func (p *slackPair) side(more ...config.SlackWorkspace) *slackSide {
	c := config.Slack{API: strings.TrimRight(p.APIURL(), "/"), Token: config.Fixed(""), RefreshToken: config.Fixed(p.first), ClientID: p.ClientID,
		ClientSecret: config.Fixed(p.ClientSecret), AdminToken: func() string { return p.admin }, AppToken: config.Fixed(p.AppToken()),
		Signing: config.Fixed(p.SigningSecret), SigningPrevious: config.Fixed(""), Workspaces: more}
	if p.first == "" {
		c.Token = func() string { return p.token }
	}
	s := openSlack(config.Config{Slack: c}, meeting{}, slog.New(slog.DiscardHandler))
	s.memory.Now = p.Clock.Now
	if s.rotation != nil {
		s.rotation.Now = p.Clock.Now
	}
	return s
}

func (p *slackPair) begin(s *slackSide) error {
	return s.begin(p.t.Context(), p.store, func() int { return 2 })
}

// spent is how often a refresh token was exchanged for the next.
func (p *slackPair) spent() (n int) {
	for _, c := range p.Calls("oauth.v2.access") {
		if c.Error == "" {
			n++
		}
	}
	return n
}

// works fails when a copy cannot speak with Slack.
func (p *slackPair) works(name string, s *slackSide) {
	p.t.Helper()
	if _, err := s.chats[0].Introduce(p.t.Context()); err != nil {
		p.t.Errorf("%s: %v", name, err)
	}
}

// Two copies of the bot start together, and change the token together: both took
// the one refresh token that counts, and one of them could not go on.
func TestTwoCopiesSpendOneRefreshToken(t *testing.T) {
	p := newSlackPair(t, true)
	a, b := p.side(), p.side()
	both := func(do func(s *slackSide) error) {
		t.Helper()
		var group sync.WaitGroup
		for _, s := range []*slackSide{a, b} {
			group.Go(func() {
				if err := do(s); err != nil {
					t.Errorf("one of the copies: %v", err)
				}
			})
		}
		group.Wait()
	}
	both(p.begin)
	if n := p.spent(); n != 1 || a.rotation.Token() != b.rotation.Token() {
		t.Errorf("at the start %d refresh tokens are spent; the same token for both: %v", n, a.rotation.Token() == b.rotation.Token())
	}
	for round := 2; round < 5; round++ {
		old := a.rotation.Token()
		p.Clock.Advance(11 * time.Hour)
		once := func(s *slackSide) error { return s.rotation.Once(t.Context()) }
		both(once)
		both(once) // whoever had not the turn reads what the other one got
		if n := p.spent(); n != round || a.rotation.Token() == old || a.rotation.Token() != b.rotation.Token() {
			t.Errorf("round %d: %d are spent; another token %v, the same for both %v", round, n, a.rotation.Token() != old, a.rotation.Token() == b.rotation.Token())
		}
		p.works("the one", a)
		p.works("the other", b)
	}
	// A third that starts later knows what they have.
	c := p.side()
	must(t, p.begin(c))
	if p.spent() != 4 || c.rotation.Token() != a.rotation.Token() {
		t.Errorf("a third copy: %d are spent", p.spent())
	}
}

func TestACopyThatDiesWithTheTurnHoldsUpTheOthersForAMinute(t *testing.T) {
	p := newSlackPair(t, true)
	dies := func() {
		t.Helper()
		if !newDuty(p.store, "slack_token", tokenTurn).mine(t.Context()) {
			t.Fatal("the turn is taken")
		}
	}
	// Before there was any token: the other waits for it.
	dies()
	b := p.side()
	began := make(chan error, 1)
	go func() { began <- p.begin(b) }()
	select {
	case err := <-began:
		t.Fatalf("it began without a token, and without the turn: %v", err)
	case <-time.After(100 * time.Millisecond): // as long as it waits nothing may happen, however long
	}
	if n := p.spent(); n != 0 {
		t.Errorf("%d refresh tokens are spent without the turn", n)
	}
	p.Clock.Advance(tokenTurn)
	select {
	case err := <-began:
		must(t, err)
	case <-time.After(time.Minute):
		t.Fatal("it does not begin when the turn is free")
	}
	p.works("after the start", b)

	// Later: the token that is there counts meanwhile.
	p.Clock.Advance(11 * time.Hour)
	old := b.rotation.Token()
	dies()
	must(t, b.rotation.Once(t.Context()))
	if p.spent() != 1 || b.rotation.Token() != old {
		t.Errorf("without the turn %d are spent", p.spent())
	}
	p.works("while the turn is taken", b)
	p.Clock.Advance(tokenTurn)
	must(t, b.rotation.Once(t.Context()))
	if p.spent() != 2 || b.rotation.Token() == old {
		t.Errorf("when the turn is free %d are spent", p.spent())
	}
	p.works("after it", b)
}

// Of two copies that look at the same Slack one tells the administrator, in a direct
// conversation: at the start, and once for each change.
func TestTheAdministratorOfSlackIsToldOnceForEachChange(t *testing.T) {
	p := newSlackPair(t, false)
	chief := p.AddPerson(slackfake.PersonOptions{Name: "chef"})
	owner := p.AddPerson(slackfake.PersonOptions{Name: "eigenaar", Admin: true})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	now := []chan struct{}{make(chan struct{}), make(chan struct{})}
	var group sync.WaitGroup
	defer group.Wait()
	defer stop()
	var shut atomic.Bool // they look away, and see nothing
	shut.Store(true)
	for i := range 2 {
		s := p.side()
		must(t, p.begin(s))
		look := func(ctx context.Context) ([]mattermost.Finding, error) {
			if shut.Load() {
				return nil, bot.ErrUnavailable
			}
			return s.lookAtSlack(ctx)
		}
		group.Go(func() {
			if err := consult(ctx, consulted{"doctor_slack", bot.UserID(chief.ID), look, s.chats[0], now[i]}, p.store, slog.New(slog.DiscardHandler), &diagnosis{of: 1}); err != nil {
				t.Errorf("consult: %v", err)
			}
		})
	}
	// look makes both look. Each listens again only when it has looked and told; at the
	// end both look away, so that nothing happens while the test changes something.
	look := func() {
		t.Helper()
		for _, away := range []bool{false, false, true, true} {
			shut.Store(away)
			for i := range now {
				select {
				case now[i] <- struct{}{}:
				case <-time.After(time.Minute):
					t.Fatal("a copy does not look")
				}
			}
		}
	}
	told := func() []slackfake.Seen {
		t.Helper()
		seen, err := chief.SeesDirect()
		must(t, err)
		return seen
	}
	look()
	look()
	if seen := told(); len(seen) != 1 || !seen[0].Bot || !strings.Contains(seen[0].Text+string(seen[0].Blocks), "slack_admin_token") {
		t.Fatalf("at the start the administrator reads %+v", seen)
	}
	p.admin = p.UserToken(owner)
	look()
	look()
	if seen := told(); len(seen) != 2 || strings.Contains(seen[1].Text+string(seen[1].Blocks), "slack_admin_token") {
		t.Errorf("after a change for the better they read %+v", seen)
	}
	p.admin = ""
	look()
	look()
	if seen := told(); len(seen) != 3 {
		t.Errorf("after it broke again they were told %d times, want 3", len(seen))
	}
	// While nothing can be told nothing is lost: they read it when the app is back.
	p.Revoke(p.token)
	look()
	p.token, p.admin = p.BotToken(), p.UserToken(owner)
	look()
	if seen := told(); len(seen) != 4 {
		t.Errorf("after the app was away they were told %d times, want 4", len(seen))
	}
}

func TestEachFindingSaysOfWhichOfSeveralWorkspacesItIs(t *testing.T) {
	p, other := newSlackPair(t, false), newSlackPair(t, false)
	noord := config.SlackWorkspace{Name: "noord", Token: func() string { return other.token }, AdminToken: config.Fixed("")}
	// The same address: which workspace a call is for is in its token, and a token of
	// another one is none here.
	s := p.side(noord)
	found, err := s.lookAtSlack(t.Context())
	must(t, err)
	have := map[string]mattermost.Level{}
	for _, f := range found {
		if f.Code == "slack_token" {
			have[f.Have] = f.Level
		}
	}
	if have["slack"] != mattermost.Good || have["slack.noord"] != mattermost.Broken {
		t.Errorf("the tokens are %v", have)
	}
	found, err = p.side().lookAtSlack(t.Context())
	must(t, err)
	for _, f := range found {
		if strings.HasPrefix(f.Have, "slack") {
			t.Errorf("the only workspace is named: %+v", f)
		}
	}
}

// The overview shows what was found on each platform; of one that another copy looks
// at it says so, and shows the rest.
func TestTheOverviewShowsTheFindingsOfBothPlatforms(t *testing.T) {
	p := newSlackPair(t, false)
	found := diagnosis{of: 2}
	shown := func() string {
		var b strings.Builder
		for _, f := range (health{p.store, nil}).findings(&found)(t.Context()) {
			b.WriteString(f.Text + "\n" + f.Fix + "\n")
		}
		return b.String()
	}
	elsewhere, links, plan := text.Dash("found_elsewhere"), text.DoctorPromise(text.NL, "public_links"), text.DoctorPromise(text.NL, "slack_plan")
	for _, step := range []struct {
		name     string
		do       func()
		want, no []string
	}{
		{"nobody looked yet", func() {}, []string{elsewhere}, []string{links, plan}},
		{"Slack", func() { found.put("slack", []mattermost.Finding{{Code: "slack_plan", Level: mattermost.Advice}}) }, []string{elsewhere, plan, text.DoctorFix(text.NL, "slack_plan")}, []string{links}},
		{"both", func() { found.put("mattermost", []mattermost.Finding{{Code: "public_links", Level: mattermost.Good}}) }, []string{plan, links}, []string{elsewhere, text.DoctorFix(text.NL, "public_links")}},
		{"another copy took Slack over", func() { found.put("slack", nil) }, []string{links, elsewhere}, []string{plan}},
	} {
		step.do()
		got := shown()
		for _, w := range step.want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: it lacks %q:\n%s", step.name, w, got)
			}
		}
		for _, w := range step.no {
			if strings.Contains(got, w) {
				t.Errorf("%s: it has %q:\n%s", step.name, w, got)
			}
		}
	}
}

// What Slack asks of one copy both keep to, where they meet; and what a copy of
// another workspace asks is no concern of theirs.
func TestWhatSlackRefusesOneCopyTheOtherDoesNotAsk(t *testing.T) {
	p := newSlackPair(t, false)
	anna := bot.UserID(p.AddPerson(slackfake.PersonOptions{Name: "anna"}).ID)
	shared := memory.New(memory.Options{Now: p.Clock.Now})
	side := func(shared bot.Coordination) *slackSide {
		c := config.Slack{API: strings.TrimRight(p.APIURL(), "/"), Token: config.Fixed(p.token), RefreshToken: config.Fixed(""), ClientSecret: config.Fixed(""),
			AdminToken: config.Fixed(""), AppToken: config.Fixed(""), Signing: config.Fixed(p.SigningSecret), SigningPrevious: config.Fixed("")}
		return openSlack(config.Config{Slack: c}, meeting{shared: shared}, slog.New(slog.DiscardHandler))
	}
	a, b, alone := side(shared).chats[0], side(shared).chats[0], side(nil).chats[0]
	// Longer than one request waits, so that the refusal is the answer.
	p.Inject(slackfake.Fault{Method: "users.info", Trouble: slackfake.TooMany, Wait: 40 * time.Second})
	if _, err := a.Active(t.Context(), anna); !errors.Is(err, bot.ErrUnavailable) {
		t.Fatalf("a call that Slack refused: %v", err)
	}
	asked := len(p.Calls("users.info"))
	soon, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := b.Active(soon, anna); !errors.Is(err, context.DeadlineExceeded) || len(p.Calls("users.info")) != asked {
		t.Errorf("while Slack rests the other copy asked it %d times: %v", len(p.Calls("users.info"))-asked, err)
	}
	if _, err := b.Introduce(t.Context()); err != nil {
		t.Errorf("another method rests too: %v", err)
	}
	if yes, err := alone.Active(t.Context(), anna); err != nil || !yes {
		t.Errorf("a copy that does not meet them: %v, %v", yes, err)
	}
	p.Clock.Advance(41 * time.Second)
	if yes, err := b.Active(t.Context(), anna); err != nil || !yes {
		t.Errorf("after the rest: %v, %v", yes, err)
	}
	// What a minute allows is shared as well: together they ask it no more often.
	p.Clock.Advance(time.Minute)
	before := len(p.Calls("users.info"))
	for range 200 {
		for _, c := range []interface {
			Active(context.Context, bot.UserID) (bool, error)
		}{a, b} {
			if len(p.Calls("users.info"))-before >= 100 {
				soon, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				_, err := c.Active(soon, anna)
				cancel()
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Fatalf("the %d. call within a minute: %v", len(p.Calls("users.info"))-before, err)
				}
				return
			}
			if _, err := c.Active(t.Context(), anna); err != nil {
				t.Fatalf("the %d. call: %v", len(p.Calls("users.info"))-before, err)
			}
		}
	}
}
