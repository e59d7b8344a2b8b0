package slackfake

import (
	"cmp"
	"strings"
)

// userJSON is a user as the API shows it.
//
// Source: object page "User".
func (s *Server) userJSON(u *user, email bool) obj {
	profile := obj{"real_name": u.RealName, "display_name": u.Name, "real_name_normalized": u.RealName, "display_name_normalized": u.Name, "team": u.TeamID}
	if email && u.Email != "" {
		profile["email"] = u.Email
	}
	if u.Bot {
		profile["bot_id"], profile["api_app_id"] = u.BotID, s.AppID
	}
	o := obj{"id": u.ID, "team_id": u.TeamID, "name": u.Name, "deleted": u.Deleted, "is_bot": u.Bot, "is_app_user": false,
		"updated": u.Updated.Unix(), "profile": profile}
	if u.Deleted {
		return o
	}
	o["real_name"], o["tz"], o["tz_offset"], o["locale"] = u.RealName, "Europe/Amsterdam", 3600, cmp.Or(u.Locale, "nl-NL")
	o["is_admin"], o["is_owner"], o["is_primary_owner"] = u.Admin || u.Owner, u.Owner, u.Owner
	o["is_restricted"], o["is_ultra_restricted"] = u.Restricted || u.UltraRestricted, u.UltraRestricted
	if u.Stranger {
		o["is_stranger"] = true
	}
	return o
}

// knows says whether the caller may know of a user. Somebody of another
// organisation is known only through a channel that both are in.
//
// Source: API page users.info (user_not_visible).
func (c *call) knows(u *user) bool {
	if u.TeamID == c.TeamID {
		return true
	}
	for _, ch := range c.channels {
		if ch.has(u.ID) && ch.has(c.me.ID) {
			return true
		}
	}
	return false
}

func usersInfo(c *call) (obj, error) {
	u := c.users[c.args["user"]]
	if u == nil {
		return nil, fail("user_not_found")
	}
	if !c.knows(u) {
		return nil, fail("user_not_visible")
	}
	return obj{"user": c.userJSON(u, c.need("users:read.email") == nil)}, nil
}

func usersList(c *call) (obj, error) {
	var seen []*user
	for _, id := range c.order {
		if u := c.users[id]; c.knows(u) {
			seen = append(seen, u)
		}
	}
	from, to, next, err := c.page(len(seen), len(seen), 1000)
	if err != nil {
		return nil, err
	}
	members := []obj{}
	for _, u := range seen[from:to] {
		members = append(members, c.userJSON(u, c.need("users:read.email") == nil))
	}
	return obj{"members": members, "cache_ts": c.Clock.Now().Unix(), "response_metadata": obj{"next_cursor": next}}, nil
}

// Source: API page users.lookupByEmail (deactivated people are not found).
func usersLookup(c *call) (obj, error) {
	for _, u := range c.users {
		if u.Email != "" && strings.EqualFold(u.Email, c.args["email"]) && !u.Deleted && u.TeamID == c.TeamID {
			return obj{"user": c.userJSON(u, true)}, nil
		}
	}
	return nil, fail("users_not_found")
}

func usersConversations(c *call) (obj, error) {
	who := c.me
	if id := c.args["user"]; id != "" {
		if who = c.users[id]; who == nil {
			return nil, fail("user_not_found")
		}
	}
	return c.listChannels(func(ch *channel) bool { return ch.has(who.ID) && (who == c.me || ch.sees(c.me)) })
}
