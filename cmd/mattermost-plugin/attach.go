package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/convenantbot/convenantbot/cmd/mattermost-plugin/gate"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

// attachments works on the server's own tables, since no call of the server
// takes a file off a message. The tables are not an interface of the server;
// the tests run these statements on the server they were written for.
type attachments struct{ db *sql.DB }

var _ gate.Attachments = attachments{}

// Bound implements gate.Attachments.
func (a attachments) Bound(ctx context.Context, post string) ([]string, error) {
	rows, err := a.db.QueryContext(ctx, "SELECT Id FROM FileInfo WHERE PostId = $1 AND DeleteAt = 0", post)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// Detach implements gate.Attachments.
func (a attachments) Detach(ctx context.Context, post string, files []string) error {
	for _, id := range files {
		if _, err := a.db.ExecContext(ctx, "UPDATE FileInfo SET DeleteAt = $1, PostId = '' WHERE Id = $2 AND PostId = $3",
			time.Now().UnixMilli(), id, post); err != nil {
			return err
		}
	}
	return nil
}

// bury marks the files of a message as deleted.
func (a attachments) bury(ctx context.Context, post string) error {
	_, err := a.db.ExecContext(ctx, "UPDATE FileInfo SET DeleteAt = $1 WHERE PostId = $2 AND DeleteAt = 0", time.Now().UnixMilli(), post)
	return err
}

// files lists every file of a channel, whatever it hangs on, also the rows that
// the sentry took: they name what somebody tried to bring in.
func (a attachments) files(ctx context.Context, channel string) (bridge.Files, error) {
	out := bridge.Files{Channel: channel, Files: []bridge.File{}}
	rows, err := a.db.QueryContext(ctx, "SELECT Id, CreatorId, PostId, Size, DeleteAt FROM FileInfo WHERE ChannelId = $1 ORDER BY CreateAt, Id", channel)
	if err != nil {
		return out, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		f := bridge.File{Channel: channel}
		var deleted int64
		if err := rows.Scan(&f.ID, &f.User, &f.Post, &f.Size, &deleted); err != nil {
			return out, err
		}
		f.Gone = deleted != 0
		out.Files = append(out.Files, f)
	}
	return out, rows.Err()
}

// posts lists every message of a channel: deleted ones, replies and earlier
// versions too, replies before their roots.
func (a attachments) posts(ctx context.Context, channel string) (bridge.Posts, error) {
	out := bridge.Posts{Posts: []string{}}
	rows, err := a.db.QueryContext(ctx, "SELECT Id FROM Posts WHERE ChannelId = $1 ORDER BY (RootId = ''), CreateAt, Id", channel)
	if err != nil {
		return out, err
	}
	out.Posts, err = idsOf(rows)
	return out, err
}

// idsOf reads and closes rows of one id each.
func idsOf(rows *sql.Rows) ([]string, error) {
	defer func() { _ = rows.Close() }()
	ids := []string{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return ids, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// hang puts files on a message that nobody sees, so that removing it for good
// removes them. The server removes the files of a message only when the message
// names some.
func (a attachments) hang(ctx context.Context, post string, files []string) error {
	names, err := json.Marshal(files)
	if err != nil {
		return err
	}
	for _, id := range files {
		if _, err := a.db.ExecContext(ctx, "UPDATE FileInfo SET PostId = $1 WHERE Id = $2", post, id); err != nil {
			return err
		}
	}
	_, err = a.db.ExecContext(ctx, "UPDATE Posts SET FileIds = $1 WHERE Id = $2", string(names), post)
	return err
}
