package main

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/internal/bridge"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// nothing fails the test unless nobody can see any file of the channel: not in
// its messages, not by a search, not by an id, and not in the server's tables
// as something that hangs on a message.
func (w *world) nothing(t *testing.T, channel string, ids ...string) {
	t.Helper()
	ctx := t.Context()
	for _, p := range []*testserver.Person{w.other, w.out} {
		if p == w.other {
			if seen := w.sees(t, p, channel); len(seen) != 0 {
				t.Errorf("another member sees %d files, want none", len(seen))
			}
		}
		for _, id := range ids {
			for name, get := range map[string]func() error{
				"file":      func() error { _, _, err := p.Client.GetFile(ctx, id); return err },
				"thumbnail": func() error { _, _, err := p.Client.GetFileThumbnail(ctx, id); return err },
				"preview":   func() error { _, _, err := p.Client.GetFilePreview(ctx, id); return err },
				"info":      func() error { _, _, err := p.Client.GetFileInfo(ctx, id); return err },
				"link":      func() error { _, _, err := p.Client.GetFileLink(ctx, id); return err },
			} {
				if get() == nil {
					t.Errorf("somebody else reads the %s by its id", name)
				}
			}
		}
		list, _, err := p.Client.SearchFiles(ctx, w.Team.Id, "geheimzinnig", false)
		if err != nil {
			t.Fatalf("search: %v", err)
		}
		for _, info := range list.FileInfos {
			if info.ChannelId == channel {
				t.Error("somebody else finds the file by a search")
			}
		}
	}
	if n := count(t, w.Server, "SELECT count(*) FROM FileInfo WHERE ChannelId = $1 AND PostId <> '' AND DeleteAt = 0", channel); n != 0 {
		t.Errorf("%d files hang on messages of the channel, want none", n)
	}
}

// town is a channel that nobody protects, with everybody in it.
func (w *world) town(t *testing.T) string {
	t.Helper()
	c, _, err := w.Admin.GetChannelByName(t.Context(), "town-square", w.Team.Id, "")
	if err != nil {
		t.Fatalf("find the open channel: %v", err)
	}
	return c.Id
}

var secretText = []byte("geheimzinnig verslag")

