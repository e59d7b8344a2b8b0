package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
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
		case <-p.hello:
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
		if err := p.round(ctx, now.Add(-3*beat)); err != nil {
			p.API.LogError("what came past the hooks could not be looked at; trying again", "cause", err.Error())
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

// sweep looks at everything that came into a protected channel since then, or was
// changed: messages with a file that never passed the gate, texts that the bot
// would have stopped, and files that hang on nothing yet. What cannot be looked at
// does not stop the rest, and is an error.
func (p *Plugin) sweep(ctx context.Context, since time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	began, looked := time.Now(), 0
	var errs []error
	for _, channel := range p.channels.list() {
		posts, err := p.since(ctx, channel, since)
		if err != nil {
			errs = append(errs, fmt.Errorf("read a channel: %w", err))
			continue
		}
		for _, post := range posts {
			if err := p.gate.Swept(ctx, post); err != nil {
				errs = append(errs, err)
				continue
			}
			p.seen.note(post.ID)
		}
		looked += len(posts)
		if err := p.sweepLoose(ctx, channel, since); err != nil {
			errs = append(errs, fmt.Errorf("read the files of a channel: %w", err))
		}
	}
	if len(errs) > 0 {
		return fmt.Errorf("%d of them: %w", len(errs), errs[0])
	}
	p.API.LogInfo("looked at what came in while the watch was away", "away", began.Sub(since).Round(time.Second).String(), "messages", looked)
	return nil
}

// round looks at what came into a protected channel past the hooks while the
// plugin was there: an import by an administrator, or another plugin that copies
// files. What an import dates back is not found.
func (p *Plugin) round(ctx context.Context, since time.Time) error {
	channels := p.channels.list()
	if len(channels) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	rows, err := p.db.QueryContext(ctx, `SELECT Id, ChannelId FROM Posts WHERE (CreateAt >= $1 OR EditAt >= $1) AND DeleteAt = 0
AND OriginalId = '' AND Type NOT LIKE 'system_%'`, since.UnixMilli())
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	past := map[string]bool{} // the channels in which something came past the hooks
	for rows.Next() {
		var id, channel string
		if err := rows.Scan(&id, &channel); err != nil {
			return err
		}
		if p.channels.Protected(channel) && !p.seen.has(id) {
			past[channel] = true
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for channel := range past {
		posts, err := p.since(ctx, channel, since)
		if err != nil {
			return err
		}
		for _, post := range posts {
			if p.seen.has(post.ID) {
				continue
			}
			if err := p.gate.Swept(ctx, post); err != nil {
				return err
			}
			p.seen.note(post.ID)
		}
	}
	return nil
}

// seen remembers which messages came by the hooks, for a while.
type seen struct {
	mu  sync.Mutex
	ids map[string]time.Time
}

// seenFor is how long; longer than any round looks back.
const seenFor = 10 * time.Minute

func (s *seen) note(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if s.ids == nil {
		s.ids = map[string]time.Time{}
	}
	if len(s.ids) > 10_000 {
		for old, at := range s.ids {
			if now.Sub(at) > seenFor {
				delete(s.ids, old)
			}
		}
	}
	s.ids[id] = now
}

func (s *seen) has(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.ids[id]
	return ok && time.Since(at) < seenFor
}

// since lists the messages of a channel that came since then, that were changed,
// or that a file came to. A file that is older was there before the gap, and its
// record may have ended.
func (p *Plugin) since(ctx context.Context, channel string, since time.Time) ([]gate.Post, error) {
	rows, err := p.db.QueryContext(ctx, `SELECT p.Id, COALESCE(f.Id, ''), f.Id IS NOT NULL AND (f.CreateAt >= $2 OR p.CreateAt >= $2)
FROM Posts p LEFT JOIN FileInfo f ON f.PostId = p.Id AND f.DeleteAt = 0
WHERE p.ChannelId = $1 AND p.DeleteAt = 0 AND p.OriginalId = '' AND p.Type NOT LIKE 'system_%'
AND (f.CreateAt >= $2 OR p.CreateAt >= $2 OR p.EditAt >= $2) ORDER BY p.CreateAt, p.Id`, channel, since.UnixMilli())
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var ids []string
	fresh := map[string][]string{}
	for rows.Next() {
		var id, file string
		var came bool
		if err := rows.Scan(&id, &file, &came); err != nil {
			return nil, err
		}
		if n := len(ids); n == 0 || ids[n-1] != id {
			ids = append(ids, id)
		}
		if came {
			fresh[id] = append(fresh[id], file)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	var posts []gate.Post
	for _, id := range ids {
		stored, appErr := p.API.GetPost(id)
		if appErr != nil && appErr.StatusCode == http.StatusNotFound {
			continue // deleted meanwhile
		}
		if appErr != nil || stored == nil {
			return nil, errors.New("a message cannot be read")
		}
		post := postOf(stored)
		post.Files = fresh[id]
		posts = append(posts, post)
	}
	return posts, nil
}

// sweepLoose takes files out of reach that came since then, hang on no message and
// never passed the gate. Nobody was shown them; who knew the id could fetch one.
func (p *Plugin) sweepLoose(ctx context.Context, channel string, since time.Time) error {
	rows, err := p.db.QueryContext(ctx, `SELECT Id FROM FileInfo WHERE ChannelId = $1 AND PostId = '' AND DeleteAt = 0 AND CreateAt >= $2`, channel, since.UnixMilli())
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var loose []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		loose = append(loose, id)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, id := range loose {
		_, found, err := records{p}.Get(id)
		if err != nil {
			return err
		}
		if found {
			continue
		}
		if err := (attachments{p.db}).Detach(ctx, "", []string{id}); err != nil {
			return err
		}
		p.API.LogWarn("a file that came in while the watch was away and hung on nothing was taken away")
	}
	return nil
}
