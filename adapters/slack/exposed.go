package slack

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/bot"
)

var (
	_ bot.Exposer    = (*Chat)(nil)
	_ bot.RollCaller = (*Chat)(nil)
	_ bot.Author     = (*Chat)(nil)
)

// Exposed implements bot.Exposer by what Slack wrote into the channel when
// somebody came and went. Who comes in reads everything that stands there, from
// the first day on.
func (c *Chat) Exposed(ctx context.Context, room bot.ChannelID, user bot.UserID, message bot.MessageID) (bot.Exposure, error) {
	people, err := c.RoomMembers(ctx, room)
	if err != nil {
		return bot.Exposure{}, err
	}
	now := c.o.Now()
	x := bot.Exposure{Known: true, People: len(people)}
	if message != "" {
		m, err := c.message(ctx, message)
		if isNotFound(err) {
			// It was removed a moment ago, by us: then that is how long it stood there.
			c.mu.Lock()
			stood, ok := c.gone[message]
			c.mu.Unlock()
			if ok {
				stood.People = len(people)
				return stood, nil
			}
		}
		if err != nil {
			return bot.Exposure{}, err
		}
		x.For, x.Messages, x.Files = since(m.Timestamp, now), 1, len(m.Files)
		return x, nil
	}
	var came, went string
	var stood []slack.Message
	err = c.everything(ctx, string(room), func(m slack.Message) error {
		switch {
		case said(m):
			stood = append(stood, m)
		case m.User != string(user):
		case (m.SubType == slack.MsgSubTypeChannelJoin || m.SubType == slack.MsgSubTypeGroupJoin) && after(m.Timestamp, came):
			came = m.Timestamp
		case (m.SubType == slack.MsgSubTypeChannelLeave || m.SubType == slack.MsgSubTypeGroupLeave) && after(m.Timestamp, went):
			went = m.Timestamp
		}
		return nil
	})
	if err != nil {
		return bot.Exposure{}, err
	}
	if came == "" {
		return bot.Exposure{}, fmt.Errorf("slack: tell what could be read: nobody saw them come: %w", bot.ErrNotFound)
	}
	until := now
	if after(went, came) {
		until = moment(went)
	} else {
		went = ""
	}
	x.For = max(until.Sub(moment(came)), 0)
	for _, m := range stood {
		if went == "" || !after(m.Timestamp, went) {
			x.Messages++
			x.Files += len(m.Files)
		}
	}
	return x, nil
}

// Members implements bot.RollCaller. Slack tells of one channel at a time, so it
// costs a call for each.
func (c *Chat) Members(ctx context.Context, rooms ...bot.ChannelID) (map[bot.ChannelID][]bot.UserID, error) {
	out := map[bot.ChannelID][]bot.UserID{}
	for _, room := range rooms {
		users, err := c.RoomMembers(ctx, room)
		switch {
		case err == nil:
			out[room] = users
		case !isNotFound(err):
			return nil, err
		}
	}
	return out, nil
}

// PostsOf implements bot.Author.
func (c *Chat) PostsOf(ctx context.Context, room bot.ChannelID, user bot.UserID, from time.Time, limit int) ([]bot.MessageID, error) {
	if _, err := c.room(ctx, room); err != nil {
		return nil, err
	}
	var all []string
	err := c.everything(ctx, string(room), func(m slack.Message) error {
		if said(m) && m.User == string(user) && !moment(m.Timestamp).Before(from) {
			all = append(all, m.Timestamp)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b string) int {
		if after(a, b) {
			return 1
		}
		return -1
	})
	var out []bot.MessageID
	for _, ts := range all[:min(len(all), max(limit, 0))] {
		out = append(out, messageID(string(room), ts))
	}
	return out, nil
}

// moment is when something was said; the zero time for what is no ts.
func moment(ts string) time.Time {
	sec, micro, _ := strings.Cut(ts, ".")
	s, err := strconv.ParseInt(sec, 10, 64)
	u, err2 := strconv.ParseInt((micro + "000000")[:6], 10, 64)
	if err != nil || err2 != nil {
		return time.Time{}
	}
	return time.Unix(s, u*1000)
}

// after reports whether a is later than b; a blank one was never.
func after(a, b string) bool { return a != "" && (b == "" || moment(a).After(moment(b))) }

func since(ts string, now time.Time) time.Duration { return max(now.Sub(moment(ts)), 0) }
