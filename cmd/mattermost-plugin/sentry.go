package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/shared/driver"

	"github.com/convenantbot/convenantbot/cmd/mattermost-plugin/gate"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

// SentryID is the id of the second plugin on every server.
const SentryID = PluginID + ".wacht"

// How long the sentry waits for the first plugin: for a sign of life, and for a
// verdict, for which the first plugin itself waits for the bot.
const (
	sentryLook  = time.Second
	sentryJudge = patience + time.Second
	// sentryRead is how long the list of protected channels is believed without the
	// first plugin saying that it changed.
	sentryRead = time.Second
)

// Sentry is the second plugin, from the same binary. The server lets everything
// through where a plugin is gone, and asks all plugins when several are there;
// one no is enough. So the sentry says no in a protected channel whenever the
// first plugin does not answer it: killed, frozen, put off, or being replaced. It
// decides nothing else and keeps nothing; it knows the protected channels from
// what the first plugin wrote down.
//
// A message is put before the first plugin by the sentry too, whatever the order
// in which the server asks the two, so that no moment is left between a sign of
// life and the verdict. Bytes can be read only once, so at an upload the sentry
// takes the row of the file's id instead, and the first plugin gives it free when
// it passes the file. Whatever happens to the first plugin in between, the server
// cannot save a file whose row is taken.
//
// What is left open is both plugins gone at once, as at the start of a server.
type Sentry struct {
	plugin.MattermostPlugin

	db       *sql.DB // the server's own database
	gate     *gate.Gate
	stuck    atomic.Int64    // questions that the first plugin owes an answer to for too long
	here     atomic.Bool     // whether the first plugin answered when it was last asked
	running  context.Context // ends with the sentry
	stop     context.CancelFunc
	finished sync.WaitGroup

	mu    sync.Mutex
	rooms map[string]bool // the protected channels; nil: never read
	read  time.Time       // when that was last tried
}

// OnActivate wires the sentry.
func (s *Sentry) OnActivate() error {
	s.db = sql.OpenDB(driver.NewConnector(s.Driver, true))
	away := texts
	away.NoRecord, away.Broken, away.Resumable, away.Bookmark = texts.Away, texts.Away, texts.Away, texts.Away
	// The gate of the first plugin, with a bot that never answers.
	s.gate = &gate.Gate{
		Bot: nobody{}, Channels: s, Records: nothing{}, Attachments: attachments{s.db}, Texts: away,
		Now: time.Now, Self: func() string { return "" }, MaxFile: maxFile, Patience: patience,
		Slipped: func(_, _, post string, _ []string) {
			// The first plugin's sweep finds it again and reports it.
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			if err := (attachments{s.db}).bury(ctx, post); err != nil {
				s.API.LogError("what slipped in cannot be hidden by the sentry", "cause", err.Error())
			}
		},
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.running, s.stop = ctx, cancel
	s.finished.Go(func() { s.watch(ctx) })
	return nil
}

// OnDeactivate ends what runs in the background.
func (s *Sentry) OnDeactivate() error {
	if s.stop == nil {
		return nil
	}
	s.stop()
	s.finished.Wait()
	return s.db.Close()
}

// lookEvery is how often the sentry looks after the first plugin without being
// asked anything.
const lookEvery = time.Second

// maxLate is how many looks in a row may be without an answer in time before the
// first plugin counts as one that hangs.
const maxLate = 2

// watch ends a first plugin that hangs. The server never notices one; it waits
// for it with every message on the whole server, and needs more than half a minute
// to put it off. One that is gone is put on again within a second by the bot's
// watchdog, or within half a minute by the server.
func (s *Sentry) watch(ctx context.Context) {
	late := 0
	var settled time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookEvery):
		}
		s.alive()
		if time.Since(settled) > settleEvery {
			settled = time.Now()
			s.settle(ctx)
		}
		if s.stuck.Load() == 0 {
			late = 0
			continue
		}
		if late++; late < maxLate {
			continue
		}
		late = 0
		if err := s.end(); err != nil {
			s.API.LogError("the first plugin hangs and cannot be ended", "cause", err.Error())
		} else {
			s.API.LogError("the first plugin hung and was ended")
		}
	}
}

