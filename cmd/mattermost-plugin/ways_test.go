package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/internal/bridge"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// TestMoreWays are the ways that need an administrator, or that this server has
// only a part of.
func TestMoreWays(t *testing.T) {
	s := testserver.Mattermost(t, testserver.Options{})
	w := &world{Server: s, bot: install(t, s), first: s.User(""), other: s.User(""), out: s.User("")}
	ctx := t.Context()
	must := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	approved := func(t *testing.T, c *model.Channel) *model.FileInfo {
		t.Helper()
		w.bot.set(allow, allowPost)
		_, info, err := upload(ctx, w.first, c.Id, "goedgekeurd.txt", []byte("goedgekeurd"))
		must(t, err)
		return info
	}

	t.Run("an import by an administrator", func(t *testing.T) {
		c := w.room(t)
		name := "import-" + model.NewId() + ".zip"
		var pack bytes.Buffer
		z := zip.NewWriter(&pack)
		line, err := z.Create("import.jsonl")
		must(t, err)
		// The plugin finds what is not dated back. The server looks for jobs every quarter
		// of a minute, and may be busy.
		soon := model.GetMillis() + 600_000
		for n, at := range []int64{soon, soon + 1} {
			if n == 0 {
				_, _ = fmt.Fprintln(line, `{"type":"version","version":1}`)
			}
			attach := ""
			if n == 1 {
				attach = `,"attachments":[{"path":"geheimzinnig.txt"}]`
			}
			_, _ = fmt.Fprintf(line, `{"type":"post","post":{"team":"samen","channel":%q,"user":%q,"message":"ongezien %d","create_at":%d%s}}`+"\n", c.Name, w.first.Username, n, at, attach)
		}
		data, err := z.Create("data/geheimzinnig.txt")
		must(t, err)
		_, _ = data.Write(secretText)
		must(t, z.Close())
		must(t, os.MkdirAll(filepath.Join(s.DataDir, "import"), 0o755))
		must(t, os.WriteFile(filepath.Join(s.DataDir, "import", name), pack.Bytes(), 0o644))
		job, _, err := w.Admin.CreateJob(ctx, &model.Job{Type: model.JobTypeImportProcess, Data: map[string]string{"import_file": name}})
		must(t, err)
		for end := time.Now().Add(4 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
			now, _, err := w.Admin.GetJob(ctx, job.Id)
			must(t, err)
			if now.Status == model.JobStatusSuccess || now.Status == model.JobStatusError || now.Status == model.JobStatusWarning {
				t.Logf("the import ended with %s %v", now.Status, now.Data)
				break
			}
			if time.Now().After(end) {
				t.Fatalf("the import is %s", now.Status)
			}
		}
		if n := count(t, s, "SELECT count(*) FROM Posts WHERE ChannelId = $1 AND Message LIKE 'ongezien%'", c.Id); n == 0 {
			t.Fatal("nothing was imported: this story shows nothing")
		}
		w.nothing(t, c.Id)
		w.bot.await(t, "a message that came past the hooks", func(e bridge.Event) bool { return e.Kind == bridge.Slipped && e.Channel == c.Id })
		began := time.Now()
		for end := time.Now().Add(4 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
			if count(t, s, "SELECT count(*) FROM Posts WHERE ChannelId = $1 AND Message LIKE 'ongezien%' AND DeleteAt = 0", c.Id) == 0 {
				break
			}
			if time.Now().After(end) {
				t.Fatal("what was imported still stands there")
			}
		}
		t.Logf("what was imported is out of sight %s after it was noticed", time.Since(began).Round(time.Millisecond))
	})

	t.Run("a public link, with the server's setting on", func(t *testing.T) {
		c := w.room(t)
		info := approved(t, c)
		on, off, salt := true, false, strings.Repeat("a", 32)
		_, _, err := w.Admin.PatchConfig(ctx, &model.Config{FileSettings: model.FileSettings{EnablePublicLink: &on, PublicLinkSalt: &salt}})
		must(t, err)
		defer func() {
			_, _, err := w.Admin.PatchConfig(ctx, &model.Config{FileSettings: model.FileSettings{EnablePublicLink: &off}})
			must(t, err)
		}()
		// The setting is what stands between: nothing else can stop it, so doctor
		// calls it broken. What a link cannot do is show what was never approved.
		if link, _, err := w.first.Client.GetFileLink(ctx, info.Id); err != nil || link == "" {
			t.Errorf("with the setting on there is no link (%v): then doctor need not warn", err)
		}
		w.bot.set(nil, nil)
		if _, _, err := w.first.Client.UploadFile(ctx, secretText, c.Id, "geheimzinnig.txt"); err == nil {
			t.Error("an upload passed")
		}
	})

	t.Run("a message that burns when it is read", func(t *testing.T) {
		c := w.room(t)
		w.bot.set(allow, func(bridge.Posting) (bridge.Verdict, error) { return bridge.Verdict{Text: "nee"}, nil })
		_, res, err := w.first.Client.CreatePost(ctx, &model.Post{ChannelId: c.Id, Message: "geheimzinnig", Type: model.PostTypeBurnOnRead})
		if err == nil {
			t.Error("it passed: this server has that way after all")
		} else {
			t.Logf("status %d: %v", res.StatusCode, err)
		}
	})

	t.Run("a draft with a file", func(t *testing.T) {
		c := w.room(t)
		w.bot.set(allow, allowPost)
		res, _, err := w.first.Client.UploadFile(ctx, secretText, w.town(t), "geheimzinnig.txt")
		must(t, err)
		ids := res2ids(res)
		_, _, err = w.first.Client.UpsertDraft(ctx, &model.Draft{ChannelId: c.Id, UserId: w.first.Id, Message: "straks", FileIds: ids})
		t.Logf("a draft: %v", err)
		// This server asks nobody about a draft; nobody but its writer sees it, and
		// sending it is a message like any other.
		drafts, _, err := w.other.Client.GetDrafts(ctx, w.other.Id, w.Team.Id)
		must(t, err)
		asked, _, _ := w.other.Client.GetDrafts(ctx, w.first.Id, w.Team.Id)
		if len(drafts)+len(asked) != 0 {
			t.Errorf("somebody else sees %d drafts", len(drafts)+len(asked))
		}
		_, _, err = w.first.Client.CreatePost(ctx, &model.Post{ChannelId: c.Id, FileIds: ids})
		mustRefuse(t, "CreatePost", err, texts.NoRecord)
		w.nothing(t, c.Id)
	})

	t.Run("the room is bound to a group", func(t *testing.T) {
		c := w.room(t)
		yes := true
		_, _, err := w.first.Client.PatchChannel(ctx, c.Id, &model.ChannelPatch{GroupConstrained: &yes})
		must(t, err)
		w.bot.await(t, "the flag", func(e bridge.Event) bool {
			return e.Kind == bridge.Changed && e.Channel == c.Id && e.Text == "group_constrained"
		})
		ch, _, err := w.Admin.GetChannel(ctx, c.Id)
		must(t, err)
		if ch.IsGroupConstrained() {
			t.Error("the flag is still on")
		}
	})

	t.Run("an administrator makes the room public", func(t *testing.T) {
		c := w.room(t)
		approved(t, c)
		_, _, err := w.Admin.UpdateChannelPrivacy(ctx, c.Id, model.ChannelTypeOpen)
		must(t, err)
		began := time.Now()
		for end := time.Now().Add(4 * time.Minute); ; time.Sleep(2 * time.Millisecond) {
			ch, _, err := w.Admin.GetChannel(ctx, c.Id)
			must(t, err)
			if ch.Type == model.ChannelTypePrivate {
				break
			}
			if time.Now().After(end) {
				t.Fatal("the room is still public")
			}
		}
		t.Logf("private again after %s", time.Since(began).Round(time.Millisecond))
		w.bot.await(t, "the change", func(e bridge.Event) bool { return e.Kind == bridge.Changed && e.Channel == c.Id })
		if _, _, err := w.out.Client.GetPostsForChannel(ctx, c.Id, 0, 10, "", false, false); err == nil {
			t.Error("an outsider reads the room")
		}
		w.bot.set(nil, nil)
		_, _, err = w.first.Client.UploadFile(ctx, secretText, c.Id, "geheimzinnig.txt")
		mustRefuse(t, "UploadFile", err, "De bot zegt nee.")
	})

	t.Run("an archived room, put back by an administrator", func(t *testing.T) {
		c := w.room(t)
		w.bot.set(nil, nil)
		_, err := w.Admin.DeleteChannel(ctx, c.Id)
		must(t, err)
		_, _, err = w.Admin.RestoreChannel(ctx, c.Id)
		must(t, err)
		_, _, err = w.first.Client.UploadFile(ctx, secretText, c.Id, "geheimzinnig.txt")
		mustRefuse(t, "UploadFile", err, "De bot zegt nee.")
		w.bot.await(t, "the restore", func(e bridge.Event) bool { return e.Kind == bridge.Changed && e.Channel == c.Id })
	})

	t.Run("an ephemeral message by an administrator", func(t *testing.T) {
		// It reaches one person, is not kept, and cannot carry a file that somebody
		// else could not open by other means.
		c := w.room(t)
		w.bot.set(nil, nil)
		res, _, err := w.Admin.UploadFile(ctx, secretText, w.town(t), "geheimzinnig.txt")
		must(t, err)
		post, _, err := w.Admin.CreatePostEphemeral(ctx, &model.PostEphemeral{UserID: w.other.Id,
			Post: &model.Post{ChannelId: c.Id, Message: "kijk", FileIds: res2ids(res)}})
		must(t, err)
		if n := count(t, s, "SELECT count(*) FROM FileInfo WHERE PostId = $1", post.Id); n != 0 {
			t.Errorf("%d files hang on it", n)
		}
		w.nothing(t, c.Id)
	})

	t.Run("somebody whose account is put off leaves, and does not come back by themselves", func(t *testing.T) {
		c := w.room(t)
		gone := s.User("")
		_, _, err := w.Admin.AddChannelMember(ctx, c.Id, gone.Id)
		must(t, err)
		inside := func() bool {
			t.Helper()
			return count(t, s, "SELECT count(*) FROM ChannelMembers WHERE ChannelId = $1 AND UserId = $2", c.Id, gone.Id) > 0
		}
		_, err = w.Admin.UpdateUserActive(ctx, gone.Id, false)
		must(t, err)
		began := time.Now()
		w.bot.await(t, "they left", func(e bridge.Event) bool { return e.Kind == bridge.Left && e.Channel == c.Id && e.User == gone.Id })
		if inside() {
			t.Error("the account that is off is still in the room")
		}
		t.Logf("out %s after the account was put off", time.Since(began).Round(time.Millisecond))
		// What the hook missed, the next look finds.
		_, err = s.DB().Exec("UPDATE Users SET DeleteAt = 1 WHERE Id = $1", w.other.Id)
		must(t, err)
		m, err := bridge.PluginMembers.Do(ctx, w.bot.caller, bridge.Channels{Channels: []string{c.Id}})
		must(t, err)
		for _, one := range m.Members[c.Id] {
			if one.User == w.other.Id {
				t.Error("an account that is off is listed as a member")
			}
		}
		_, err = s.DB().Exec("UPDATE Users SET DeleteAt = 0 WHERE Id = $1", w.other.Id)
		must(t, err)
		_, err = w.Admin.UpdateUserActive(ctx, gone.Id, true)
		must(t, err)
		if inside() {
			t.Error("put on again they are back in")
		}
	})

	t.Run("a webhook that names a file", func(t *testing.T) {
		c := w.room(t)
		w.bot.set(allow, allowPost)
		res, _, err := w.first.Client.UploadFile(ctx, secretText, w.town(t), "geheimzinnig.txt")
		must(t, err)
		hook, _, err := w.Admin.CreateIncomingWebhook(ctx, &model.IncomingWebhook{ChannelId: c.Id, DisplayName: "haak"})
		must(t, err)
		body := fmt.Sprintf(`{"text":"kijk","props":{"file_ids":[%q]},"file_ids":[%q]}`, res2ids(res)[0], res2ids(res)[0])
		answer, err := http.Post(w.URL+"/hooks/"+hook.Id, "application/json", strings.NewReader(body))
		must(t, err)
		_ = answer.Body.Close()
		w.nothing(t, c.Id)
	})
}
