package main

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/convenantbot/convenantbot/internal/bridge"
)

// answerExposed tells how long somebody was in a channel, or a message stood in
// it, and what could be read there meanwhile. It looks into the server's own
// tables, since no call tells when somebody who is gone came in.
func (p *Plugin) answerExposed(ctx context.Context, q bridge.Exposed) (bridge.Exposure, error) {
	var x bridge.Exposure
	var until sql.NullInt64
	var err error
	switch {
	case q.Post != "":
		// What a change brought stands there from the change on.
		err = p.db.QueryRowContext(ctx, `SELECT GREATEST(CreateAt, EditAt), NULLIF(DeleteAt, 0) FROM Posts WHERE Id = $1 AND ChannelId = $2`,
			q.Post, q.Channel).Scan(&x.From, &until)
	default:
		err = p.db.QueryRowContext(ctx, `SELECT JoinTime, LeaveTime FROM ChannelMemberHistory WHERE ChannelId = $1 AND UserId = $2
ORDER BY JoinTime DESC LIMIT 1`, q.Channel, q.User).Scan(&x.From, &until)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return x, bridge.Fail(bridge.KindNotFound, "exposed")
	}
	if err != nil {
		return x, err
	}
	if x.To = until.Int64; !until.Valid {
		x.To = time.Now().UnixMilli()
	}
	// A stay lays open everything that stood there; a message only itself. The
	// server keeps earlier versions of a message as rows of their own.
	const where = ` p.ChannelId = $1 AND p.OriginalId = '' AND p.Type NOT LIKE 'system_%'
AND p.CreateAt <= $2 AND (p.DeleteAt = 0 OR p.DeleteAt >= $3) AND ($4 = '' OR p.Id = $4)`
	for _, c := range []struct {
		query string
		into  *int
	}{
		{"SELECT count(*) FROM Posts p WHERE" + where, &x.Messages},
		{"SELECT count(*) FROM FileInfo f JOIN Posts p ON p.Id = f.PostId WHERE (f.DeleteAt = 0 OR f.DeleteAt >= $3) AND" + where, &x.Files},
	} {
		if err := p.db.QueryRowContext(ctx, c.query, q.Channel, x.To, x.From, q.Post).Scan(c.into); err != nil {
			return x, err
		}
	}
	err = p.db.QueryRowContext(ctx, `SELECT count(*) FROM ChannelMembers WHERE ChannelId = $1 AND UserId <> $2`, q.Channel, p.self()).Scan(&x.People)
	return x, err
}