// end kills whatever runs the first plugin's binary, which lies beside our own in
// the server's folder of plugins.
func (s *Sentry) end() error {
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return errors.New("sentry: the folder of plugins is not known")
	}
	folder, _, ok := strings.Cut(self, "/"+SentryID+"/")
	if !ok {
		return errors.New("sentry: the folder of plugins is not known")
	}
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		return err
	}
	ended := 0
	for _, link := range links {
		exe, err := os.Readlink(link)
		if err != nil || !strings.HasPrefix(exe, folder+"/"+PluginID+"/") {
			continue
		}
		if pid, err := strconv.Atoi(strings.Split(link, "/")[2]); err == nil && syscall.Kill(pid, syscall.SIGKILL) == nil {
			ended++
		}
	}
	if ended == 0 {
		return errors.New("sentry: its process is not there")
	}
	return nil
}

// Protected implements gate.Channels. It looks into the first plugin's keys, at
// most once a second: a channel is protected before the first person is in it.
func (s *Sentry) Protected(channel string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rooms[channel] {
		return true
	}
	if time.Since(s.read) > sentryRead {
		if rooms, err := s.load(); err == nil {
			s.rooms = rooms
		} else {
			s.API.LogError("the sentry cannot read the protected channels", "cause", err.Error())
		}
		s.read = time.Now()
	}
	if s.rooms != nil {
		return s.rooms[channel]
	}
	ch, appErr := s.API.GetChannel(channel)
	return appErr != nil && appErr.StatusCode != http.StatusNotFound || appErr == nil && ch != nil && ch.Type == model.ChannelTypePrivate
}

// Any implements gate.Channels.
func (s *Sentry) Any() bool {
	_ = s.Protected("")
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rooms == nil || len(s.rooms) > 0
}

func (s *Sentry) load() (map[string]bool, error) {
	ctx, cancel := context.WithTimeout(context.Background(), sentryLook)
	defer cancel()
	rows, err := s.db.QueryContext(ctx, "SELECT PKey FROM PluginKeyValueStore WHERE PluginId = $1 AND PKey LIKE $2", PluginID, keyChannel+"%")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	rooms := map[string]bool{}
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		rooms[strings.TrimPrefix(key, keyChannel)] = true
	}
	return rooms, rows.Err()
}

// pathSentry is where the first plugin answers the sentry, and nobody else.
const pathSentry = "/sentry"

// pathReload is where the sentry hears that the protected channels have changed.
const pathReload = "/reload"

// concern is what the sentry asks about: nothing (a sign of life), a new message,
// or a change to one.
type concern struct {
	New *gate.Post `json:"new,omitempty"`
	Old *gate.Post `json:"old,omitempty"`
}

// opinion is the first plugin's answer. A blank Refusal lets pass, so an answer
// that cannot be read must never be taken for one; Here is true in every real one.
type opinion struct {
	Here    bool   `json:"here"`
	Refusal string `json:"refusal,omitempty"`
}

// errAway means that the first plugin does not answer.
var errAway = errors.New("sentry: the first plugin does not answer")

// ask puts c before the first plugin. While it still owes an answer from before
// nothing more is asked: it hangs.
func (s *Sentry) ask(c concern) (opinion, error) {
	if s.stuck.Load() > 0 {
		s.here.Store(false)
		return opinion{}, errAway
	}
	term := sentryLook
	if c.New != nil {
		term = sentryJudge
	}
	answers := make(chan opinion, 1)
	var ended atomic.Bool // whoever is first: the answer, or the end of the wait
	go func() {
		defer func() {
			_ = recover()
			if ended.Swap(true) {
				s.stuck.Add(-1)
			}
			close(answers)
		}()
		if o, err := s.call(c); err == nil {
			answers <- o
		}
	}()
	timer := time.NewTimer(term)
	defer timer.Stop()
	select {
	case o := <-answers:
		if o.Here {
			s.here.Store(true)
			return o, nil
		}
	case <-timer.C:
		if !ended.Swap(true) {
			s.stuck.Add(1)
		}
	}
	s.here.Store(false)
	return opinion{}, errAway
}

