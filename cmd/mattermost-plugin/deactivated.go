package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// UserHasBeenDeactivated takes somebody whose account is off out of every
// protected channel. The server itself leaves them in the list, and whoever is put
// on again later would be back in without anybody deciding it.
func (p *Plugin) UserHasBeenDeactivated(_ *plugin.Context, user *model.User) {
	p.guard("UserHasBeenDeactivated", func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		p.leave(ctx, p.channels.list(), user.Id)
	}, func() {})
}

// leave takes accounts that are off out of these channels: that of user, or when
// it is blank all of them. What cannot be done now is done at the next look.
func (p *Plugin) leave(ctx context.Context, channels []string, user string) {
	marks, args := make([]string, 0, len(channels)), []any{user}
	for _, id := range channels {
		if p.channels.Protected(id) {
			args = append(args, id)
			marks = append(marks, fmt.Sprintf("$%d", len(args)))
		}
	}
	if len(marks) == 0 {
		return
	}
	rows, err := p.db.QueryContext(ctx, `SELECT m.ChannelId, m.UserId FROM ChannelMembers m JOIN Users u ON u.Id = m.UserId
WHERE u.DeleteAt <> 0 AND ($1 = '' OR m.UserId = $1) AND m.ChannelId IN (`+strings.Join(marks, ", ")+`)`, args...)
	if err != nil {
		p.API.LogError("accounts that are off cannot be looked for", "cause", err.Error())
		return
	}
	defer func() { _ = rows.Close() }()
	var found [][2]string
	for rows.Next() {
		var channel, who string
		if err := rows.Scan(&channel, &who); err != nil {
			p.API.LogError("accounts that are off cannot be read", "cause", err.Error())
			return
		}
		found = append(found, [2]string{channel, who})
	}
	for _, f := range found {
		if f[1] == p.self() {
			continue
		}
		if appErr := p.API.DeleteChannelMember(f[0], f[1]); appErr != nil {
			p.API.LogError("an account that is off cannot be taken out of a protected channel", "status", appErr.StatusCode)
		}
	}
}
