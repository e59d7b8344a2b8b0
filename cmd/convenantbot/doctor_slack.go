package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/config"
)

// diagnoseSlack looks at each workspace of Slack that the settings name. A token
// that is turned over is looked at only by the bot that runs: whoever else turned
// it would take it from that one.
func diagnoseSlack(ctx context.Context, cfg config.Config) (found []mattermost.Finding, reach, err error) {
	side := openSlack(cfg, meeting{}, slog.New(slog.DiscardHandler))
	if side == nil {
		return nil, nil, nil
	}
	for i, c := range side.chats {
		if i == 0 && side.rotation != nil {
			found = append(found, mattermost.Finding{Code: "slack_rotation", Level: mattermost.Good})
			continue
		}
		there, err := c.Examine(ctx)
		for _, f := range there {
			found = append(found, mattermost.Finding{Code: f.Code, Level: mattermost.Level(f.Level), Have: f.Have})
		}
		if err != nil && !errors.Is(err, bot.ErrUnavailable) {
			return found, reach, err
		}
		reach = errors.Join(reach, err)
	}
	return found, reach, nil
}
