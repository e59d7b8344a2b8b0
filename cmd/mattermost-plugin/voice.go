package main

import (
	"context"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/internal/bridge"
)

// maxSaid is how long a message for a person may be, in bytes; the server has a
// limit of its own in characters.
const maxSaid = 4 * model.PostMessageMaxRunesV2

// mostPosts is how many messages of a person are listed at once.
const mostPosts = 1000

// answerSayFor posts a message for a person, once for each key. It carries no
// file, and the hook asks the bot about it like about any other message.
func (p *Plugin) answerSayFor(_ context.Context, s bridge.PersonSaying) (bridge.PostRef, error) {
	if s.Key == "" || s.Text == "" || len(s.Text) > maxSaid {
		return bridge.PostRef{}, bridge.Fail(bridge.KindInvalid, "say-for")
	}
	if !p.channels.Protected(s.Channel) {
		return bridge.PostRef{}, bridge.Fail(bridge.KindForbidden, "say-for")
	}
	if _, appErr := p.API.GetChannelMember(s.Channel, s.User); appErr != nil {
		return bridge.PostRef{}, failed(appErr, "say-for")
	}
	id, err := p.once(s.Channel, s.Key, func(said) (string, error) {
		post := &model.Post{ChannelId: s.Channel, UserId: s.User, RootId: s.Thread, Message: s.Text}
		post.AddProp(propKey, s.Key)
		created, appErr := p.API.CreatePost(post)
		if appErr != nil {
			return "", failed(appErr, "say-for")
		}
		return created.Id, nil
	})
	return bridge.PostRef{Post: id}, err
}

// answerPostsOf lists what a person said in a channel and can still be seen.
func (p *Plugin) answerPostsOf(ctx context.Context, q bridge.PostsOf) (bridge.Posts, error) {
	out := bridge.Posts{Posts: []string{}}
	if _, appErr := p.API.GetChannel(q.Channel); appErr != nil {
		return out, failed(appErr, "posts-of")
	}
	if !p.channels.Protected(q.Channel) {
		return out, bridge.Fail(bridge.KindForbidden, "posts-of")
	}
	rows, err := p.db.QueryContext(ctx, `SELECT Id FROM Posts WHERE ChannelId = $1 AND UserId = $2 AND CreateAt >= $3 AND DeleteAt = 0
		AND Type NOT LIKE 'system\_%' ORDER BY CreateAt, Id LIMIT $4`, q.Channel, q.User, q.Since, min(max(q.Limit, 0), mostPosts))
	if err != nil {
		return out, err
	}
	out.Posts, err = idsOf(rows)
	return out, err
}
