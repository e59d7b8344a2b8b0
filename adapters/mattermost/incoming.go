package mattermost

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

// Handler answers the plugin's calls with in. nonces must outlive a restart.
// Serve it at an address that only the Mattermost server reaches; it lives under
// bridge.Prefix.
func (c *Chat) Handler(in bot.Incoming, nonces bridge.Nonces) http.Handler {
	s := &bridge.Server{Direction: bridge.ToBot, Secrets: c.o.Secrets, Nonces: nonces, Now: c.o.Now, Log: c.o.Log}
	bridge.Handle(s, bridge.BotHello, func(context.Context, bridge.PluginState) (bridge.BotState, error) {
		return bridge.BotState{Bridge: bridge.Version, Now: c.o.Now().UnixMilli()}, nil
	})
	bridge.HandleStream(s, bridge.BotUpload, func(ctx context.Context, u bridge.Upload, content *bridge.Content) (bridge.Verdict, error) {
		a, err := in.Upload(ctx, bot.Upload{
			Platform: Name, Channel: bot.ChannelID(u.Channel), User: bot.UserID(u.User), Name: u.Name, Size: u.Size, At: time.UnixMilli(u.At),
			Protected: true, // the plugin asks about no other channel
		}, content)
		if err != nil {
			return bridge.Verdict{}, toBridge(err, "upload")
		}
		if a.Allow && content.Hash() == "" {
			// A yes about bytes that were not read, or were not the signed ones.
			return bridge.Verdict{}, errors.New("upload: allowed before its end was read")
		}
		return bridge.Verdict{Allow: a.Allow, Text: a.Text}, nil
	})
	bridge.Handle(s, bridge.BotPosting, func(ctx context.Context, p bridge.Posting) (bridge.Verdict, error) {
		a, err := in.Posting(ctx, bot.Posting{
			Platform: Name, Channel: bot.ChannelID(p.Channel), User: bot.UserID(p.User), Thread: bot.MessageID(p.Thread),
			Text: p.Text, Files: files(p.Files), At: time.UnixMilli(p.At), Changes: bot.MessageID(p.Post), Protected: true,
		})
		if err != nil {
			return bridge.Verdict{}, toBridge(err, "posting")
		}
		return bridge.Verdict{Allow: a.Allow, Text: a.Text}, nil
	})
	bridge.Handle(s, bridge.BotSwept, func(ctx context.Context, p bridge.Posting) (bridge.Verdict, error) {
		judge := in.Posting
		if sweeper, ok := in.(bot.Sweeper); ok {
			judge = sweeper.Swept
		}
		a, err := judge(ctx, bot.Posting{
			Platform: Name, Channel: bot.ChannelID(p.Channel), User: bot.UserID(p.User), Text: p.Text, At: time.UnixMilli(p.At), Protected: true,
		})
		if err != nil {
			return bridge.Verdict{}, toBridge(err, "swept")
		}
		return bridge.Verdict{Allow: a.Allow}, nil
	})
	bridge.Handle(s, bridge.BotEvent, func(ctx context.Context, e bridge.Event) (bridge.Done, error) {
		heard := event(e)
		if me, err := c.me(ctx); err == nil {
			heard.Self = me == e.User
		}
		if heard.Self && e.Kind == bridge.Left {
			c.takeSeat(ctx, bot.ChannelID(e.Channel))
		}
		return bridge.Done{}, toBridge(in.Receive(ctx, heard), "event")
	})
	bridge.Handle(s, bridge.BotSubmit, func(ctx context.Context, sub bridge.Submission) (bridge.SubmitAnswer, error) {
		a, err := in.Submit(ctx, bot.Submission{
			Platform: Name, Ticket: sub.Ticket, User: bot.UserID(sub.User), Channel: bot.ChannelID(sub.Channel), Values: sub.Values,
		})
		if err != nil {
			return bridge.SubmitAnswer{}, toBridge(err, "submit")
		}
		out := bridge.SubmitAnswer{Errors: a.Errors, Text: a.Text}
		if a.Next != nil {
			dialog, err := renderForm(*a.Next)
			if err != nil {
				return bridge.SubmitAnswer{}, err
			}
			if out.Next, err = json.Marshal(dialog); err != nil {
				return bridge.SubmitAnswer{}, err
			}
		}
		return out, nil
	})
	return s
}

// event translates what the plugin reports. The kinds have the same names.
func event(e bridge.Event) bot.Event {
	return bot.Event{
		ID: e.ID, Platform: Name, Kind: bot.EventKind(e.Kind), At: time.UnixMilli(e.At),
		User: bot.UserID(e.User), By: bot.UserID(e.By), Channel: bot.ChannelID(e.Channel), Direct: e.Direct,
		Thread: bot.MessageID(e.Thread), Message: bot.MessageID(e.Message), Text: e.Text, Name: e.Name,
		Trigger: e.Trigger, Ticket: e.Ticket, Files: files(e.Files),
	}
}

func files(in []bridge.File) []bot.PlatformFile {
	var out []bot.PlatformFile
	for _, f := range in {
		out = append(out, bot.PlatformFile{ID: f.ID, Name: f.Name, Size: f.Size, Hash: f.Hash})
	}
	return out
}

// StoreNonces keeps the nonces of the plugin's calls in the bot's store.
type StoreNonces struct{ Store bot.Store }

var _ bridge.Nonces = StoreNonces{}

// Fresh implements bridge.Nonces.
func (n StoreNonces) Fresh(ctx context.Context, nonce string, until time.Time) (bool, error) {
	err := n.Store.Update(ctx, func(tx bot.Tx) error { return tx.UseNonce(nonce, until) })
	if errors.Is(err, bot.ErrConflict) {
		return false, nil
	}
	return err == nil, err
}
