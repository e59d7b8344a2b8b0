package slack_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/adapters/slack/blocks"
	"github.com/convenantbot/convenantbot/adapters/slack/incoming"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/internal/slackfake"
	"github.com/convenantbot/convenantbot/internal/slackfake/conform"
)

// worker stores what it is told at once, as the bot does, and acts on it behind that.
type worker struct {
	bottest.Incoming
	mu    sync.Mutex
	known map[string]bool
	heard []string
	busy  chan struct{} // nil: it is not
	todo  sync.WaitGroup
}

func (w *worker) Receive(ctx context.Context, e bot.Event) error {
	if err := w.Incoming.Receive(ctx, e); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if e.Kind != bot.Said || w.known[e.ID] {
		return nil
	}
	w.known[e.ID] = true
	busy := w.busy
	if busy == nil {
		w.heard = append(w.heard, e.Text)
		return nil
	}
	w.todo.Go(func() {
		<-busy
		w.mu.Lock()
		defer w.mu.Unlock()
		w.heard = append(w.heard, e.Text)
	})
	return nil
}

// What any client of Slack's must do, this one does.
func TestTheAdapterKeepsToWhatSlackAsks(t *testing.T) {
	conform.Run(t, func(t *testing.T) conform.Bench {
		m, _ := mustManifest(t, "manifest.yaml")
		o := m.Options(slackfake.Pro) // with the rights that it ships with
		o.SocketMode = false
		s := slackfake.New(t, o)
		anna := s.AddPerson(slackfake.PersonOptions{Name: "anna"})
		token, seal := s.BotToken(), blocks.Seal{Keys: func() [][]byte { return [][]byte{[]byte(s.SigningSecret)} }}
		chat := slack.New(slack.Options{API: s.APIURL(), Token: func() string { return token }, Seal: seal, Now: time.Now})
		w := &worker{known: map[string]bool{}}
		r := incoming.New(incoming.Options{In: w, Workspaces: []incoming.Workspace{chat}, Seal: seal, Now: time.Now, Secrets: func() []string { return []string{s.SigningSecret} }})
		t.Cleanup(func() { r.Close(); w.todo.Wait() })
		return conform.Bench{Server: s, Channel: s.CommonChannel("overleg", anna), Person: anna, Events: r,
			Say: func(ctx context.Context, channel, text, key string) error {
				_, err := chat.Post(ctx, bot.ChannelID(channel), bot.Message{Text: text}, key)
				return err
			},
			Heard: func() []string {
				w.mu.Lock()
				defer w.mu.Unlock()
				return append([]string{}, w.heard...)
			},
			Busy: func() func() {
				w.mu.Lock()
				defer w.mu.Unlock()
				busy := make(chan struct{})
				w.busy = busy
				return sync.OnceFunc(func() { close(busy) })
			}}
	})
}