// call is one question over the server, which passes it only to a plugin that is
// active and tells that plugin who asks.
func (s *Sentry) call(c concern) (opinion, error) {
	var o opinion
	body, err := json.Marshal(c)
	if err != nil {
		return o, err
	}
	req, err := http.NewRequest(http.MethodPost, "/"+PluginID+pathSentry, bytes.NewReader(body))
	if err != nil {
		return o, err
	}
	res := s.API.PluginHTTP(req)
	if res == nil {
		return o, errAway
	}
	defer func() {
		if res.Body != nil {
			_ = res.Body.Close()
		}
	}()
	if res.StatusCode != http.StatusOK || res.Body == nil {
		return o, fmt.Errorf("sentry: status %d", res.StatusCode)
	}
	err = json.NewDecoder(io.LimitReader(res.Body, maxForm)).Decode(&o)
	return o, err
}

// alive is whether the first plugin gives a sign of life.
func (s *Sentry) alive() bool {
	_, err := s.ask(concern{})
	return err == nil
}

// guarded runs a hook, and no when it panics.
func (s *Sentry) guarded(hook string, f, no func()) {
	defer func() {
		if r := recover(); r != nil {
			no()
			s.API.LogError("a hook of the sentry panicked and said no", "hook", hook, "kind", fmt.Sprintf("%T", r))
		}
	}()
	f()
}

// FileWillBeUploaded never reads the bytes: they are for the first plugin. The
// server asks the two in any order, and heeds no change to what it uploads for a
// person. So unless the first plugin has passed the file already, its row is taken.
func (s *Sentry) FileWillBeUploaded(_ *plugin.Context, info *model.FileInfo, _ io.Reader, _ io.Writer) (_ *model.FileInfo, reason string) {
	s.guarded("FileWillBeUploaded", func() {
		u := gate.Upload{File: info.Id, Channel: info.ChannelId, Creator: info.CreatorId, Path: info.Path, Name: info.Name, Size: info.Size}
		if s.gate.Upload(context.Background(), u, nil).Passes() {
			return
		}
		switch {
		case u.File == "":
			reason = texts.Resumable // it has no row yet that could be taken
		case !s.here.Load() && !s.alive():
			reason = texts.Away
		default:
			ctx, cancel := context.WithTimeout(s.running, sentryLook)
			defer cancel()
			if err := (attachments{s.db}).reserve(ctx, u.File, u.Channel, u.Path); err != nil {
				s.API.LogError("the sentry cannot take the row of a file", "cause", err.Error())
				reason = texts.Broken
			}
		}
	}, func() { reason = texts.Broken })
	return nil, reason
}

// MessageWillBePosted has the first plugin judge.
func (s *Sentry) MessageWillBePosted(_ *plugin.Context, post *model.Post) (_ *model.Post, reason string) {
	s.guarded("MessageWillBePosted", func() {
		p := postOf(post)
		if !s.Protected(p.Channel) {
			return
		}
		o, err := s.ask(concern{New: &p})
		if reason = o.Refusal; err != nil {
			reason = s.gate.Posting(context.Background(), p).Refusal
		}
	}, func() { reason = texts.Broken })
	return nil, reason
}

// MessageWillBeUpdated has the first plugin judge. Where it does not, the sentry
// itself takes off what the change brought.
func (s *Sentry) MessageWillBeUpdated(_ *plugin.Context, newPost, oldPost *model.Post) (out *model.Post, reason string) {
	s.guarded("MessageWillBeUpdated", func() {
		changed, old := postOf(newPost), postOf(oldPost)
		if s.Protected(old.Channel) || s.Protected(changed.Channel) {
			o, err := s.ask(concern{New: &changed, Old: &old})
			if reason = o.Refusal; err != nil {
				reason = s.gate.Update(context.Background(), changed, old).Refusal
			}
		}
		if reason == "" {
			out = newPost
		}
	}, func() { out, reason = nil, texts.Broken })
	return out, reason
}

