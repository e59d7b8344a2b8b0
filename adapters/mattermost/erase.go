package mattermost

import (
	"context"
	"errors"
	"fmt"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

// EraseRoom implements bot.Rooms. The order is what leaves nothing behind on
// the servers we measured: first the room is archived, since archiving writes a
// message; then every message by itself, replies before their roots and earlier
// versions too, since removing a root forgets the replies' files; then the files
// that no message names; then the room. What cannot be removed is in Remains.
func (c *Chat) EraseRoom(ctx context.Context, room bot.ChannelID) (bot.Receipt, error) {
	var r bot.Receipt
	if c.o.EraseToken == nil || c.o.EraseToken() == "" {
		return r, fmt.Errorf("mattermost: erase a room: no identity for erasing: %w", bot.ErrForbidden)
	}
	admin := c.rest(c.o.EraseToken)
	ch, _, err := admin.GetChannel(ctx, string(room))
	there := err == nil
	if err != nil {
		if err = fail("read a room", err); !errors.Is(err, bot.ErrNotFound) {
			return r, err
		}
	}
	if there && ch.DeleteAt == 0 {
		if err := c.admit(ctx, room, bridge.ActArchive, ""); err != nil {
			return r, err
		}
		if _, err := admin.DeleteChannel(ctx, string(room)); err != nil {
			return r, fail("archive a room", err)
		}
	}
	files, err := c.filesOf(ctx, room)
	if err != nil {
		return r, err
	}
	posts, err := bridge.PluginPosts.Do(ctx, c.line, bridge.ChannelRef{Channel: string(room)})
	if err != nil {
		return r, fail("list the messages", err)
	}
	for _, id := range posts.Posts {
		gone, err := removePost(ctx, admin, id)
		if err != nil {
			return r, err
		}
		if gone {
			r.Posts++
		}
	}
	left, err := c.filesOf(ctx, room)
	if err != nil {
		return r, err
	}
	if len(left) > 0 {
		// No message names these: refused or forgotten uploads, and what a
		// refused change left hanging.
		loose, err := bridge.PluginAdoptFiles.Do(ctx, c.line, bridge.Files{Channel: string(room), Files: left})
		if err != nil {
			return r, fail("gather loose files", err)
		}
		for _, id := range loose.Posts {
			if _, err := removePost(ctx, admin, id); err != nil {
				return r, err
			}
		}
	}
	r.Remains = []string{bot.RemainHistory, bot.RemainBackups}
	if there {
		if _, err := admin.PermanentDeleteChannel(ctx, string(room)); err != nil {
			if err := fail("remove a room", err); !errors.Is(err, bot.ErrForbidden) {
				return r, err
			}
			// The server does not allow it, and a server that does lets any member
			// do it; so an emptied, archived room stays.
			r.Remains = append(r.Remains, bot.RemainShell)
		} else if _, err := bridge.PluginUnprotect.Do(ctx, c.line, bridge.ChannelRef{Channel: string(room)}); err != nil {
			return r, fail("unprotect a room", err)
		}
	}
	// Look what is there now; who says "erased" must have seen it.
	left, err = c.filesOf(ctx, room)
	if err == nil {
		posts, err = bridge.PluginPosts.Do(ctx, c.line, bridge.ChannelRef{Channel: string(room)})
	}
	if err != nil {
		r.Remains = append(r.Remains, bot.RemainUnlooked)
		return r, fail("look what is left", err)
	}
	r.Files = len(files) - len(left)
	if len(left) > 0 || len(posts.Posts) > 0 {
		return r, fmt.Errorf("mattermost: erase a room: %d files and %d messages are left: %w", len(left), len(posts.Posts), bot.ErrConflict)
	}
	return r, nil
}

func (c *Chat) filesOf(ctx context.Context, room bot.ChannelID) ([]bridge.File, error) {
	files, err := bridge.PluginFiles.Do(ctx, c.line, bridge.ChannelRef{Channel: string(room)})
	return files.Files, fail("list the files", err)
}

// removePost removes a message with its files for good and reports whether it
// was there.
func removePost(ctx context.Context, admin *model.Client4, id string) (bool, error) {
	if _, err := admin.PermanentDeletePost(ctx, id); err != nil {
		if err = fail("remove a message", err); errors.Is(err, bot.ErrNotFound) {
			return false, nil
		}
		return false, err
	}
	return true, nil
}
