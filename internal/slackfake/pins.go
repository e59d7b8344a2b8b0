package slackfake

import (
	"slices"
	"strings"
)

// maxPins is how many messages a channel can have pinned, maxBookmarks how many
// bookmarks it can have.
//
// Source: help centre "Pin messages and bookmark links" (100 each).
const (
	maxPins      = 100
	maxBookmarks = 100
)

// Source: API page pins.add.
func pinsAdd(c *call) (obj, error) {
	ch, err := c.inChannel(c.args["channel"])
	if err != nil {
		return nil, err
	}
	ts := c.args["timestamp"]
	switch {
	case ts == "":
		return nil, fail("no_item_specified")
	case !strings.Contains(ts, "."):
		return nil, fail("bad_timestamp")
	}
	m := ch.find(ts)
	switch {
	case m == nil:
		return nil, fail("message_not_found")
	case slices.Contains(ch.Pins, ts):
		return nil, fail("already_pinned")
	case m.Subtype == "tombstone":
		return nil, fail("not_pinnable")
	case len(ch.Pins) >= maxPins:
		return nil, fail("too_many_pins")
	}
	ch.Pins = append(ch.Pins, ts)
	c.emit(ch, obj{"type": "pin_added", "user": c.me.ID, "channel_id": ch.ID, "item": obj{"type": "message", "channel": ch.ID, "created_by": c.me.ID}})
	return nil, nil
}

// inChannel is a conversation that is in use and that the caller is in.
func (c *call) inChannel(id string) (*channel, error) {
	ch := c.channels[id]
	switch {
	case ch == nil || !ch.sees(c.me):
		return nil, fail("channel_not_found")
	case ch.Archived:
		return nil, fail("restricted_action") // the pages name no code of its own
	case !ch.has(c.me.ID):
		return nil, fail("not_in_channel")
	}
	return ch, nil
}

// Source: API page pins.remove.
func pinsRemove(c *call) (obj, error) {
	ch, err := c.inChannel(c.args["channel"])
	if err != nil {
		return nil, err
	}
	if !slices.Contains(ch.Pins, c.args["timestamp"]) {
		return nil, fail("no_pin")
	}
	ch.Pins = slices.DeleteFunc(ch.Pins, func(ts string) bool { return ts == c.args["timestamp"] })
	return nil, nil
}

// Source: API page pins.list.
func pinsList(c *call) (obj, error) {
	ch := c.channels[c.args["channel"]]
	if ch == nil || !ch.sees(c.me) {
		return nil, fail("channel_not_found")
	}
	items := []obj{}
	for _, ts := range ch.Pins {
		items = append(items, obj{"type": "message", "channel": ch.ID, "message": c.messageJSON(ch, ch.find(ts), c.me)})
	}
	return obj{"items": items}, nil
}

// Source: API page bookmarks.add (links only, http or https).
func bookmarksAdd(c *call) (obj, error) {
	ch, err := c.bookmarked()
	if err != nil {
		return nil, err
	}
	switch {
	case c.args["type"] != "link":
		return nil, fail("invalid_bookmark_type")
	case !strings.HasPrefix(c.args["link"], "http://") && !strings.HasPrefix(c.args["link"], "https://"):
		return nil, fail("invalid_link")
	case c.args["title"] == "":
		return nil, fail("invalid_arguments")
	case len(ch.Bookmarks) >= maxBookmarks:
		return nil, fail("too_many_bookmarks")
	}
	b := obj{"id": newID("Bk"), "channel_id": ch.ID, "title": c.args["title"], "link": c.args["link"], "emoji": c.args["emoji"], "type": "link",
		"app_id": c.AppID, "date_created": c.Clock.Now().Unix(), "date_updated": 0, "last_updated_by_user_id": c.me.ID}
	ch.Bookmarks = append(ch.Bookmarks, b)
	return obj{"bookmark": b}, nil
}

func (c *call) bookmarked() (*channel, error) {
	id := c.args["channel_id"]
	ch := c.channels[id]
	switch {
	case ch == nil || !ch.has(c.me.ID):
		return nil, fail("channel_not_found")
	case ch.Archived:
		return nil, fail("permission_denied")
	}
	return ch, nil
}

func (c *call) bookmark() (*channel, int, error) {
	ch, err := c.bookmarked()
	if err != nil {
		return nil, 0, err
	}
	i := slices.IndexFunc(ch.Bookmarks, func(b obj) bool { return b["id"] == c.args["bookmark_id"] })
	if i < 0 {
		return nil, 0, fail("not_found")
	}
	return ch, i, nil
}

// Source: API page bookmarks.edit.
func bookmarksEdit(c *call) (obj, error) {
	ch, i, err := c.bookmark()
	if err != nil {
		return nil, err
	}
	for _, k := range []string{"title", "link", "emoji"} {
		if v, given := c.args[k]; given {
			ch.Bookmarks[i][k] = v
		}
	}
	return obj{"bookmark": ch.Bookmarks[i]}, nil
}

// Source: API page bookmarks.list.
func bookmarksList(c *call) (obj, error) {
	ch := c.channels[c.args["channel_id"]]
	if ch == nil || !ch.sees(c.me) {
		return nil, fail("channel_not_found")
	}
	return obj{"bookmarks": append([]obj{}, ch.Bookmarks...)}, nil
}

// Source: API page bookmarks.remove.
func bookmarksRemove(c *call) (obj, error) {
	ch, i, err := c.bookmark()
	if err != nil {
		return nil, err
	}
	ch.Bookmarks = slices.Delete(ch.Bookmarks, i, i+1)
	return nil, nil
}
