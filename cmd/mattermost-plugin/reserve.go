package main

import (
	"context"
	"time"
)

// taken marks the row of a file id that the sentry took, in the column that says
// since when a file is deleted: no file was deleted in the first millisecond of
// 1970, and the server shows no file to anybody that says so.
const taken = 1

// How long a row stays taken before it is looked at: longer than any upload goes on
// after the hooks. And how long the bytes are looked for, which a file store that
// does not answer hides.
const (
	settleEvery = 10 * time.Minute
	settleAfter = 10 * time.Minute
	settleUntil = time.Hour
)

// reserve takes the row of a file, so that the server fails to save it until it is
// released, unless the first plugin has passed the file before. The row tells
// where the bytes lie, since the server leaves them there when it cannot save.
func (a attachments) reserve(ctx context.Context, file, channel, path string) error {
	_, err := a.db.ExecContext(ctx, `INSERT INTO FileInfo
(Id, CreatorId, PostId, ChannelId, CreateAt, UpdateAt, DeleteAt, Path, ThumbnailPath, PreviewPath,
Name, Extension, Size, MimeType, Width, Height, HasPreviewImage, Content, RemoteId)
SELECT $1::text, '', '', $2::text, $3::bigint, $3::bigint, $4::bigint, $5::text, '', '', '', '', 0, '', 0, 0, false, '', ''
WHERE NOT EXISTS (SELECT 1 FROM PluginKeyValueStore WHERE PluginId = $6 AND PKey = $7)`,
		file, channel, time.Now().UnixMilli(), int64(taken), path, PluginID, keyFile+file)
	return err
}

// release gives the row of a file free that was taken, if it was.
func (a attachments) release(ctx context.Context, file string) error {
	_, err := a.db.ExecContext(ctx, "DELETE FROM FileInfo WHERE Id = $1 AND DeleteAt = $2", file, int64(taken))
	return err
}

// settle looks at rows that stayed taken. Mostly the file was refused and the
// server removed its bytes: the row goes. Where the bytes are still there, the row
// becomes that of a deleted file, so that erasing the channel finds them.
func (s *Sentry) settle(ctx context.Context) {
	rows, err := s.db.QueryContext(ctx, "SELECT Id, Path, CreateAt FROM FileInfo WHERE DeleteAt = $1 AND CreateAt < $2",
		int64(taken), time.Now().Add(-settleAfter).UnixMilli())
	if err != nil {
		s.API.LogError("rows of files that were taken cannot be read", "cause", err.Error())
		return
	}
	defer func() { _ = rows.Close() }()
	type row struct {
		id, path string
		at       int64
	}
	var all []row
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.id, &r.path, &r.at); err != nil {
			s.API.LogError("rows of files that were taken cannot be read", "cause", err.Error())
			return
		}
		all = append(all, r)
	}
	for _, r := range all {
		var err error
		if _, appErr := s.API.ReadFile(r.path); appErr == nil {
			_, err = s.db.ExecContext(ctx, "UPDATE FileInfo SET DeleteAt = $1 WHERE Id = $2 AND DeleteAt = $3", time.Now().UnixMilli(), r.id, int64(taken))
		} else if time.Since(time.UnixMilli(r.at)) > settleUntil {
			err = attachments{s.db}.release(ctx, r.id)
		}
		if err != nil {
			s.API.LogError("a row that was taken cannot be settled", "cause", err.Error())
		}
	}
}
