package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/cmd/mattermost-plugin/gate"
	"github.com/convenantbot/convenantbot/internal/bridge"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// TestASharedVerdict: the bot is asked once about a message that both plugins ask
// about, in whichever order, and again when it is said again.
func TestASharedVerdict(t *testing.T) {
	for _, order := range [][2]byte{{byHook, bySentry}, {bySentry, byHook}} {
		var v verdicts
		asked := 0
		judge := func() string { asked++; return fmt.Sprint("nee ", asked) }
		post := concern{New: &gatePost}
		if a, b := v.of(order[0], post, judge), v.of(order[1], post, judge); a != "nee 1" || b != "nee 1" || asked != 1 {
			t.Errorf("%q: %q and %q after %d questions, want one for both", order, a, b, asked)
		}
		if a := v.of(order[0], post, judge); a != "nee 2" {
			t.Errorf("%q: said again: %q, want a verdict of its own", order, a)
		}
		if a := v.of(order[0], post, judge); a != "nee 3" {
			t.Errorf("%q: said again before the other asked: %q, want a verdict of its own", order, a)
		}
		other := gatePost
		other.Text += "!"
		if a := v.of(order[1], concern{New: &other}, judge); a != "nee 4" {
			t.Errorf("%q: another message: %q, want a verdict of its own", order, a)
		}
	}
}

// intruder tries all the time to get something into a protected room: text, a
// file, and a file by a change. It counts what stood there.
type intruder struct {
	tries, texts, files atomic.Int64
	loose               atomic.Int64 // files that the server kept
	stop                context.CancelFunc
	done                chan struct{}
}

func (w *world) intrude(t *testing.T, c *model.Channel, old *model.Post, ids model.StringArray) *intruder {
	ctx, stop := context.WithCancel(t.Context())
	in := &intruder{stop: stop, done: make(chan struct{})}
	as := func() *model.Client4 {
		client := model.NewAPIv4Client(w.URL)
		client.SetToken(w.first.Client.AuthToken)
		return client
	}
	ways := []func(client *model.Client4, n int64){
		func(client *model.Client4, n int64) {
			if _, _, err := client.CreatePost(ctx, &model.Post{ChannelId: c.Id, Message: fmt.Sprint("ongezien ", n)}); err == nil {
				in.texts.Add(1)
			}
		},
		func(client *model.Client4, n int64) {
			res, _, err := client.UploadFile(ctx, fmt.Appendf(nil, "ongezien %d", n), c.Id, "ongezien.txt")
			if err != nil {
				return
			}
			id := res.FileInfos[0].Id
			in.loose.Add(1)
			if _, _, err := client.CreatePost(ctx, &model.Post{ChannelId: c.Id, FileIds: model.StringArray{id}}); err == nil {
				in.files.Add(1)
			}
			// It may be there for a moment, and a busy machine makes that long.
			for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
				if _, _, err := w.other.Client.GetFile(t.Context(), id); err != nil {
					return
				}
				if time.Now().After(end) {
					in.files.Add(1)
					return
				}
			}
		},
		func(client *model.Client4, n int64) {
			text := fmt.Sprint("anders ", n)
			if _, _, err := client.PatchPost(ctx, old.Id, &model.PostPatch{Message: &text, FileIds: &ids}); err == nil {
				in.texts.Add(1)
			}
		},
	}
	go func() {
		defer close(in.done)
		each := make(chan struct{})
		for _, way := range ways {
			go func() {
				defer func() { each <- struct{}{} }()
				client := as()
				for ctx.Err() == nil {
					way(client, in.tries.Add(1))
					time.Sleep(5 * time.Millisecond)
				}
			}()
		}
		for range ways {
			<-each
		}
	}()
	return in
}

