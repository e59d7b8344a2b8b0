package mattermost

import (
	"context"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/bot"
)

var _ bot.Quiet = (*Chat)(nil)

// quietPosts is how many posts of a room are looked at. A room with more was not
// quiet, whoever wrote them.
const quietPosts = 200

// Quiet implements bot.Quiet. What the server says itself, such as who came in,
// is nothing that people said.
func (c *Chat) Quiet(ctx context.Context, room bot.ChannelID) (bool, error) {
	me, err := c.me(ctx)
	if err != nil {
		return false, err
	}
	var list *model.PostList
	if err := c.seated(ctx, room, "look whether a room is quiet", func() (err error) {
		list, _, err = c.asBot().GetPostsForChannel(ctx, string(room), 0, quietPosts, "", false, false)
		return err
	}); err != nil {
		return false, err
	}
	for _, p := range list.Posts {
		if p.UserId != me && !strings.HasPrefix(p.Type, model.PostSystemMessagePrefix) {
			return false, nil
		}
	}
	return len(list.Posts) < quietPosts, nil
}
