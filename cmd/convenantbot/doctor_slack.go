package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/adapters/slack"
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
	chats, several := side.chats, len(side.chats) > 1
	if side.rotation != nil {
		found, chats = append(found, ofWorkspace(chats[0], several, slack.Finding{Code: "slack_rotation", Level: slack.Good})), chats[1:]
	}
	there, err := examineSlack(ctx, chats, several)
	if errors.Is(err, bot.ErrUnavailable) {
		reach, err = err, nil
	}
	return append(found, there...), reach, err
}

// examineSlack looks at workspaces; several: there are more than one, so that each
// finding names the one it is about. What was found is returned with an error too:
// ErrUnavailable, where one could not be reached.
func examineSlack(ctx context.Context, chats []*slack.Chat, several bool) (found []mattermost.Finding, err error) {
	for _, c := range chats {
		there, cerr := c.Examine(ctx)
		for _, f := range there {
			found = append(found, ofWorkspace(c, several, f))
		}
		if cerr != nil && !errors.Is(cerr, bot.ErrUnavailable) {
			return found, cerr
		}
		err = errors.Join(err, cerr)
	}
	return found, err
}

// ofWorkspace is a finding as all platforms have them.
func ofWorkspace(c *slack.Chat, named bool, f slack.Finding) mattermost.Finding {
	have := f.Have
	if named {
		have = strings.TrimSuffix(c.Name()+": "+have, ": ")
	}
	return mattermost.Finding{Code: f.Code, Level: mattermost.Level(f.Level), Have: have}
}

// lookAtSlack looks at all workspaces for the running bot. One of several that does
// not answer is a finding; the first, where the administrator hears of it, is none:
// then there is nobody to tell either.
func (s *slackSide) lookAtSlack(ctx context.Context) ([]mattermost.Finding, error) {
	several := len(s.chats) > 1
	found, err := examineSlack(ctx, s.chats[:1], several)
	if err != nil {
		return nil, err
	}
	more, err := examineSlack(ctx, s.chats[1:], several)
	if err != nil && !errors.Is(err, bot.ErrUnavailable) || ctx.Err() != nil {
		return nil, errors.Join(err, ctx.Err())
	}
	return append(found, more...), nil
}
