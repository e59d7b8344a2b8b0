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
	shapeTS = regexp.MustCompile(`^[0-9]{1,12}\.[0-9]{6}$`)
	shapeID = regexp.MustCompile(`^[A-Z][A-Z0-9]{2,30}$`)
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

// mark is what a key is known by at Slack and in Memory: it tells nobody what the
// key was.
func mark(channel, key string) string {
	sum := sha256.Sum256([]byte(channel + "\x00" + key))
	return hex.EncodeToString(sum[:16])
}
