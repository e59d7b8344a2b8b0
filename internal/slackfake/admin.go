package slackfake

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// maxRetention is the longest term in days.
//
// Source: API page admin.conversations.setCustomRetention.
const maxRetention = 36_500

// admin is the conversation of an organisation's administrator. They may act on
// channels that they are not in.
//
// Source: API pages admin.conversations.* (only with an organisation:
// feature_not_enabled; not_an_admin).
func (c *call) admin() (*channel, error) {
	switch {
	case !c.opts.Plan.adminAPI():
		return nil, fail("feature_not_enabled")
	case !c.me.Admin && !c.me.Owner:
		switch c.method {
		case "admin.conversations.archive", "admin.conversations.unarchive":
			return nil, fail("restricted_action")
		case "admin.conversations.invite":
			return nil, fail("user_must_be_admin")
		}
		return nil, fail("not_an_admin")
	}
	ch := c.channels[c.args["channel_id"]]
	switch {
	case ch == nil:
		return nil, fail("channel_not_found")
	case ch.IM || ch.MPIM || ch.General:
		return nil, fail("channel_type_not_supported")
	}
	return ch, nil
}

func adminSetRetention(c *call) (obj, error) {
	ch, err := c.admin()
	if err != nil {
		return nil, err
	}
	days, err := strconv.Atoi(c.args["duration_days"])
	if err != nil || days < 1 || days > maxRetention {
		return nil, fail("invalid_duration")
	}
	ch.Retention = days
	return nil, nil
}

func adminGetRetention(c *call) (obj, error) {
	ch, err := c.admin()
	if err != nil {
		return nil, err
	}
	return obj{"is_policy_enabled": ch.Retention > 0, "duration_days": ch.Retention}, nil
}

func adminRemoveRetention(c *call) (obj, error) {
	ch, err := c.admin()
	if err != nil {
		return nil, err
	}
	ch.Retention = 0
	return nil, nil
}

// Source: API page admin.conversations.delete. The name is free again.
func adminDelete(c *call) (obj, error) {
	ch, err := c.admin()
	if err != nil {
		return nil, err
	}
	kind := "channel_deleted"
	if ch.Private {
		kind = "group_deleted"
	}
	c.emit(ch, obj{"type": kind, "channel": ch.ID})
	delete(c.channels, ch.ID)
	for _, f := range c.files {
		delete(f.Channels, ch.ID)
	}
	return nil, nil
}

func adminArchive(c *call) (obj, error) {
	ch, err := c.admin()
	if err != nil {
		return nil, err
	}
	if ch.Archived {
		return nil, fail("already_archived")
	}
	c.archive(ch, c.me.ID)
	return nil, nil
}

func adminUnarchive(c *call) (obj, error) {
	ch, err := c.admin()
	if err != nil {
		return nil, err
	}
	if !ch.Archived {
		return nil, fail("channel_not_archived")
	}
	ch.Archived = false
	return nil, nil
}

// Source: API page admin.conversations.invite (up to 500; apps as well).
func adminInvite(c *call) (obj, error) {
	ch, err := c.admin()
	if err != nil {
		return nil, err
	}
	if ch.Archived {
		return nil, fail("restricted_action") // the page names no code of its own
	}
	ids := list(c.args["user_ids"])
	if len(ids) == 0 || len(ids) > 500 {
		return nil, fail("invalid_arguments")
	}
	failed := []string{}
	for _, id := range ids {
		if u := c.users[id]; u == nil || u.Deleted || ch.has(id) {
			failed = append(failed, id)
		} else {
			c.join(ch, u, c.me.ID)
		}
	}
	if len(failed) == len(ids) {
		return nil, failWith("failed_for_some_users", obj{"failed_user_ids": failed})
	}
	return nil, nil
}

// Source: API page admin.conversations.setConversationPrefs; help centre "Manage
// channel posting permissions" (not in channels shared with others).
func adminSetPrefs(c *call) (obj, error) {
	ch, err := c.admin()
	if err != nil {
		return nil, err
	}
	var prefs struct {
		WhoCanPost json.RawMessage `json:"who_can_post"`
	}
	// The page shows JSON with single quotes; JSON as it is works as well.
	raw := c.args["prefs"]
	if !strings.Contains(raw, `"`) {
		raw = strings.ReplaceAll(raw, "'", `"`)
	}
	if json.Unmarshal([]byte(raw), &prefs) != nil {
		return nil, fail("invalid_value")
	}
	if len(ch.Shared) > 0 {
		return nil, fail("could_not_set_channel_pref")
	}
	if len(prefs.WhoCanPost) > 0 {
		kinds := whoKinds(prefs.WhoCanPost)
		switch {
		case slices.Contains(kinds, "everyone"), slices.Contains(kinds, "regular"):
			ch.PostingBy = ""
		case slices.Contains(kinds, "admin"), slices.Contains(kinds, "org_admins_only"), slices.Contains(kinds, "owner"):
			ch.PostingBy = "admin"
		default:
			return nil, fail("invalid_value")
		}
	}
	return nil, nil
}

// whoKinds reads both forms of the preference: a text "type:admin,user:U1" and an
// object with type and user.
func whoKinds(raw json.RawMessage) []string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		var out []string
		for _, one := range list(text) {
			if k, v, ok := strings.Cut(one, ":"); ok && k == "type" {
				out = append(out, v)
			}
		}
		return out
	}
	var o struct {
		Type []string `json:"type"`
	}
	_ = json.Unmarshal(raw, &o) // not understood: no kinds, which is refused
	return o.Type
}

func adminGetPrefs(c *call) (obj, error) {
	ch, err := c.admin()
	if err != nil {
		return nil, err
	}
	who := "everyone"
	if ch.PostingBy != "" {
		who = ch.PostingBy
	}
	return obj{"prefs": obj{"who_can_post": obj{"type": []string{who}, "user": []string{}}, "can_thread": obj{"type": []string{"everyone"}, "user": []string{}}}}, nil
}

// Source: API page admin.conversations.restrictAccess.addGroup (private channels).
func adminAddGroup(c *call) (obj, error) {
	ch, err := c.admin()
	if err != nil {
		return nil, err
	}
	if !ch.Private {
		return nil, fail("channel_is_not_private")
	}
	if c.args["group_id"] == "" {
		return nil, fail("group_not_found")
	}
	ch.AllowedGroups = append(ch.AllowedGroups, c.args["group_id"])
	return nil, nil
}
