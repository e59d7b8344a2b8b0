package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/adapters/memory"
	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/adapters/slack/blocks"
	hear "github.com/convenantbot/convenantbot/adapters/slack/incoming"
	"github.com/convenantbot/convenantbot/adapters/web"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/config"
)

// slackSide is an app of Slack's with the workspaces that it is in.
type slackSide struct {
	cfg      config.Slack
	chats    []*slack.Chat // the first is the one of slack.token
	memory   *slack.StoreMemory
	rotation *slack.Rotation // nil: its token does not expire
	turn     *duty           // to get the next one; nil without rotation
	look     chan struct{}   // that a workspace took our rights away, or gave them back
	log      *slog.Logger
	listener net.Listener // nil: the bot calls Slack
	copies   func() int   // how many copies of the bot there are
}

// count is how many copies share Slack's limits.
func (s *slackSide) count() int {
	if s.copies == nil {
		return 1
	}
	return s.copies()
}

// openSlack returns what the settings say; nil without Slack. It calls nobody yet.
func openSlack(cfg config.Config, met meeting, log *slog.Logger) *slackSide {
	c := cfg.Slack
	if !c.Used() {
		return nil
	}
	s := &slackSide{cfg: c, memory: &slack.StoreMemory{Now: time.Now}, log: log, look: make(chan struct{}, 1)}
	token, renewal := func() string { return c.Token() }, func() error { return nil }
	if c.Rotates() {
		s.rotation = &slack.Rotation{Name: slack.Name, API: c.API, ClientID: func() string { return c.ClientID }, ClientSecret: c.ClientSecret, First: c.RefreshToken,
			Memory: s.memory, Now: time.Now, Log: log}
		token, renewal = s.rotation.Token, s.rotation.Failed
	}
	paces := s.paces(met)
	add := func(name string, token, admin func() string, renewal func() error) {
		s.chats = append(s.chats, slack.New(slack.Options{Name: name, API: c.API, Token: token, Renewal: renewal, AdminToken: admin, Seal: slackSeal(c), Memory: s.memory,
			Guests: c.Guests, RetentionDays: c.RetentionDays, Measure: measureCalls(met.measures), Now: time.Now, Log: log,
			Pace: func(limit string, r bot.Rate) slack.Pace { return paces(name, limit, r) }}))
	}
	add(slack.Name, token, c.AdminToken, renewal)
	for _, w := range c.Workspaces {
		add(slack.Name+"."+w.Name, w.Token, w.AdminToken, nil)
	}
	return s
}

// slackSeal signs what buttons and forms bring back with the secret that all copies
// of the bot have.
func slackSeal(c config.Slack) blocks.Seal {
	return blocks.Seal{Keys: func() [][]byte {
		keys := [][]byte{[]byte(c.Signing())}
		if p := c.SigningPrevious(); p != "" {
			keys = append(keys, []byte(p))
		}
		return keys
	}}
}

// paces makes a pace for each of Slack's limits in each workspace, shared by
// the copies of the bot where they meet.
func (s *slackSide) paces(met meeting) func(workspace, limit string, r bot.Rate) slack.Pace {
	var mu sync.Mutex
	own := memory.New(memory.Options{Now: time.Now})
	return func(workspace, limit string, r bot.Rate) slack.Pace {
		mu.Lock()
		defer mu.Unlock()
		p := &bot.Pace{Name: workspace + ":" + limit, Rate: r, Own: own, Copies: s.count}
		if met.shared != nil {
			p.Shared = met.shared
		}
		return p
	}
}

func (s *slackSide) platforms() []bot.Platform {
	if s == nil {
		return nil
	}
	var all []bot.Platform
	for _, c := range s.chats {
		all = append(all, c)
	}
	return all
}