// stories are the ways past the gate. Each was seen to work with its defence
// taken out.
func stories(t *testing.T, w *world) {
	t.Run("an upload in parts", func(t *testing.T) {
		c := w.room(t)
		w.bot.set(allow, allowPost)
		session, _, err := w.first.Client.CreateUpload(t.Context(), &model.UploadSession{Type: model.UploadTypeAttachment, ChannelId: c.Id, UserId: w.first.Id, Filename: "geheimzinnig.txt", FileSize: int64(len(secretText))})
		if err != nil {
			t.Fatalf("begin: %v", err)
		}
		info, _, err := w.first.Client.UploadData(t.Context(), session.Id, bytes.NewReader(secretText))
		mustRefuse(t, "UploadData", err, texts.Resumable)
		if info != nil {
			t.Errorf("there is a file: %+v", info)
		}
		if n := count(t, w.Server, "SELECT count(*) FROM FileInfo WHERE ChannelId = $1", c.Id); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})

	t.Run("an upload to oneself, posted in the room", func(t *testing.T) {
		c := w.room(t)
		w.bot.set(allow, allowPost)
		dm, _, err := w.first.Client.CreateDirectChannel(t.Context(), w.first.Id, w.first.Id)
		if err != nil {
			t.Fatalf("open a conversation with oneself: %v", err)
		}
		res, _, err := w.first.Client.UploadFile(t.Context(), secretText, dm.Id, "geheimzinnig.txt")
		if err != nil {
			t.Fatalf("upload to oneself: %v", err)
		}
		id := res.FileInfos[0].Id
		_, _, err = w.first.Client.CreatePost(t.Context(), &model.Post{ChannelId: c.Id, FileIds: model.StringArray{id}})
		mustRefuse(t, "CreatePost", err, texts.NoRecord)
		w.nothing(t, c.Id, id)
	})

	t.Run("a file approved for one room, posted in another", func(t *testing.T) {
		from, to := w.room(t), w.room(t)
		w.bot.set(allow, allowPost)
		res, _, err := w.first.Client.UploadFile(t.Context(), secretText, from.Id, "geheimzinnig.txt")
		if err != nil {
			t.Fatalf("upload what is approved: %v", err)
		}
		_, _, err = w.first.Client.CreatePost(t.Context(), &model.Post{ChannelId: to.Id, FileIds: res2ids(res)})
		mustRefuse(t, "CreatePost", err, texts.NoRecord)
		w.nothing(t, to.Id)
	})

	t.Run("somebody else's approved file", func(t *testing.T) {
		c := w.room(t)
		w.bot.set(allow, allowPost)
		res, _, err := w.first.Client.UploadFile(t.Context(), secretText, c.Id, "geheimzinnig.txt")
		if err != nil {
			t.Fatalf("upload what is approved: %v", err)
		}
		_, _, err = w.other.Client.CreatePost(t.Context(), &model.Post{ChannelId: c.Id, FileIds: res2ids(res)})
		mustRefuse(t, "CreatePost", err, texts.NoRecord)
	})

	t.Run("an approval that was taken back between the upload and the message", func(t *testing.T) {
		c := w.room(t)
		asked := ""
		w.bot.set(allow, func(p bridge.Posting) (bridge.Verdict, error) {
			for _, f := range p.Files {
				asked = f.Hash
			}
			return bridge.Verdict{Text: "De toestemming is ingetrokken."}, nil
		})
		_, info, err := upload(t.Context(), w.first, c.Id, "geheimzinnig.txt", secretText)
		mustRefuse(t, "CreatePost", err, "De toestemming is ingetrokken.")
		if asked != hashHex(secretText) {
			t.Errorf("the bot was asked about the hash %q, want that of the bytes", asked)
		}
		w.nothing(t, c.Id)
		_ = info
	})

	t.Run("a change to a message that adds a file", func(t *testing.T) {
		c := w.room(t)
		w.bot.set(nil, allowPost)
		post, _, err := w.first.Client.CreatePost(t.Context(), &model.Post{ChannelId: c.Id, Message: "hallo"})
		if err != nil {
			t.Fatalf("post: %v", err)
		}
		res, _, err := w.first.Client.UploadFile(t.Context(), secretText, w.town(t), "geheimzinnig.txt")
		if err != nil {
			t.Fatalf("upload elsewhere: %v", err)
		}
		ids := res2ids(res)
		_, _, err = w.first.Client.PatchPost(t.Context(), post.Id, &model.PostPatch{FileIds: &ids})
		mustRefuse(t, "PatchPost", err, texts.Edit)
		w.nothing(t, c.Id, ids[0])
		post.FileIds = ids
		_, _, err = w.first.Client.UpdatePost(t.Context(), post.Id, post)
		if err == nil { // the file was detached, so the server drops it by itself
			w.nothing(t, c.Id, ids[0])
		}
	})

	t.Run("an old version with a file, put back", func(t *testing.T) {
		c := w.room(t)
		w.bot.set(allow, allowPost)
		post, info, err := upload(t.Context(), w.first, c.Id, "geheimzinnig.txt", secretText)
		if err != nil {
			t.Fatalf("post what is approved: %v", err)
		}
		none, text := model.StringArray{}, "zonder bijlage"
		if _, _, err := w.first.Client.PatchPost(t.Context(), post.Id, &model.PostPatch{Message: &text, FileIds: &none}); err != nil {
			t.Fatalf("take the file off: %v", err)
		}
		w.nothing(t, c.Id, info.Id)
		history, _, err := w.first.Client.GetEditHistoryForPost(t.Context(), post.Id)
		if err != nil || len(history) == 0 {
			t.Fatalf("read the history: %v, %v", history, err)
		}
		_, _, err = w.first.Client.RestorePostVersion(t.Context(), post.Id, history[0].Id)
		mustRefuse(t, "RestorePostVersion", err, texts.Edit)
		w.nothing(t, c.Id, info.Id)
	})

	t.Run("a bookmark", func(t *testing.T) {
		c := w.room(t)
		w.bot.set(allow, allowPost)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/api/v4/files?channel_id="+c.Id+"&filename=geheimzinnig.txt&bookmark=true", bytes.NewReader(secretText))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+w.first.Client.AuthToken)
		res, err := client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode < 400 {
			t.Errorf("status %d, want a refusal", res.StatusCode)
		}
		if n := count(t, w.Server, "SELECT count(*) FROM FileInfo WHERE ChannelId = $1", c.Id); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})

	t.Run("an administrator", func(t *testing.T) {
		c := w.room(t)
		_, _, err := w.Admin.UploadFile(t.Context(), secretText, c.Id, "geheimzinnig.txt")
		mustRefuse(t, "UploadFile", err, "De bot zegt nee.")
		w.nothing(t, c.Id)
	})

	t.Run("an answer in a thread", func(t *testing.T) {
		c := w.room(t)
		w.bot.set(allow, nil)
		root, _, err := w.first.Client.CreatePost(t.Context(), &model.Post{ChannelId: c.Id, Message: "hallo"})
		if err != nil {
			t.Fatalf("post: %v", err)
		}
		res, _, err := w.first.Client.UploadFile(t.Context(), secretText, c.Id, "geheimzinnig.txt")
		if err != nil {
			t.Fatalf("upload: %v", err)
		}
		_, _, err = w.first.Client.CreatePost(t.Context(), &model.Post{ChannelId: c.Id, RootId: root.Id, FileIds: res2ids(res)})
		mustRefuse(t, "CreatePost", err, "De bot zegt nee.")
		w.nothing(t, c.Id)
	})

	t.Run("an archived room", func(t *testing.T) {
		c := w.room(t)
		if _, err := w.Admin.DeleteChannel(t.Context(), c.Id); err != nil {
			t.Fatalf("archive: %v", err)
		}
		_, _, err := w.first.Client.UploadFile(t.Context(), secretText, c.Id, "geheimzinnig.txt")
		mustRefuse(t, "UploadFile", err, "De bot zegt nee.")
	})

	t.Run("a webhook with a picture from elsewhere", func(t *testing.T) {
		c := w.room(t)
		hook, _, err := w.Admin.CreateIncomingWebhook(t.Context(), &model.IncomingWebhook{ChannelId: c.Id, DisplayName: "haak"})
		if err != nil {
			t.Fatalf("make a webhook: %v", err)
		}
		saw := ""
		w.bot.set(nil, func(p bridge.Posting) (bridge.Verdict, error) {
			saw = p.Text
			return bridge.Verdict{Text: "nee"}, nil
		})
		res, err := client().Post(w.URL+"/hooks/"+hook.Id, "application/json",
			strings.NewReader(`{"text":"kijk","attachments":[{"image_url":"https://voorbeeld.example/foto.png"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode < 400 {
			t.Errorf("status %d, want a refusal", res.StatusCode)
		}
		if !strings.Contains(saw, "https://voorbeeld.example/foto.png") {
			t.Errorf("the bot was asked about %q, want the picture's address in it", saw)
		}
	})

	t.Run("an empty file and one that is too large", func(t *testing.T) {
		c := w.room(t)
		w.bot.set(allow, allowPost)
		_, _, err := w.first.Client.UploadFile(t.Context(), nil, c.Id, "leeg.txt")
		if err == nil {
			t.Error("an empty file passed")
		}
	})

	t.Run("another plugin", func(t *testing.T) {
		c := w.room(t)
		w.bot.set(allow, allowPost)
		const id = "nl.convenantbot.other"
		w.InstallPlugin(id, testserver.OtherPlugin(t, "testdata/other", id), map[string]any{"read": "no"})
		defer func() {
			if _, err := w.Admin.RemovePlugin(t.Context(), id); err != nil {
				t.Error(err)
			}
		}()
		put := func(channel string) (int, string) {
			res, err := client().Post(w.URL+"/plugins/"+id+"/?channel="+channel, "application/octet-stream", bytes.NewReader(secretText))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }()
			b, _ := io.ReadAll(res.Body)
			return res.StatusCode, string(b)
		}
		if status, _ := put(c.Id); status < 400 {
			t.Error("it uploaded into the room")
		}
		if status, _ := put(""); status < 400 {
			t.Error("it uploaded a file of nobody for nowhere, which anyone could attach")
		}
		status, file := put(w.town(t))
		if status != http.StatusOK {
			t.Fatalf("elsewhere: status %d", status)
		}
		_, _, err := w.first.Client.CreatePost(t.Context(), &model.Post{ChannelId: c.Id, FileIds: model.StringArray{file}})
		mustRefuse(t, "CreatePost with a file of nobody", err, texts.NoRecord)
		w.nothing(t, c.Id)
		// A plugin that reads the bytes before us leaves none; one after us gets
		// none. Neither order may let something pass that nobody looked at.
		w.PluginSettings(id, map[string]any{"read": "yes"})
		for range 6 {
			w.bot.set(func(_ bridge.Upload, b []byte) (bridge.Verdict, error) {
				if !bytes.Equal(b, secretText) {
					t.Errorf("the bot judged %d bytes, want the file's %d", len(b), len(secretText))
				}
				return bridge.Verdict{Text: "gezien"}, nil
			}, nil)
			if _, _, err := w.first.Client.UploadFile(t.Context(), secretText, c.Id, "geheimzinnig.txt"); err == nil {
				t.Error("an upload passed")
			}
		}
	})

	t.Run("ways that this server does not have", func(t *testing.T) {
		c := w.room(t)
		ctx := t.Context()
		w.bot.set(allow, allowPost)
		_, info, err := upload(ctx, w.first, c.Id, "geheimzinnig.txt", secretText)
		if err != nil {
			t.Fatalf("post what is approved: %v", err)
		}
		if _, _, err := w.first.Client.GetFileLink(ctx, info.Id); err == nil {
			t.Error("a public link was given")
		}
		if _, _, err := w.first.Client.UpdateChannelPrivacy(ctx, c.Id, model.ChannelTypeOpen); err == nil {
			t.Error("a member made the room public")
		}
		if _, _, err := w.first.Client.CreateScheduledPost(ctx, &model.ScheduledPost{Draft: model.Draft{ChannelId: c.Id, UserId: w.first.Id, Message: "later"}, ScheduledAt: time.Now().Add(time.Hour).UnixMilli()}); err == nil {
			t.Error("a message was scheduled: this server has that way after all, so it needs a test of its own")
		}
		if _, _, err := w.first.Client.CreatePostEphemeral(ctx, &model.PostEphemeral{UserID: w.other.Id, Post: &model.Post{ChannelId: c.Id, Message: "x"}}); err == nil {
			t.Error("a member whispered to another")
		}
		if _, _, err := w.out.Client.GetFile(ctx, info.Id); err == nil {
			t.Error("an outsider reads an approved file")
		}
	})

	t.Run("what a member does to the room is reported", func(t *testing.T) {
		c := w.room(t)
		title := "Casusoverleg Jan"
		if _, _, err := w.first.Client.PatchChannel(t.Context(), c.Id, &model.ChannelPatch{DisplayName: &title}); err != nil {
			t.Fatalf("rename: %v", err)
		}
		w.bot.await(t, "a rename", func(e bridge.Event) bool {
			return e.Kind == bridge.Changed && e.Channel == c.Id && e.User == w.first.Id
		})
		if _, err := w.first.Client.RemoveUserFromChannel(t.Context(), c.Id, w.self); err == nil {
			w.bot.await(t, "the bot was put out", func(e bridge.Event) bool { return e.Kind == bridge.Left && e.Channel == c.Id && e.User == w.self })
			if _, err := bridge.PluginRestoreBot.Do(t.Context(), w.bot.caller, bridge.ChannelRef{Channel: c.Id}); err != nil {
				t.Fatalf("put the bot back: %v", err)
			}
			m, err := bridge.PluginMembers.Do(t.Context(), w.bot.caller, bridge.Channels{Channels: []string{c.Id}})
			if err != nil {
				t.Fatalf("read the members: %v", err)
			}
			admin := false
			for _, one := range m.Members[c.Id] {
				admin = admin || one.User == w.self && one.Admin
			}
			if !admin {
				t.Errorf("the bot is not back as admin: %+v", m.Members[c.Id])
			}
		}
		if _, _, err := w.first.Client.AddChannelMember(t.Context(), c.Id, w.out.Id); err != nil {
			t.Fatalf("add a stranger: %v", err)
		}
		e := w.bot.await(t, "a stranger", func(e bridge.Event) bool { return e.Kind == bridge.Joined && e.Channel == c.Id && e.User == w.out.Id })
		if e.By != w.first.Id {
			t.Errorf("added by %q, want %q", e.By, w.first.Id)
		}
	})

	t.Run("a conversation about the bot is not told to it", func(t *testing.T) {
		dm, _, err := w.first.Client.CreateDirectChannel(t.Context(), w.first.Id, w.other.Id)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.first.Client.CreatePost(t.Context(), &model.Post{ChannelId: dm.Id, Message: "@convenantbot is handig"}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.first.Client.CreatePost(t.Context(), &model.Post{ChannelId: w.town(t), Message: "@convenantbot na dit"}); err != nil {
			t.Fatal(err)
		}
		w.bot.await(t, "the mention", func(e bridge.Event) bool { return e.Text == "na dit" })
		w.bot.mu.Lock()
		defer w.bot.mu.Unlock()
		for _, e := range w.bot.events {
			if strings.Contains(e.Text, "handig") {
				t.Error("the bot was told what two people said to each other")
			}
		}
	})

	t.Run("a stranger on the plugin's address", func(t *testing.T) {
		for _, path := range []string{"/bridge/v1/hello", "/form", "/button"} {
			res, err := client().Post(w.URL+"/plugins/"+PluginID+path, "application/json", strings.NewReader(`{"user_id":"`+w.first.Id+`","context":{"ticket":"x"}}`))
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s: status %d, want 401", path, res.StatusCode)
			}
		}
	})

	failures(t, w)
}

func res2ids(res *model.FileUploadResponse) model.StringArray {
	var ids model.StringArray
	for _, info := range res.FileInfos {
		ids = append(ids, info.Id)
	}
	return ids
}

// failures are the ways in which the bot or the plugin breaks.
func failures(t *testing.T, w *world) {
	closed := func(t *testing.T, c *model.Channel, text string) {
		t.Helper()
		_, _, err := w.first.Client.UploadFile(t.Context(), secretText, c.Id, "geheimzinnig.txt")
		mustRefuse(t, "UploadFile", err, text)
		_, _, err = w.first.Client.CreatePost(t.Context(), &model.Post{ChannelId: c.Id, Message: "hallo"})
		mustRefuse(t, "CreatePost", err, text)
		if _, _, err := upload(t.Context(), w.first, w.town(t), "gewoon.txt", secretText); err != nil {
			t.Errorf("the rest of the server does not work: %v", err)
		}
		w.nothing(t, c.Id)
	}

	t.Run("the bot is slow", func(t *testing.T) {
		c := w.room(t)
		release := make(chan struct{})
		w.bot.set(nil, func(bridge.Posting) (bridge.Verdict, error) {
			<-release
			return bridge.Verdict{Allow: true}, nil
		})
		start := time.Now()
		_, _, err := w.first.Client.CreatePost(t.Context(), &model.Post{ChannelId: c.Id, Message: "hallo"})
		close(release)
		mustRefuse(t, "CreatePost", err, texts.Away)
		if took := time.Since(start); took < patience || took > patience+20*time.Second {
			t.Errorf("it took %s, want little more than %s", took, patience)
		}
	})

	t.Run("the bot's clock is off", func(t *testing.T) {
		c := w.room(t)
		for _, skew := range []time.Duration{bridge.Window + 5*time.Second, -bridge.Window - 5*time.Second} {
			w.bot.set(allow, allowPost)
			w.bot.skew.Store(int64(skew))
			closed(t, c, texts.Away)
		}
		w.bot.skew.Store(int64(bridge.Window / 2))
		if _, _, err := upload(t.Context(), w.first, c.Id, "a.txt", secretText); err != nil {
			t.Errorf("with a clock that is a little off: %v", err)
		}
		w.bot.skew.Store(0)
	})

	t.Run("the secret differs", func(t *testing.T) {
		c := w.room(t)
		w.bot.set(allow, allowPost)
		w.PluginSettings(PluginID, map[string]any{"boturl": w.bot.URL, "secret": strings.Repeat("anders", 8)})
		closed(t, c, texts.Away)
		w.PluginSettings(PluginID, map[string]any{"boturl": w.bot.URL, "secret": ""})
		closed(t, c, texts.Away)
		w.PluginSettings(PluginID, map[string]any{"boturl": w.bot.URL, "secret": secret})
		if _, _, err := upload(t.Context(), w.first, c.Id, "a.txt", secretText); err != nil {
			t.Errorf("with the right secret again: %v", err)
		}
	})

	t.Run("the plugin is put in anew", func(t *testing.T) {
		c := w.room(t)
		before, err := bridge.PluginHello.Do(t.Context(), w.bot.caller, bridge.BotState{})
		if err != nil {
			t.Fatal(err)
		}
		w.InstallPlugin(PluginID, testserver.Bundle(t, ""), nil)
		after, err := bridge.PluginHello.Do(t.Context(), w.bot.caller, bridge.BotState{})
		if err != nil || after.Protected != before.Protected || after.Started == before.Started {
			t.Errorf("after the upgrade it says %+v (%v), before %+v", after, err, before)
		}
		closed2(t, w, c)
	})

	t.Run("the plugin is killed and comes back", func(t *testing.T) {
		c := w.room(t)
		pids := w.PluginPIDs(PluginID)
		if len(pids) != 1 {
			t.Fatalf("the plugin runs as %v, want one process", pids)
		}
		mustKill(t, pids[0])
		if _, err := w.Admin.DisablePlugin(t.Context(), PluginID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Admin.EnablePlugin(t.Context(), PluginID); err != nil {
			t.Fatal(err)
		}
		w.AwaitPlugin(PluginID)
		closed2(t, w, c)
	})

	t.Run("the plugin dies between saying something and noting it", func(t *testing.T) {
		c := w.room(t)
		say := bridge.Saying{Channel: c.Id, Key: "welkom", Body: []byte(`{"message":"Welkom"}`)}
		data := random(30 << 10)
		file := bridge.PersonFile{Channel: c.Id, User: w.first.Id, Name: "a.bin", Size: int64(len(data)), Hash: hashHex(data), Key: "bestand"}
		post := func() (string, string) {
			t.Helper()
			a, err := bridge.PluginSay.Do(t.Context(), w.bot.caller, say)
			if err != nil {
				t.Fatal(err)
			}
			b, _, err := bridge.PluginPostFile.Send(t.Context(), w.bot.caller, file, bytes.NewReader(data), file.Size, file.Hash)
			if err != nil {
				t.Fatal(err)
			}
			return a.Post, b.Post
		}
		a1, b1 := post()
		// As it is in the store when the last step was not written any more.
		if _, err := w.DB().Exec(`UPDATE PluginKeyValueStore SET PValue = convert_to(regexp_replace(convert_from(PValue, 'UTF8'), ',"p":"[a-z0-9]+"', ''), 'UTF8')
WHERE PluginId = $1 AND PKey LIKE 'k:%'`, PluginID); err != nil {
			t.Fatal(err)
		}
		if a2, b2 := post(); a2 != a1 || b2 != b1 {
			t.Errorf("it was said again: %s and %s, want %s and %s", a2, b2, a1, b1)
		}
		if n := count(t, w.Server, "SELECT count(*) FROM Posts WHERE ChannelId = $1 AND Type = ''", c.Id); n != 2 {
			t.Errorf("%d messages, want two", n)
		}
	})

	t.Run("a large file", func(t *testing.T) {
		c := w.room(t)
		data := random(40 << 20)
		got := 0
		w.bot.set(func(_ bridge.Upload, b []byte) (bridge.Verdict, error) {
			got = len(b)
			return bridge.Verdict{Text: "bewaard"}, nil
		}, nil)
		start := time.Now()
		_, _, err := w.first.Client.UploadFile(t.Context(), data, c.Id, "groot.bin")
		mustRefuse(t, "UploadFile", err, "bewaard")
		in := time.Since(start)
		file := bridge.PersonFile{Channel: c.Id, User: w.first.Id, Name: "groot.bin", Size: int64(len(data)), Hash: hashHex(data), Key: "groot"}
		start = time.Now()
		if _, _, err := bridge.PluginPostFile.Send(t.Context(), w.bot.caller, file, bytes.NewReader(data), file.Size, file.Hash); err != nil {
			t.Fatal(err)
		}
		t.Logf("40 MiB: into quarantine in %s, posted in %s", in.Round(time.Millisecond), time.Since(start).Round(time.Millisecond))
		if got != len(data) {
			t.Errorf("the bot read %d bytes, want %d", got, len(data))
		}
	})

	t.Run("what came in while the plugin was off", func(t *testing.T) {
		c := w.room(t)
		w.bot.set(allow, allowPost)
		before, _, err := upload(t.Context(), w.first, c.Id, "goedgekeurd.txt", []byte("goedgekeurd"))
		if err != nil {
			t.Fatalf("post what is approved: %v", err)
		}
		if _, err := w.Admin.DisablePlugin(t.Context(), PluginID); err != nil {
			t.Fatal(err)
		}
		post, info, err := upload(t.Context(), w.first, c.Id, "geheimzinnig.txt", secretText)
		if err != nil {
			t.Fatalf("without the plugin the server lets it pass, want that here: %v", err)
		}
		if _, err := w.Admin.EnablePlugin(t.Context(), PluginID); err != nil {
			t.Fatal(err)
		}
		w.AwaitPlugin(PluginID)
		w.bot.await(t, "a file that slipped in", func(e bridge.Event) bool {
			return e.Kind == bridge.Slipped && e.Message == post.Id && len(e.Files) == 1 && e.Files[0].ID == info.Id
		})
		for end := time.Now().Add(4 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
			if _, _, err := w.other.Client.GetFile(t.Context(), info.Id); err != nil {
				break
			}
			if time.Now().After(end) {
				t.Fatal("another member still reads the file")
			}
		}
		if _, _, err := w.other.Client.GetPost(t.Context(), before.Id, ""); err != nil {
			t.Errorf("what was approved before the gap is gone too: %v", err)
		}
	})

	t.Run("the bot is away", func(t *testing.T) {
		c := w.room(t)
		w.bot.set(allow, allowPost)
		url := w.bot.URL
		w.PluginSettings(PluginID, map[string]any{"boturl": "http://127.0.0.1:1", "secret": secret})
		closed(t, c, texts.Away)
		res, _, err := w.first.Client.ExecuteCommand(t.Context(), w.town(t), "/casus status")
		if err != nil || res.Text != textCommandAway {
			t.Errorf("a command = %+v, %v; want to hear that the bot is away", res, err)
		}
		if _, _, err := w.first.Client.CreatePost(t.Context(), &model.Post{ChannelId: w.town(t), Message: "@convenantbot onthoud dit"}); err != nil {
			t.Fatal(err)
		}
		w.PluginSettings(PluginID, map[string]any{"boturl": url, "secret": secret})
		if _, err := bridge.PluginHello.Do(t.Context(), w.bot.caller, bridge.BotState{}); err != nil {
			t.Fatal(err)
		}
		w.bot.await(t, "what was said while the bot was away", func(e bridge.Event) bool { return e.Text == "onthoud dit" })
	})
}

// closed2 checks that the gate answers again, with the bot's own no.
func closed2(t *testing.T, w *world, c *model.Channel) {
	t.Helper()
	_, _, err := w.first.Client.UploadFile(t.Context(), secretText, c.Id, "geheimzinnig.txt")
	mustRefuse(t, "UploadFile", err, "De bot zegt nee.")
	w.nothing(t, c.Id)
}
