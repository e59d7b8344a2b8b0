package slack

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/bot"
)

// What is kept of a key. Before anything is posted it is noted that it is tried,
// and since when; after that, what it became. So a first try costs no look at the
// channel, and one of which the answer got lost is looked up and not repeated.
const (
	noteTried = "try"  // "try <unix seconds> <file id or nothing>"
	noteDone  = "done" // "done <message id>"
	noteGone  = "gone" // "gone <message id or nothing>": retracted
)

// attempt is what is known of a key.
type attempt struct {
	what    string // one of the notes; blank: nothing was ever tried
	since   time.Time
	file    string
	message bot.MessageID
}

func (a attempt) String() string {
	if a.what == noteTried {
		return noteTried + " " + strconv.FormatInt(a.since.Unix(), 10) + " " + a.file
	}
	return a.what + " " + string(a.message)
}

func (c *Chat) recall(ctx context.Context, at string) (attempt, error) {
	v, err := c.o.Memory.Recall(ctx, "said:"+at)
	if errors.Is(err, bot.ErrNotFound) {
		return attempt{}, nil
	}
	if err != nil {
		return attempt{}, fmt.Errorf("slack: recall what was said: %w", err)
	}
	part := strings.SplitN(string(v), " ", 3)
	a := attempt{what: part[0]}
	switch {
	case a.what == noteTried && len(part) == 3:
		n, err := strconv.ParseInt(part[1], 10, 64)
		if err != nil {
			return a, fmt.Errorf("slack: recall what was said: %w", err)
		}
		a.since, a.file = time.Unix(n, 0), part[2]
	case (a.what == noteDone || a.what == noteGone) && len(part) == 2:
		a.message = bot.MessageID(part[1])
	default:
		return a, errors.New("slack: what was noted of a message cannot be read")
	}
	return a, nil
}

func (c *Chat) note(ctx context.Context, at string, a attempt) error {
	if err := c.o.Memory.Note(ctx, "said:"+at, []byte(a.String())); err != nil {
		return fmt.Errorf("slack: note what is said: %w", err)
	}
	return nil
}

// turns lets one at a time do something about a key in this process. Of several
// processes the job that posts has the turn.
type turns struct {
	mu   sync.Mutex
	held map[string]chan struct{}
}

// take waits for the turn at name and returns what ends it.
func (t *turns) take(ctx context.Context, name string) (func(), error) {
	for {
		t.mu.Lock()
		busy := t.held[name]
		if busy == nil {
			if t.held == nil {
				t.held = map[string]chan struct{}{}
			}
			mine := make(chan struct{})
			t.held[name] = mine
			t.mu.Unlock()
			return func() {
				t.mu.Lock()
				delete(t.held, name)
				t.mu.Unlock()
				close(mine)
			}, nil
		}
		t.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// The metadata of a message of ours that has a key.
const (
	eventSaid = "convenantbot_said"
	fieldKey  = "key"
)

// maxApart is how far Slack's clock may be from ours.
const maxApart = 10 * time.Minute

// find looks for our message with this mark in a channel, among what was said
// since: in the channel itself, or in a thread. Blank: it is not there.
func (c *Chat) find(ctx context.Context, channel string, thread bot.MessageID, at string, since time.Time) (bot.MessageID, error) {
	self, err := c.Self(ctx)
	if err != nil {
		return "", err
	}
	found := bot.MessageID("")
	look := func(m slack.Message) bool {
		key, _ := m.Metadata.EventPayload[fieldKey].(string)
		// Only ours: anybody's app can write any metadata.
		if m.Metadata.EventType == eventSaid && key == at && self.wrote(m) {
			found = messageID(channel, m.Timestamp)
		}
		return found == ""
	}
	oldest := strconv.FormatInt(since.Add(-maxApart).Unix(), 10) + ".000000"
	if thread != "" {
		_, ts, err := splitID(thread)
		if err != nil {
			return "", err
		}
		return found, c.replies(ctx, channel, ts, oldest, look)
	}
	return found, c.history(ctx, channel, oldest, look)
}

// wrote reports whether we said m.
func (s Self) wrote(m slack.Message) bool {
	return m.User == string(s.User) || m.BotID != "" && m.BotID == s.Bot
}

// history gives what stands in a channel since oldest, newest first and without
// what was answered in threads, to each until that returns false.
func (c *Chat) history(ctx context.Context, channel, oldest string, each func(slack.Message) bool) error {
	p := slack.GetConversationHistoryParameters{ChannelID: channel, Oldest: oldest, Limit: 200, IncludeAllMetadata: true}
	for {
		page, err := c.API().GetConversationHistoryContext(ctx, &p)
		if err != nil {
			return fail("read a channel", err)
		}
		for _, m := range page.Messages {
			if !each(m) {
				return nil
			}
		}
		if p.Cursor = page.ResponseMetadata.Cursor; !page.HasMore || p.Cursor == "" {
			return nil
		}
	}
}

// replies gives the messages of a thread, its root first.
func (c *Chat) replies(ctx context.Context, channel, root, oldest string, each func(slack.Message) bool) error {
	p := slack.GetConversationRepliesParameters{ChannelID: channel, Timestamp: root, Oldest: oldest, Limit: 200, IncludeAllMetadata: true}
	for {
		all, more, next, err := c.API().GetConversationRepliesContext(ctx, &p)
		if err != nil {
			return fail("read a thread", err)
		}
		for _, m := range all {
			if !each(m) {
				return nil
			}
		}
		if p.Cursor = next; !more || next == "" {
			return nil
		}
	}
}

// everything gives all that stands in a channel to each, threads included:
// answers before their root, since a root that goes first leaves a tombstone.
func (c *Chat) everything(ctx context.Context, channel string, each func(slack.Message) error) error {
	var roots []slack.Message
	if err := c.history(ctx, channel, "", func(m slack.Message) bool { roots = append(roots, m); return true }); err != nil {
		return err
	}
	for _, m := range roots {
		if m.ReplyCount > 0 {
			var answers []slack.Message
			err := c.replies(ctx, channel, m.Timestamp, "", func(a slack.Message) bool {
				if a.Timestamp != m.Timestamp {
					answers = append(answers, a)
				}
				return true
			})
			if err != nil && !errors.Is(err, bot.ErrNotFound) {
				return err
			}
			for _, a := range answers {
				// What was answered to the channel as well stands in both lists.
				if a.SubType == slack.MsgSubTypeThreadBroadcast {
					continue
				}
				if err := each(a); err != nil {
					return err
				}
			}
		}
		if err := each(m); err != nil {
			return err
		}
	}
	return nil
}