// TestTheSentryKeepsTheRoomClosed breaks the first plugin in every way there is
// while somebody tries to get in. Nothing may pass, and the rest of the server
// must go on.
func TestTheSentryKeepsTheRoomClosed(t *testing.T) {
	s := testserver.Mattermost(t, testserver.Options{})
	w := &world{Server: s, bot: install(t, s), first: s.User(""), other: s.User(""), out: s.User("")}
	s.InstallPlugin(SentryID, testserver.SentryBundle(t, ""), nil)
	ctx := t.Context()
	c := w.room(t)
	w.bot.set(nil, allowPost)
	old, _, err := w.first.Client.CreatePost(ctx, &model.Post{ChannelId: c.Id, Message: "dit stond er al"})
	if err != nil {
		t.Fatalf("with both plugins a message does not pass: %v", err)
	}
	if n := len(w.bot.postings); n != 1 {
		t.Errorf("the bot was asked %d times about one message", n)
	}
	res, _, err := w.first.Client.UploadFile(ctx, secretText, w.town(t), "geheimzinnig.txt")
	if err != nil {
		t.Fatal(err)
	}
	detour := res2ids(res)
	w.bot.set(nil, func(bridge.Posting) (bridge.Verdict, error) { return bridge.Verdict{Text: "De bot zegt nee."}, nil })

	on, off := w.Admin.EnablePlugin, w.Admin.DisablePlugin
	must := func(_ *model.Response, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	one := func() int {
		t.Helper()
		pids := w.PluginPIDs(PluginID)
		if len(pids) != 1 {
			t.Fatalf("the plugin runs as %v, want one process", pids)
		}
		return pids[0]
	}
	for _, fault := range []struct {
		name string
		do   func()
	}{
		{"put off for a second", func() { must(off(ctx, PluginID)); time.Sleep(time.Second); must(on(ctx, PluginID)) }},
		{"killed, and put on after two seconds", func() {
			mustKill(t, one())
			time.Sleep(2 * time.Second)
			must(off(ctx, PluginID))
			must(on(ctx, PluginID))
		}},
		{"frozen, and put on by who noticed", func() {
			if err := syscall.Kill(one(), syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
			time.Sleep(1500 * time.Millisecond)
			must(off(ctx, PluginID))
			must(on(ctx, PluginID))
		}},
		{"replaced by another version", func() { w.InstallPlugin(PluginID, testserver.Bundle(t, ""), nil) }},
		{"removed and installed again", func() {
			must(w.Admin.RemovePlugin(ctx, PluginID))
			time.Sleep(500 * time.Millisecond)
			w.InstallPlugin(PluginID, testserver.Bundle(t, ""), nil)
		}},
	} {
		t.Run(fault.name, func(t *testing.T) {
			began := time.Now()
			in := w.intrude(t, c, old, detour)
			time.Sleep(100 * time.Millisecond)
			fault.do()
			if _, _, err := upload(ctx, w.first, w.town(t), "gewoon.txt", secretText); err != nil {
				t.Errorf("the rest of the server does not work: %v", err)
			}
			w.AwaitPlugin(PluginID)
			time.Sleep(300 * time.Millisecond)
			in.stop()
			<-in.done
			t.Logf("%s: %d tries in %s, %d texts and %d files passed, %d files kept", fault.name, in.tries.Load(),
				time.Since(began).Round(time.Millisecond), in.texts.Load(), in.files.Load(), in.loose.Load())
			if n := in.texts.Load() + in.files.Load() + in.loose.Load(); n != 0 {
				t.Errorf("%s: %d passed or kept", fault.name, n)
			}
			w.nothing(t, c.Id, detour[0])
			if list, _, err := w.other.Client.GetPostsForChannel(ctx, c.Id, 0, 100, "", false, false); err != nil {
				t.Fatal(err)
			} else {
				for _, p := range list.Posts {
					if p.Type == "" && p.Id != old.Id {
						t.Errorf("there is a message %q", p.Message)
					}
				}
			}
			// What the change brought is detached, so bring in another one.
			res, _, err := w.first.Client.UploadFile(ctx, secretText, w.town(t), "geheimzinnig.txt")
			if err != nil {
				t.Fatal(err)
			}
			detour[0] = res2ids(res)[0]
		})
	}

	t.Run("the sentry itself is frozen", func(t *testing.T) {
		pids := w.PluginPIDs(SentryID)
		if len(pids) != 1 {
			t.Fatalf("the sentry runs as %v", pids)
		}
		if err := syscall.Kill(pids[0], syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		in := w.intrude(t, c, old, detour)
		must(off(ctx, SentryID))
		must(on(ctx, SentryID))
		w.AwaitPlugin(SentryID)
		in.stop()
		<-in.done
		t.Logf("%d tries in %s, %d texts and %d files passed", in.tries.Load(), time.Since(began).Round(time.Millisecond), in.texts.Load(), in.files.Load())
		if n := in.texts.Load() + in.files.Load(); n != 0 {
			t.Errorf("%d passed", n)
		}
	})

	t.Run("a stranger asks in the name of the sentry", func(t *testing.T) {
		req := mustRequest(t, w.URL+"/plugins/"+PluginID+pathSentry)
		req.Header.Set("Mattermost-Plugin-ID", SentryID)
		req.Header.Set("Authorization", "Bearer "+w.first.Client.AuthToken)
		res, err := client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != 401 {
			t.Errorf("status %d, want 401", res.StatusCode)
		}
	})
}

var gatePost = gate.Post{Channel: "c", User: "u", Text: "hallo"}

func mustRequest(t *testing.T, url string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(`{"new":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	return req
}
