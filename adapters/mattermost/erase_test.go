package mattermost_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

func picture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 300, 200))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Everything that the server leaves behind when a room is removed in the
// obvious way is made here first: earlier versions of a message, files of
// replies, pictures with their previews, an upload that nobody posted, a file
// that a refused change left.
func erasing(t *testing.T, h *house) {
	ctx := t.Context()
	b := h.bench(t)
	yes := bot.Answer{Allow: true}
	b.Incoming.Answer(func(bot.Upload, []byte) (bot.Answer, error) { return yes, nil }, func(bot.Posting) (bot.Answer, error) { return yes, nil }, nil)
	first, second := b.People[0].(*person), b.People[1].(*person)
	fill := func(name string) bot.ChannelID {
		t.Helper()
		room, err := h.chat.CreateRoom(ctx, name, "Casusoverleg")
		must(t, err)
		must(t, h.chat.Protect(ctx, room))
		must(t, h.chat.AddToRoom(ctx, room, first.ID()))
		must(t, h.chat.AddToRoom(ctx, room, second.ID()))
		root, err := h.chat.Post(ctx, room, bot.Message{Text: "Afspraken"}, "start")
		must(t, err)
		must(t, h.chat.Pin(ctx, root))
		// A message that was changed, and a reply with a picture.
		post, _, err := first.p.Client.CreatePost(ctx, &model.Post{ChannelId: string(room), Message: "eerste versie"})
		must(t, err)
		text := "tweede versie"
		_, _, err = first.p.Client.PatchPost(ctx, post.Id, &model.PostPatch{Message: &text})
		must(t, err)
		res, _, err := second.p.Client.UploadFile(ctx, picture(t), string(room), "foto.png")
		must(t, err)
		_, _, err = second.p.Client.CreatePost(ctx, &model.Post{ChannelId: string(room), RootId: post.Id, Message: "bijlage", FileIds: model.StringArray{res.FileInfos[0].Id}})
		must(t, err)
		// A document that the plugin posts, one that was hidden, one that nobody
		// posted, and one that a refused change brought.
		for _, key := range []string{"blijft", "verborgen"} {
			data := []byte("inhoud " + key)
			id, err := h.chat.PostFile(ctx, room, bot.Document{Poster: first.ID(), Name: key + ".txt", Size: int64(len(data)), Hash: bottest.Hash(data)}, bytes.NewReader(data), key)
			must(t, err)
			if key == "verborgen" {
				must(t, h.chat.Hide(ctx, id))
			}
		}
		_, _, err = first.p.Client.UploadFile(ctx, []byte("nooit geplaatst"), string(room), "los.txt")
		must(t, err)
		res, _, err = first.p.Client.UploadFile(ctx, []byte("door een wijziging"), string(room), "wijziging.txt")
		must(t, err)
		ids := model.StringArray{res.FileInfos[0].Id}
		if _, _, err := first.p.Client.PatchPost(ctx, post.Id, &model.PostPatch{FileIds: &ids}); err == nil {
			t.Fatal("a change brought a file")
		}
		return room
	}
	left := func(room bot.ChannelID) (posts, files int) {
		t.Helper()
		db := h.DB()
		must(t, db.QueryRow("SELECT count(*) FROM Posts WHERE ChannelId = $1", string(room)).Scan(&posts))
		must(t, db.QueryRow("SELECT count(*) FROM FileInfo WHERE ChannelId = $1", string(room)).Scan(&files))
		return posts, files
	}
	onDisk := func(room bot.ChannelID) int {
		n := 0
		for _, path := range h.Files() {
			if strings.Contains(path, string(room)) {
				n++
			}
		}
		return n
	}

	t.Run("the emptied room stays where the server does not remove rooms", func(t *testing.T) {
		room, bystander := fill("casus-2026-1001"), fill("casus-2026-1002")
		posts, files := left(room)
		if posts < 8 || files != 5 || onDisk(room) < 7 {
			t.Fatalf("before: %d messages, %d files, %d on disk; the story did not set up what it should", posts, files, onDisk(room))
		}
		_, otherFiles := left(bystander)
		otherDisk := onDisk(bystander)
		start := time.Now()
		r, err := h.chat.EraseRoom(ctx, room)
		must(t, err)
		t.Logf("erased %d messages and %d files in %s", r.Posts, r.Files, time.Since(start).Round(time.Millisecond))
		if r.Files != 5 || r.Posts < 8 {
			t.Errorf("the receipt counts %d messages and %d files, want at least 8 and 5", r.Posts, r.Files)
		}
		if !slices.Contains(r.Remains, bot.RemainShell) || !slices.Contains(r.Remains, bot.RemainHistory) || !slices.Contains(r.Remains, bot.RemainBackups) {
			t.Errorf("Remains = %v, want the shell, the history and the backups", r.Remains)
		}
		if posts, files := left(room); posts != 0 || files != 0 {
			t.Errorf("%d messages and %d files are left", posts, files)
		}
		if n := onDisk(room); n != 0 {
			t.Errorf("%d files are left on disk", n)
		}
		if _, files := left(bystander); files != otherFiles || onDisk(bystander) != otherDisk {
			t.Error("another room lost files")
		}
		again, err := h.chat.EraseRoom(ctx, room)
		if err != nil || again.Posts != 0 || again.Files != 0 {
			t.Errorf("erasing again = %+v, %v; want nothing to find", again, err)
		}
	})

	t.Run("the room goes too where the server removes rooms", func(t *testing.T) {
		room := fill("casus-2026-1003")
		on, off := true, false
		_, _, err := h.Admin.PatchConfig(ctx, &model.Config{ServiceSettings: model.ServiceSettings{EnableAPIChannelDeletion: &on}})
		must(t, err)
		defer func() {
			_, _, err := h.Admin.PatchConfig(ctx, &model.Config{ServiceSettings: model.ServiceSettings{EnableAPIChannelDeletion: &off}})
			must(t, err)
		}()
		r, err := h.chat.EraseRoom(ctx, room)
		must(t, err)
		if slices.Contains(r.Remains, bot.RemainShell) {
			t.Errorf("Remains = %v, want no shell", r.Remains)
		}
		if _, err := h.chat.RoomMembers(ctx, room); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("the room is still there: %v", err)
		}
		if _, err := h.chat.EraseRoom(ctx, room); err != nil {
			t.Errorf("erasing again: %v", err)
		}
		if n := onDisk(room); n != 0 {
			t.Errorf("%d files are left on disk", n)
		}
	})

	t.Run("without the identity for erasing nothing is erased", func(t *testing.T) {
		room := fill("casus-2026-1004")
		posts, files := left(room)
		blunt := mattermost.New(mattermost.Options{URL: h.URL, Team: h.team, Now: time.Now,
			Secrets: func() bridge.Secrets { return bridge.Secrets{Sign: secret} }, Token: func() string { return h.Admin.AuthToken }})
		if _, err := blunt.EraseRoom(ctx, room); !errors.Is(err, bot.ErrForbidden) {
			t.Errorf("EraseRoom: err = %v, want ErrForbidden", err)
		}
		if p, f := left(room); p != posts || f != files {
			t.Errorf("%d messages and %d files, want the %d and %d from before", p, f, posts, files)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
