package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/convenantbot/convenantbot/cmd/mattermost-plugin/gate"
)

// keyBeat is where the plugin writes, every beat, that it was there.
const keyBeat = "beat"

const beat = 5 * time.Second

// watch looks, after each start, at what happened in the protected channels
// since the last beat, and then keeps beating. A plugin that was frozen finds
// its own gap in the same way.
func (p *Plugin) watch(ctx context.Context) {
	for {
		p.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-time.After(beat):
		}
	}
}

func (p *Plugin) look(ctx context.Context) {
	p.guard("look", func() {
		now := time.Now()
		last := p.lastBeat()
		if gap := now.Sub(last); gap > 2*beat || p.started.After(last) {
			// One beat more on either side: nobody knows when in it the gap began.
			if err := p.sweep(ctx, last.Add(-beat)); err != nil {
				p.API.LogError("the gap in the watch could not be looked at; trying again", "cause", err.Error())
				return // without a beat, so that the next look starts from the same gap
			}
		}
		if appErr := p.API.KVSet(keyBeat, []byte(strconv.FormatInt(now.UnixMilli(), 10))); appErr != nil {
			p.API.LogError("the beat cannot be written", "status", appErr.StatusCode)
		}
		// The server forgets the commands when it starts the plugin while its
		// database is away, or ends the old plugin after the new one began.
		if err := p.commands(); err != nil {
			p.API.LogError("commands cannot be registered; trying again", "cause", err.Error())
		}
	}, func() {})
}

// lastBeat is when the plugin was last known to be there; at the first start,
// now.
func (p *Plugin) lastBeat() time.Time {
	b, appErr := p.API.KVGet(keyBeat)
	if appErr != nil {
		return time.UnixMilli(0)
	}
	ms, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		return time.Now()
	}
	return time.UnixMilli(ms)
}

// sweep hides every message in a protected channel that came, or was changed,
// since then and carries a file that never passed the gate.
func (p *Plugin) sweep(ctx context.Context, since time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for _, channel := range p.channels.list() {
		posts, err := attachments{p.db}.since(ctx, channel, since)
		if err != nil {
			return fmt.Errorf("read a channel: %w", err)
		}
		for _, post := range posts {
			p.gate.Posted(post)
		}
	}
	return nil
}

// since lists the messages of a channel that carry a file which came since
// then. A file that is older was there before the gap.
func (a attachments) since(ctx context.Context, channel string, since time.Time) ([]gate.Post, error) {
	rows, err := a.db.QueryContext(ctx, `SELECT p.Id, p.UserId, f.Id FROM Posts p JOIN FileInfo f ON f.PostId = p.Id
WHERE p.ChannelId = $1 AND p.DeleteAt = 0 AND f.DeleteAt = 0 AND (f.CreateAt >= $2 OR p.CreateAt >= $2) ORDER BY p.CreateAt, p.Id`,
		channel, since.UnixMilli())
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var posts []gate.Post
	for rows.Next() {
		var id, user, file string
		if err := rows.Scan(&id, &user, &file); err != nil {
			return nil, err
		}
		if n := len(posts); n > 0 && posts[n-1].ID == id {
			posts[n-1].Files = append(posts[n-1].Files, file)
			continue
		}
		posts = append(posts, gate.Post{ID: id, Channel: channel, User: user, Files: []string{file}})
	}
	return posts, rows.Err()
}