// begin looks whether Slack knows us, and opens the address at which it calls.
// store is where what Slack does not keep is kept.
func (s *slackSide) begin(ctx context.Context, store bot.Store, copies func() int) error {
	s.memory.Store, s.copies = store, copies
	if s.rotation != nil {
		s.turn = newDuty(store, "slack_token", tokenTurn)
		s.rotation.Turn = func(ctx context.Context) (func(), bool) {
			return func() { s.turn.end(ctx) }, s.turn.mine(ctx)
		}
		if err := s.firstToken(ctx); err != nil {
			return slackMistake("slack.refresh_token", err)
		}
	}
	for i, c := range s.chats {
		setting := "slack.token"
		if i > 0 {
			setting = "slack.workspaces: " + c.Name()
		} else if s.rotation != nil {
			setting = "slack.refresh_token"
		}
		if _, err := c.Self(ctx); err != nil {
			return slackMistake(setting, err)
		}
	}
	if s.cfg.Socket() {
		return nil
	}
	var err error
	if s.listener, err = web.Listen(s.cfg.Listen); err != nil {
		return &exitError{exitUnreachable, fmt.Errorf("slack.listen: %w", err)}
	}
	return nil
}

// tokenTurn is how long a copy has the turn to get new tokens, which is longer than
// that may take, and tokenPatience how long another waits for them at its start:
// longer than the turn of one that died.
const (
	tokenTurn     = time.Minute
	tokenPatience = 90 * time.Second
)

// firstToken waits until there is a token: a refresh token counts once, so of the
// copies that start together one gets it for all.
func (s *slackSide) firstToken(ctx context.Context) error {
	for end := time.Now().Add(tokenPatience); ; {
		if err := s.rotation.Once(ctx); err != nil {
			return err
		}
		if s.rotation.Token() != "" {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("another copy of the bot has the turn to get a token, and got none: %w", bot.ErrUnavailable)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// close gives back what begin opened and nobody came to use.
func (s *slackSide) close() error {
	if s == nil || s.listener == nil {
		return nil
	}
	return s.listener.Close()
}

// slackMistake tells a setting that Slack does not accept from a Slack that is away.
func slackMistake(setting string, err error) error {
	if errors.Is(err, bot.ErrForbidden) {
		return &exitError{exitBadInput, fmt.Errorf("%s: Slack does not accept it: %w", setting, err)}
	}
	return &exitError{exitUnreachable, fmt.Errorf("%s: %w", setting, err)}
}

// runs are what goes on until the bot stops.
func (s *slackSide) runs(in bot.Incoming) []func(ctx context.Context) error {
	workspaces := make([]hear.Workspace, 0, len(s.chats))
	for _, c := range s.chats {
		workspaces = append(workspaces, c)
	}
	r := hear.New(hear.Options{In: in, Workspaces: workspaces, Seal: slackSeal(s.cfg), Now: time.Now, Log: s.log,
		Secrets: func() []string {
			all := []string{s.cfg.Signing()}
			if p := s.cfg.SigningPrevious(); p != "" {
				all = append(all, p)
			}
			return all
		},
		Revoked: func(string) {
			select {
			case s.look <- struct{}{}:
			default: // it is going to look already
			}
		}})
	receive := func(ctx context.Context) error {
		defer r.Close()
		if s.listener != nil {
			return web.Serve(ctx, s.listener, r)
		}
		return (&hear.Socket{Receiver: r, Open: s.address}).Run(ctx)
	}
	all := []func(ctx context.Context) error{receive}
	if s.rotation != nil {
		all = append(all, s.rotation.Run)
	}
	return all
}

// address asks Slack where a Socket Mode connection can be made.
func (s *slackSide) address(ctx context.Context) (string, error) {
	api := slackgo.New("", slackgo.OptionAppLevelToken(s.cfg.AppToken()), slackgo.OptionAPIURL(s.cfg.API+"/"))
	_, url, err := api.StartSocketModeContext(ctx)
	if err != nil {
		return "", errors.New("slack: ask for a connection: " + slackCode(err))
	}
	return url, nil
}

// slackCode is what Slack said, without anything else that an error may hold.
func slackCode(err error) string {
	var said slackgo.SlackErrorResponse
	if errors.As(err, &said) {
		return said.Err
	}
	return "no answer"
}
