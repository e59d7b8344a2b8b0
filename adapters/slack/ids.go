package slack

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"github.com/convenantbot/convenantbot/bot"
)

// messageID is the id of the message that stands at ts in a channel.
func messageID(channel, ts string) bot.MessageID { return bot.MessageID(channel + "-" + ts) }

// MessageID is the id of the message at ts in a channel, for whoever reports what
// happened to it; blank without a ts.
func MessageID(channel bot.ChannelID, ts string) bot.MessageID {
	if ts == "" {
		return ""
	}
	return messageID(string(channel), ts)
}

var (
	shapeTS   = regexp.MustCompile(`^[0-9]{1,12}\.[0-9]{6}$`)
	shapeID   = regexp.MustCompile(`^[A-Z][A-Z0-9]{2,30}$`)
	shapeLink = regexp.MustCompile(`^p([0-9]{7,18})$`)
)

// splitID takes a message's id apart. What is none is bot.ErrNotFound: nothing can
// stand there.
func splitID(id bot.MessageID) (channel, ts string, err error) {
	channel, ts, _ = strings.Cut(string(id), "-")
	if !shapeID.MatchString(channel) || !shapeTS.MatchString(ts) {
		return "", "", fmt.Errorf("slack: not the id of a message: %w", bot.ErrNotFound)
	}
	return channel, ts, nil
}

// MessageOf returns the id of the message that a link of Slack's leads to, such as
// https://team.slack.com/archives/C0123/p1700000000000100; blank when it is none.
func MessageOf(link string) bot.MessageID {
	link, _, _ = strings.Cut(strings.TrimSpace(link), "?")
	_, rest, ok := strings.Cut(link, "/archives/")
	if !ok {
		return ""
	}
	channel, at, _ := strings.Cut(strings.TrimRight(rest, "/"), "/")
	m := shapeLink.FindStringSubmatch(at)
	if m == nil || !shapeID.MatchString(channel) {
		return ""
	}
	digits := m[1]
	return messageID(channel, digits[:len(digits)-6]+"."+digits[len(digits)-6:])
}

// mark is what a key is known by at Slack and in Memory: it tells nobody what the
// key was.
func mark(channel, key string) string {
	sum := sha256.Sum256([]byte(channel + "\x00" + key))
	return hex.EncodeToString(sum[:16])
}
