package main

import (
	"context"
	"errors"
	"io"

	"github.com/convenantbot/convenantbot/cmd/mattermost-plugin/gate"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

// botLine is the bot at the other end of the bridge.
type botLine struct{ caller *bridge.Caller }

var _ gate.Bot = botLine{}

// Upload implements gate.Bot.
func (b botLine) Upload(ctx context.Context, u bridge.Upload, content io.Reader) (bridge.Verdict, string, error) {
	v, hash, err := bridge.BotUpload.Send(ctx, b.caller, u, content, u.Size, "")
	if errors.Is(err, bridge.ErrShort) {
		err = gate.ErrShort
	}
	return v, hash, err
}

// Swept implements gate.Bot.
func (b botLine) Swept(ctx context.Context, p bridge.Posting) (bridge.Verdict, error) {
	return bridge.BotSwept.Do(ctx, b.caller, p)
}

// Posting implements gate.Bot.
func (b botLine) Posting(ctx context.Context, p bridge.Posting) (bridge.Verdict, error) {
	return bridge.BotPosting.Do(ctx, b.caller, p)
}
