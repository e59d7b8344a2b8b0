package main

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/convenantbot/convenantbot/internal/testserver"
)

// store is the part of the server's API that settling needs: the files that are there.
type store struct {
	plugin.API
	files map[string]bool
	t     *testing.T
}

func (s store) ReadFile(path string) ([]byte, *model.AppError) {
	if !s.files[path] {
		return nil, model.NewAppError("ReadFile", "not there", nil, "", http.StatusNotFound)
	}
	return []byte("bytes"), nil
}

func (s store) LogError(text string, pairs ...any) { s.t.Errorf("%s %v", text, pairs) }

// TestARowThatIsTaken keeps the server from saving a file under its id, shows it to
// nobody, and ends as nothing or as a deleted file.
func TestARowThatIsTaken(t *testing.T) {
	s := testserver.Mattermost(t, testserver.Options{})
	ctx, db := t.Context(), s.DB()
	a := attachments{db}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	deleted := func(id string) (at int64) {
		t.Helper()
		if err := db.QueryRowContext(ctx, "SELECT COALESCE((SELECT DeleteAt FROM FileInfo WHERE Id = $1), -1)", id).Scan(&at); err != nil {
			t.Fatal(err)
		}
		return at
	}
	save := func(id string) error { // what the server does
		_, err := db.ExecContext(ctx, `INSERT INTO FileInfo (Id, CreatorId, PostId, ChannelId, CreateAt, UpdateAt, DeleteAt, Path)
VALUES ($1, 'x', '', 'x', 1, 1, 0, 'x')`, id)
		return err
	}
	channel, id := model.NewId(), model.NewId()
	must(a.reserve(ctx, id, channel, "some/path"))
	if err := save(id); err == nil {
		t.Error("the server saved a file whose row is taken")
	}
	if err := a.reserve(ctx, id, channel, "some/path"); err == nil {
		t.Error("one row was taken twice")
	}
	if _, _, err := s.Admin.GetFile(ctx, id); err == nil {
		t.Error("a row that is taken is shown as a file")
	}
	if list, err := a.files(ctx, channel); err != nil || len(list.Files) != 1 || !list.Files[0].Gone {
		t.Errorf("the files to erase are %v, %v; want one that is gone", list.Files, err)
	}
	must(a.release(ctx, id))
	must(save(id))
	must(a.release(ctx, id))
	if at := deleted(id); at != 0 {
		t.Errorf("releasing touched a saved file: %d", at)
	}

	passed := model.NewId()
	_, err := db.ExecContext(ctx, "INSERT INTO PluginKeyValueStore (PluginId, PKey, PValue, ExpireAt) VALUES ($1, $2, '{}', 0)", PluginID, keyFile+passed)
	must(err)
	must(a.reserve(ctx, passed, channel, "some/path"))
	must(save(passed))

	sentry := &Sentry{db: db}
	sentry.API = store{files: map[string]bool{"left": true}, t: t}
	take := func(path string, age time.Duration) string {
		id := model.NewId()
		must(a.reserve(ctx, id, channel, path))
		_, err := db.ExecContext(ctx, "UPDATE FileInfo SET CreateAt = $1 WHERE Id = $2", time.Now().Add(-age).UnixMilli(), id)
		must(err)
		return id
	}
	fresh, left := take("left", time.Minute), take("left", time.Hour)
	gone, long := take("gone", 30*time.Minute), take("gone", 2*time.Hour)
	sentry.settle(context.Background())
	for _, c := range []struct {
		name, id string
		ok       func(at int64) bool
	}{
		{"a fresh row", fresh, func(at int64) bool { return at == taken }},
		{"a row whose bytes are there", left, func(at int64) bool { return at > taken }},
		{"a row whose bytes are not there now", gone, func(at int64) bool { return at == taken }},
		{"a row whose bytes were not there for an hour", long, func(at int64) bool { return at == -1 }},
	} {
		if at := deleted(c.id); !c.ok(at) {
			t.Errorf("%s: deleted at %d", c.name, at)
		}
	}
}
