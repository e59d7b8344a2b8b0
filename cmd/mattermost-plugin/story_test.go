package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/internal/bridge"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// world is one real server with the plugin, a fake bot, and people.
type world struct {
	*testserver.Server
	bot   *fakeBot
	first *testserver.Person
	other *testserver.Person
	out   *testserver.Person
	self  string
}

// room makes a protected private channel with the first two people in it.
func (w *world) room(t testing.TB) *model.Channel {
	t.Helper()
	ctx := t.Context()
	c, _, err := w.Admin.CreateChannel(ctx, &model.Channel{TeamId: w.Team.Id, Type: model.ChannelTypePrivate, Name: "casus-" + model.NewId()[:10], DisplayName: "Casusoverleg"})
	if err != nil {
		t.Fatalf("create a channel: %v", err)
	}
	if _, err := bridge.PluginRestoreBot.Do(ctx, w.bot.caller, bridge.ChannelRef{Channel: c.Id}); err != nil {
		t.Fatalf("put the bot in: %v", err)
	}
	if _, err := bridge.PluginProtect.Do(ctx, w.bot.caller, bridge.ChannelRef{Channel: c.Id}); err != nil {
		t.Fatalf("protect: %v", err)
	}
	for _, p := range []*testserver.Person{w.first, w.other} {
		if _, _, err := w.Admin.AddChannelMember(ctx, c.Id, p.Id); err != nil {
			t.Fatalf("add a member: %v", err)
		}
	}
	w.bot.set(nil, nil)
	return c
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

func hashHex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// sees lists the files that a person sees in a channel, and fails the test when
// any route shows more than the posts do.
func (w *world) sees(t *testing.T, p *testserver.Person, channel string) map[string][]byte {
	t.Helper()
	list, _, err := p.Client.GetPostsForChannel(t.Context(), channel, 0, 200, "", false, false)
	if err != nil {
		t.Fatalf("read the posts: %v", err)
	}
	out := map[string][]byte{}
	for _, post := range list.Posts {
		infos, _, err := p.Client.GetFileInfosForPost(t.Context(), post.Id, "")
		if err != nil {
			t.Fatalf("read the files of a post: %v", err)
		}
		for _, info := range infos {
			data, _, err := p.Client.GetFile(t.Context(), info.Id)
			if err != nil {
				t.Fatalf("read a file: %v", err)
			}
			out[info.Id] = data
		}
	}
	return out
}

func allow(bridge.Upload, []byte) (bridge.Verdict, error) { return bridge.Verdict{Allow: true}, nil }
func allowPost(bridge.Posting) (bridge.Verdict, error)    { return bridge.Verdict{Allow: true}, nil }
func mustRefuse(t *testing.T, what string, err error, text string) {
	t.Helper()
	if err == nil {
		t.Fatalf("%s succeeded, want a refusal", what)
	}
	if !strings.Contains(err.Error(), text) {
		t.Fatalf("%s: err = %v, want it to say %q", what, err, text)
	}
}

// upload uploads and posts as a person would.
func upload(ctx context.Context, p *testserver.Person, channel, name string, data []byte) (*model.Post, *model.FileInfo, error) {
	res, _, err := p.Client.UploadFile(ctx, data, channel, name)
	if err != nil {
		return nil, nil, err
	}
	info := res.FileInfos[0]
	post, _, err := p.Client.CreatePost(ctx, &model.Post{ChannelId: channel, Message: "kijk", FileIds: model.StringArray{info.Id}})
	return post, info, err
}

func TestOnTheRealServer(t *testing.T) {
	s := testserver.Mattermost(t, testserver.Options{})
	w := &world{Server: s, bot: install(t, s), first: s.User(""), other: s.User(""), out: s.User("")}
	state, err := bridge.PluginHello.Do(t.Context(), w.bot.caller, bridge.BotState{Bridge: bridge.Version})
	if err != nil {
		t.Fatalf("hello: %v\n%s", err, s.Log())
	}
	w.self = state.Bot
	if !state.Readable || !state.Database || state.Bot == "" || !strings.HasPrefix(state.Server, "11.4") {
		t.Fatalf("the plugin says %+v", state)
	}

	t.Run("an upload goes to the bot and nowhere else, and what is approved is posted for its person", func(t *testing.T) {
		c := w.room(t)
		data := random(1 << 20)
		var got []byte
		w.bot.set(func(_ bridge.Upload, b []byte) (bridge.Verdict, error) {
			got = b
			return bridge.Verdict{Text: "Zeg eerst wat voor bestand dit is."}, nil
		}, nil)
		before := len(w.Files())
		_, _, err := w.first.Client.UploadFile(t.Context(), data, c.Id, "verslag.pdf")
		mustRefuse(t, "UploadFile", err, "Zeg eerst wat voor bestand dit is.")
		if !bytes.Equal(got, data) {
			t.Fatalf("the bot read %d bytes, want the %d that were sent", len(got), len(data))
		}
		if after := len(w.Files()); after != before {
			t.Errorf("the server keeps %d files of a refused upload", after-before)
		}
		if n := count(t, w.Server, "SELECT count(*) FROM FileInfo WHERE ChannelId = $1", c.Id); n != 0 {
			t.Errorf("%d rows of a refused upload, want none", n)
		}
		file := bridge.PersonFile{Channel: c.Id, User: w.first.Id, Name: "verslag.pdf", Size: int64(len(data)), Hash: hashHex(data), Text: "Het verslag", Key: "f1"}
		ref, _, err := bridge.PluginPostFile.Send(t.Context(), w.bot.caller, file, bytes.NewReader(data), int64(len(data)), hashHex(data))
		if err != nil {
			t.Fatalf("post the file: %v\n%s", err, w.Log())
		}
		again, _, err := bridge.PluginPostFile.Send(t.Context(), w.bot.caller, file, bytes.NewReader(data), int64(len(data)), hashHex(data))
		if err != nil || again != ref {
			t.Fatalf("post it again = %+v, %v; want %+v", again, err, ref)
		}
		post, _, err := w.other.Client.GetPost(t.Context(), ref.Post, "")
		if err != nil {
			t.Fatalf("the other member reads the post: %v", err)
		}
		if post.UserId != w.first.Id || post.Message != "Het verslag" {
			t.Errorf("the post is by %s with %q, want by %s", post.UserId, post.Message, w.first.Id)
		}
		seen := w.sees(t, w.other, c.Id)
		if len(seen) != 1 || !bytes.Equal(seen[post.FileIds[0]], data) {
			t.Errorf("the other member sees %d files, want the one", len(seen))
		}
		info, _, err := w.other.Client.GetFileInfo(t.Context(), post.FileIds[0])
		if err != nil || info.CreatorId != w.first.Id {
			t.Errorf("the file is by %v (%v), want by %s", info, err, w.first.Id)
		}
	})
	t.Run("every command is suggested with its help", func(t *testing.T) { suggesting(t, w) })
	stories(t, w)
}

func count(t *testing.T, s *testserver.Server, query string, args ...any) int {
	t.Helper()
	var n int
	if err := s.DB().QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}
