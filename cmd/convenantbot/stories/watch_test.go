package stories

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// lookout is somebody who looks for one file by every way there is.
type lookout struct {
	p             *person
	channel       string
	name, text    string   // of the file, and what stands in it
	known         []string // ids of files that were there before
	seen          map[string]bool
	looks         int
	heard         int // how much the websocket had brought before
	stop, stopped chan struct{}
}

// watch has the person look for a file, again and again, until the returned
// function is called. That says where it was seen.
func (p *person) watch(channel, name, text string) (where func() []string) {
	p.h.t.Helper()
	w := &lookout{p: p, channel: channel, name: name, text: text, seen: map[string]bool{}, stop: make(chan struct{}), stopped: make(chan struct{})}
	w.known = w.ids(p.h.t.Context())
	p.mu.Lock()
	w.heard = len(p.events)
	p.mu.Unlock()
	ctx := p.h.t.Context()
	go func() {
		defer close(w.stopped)
		for {
			w.look(ctx)
			select {
			case <-w.stop:
				w.look(ctx)
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	return w.where
}

func (w *lookout) where() []string {
	w.p.h.t.Helper()
	close(w.stop)
	<-w.stopped
	if w.looks < 2 {
		w.p.h.t.Fatalf("%s looked only %d times", w.p.Username, w.looks)
	}
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	for _, e := range w.p.events[w.heard:] {
		if strings.Contains(e, w.name) || strings.Contains(e, w.text) || hasFile.MatchString(e) {
			w.seen["on the websocket"] = true
		}
	}
	var all []string
	for place := range w.seen {
		all = append(all, place)
	}
	slices.Sort(all)
	return all
}

// hasFile finds a message with files in what the websocket brings.
var hasFile = regexp.MustCompile(`file_ids\\?":\s*\[\s*\\?"`)

func (w *lookout) look(ctx context.Context) {
	w.looks++
	p, c := w.p, w.p.Client
	mark := func(place string, list *model.PostList) {
		for _, post := range list.Posts {
			fresh := slices.ContainsFunc(post.FileIds, func(id string) bool { return !slices.Contains(w.known, id) })
			if fresh || strings.Contains(post.Message, w.name) || strings.Contains(post.Message, w.text) {
				w.seen[place] = true
			}
		}
	}
	if list, _, err := c.GetPostsForChannel(ctx, w.channel, 0, 100, "", false, false); err == nil {
		mark("in the channel", list)
	}
	if list, _, err := c.GetPostsSince(ctx, w.channel, time.Now().Add(-time.Minute).UnixMilli(), false); err == nil {
		mark("among the newest messages", list)
	}
	for _, words := range []string{w.name, w.text} {
		if list, _, err := c.SearchPosts(ctx, p.h.Team.Id, words, false); err == nil {
			mark("by searching messages", list)
		}
		if found, _, err := c.SearchFiles(ctx, p.h.Team.Id, words, false); err == nil {
			for id := range found.FileInfos {
				if !slices.Contains(w.known, id) {
					w.seen["by searching files"] = true
				}
			}
		}
	}
	// Nobody can guess an id; somebody who knew them all would see no more.
	for _, id := range append(w.ids(ctx), model.NewId()) {
		if slices.Contains(w.known, id) {
			continue
		}
		for _, part := range []string{"", "/thumbnail", "/preview", "/info", "/link"} {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.h.URL+"/api/v4/files/"+id+part, nil)
			if err != nil {
				continue
			}
			req.Header.Set("Authorization", "Bearer "+c.AuthToken)
			if res, err := http.DefaultClient.Do(req); err == nil {
				_ = res.Body.Close()
				if res.StatusCode == http.StatusOK {
					w.seen["by its id"+part] = true
				}
			}
		}
	}
}

// ids lists the files that the server has a row of, of this channel or of none.
func (w *lookout) ids(ctx context.Context) []string {
	rows, err := w.p.h.db().QueryContext(ctx, "SELECT Id FROM FileInfo WHERE ChannelId = $1 OR ChannelId = ''", w.channel)
	if err != nil {
		return nil
	}
	defer func() { _ = rows.Close() }()
	var ids []string
	for rows.Next() {
		var id string
		if rows.Scan(&id) == nil {
			ids = append(ids, id)
		}
	}
	return ids
}
