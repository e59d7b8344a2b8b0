package slackfake

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// upload does the three steps of an upload.
func (c client) upload(name string, data []byte, form bool, pairs ...string) (id, code string) {
	c.t.Helper()
	out := c.must("files.getUploadURLExternal", "filename", name, "length", fmt.Sprint(len(data)))
	var body bytes.Buffer
	kind := "application/octet-stream"
	if form {
		w := multipart.NewWriter(&body)
		part, _ := w.CreateFormFile("file", name)
		_, _ = part.Write(data)
		_ = w.Close()
		kind = w.FormDataContentType()
	} else {
		body.Write(data)
	}
	res, err := http.Post(text(out, "upload_url"), kind, &body)
	if err != nil {
		c.t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		c.t.Fatalf("upload: %s", res.Status)
	}
	id = text(out, "file_id")
	_, code = c.call("files.completeUploadExternal", append([]string{"files", `[{"id":"` + id + `","title":"Titel"}]`}, pairs...)...)
	return id, code
}

// get fetches a private address.
func (c client) get(url string) (int, string, []byte) {
	c.t.Helper()
	req, _ := http.NewRequest(http.MethodGet, url, nil)
	req.Header.Set("Authorization", "Bearer "+c.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, res.Header.Get("Content-Type"), b
}

func TestTheAppUploadsRawAndAsAForm(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1", b.people[0])
	for _, form := range []bool{false, true} {
		id, code := b.bot.upload("verslag.txt", []byte("inhoud"), form, "channel_id", room, "initial_comment", "Zie bijlage")
		if code != "" {
			t.Fatalf("upload (form %v): %s", form, code)
		}
		seen, _ := b.people[0].Sees(room)
		last := seen[len(seen)-1]
		if len(last.Files) != 1 || last.Files[0].ID != id || string(last.Files[0].Data) != "inhoud" || last.Text != "Zie bijlage" || last.Files[0].Title != "Titel" || !last.Bot {
			t.Errorf("the member sees %+v", last)
		}
		info := b.bot.must("files.info", "file", id)
		if at(info, "file", "shares", "private", room) == nil {
			t.Errorf("files.info = %v, want the share", info)
		}
	}
}

func TestAFileWithoutAChannelIsSeenByNobody(t *testing.T) {
	b := newBench(t, Options{})
	id, code := b.bot.upload("verslag.txt", []byte("inhoud"), false)
	if code != "" {
		t.Fatal(code)
	}
	b.admin.refused("file_not_found", "files.info", "file", id)
	b.bot.must("files.info", "file", id)
}

func TestAnUploadThatIsRefused(t *testing.T) {
	b := newBench(t, Options{})
	room, other := b.room("casus-2026-1", b.people[0]), b.CommonChannel("overleg")
	outside, _ := b.people[0].Creates("buiten", true)
	b.bot.refused("missing_argument", "files.getUploadURLExternal", "filename", "a.txt", "length", "0")
	b.bot.refused("missing_argument", "files.getUploadURLExternal", "length", "5")
	b.bot.refused("file_not_found", "files.completeUploadExternal", "files", `[{"id":"F0"}]`, "channel_id", room)
	b.bot.refused("invalid_arguments", "files.completeUploadExternal", "files", `[]`, "channel_id", room)
	if _, code := b.bot.upload("a.txt", []byte("x"), false, "channel_id", outside); code != "channel_not_found" {
		t.Errorf("into a channel that is not seen: %s", code)
	}
	open := client{t, b.Server, b.UserToken(b.people[0])}
	if _, code := open.upload("a.txt", []byte("x"), false, "channel_id", other); code != "not_in_channel" {
		t.Errorf("into a channel that one is not in: %s", code)
	}
	id, _ := b.bot.upload("a.txt", []byte("x"), false, "channel_id", room)
	b.bot.refused("file_not_found", "files.completeUploadExternal", "files", `[{"id":"`+id+`"}]`, "channel_id", room)
}

func TestBytesAreForTokensThatMaySeeTheFile(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1", b.people[0])
	id, err := b.people[0].Uploads(room, "verslag.pdf", []byte("inhoud"), "")
	if err != nil {
		t.Fatal(err)
	}
	where := text(b.bot.must("files.info", "file", id), "file", "url_private_download")
	if status, kind, data := b.bot.get(where); status != 200 || kind != "application/pdf" || string(data) != "inhoud" {
		t.Errorf("the app gets %d %s %q", status, kind, data)
	}
	noScope := client{t, b.Server, b.UserToken(b.people[0], "groups:read")}
	for name, c := range map[string]client{"no token": {t, b.Server, "xoxb-none"}, "an outsider": b.admin, "no scope": noScope} {
		if status, kind, data := c.get(where); status != 200 || !strings.HasPrefix(kind, "text/html") || bytes.Contains(data, []byte("inhoud")) {
			t.Errorf("%s gets %d %s %q, want a page to sign in at", name, status, kind, data)
		}
	}
	b.Vanish(id)
	if status, _, _ := b.bot.get(where); status != 404 {
		t.Errorf("a file that is gone: %d, want 404", status)
	}
	b.bot.refused("file_not_found", "files.info", "file", id)
}

func TestWhoMayDeleteAFile(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1", b.people[0], b.people[3])
	theirs, _ := b.people[0].Uploads(room, "a.txt", []byte("x"), "kijk")
	b.bot.refused("cant_delete_file", "files.delete", "file", theirs)
	other := client{t, b.Server, b.UserToken(b.people[1])}
	other.refused("file_not_found", "files.delete", "file", theirs)
	b.admin.must("files.delete", "file", theirs)
	b.admin.refused("file_deleted", "files.delete", "file", theirs)
	b.app.await(t, 1, event("file_deleted"))
	seen, _ := b.people[0].Sees(room)
	i := slices.IndexFunc(seen, func(s Seen) bool { return s.Text == "kijk" })
	if i < 0 || !seen[i].Files[0].Gone || len(seen[i].Files[0].Data) != 0 {
		t.Errorf("after the deletion %+v is seen, want the message with an empty place", seen)
	}
	mine, _ := b.bot.upload("b.txt", []byte("x"), false, "channel_id", room)
	b.bot.must("files.delete", "file", mine)
	if b.FileExists(mine) || b.FileExists(theirs) {
		t.Error("bytes are left")
	}
}

func TestAForwardedFileIsSeenByNewPeople(t *testing.T) {
	b := newBench(t, Options{})
	room, second := b.room("casus-2026-1", b.people[0]), b.room("casus-2026-2", b.people[0], b.people[1])
	id, _ := b.people[0].Uploads(room, "a.txt", []byte("x"), "")
	b.Settle(t.Context())
	if err := b.people[1].Forwards(id, second); err == nil {
		t.Error("somebody forwarded a file that they cannot see")
	}
	if err := b.people[0].Forwards(id, second); err != nil {
		t.Fatal(err)
	}
	b.app.await(t, 2, event("file_shared"))
	if got := b.bot.must("files.list", "channel", second)["files"].([]any); len(got) != 1 {
		t.Errorf("files.list = %v, want the one", got)
	}
}

func TestExternalFilesAndCanvasesAreNamedAsSuch(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1", b.people[0])
	link, _ := b.people[0].LinksFile(room, "plan", "https://drive.example/1")
	canvas, _ := b.people[0].Canvas(room, "notities")
	if f := b.bot.must("files.info", "file", link)["file"]; at(f, "is_external") != true || text(f, "mode") != "external" || at(f, "url_private_download") != nil {
		t.Errorf("the linked file is %v", f)
	}
	if f := b.bot.must("files.info", "file", canvas)["file"]; text(f, "filetype") != "quip" {
		t.Errorf("the canvas is %v", f)
	}
}

func TestTheFreePlanHidesWhatIsOlderThanNinetyDays(t *testing.T) {
	clock := NewClock(began)
	b := newBench(t, Options{Plan: Free, Clock: clock})
	room := b.room("casus-2026-1", b.people[0])
	id, _ := b.people[0].Uploads(room, "a.txt", []byte("x"), "kijk")
	clock.Advance(freeDays*24*time.Hour - time.Second)
	if seen, _ := b.people[0].Sees(room); len(seen) == 0 {
		t.Error("hidden a second too early")
	}
	clock.Advance(2 * time.Second)
	if seen, _ := b.people[0].Sees(room); len(seen) != 0 {
		t.Errorf("%d messages are still seen", len(seen))
	}
	if f := b.bot.must("files.info", "file", id)["file"]; text(f, "mode") != "hidden_by_limit" || at(f, "url_private") != nil {
		t.Errorf("the file is %v", f)
	}
}