// ChannelMemberWillBeAdded is called from server 11.7 on. Whom the bot announced
// is known to the first plugin alone.
func (s *Sentry) ChannelMemberWillBeAdded(_ *plugin.Context, m *model.ChannelMember) (_ *model.ChannelMember, reason string) {
	s.guarded("ChannelMemberWillBeAdded", func() { reason = s.unless(s.gate.MemberAdded(m.ChannelId, m.UserId)) }, func() { reason = texts.Broken })
	return nil, reason
}

// ChannelWillBeUpdated is called from server 11.9 on.
func (s *Sentry) ChannelWillBeUpdated(_ *plugin.Context, _, old *model.Channel) (_ *model.Channel, reason string) {
	return nil, s.change("ChannelWillBeUpdated", old.Id, bridge.ActUpdate)
}

// ChannelWillBeArchived is called from server 11.7 on.
func (s *Sentry) ChannelWillBeArchived(_ *plugin.Context, c *model.Channel) string {
	return s.change("ChannelWillBeArchived", c.Id, bridge.ActArchive)
}

// ChannelWillBeRestored is called from server 11.9 on.
func (s *Sentry) ChannelWillBeRestored(_ *plugin.Context, c *model.Channel) string {
	return s.change("ChannelWillBeRestored", c.Id, bridge.ActRestore)
}

func (s *Sentry) change(hook, channel, act string) (reason string) {
	s.guarded(hook, func() { reason = s.unless(s.gate.Change(channel, act)) }, func() { reason = texts.Broken })
	return reason
}

// unless is the refusal of r where the first plugin gives no sign of life.
func (s *Sentry) unless(r gate.Ruling) string {
	if r.Passes() || s.alive() {
		return ""
	}
	return r.Refusal
}

// ScheduledPostWillBeCreated is called from server 11.9 on.
func (s *Sentry) ScheduledPostWillBeCreated(_ *plugin.Context, p *model.ScheduledPost) (_ *model.ScheduledPost, reason string) {
	s.guarded("ScheduledPostWillBeCreated", func() {
		reason = s.unless(s.gate.Unsent(gate.Post{Channel: p.ChannelId, User: p.UserId, Files: p.FileIds}))
	}, func() { reason = texts.Broken })
	return nil, reason
}

// DraftWillBeUpserted is called from server 11.9 on.
func (s *Sentry) DraftWillBeUpserted(_ *plugin.Context, d *model.Draft) (_ *model.Draft, reason string) {
	s.guarded("DraftWillBeUpserted", func() {
		reason = s.unless(s.gate.Unsent(gate.Post{Channel: d.ChannelId, User: d.UserId, Files: d.FileIds}))
	}, func() { reason = texts.Broken })
	return nil, reason
}

// ServeHTTP gives a sign of life, and hears from the first plugin that the
// protected channels have changed.
func (s *Sentry) ServeHTTP(_ *plugin.Context, w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == pathAlive:
		_, _ = io.WriteString(w, "ok")
	case r.URL.Path == pathReload && r.Header.Get("Mattermost-Plugin-ID") == PluginID:
		s.mu.Lock()
		s.read = time.Time{}
		s.mu.Unlock()
		_ = s.Protected("")
		_, _ = io.WriteString(w, "ok")
	default:
		http.NotFound(w, r)
	}
}

// nobody is a bot that is never there.
type nobody struct{}

// Upload implements gate.Bot.
func (nobody) Upload(context.Context, bridge.Upload, io.Reader) (bridge.Verdict, string, error) {
	return bridge.Verdict{}, "", errAway
}

// Posting implements gate.Bot.
func (nobody) Posting(context.Context, bridge.Posting) (bridge.Verdict, error) {
	return bridge.Verdict{}, errAway
}

// Swept implements gate.Bot.
func (nobody) Swept(context.Context, bridge.Posting) (bridge.Verdict, error) {
	return bridge.Verdict{}, errAway
}

// nothing holds no record of any file.
type nothing struct{}

// Put implements gate.Records.
func (nothing) Put(string, gate.Record) error { return errAway }

// Get implements gate.Records.
func (nothing) Get(string) (gate.Record, bool, error) { return gate.Record{}, false, nil }
