package mattermost

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

// PostFile implements bot.Documents.
func (c *Chat) PostFile(ctx context.Context, room bot.ChannelID, f bot.Document, content io.Reader, key string) (bot.MessageID, error) {
	// The server stores the file and makes its previews before it answers.
	line := *c.line
	line.Pace.Last = time.Minute
	ref, _, err := bridge.PluginPostFile.Send(ctx, &line, bridge.PersonFile{
		Channel: string(room), User: string(f.Poster), Name: f.Name, Size: f.Size, Hash: f.Hash, Text: f.Text, Key: key,
	}, content, f.Size, f.Hash)
	return bot.MessageID(ref.Post), fail("post a file", err)
}

// Retract implements bot.Documents. What was handed out meanwhile the server is
// made to forget, as in Hide.
func (c *Chat) Retract(ctx context.Context, room bot.ChannelID, key string) (bot.MessageID, error) {
	ref, err := bridge.PluginRetract.Do(ctx, c.line, bridge.Retraction{Channel: string(room), Key: key})
	if err != nil {
		return "", fail("retract a file", err)
	}
	if ref.Post == "" {
		return "", nil
	}
	return bot.MessageID(ref.Post), c.forget(ctx)
}

// maxTold is the largest file of the bot's own making, in bytes: it is held in
// memory.
const maxTold = 8 << 20

// propTold is where a message of ours carries its key.
const propTold = "convenantbot_key"

// TellFile implements bot.Documents. It goes over REST as the bot itself: a
// direct conversation is no room of a casus, and the gate lets it through.
func (c *Chat) TellFile(ctx context.Context, user bot.UserID, f bot.Document, content io.Reader, key string) (bot.MessageID, error) {
	if key == "" || f.Size <= 0 || f.Size > maxTold {
		return "", &bot.InvalidError{Field: "file", Reason: "no key, no bytes, or too many"}
	}
	data, err := io.ReadAll(io.LimitReader(content, f.Size+1))
	if err != nil {
		return "", fmt.Errorf("mattermost: tell a file: %w", err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != f.Hash {
		return "", fmt.Errorf("mattermost: tell a file: other bytes than were announced: %w", bot.ErrConflict)
	}
	self, err := c.me(ctx)
	if err != nil {
		return "", err
	}
	as := c.asBot()
	// A conversation with somebody who is not there can be opened, but not read.
	if _, _, err := as.GetUser(ctx, string(user), ""); err != nil {
		return "", fail("find whom to tell", err)
	}
	dm, _, err := as.CreateDirectChannel(ctx, self, string(user))
	if err != nil {
		return "", fail("open a direct conversation", err)
	}
	if known, err := told(ctx, as, dm.Id, self, key); known != "" || err != nil {
		return known, err
	}
	up, _, err := as.UploadFile(ctx, data, dm.Id, f.Name)
	if err != nil {
		return "", fail("hand over a file", err)
	}
	post := &model.Post{ChannelId: dm.Id, Message: f.Text}
	for _, info := range up.FileInfos {
		post.FileIds = append(post.FileIds, info.Id)
	}
	post.AddProp(propTold, key)
	post, _, err = as.CreatePost(ctx, post)
	if err != nil {
		return "", fail("tell a file", err)
	}
	return bot.MessageID(post.Id), nil
}

// told looks for our message with this key among the last ones of a direct
// conversation. A repeat comes within a job's tries, so the last are enough.
func told(ctx context.Context, as *model.Client4, channel, self, key string) (bot.MessageID, error) {
	list, _, err := as.GetPostsForChannel(ctx, channel, 0, 200, "", false, false)
	if err != nil {
		return "", fail("look in a direct conversation", err)
	}
	for _, p := range list.Posts {
		// Only ours: anybody can write anything in the properties of their own.
		if k, _ := p.GetProp(propTold).(string); k == key && p.UserId == self && p.DeleteAt == 0 {
			return bot.MessageID(p.Id), nil
		}
	}
	return "", nil
}
