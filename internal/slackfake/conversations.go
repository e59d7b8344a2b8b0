package slackfake

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// channelJSON is a conversation as the API shows it to the caller.
//
// Source: object page "Conversation".
func (s *Server) channelJSON(ch *channel, me *user) obj {
	o := obj{"id": ch.ID, "created": ch.Created.Unix(), "is_archived": ch.Archived, "is_channel": !ch.Private && !ch.IM && !ch.MPIM,
		"is_group": ch.Private && !ch.MPIM && !ch.IM, "is_im": ch.IM, "is_mpim": ch.MPIM, "is_private": ch.Private || ch.IM || ch.MPIM,
		"is_org_shared": false, "is_shared": len(ch.Shared) > 0, "is_ext_shared": len(ch.Shared) > 0, "is_pending_ext_shared": false,
		"unlinked": 0, "context_team_id": s.TeamID, "updated": ch.Created.UnixMilli()}
	if ch.IM {
		for _, m := range ch.Members {
			if m != me.ID {
				o["user"] = m
			}
		}
		o["is_user_deleted"] = false
		return o
	}
	o["name"], o["name_normalized"], o["creator"], o["is_general"] = ch.Name, ch.Name, ch.Creator, ch.General
	o["is_member"], o["num_members"], o["previous_names"] = ch.has(me.ID), len(ch.Members), append([]string{}, ch.Previous...)
	o["topic"] = obj{"value": ch.Topic, "creator": ch.Creator, "last_set": 0}
	o["purpose"] = obj{"value": ch.Purpose, "creator": ch.Creator, "last_set": 0}
	if len(ch.Shared) > 0 {
		o["shared_team_ids"] = append([]string{s.TeamID}, ch.Shared...)
		o["connected_team_ids"], o["conversation_host_id"] = append([]string{}, ch.Shared...), s.TeamID
	}
	return o
}

// channel looks up the conversation of the call. Who may not see it is told that
// there is none; who lacks the scope of its kind is told which.
func (c *call) channel(action string) (*channel, error) {
	id := c.args["channel"]
	if id == "" {
		return nil, fail("channel_not_found")
	}
	ch := c.channels[id]
	if ch == nil || !ch.sees(c.me) {
		return nil, fail("channel_not_found")
	}
	return ch, c.mayWith(ch.kind(), action)
}

// mayWith checks the scope for an action on a kind of conversation.
func (c *call) mayWith(kind, action string) error {
	switch action {
	case "read", "history":
		return c.need(kind + ":" + action)
	case "manage":
		if kind == "channels" {
			return c.need("channels:manage", "channels:write")
		}
		return c.need(kind + ":write")
	case "invites", "topic":
		if kind == "channels" {
			return c.need("channels:manage", "channels:write", "channels:write."+action)
		}
		return c.need(kind+":write", kind+":write."+action)
	}
	return nil
}

// joined is channel for what only members may do, in a channel that is in use.
func (c *call) joined(action string) (*channel, error) {
	ch, err := c.channel(action)
	if err != nil {
		return nil, err
	}
	if ch.Archived {
		return nil, fail("is_archived")
	}
	if !ch.has(c.me.ID) {
		return nil, fail("not_in_channel")
	}
	return ch, nil
}

var channelName = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{N}_-]+$`)

// checkName refuses names that Slack refuses. A name is held by archived channels
// as well.
//
// Source: API page conversations.create (invalid_name_*, name_taken), page
// "Channel naming": up to 80 characters, lower case, no spaces or punctuation.
func (c *call) checkName(name string) error {
	switch {
	case name == "":
		return fail("invalid_name_required")
	case utf8.RuneCountInString(name) > 80:
		return fail("invalid_name_maxlength")
	case strings.Trim(name, "-_") == "":
		return fail("invalid_name_punctuation")
	case !channelName.MatchString(name):
		return fail("invalid_name_specials")
	}
	for _, ch := range c.channels {
		if !ch.IM && ch.Name == name {
			return fail("name_taken")
		}
	}
	return nil
}

func conversationsCreate(c *call) (obj, error) {
	private := c.yes("is_private")
	kind := "channels"
	if private {
		kind = "groups"
	}
	if err := c.mayWith(kind, "manage"); err != nil {
		return nil, err
	}
	if c.me.Restricted || c.me.UltraRestricted {
		return nil, fail("restricted_action")
	}
	if err := c.checkName(c.args["name"]); err != nil {
		return nil, err
	}
	// New private channels have a C as well: the letter says nothing.
	ch := &channel{ID: newID("C"), Name: c.args["name"], Private: private, Creator: c.me.ID, Created: c.Clock.Now(), Members: []string{c.me.ID}}
	c.addChannel(ch)
	c.note(ch, c.me.ID, "join", "<@"+c.me.ID+"> has joined the channel", "")
	return obj{"channel": c.channelJSON(ch, c.me)}, nil
}

func conversationsInfo(c *call) (obj, error) {
	ch, err := c.channel("read")
	if err != nil {
		return nil, err
	}
	o := c.channelJSON(ch, c.me)
	if !c.yes("include_num_members") {
		delete(o, "num_members")
	}
	return obj{"channel": o}, nil
}

func conversationsList(c *call) (obj, error) {
	return c.listChannels(func(ch *channel) bool { return ch.sees(c.me) })
}

// listChannels lists what the caller sees, of the kinds it asked for and has the
// scope for.
//
// Source: API page conversations.list (types, exclude_archived, limit ≤ 1000).
func (c *call) listChannels(which func(*channel) bool) (obj, error) {
	types := list(c.args["types"])
	if len(types) == 0 {
		types = []string{"public_channel"}
	}
	kinds := map[string]bool{}
	for _, t := range types {
		kind, ok := map[string]string{"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}[t]
		if !ok {
			return nil, fail("invalid_types")
		}
		if err := c.mayWith(kind, "read"); err != nil {
			return nil, err
		}
		kinds[kind] = true
	}
	var seen []*channel
	for _, id := range c.chOrder {
		if ch := c.channels[id]; ch != nil && kinds[ch.kind()] && which(ch) && !(ch.Archived && c.yes("exclude_archived")) {
			seen = append(seen, ch)
		}
	}
	from, to, next, err := c.page(len(seen), 100, 1000)
	if err != nil {
		return nil, err
	}
	out := []obj{}
	for _, ch := range seen[from:to] {
		out = append(out, c.channelJSON(ch, c.me))
	}
	return obj{"channels": out, "response_metadata": obj{"next_cursor": next}}, nil
}

// Source: API page conversations.members.
func conversationsMembers(c *call) (obj, error) {
	ch, err := c.channel("read")
	if err != nil {
		return nil, err
	}
	from, to, next, err := c.page(len(ch.Members), 100, 1000)
	if err != nil {
		return nil, err
	}
	return obj{"members": append([]string{}, ch.Members[from:to]...), "response_metadata": obj{"next_cursor": next}}, nil
}

// maxInvite is how many people one invitation may name. One page says 1,000, a
// newer one 100; the smaller is what a caller can rely on.
//
// Source: API page conversations.invite.
const maxInvite = 100

// conversationsInvite adds people. One who cannot be added stops all, unless
// force is set; errors are told per person.
//
// Source: API page conversations.invite (errors, force, errors per user).
func conversationsInvite(c *call) (obj, error) {
	ch, err := c.joined("invites")
	if err != nil {
		return nil, err
	}
	if ch.IM || ch.MPIM {
		return nil, fail("method_not_supported_for_channel_type")
	}
	ids := list(c.args["users"])
	if len(ids) == 0 {
		return nil, fail("no_user")
	}
	if len(ids) > maxInvite {
		return nil, fail("invalid_arguments")
	}
	if c.me.Restricted || c.me.UltraRestricted {
		return nil, fail("user_is_restricted")
	}
	if ch.InviteOnlyByAdmins && !c.me.Admin && !c.me.Owner {
		return nil, fail("no_permission")
	}
	var errs []obj
	var fine []*user
	for _, id := range ids {
		if why := c.whyNotInvite(ch, id); why != "" {
			errs = append(errs, obj{"user": id, "ok": false, "error": why})
		} else {
			fine = append(fine, c.users[id])
		}
	}
	if len(errs) > 0 && (!c.yes("force") || len(fine) == 0) {
		return nil, failWith(errs[0]["error"].(string), obj{"errors": errs})
	}
	for _, u := range fine {
		c.join(ch, u, c.me.ID)
	}
	o := obj{"channel": c.channelJSON(ch, c.me)}
	if len(errs) > 0 {
		o["errors"] = errs
	}
	return o, nil
}

// whyNotInvite is the error for one person, blank when there is none.
//
// Source: API page conversations.invite; help centre "Guest roles" (a
// single-channel guest is in one channel).
func (c *call) whyNotInvite(ch *channel, id string) string {
	u := c.users[id]
	switch {
	case u == nil:
		return "user_not_found"
	case u.ID == c.me.ID:
		return "cant_invite_self"
	case ch.has(u.ID):
		return "already_in_channel"
	case u.Deleted:
		return "cant_invite"
	case u.Stranger && !slices.Contains(ch.Shared, u.TeamID):
		return "no_external_invite_permission"
	case u.UltraRestricted && c.channelsOf(u) > 0:
		return "ura_max_channels"
	}
	return ""
}

func (s *Server) channelsOf(u *user) int {
	n := 0
	for _, ch := range s.channels {
		if ch.has(u.ID) && !ch.IM && !ch.MPIM {
			n++
		}
	}
	return n
}

// join makes somebody a member and tells of it. by is blank when they came
// themselves.
//
// Source: event page member_joined_channel (inviter), message page
// channel_join / group_join.
func (s *Server) join(ch *channel, u *user, by string) {
	if ch.has(u.ID) {
		return
	}
	ch.Members = append(ch.Members, u.ID)
	s.note(ch, u.ID, "join", "<@"+u.ID+"> has joined the channel", by)
	e := obj{"type": "member_joined_channel", "user": u.ID, "channel": ch.ID, "channel_type": ch.ID[:1], "team": s.TeamID}
	if by != "" {
		e["inviter"] = by
	}
	s.emit(ch, e)
}

// note is what Slack itself writes into a channel about what happened there.
//
// Source: event page "message" (subtypes channel_join, channel_leave, channel_topic,
// channel_purpose, channel_name, channel_archive, and group_… in private channels).
func (s *Server) note(ch *channel, user, what, text, inviter string) {
	if ch.IM || ch.MPIM {
		return
	}
	subtype := "channel_" + what
	if ch.Private {
		subtype = "group_" + what
	}
	extra := obj{}
	if inviter != "" {
		extra["inviter"] = inviter
	}
	s.say(ch, &message{User: user, Text: text, Subtype: subtype, Extra: extra})
}

// part takes somebody out and tells of it. What an app hears of its own leaving
// is channel_left or group_left.
//
// Source: event pages member_left_channel, channel_left, group_left.
func (s *Server) part(ch *channel, u *user) {
	if !ch.has(u.ID) {
		return
	}
	if u.ID == s.BotUser {
		ch.remove(u.ID)
		s.note(ch, u.ID, "leave", "<@"+u.ID+"> has left the channel", "")
		kind := "channel_left"
		if ch.Private {
			kind = "group_left"
		}
		s.emitAlways(obj{"type": kind, "channel": ch.ID, "actor_id": u.ID})
		return
	}
	ch.remove(u.ID)
	s.note(ch, u.ID, "leave", "<@"+u.ID+"> has left the channel", "")
	s.emit(ch, obj{"type": "member_left_channel", "user": u.ID, "channel": ch.ID, "channel_type": ch.ID[:1], "team": s.TeamID})
}

// Source: API page conversations.kick.
func conversationsKick(c *call) (obj, error) {
	ch, err := c.joined("manage")
	if err != nil {
		return nil, err
	}
	u := c.users[c.args["user"]]
	switch {
	case u == nil:
		return nil, fail("user_not_found")
	case u.ID == c.me.ID:
		return nil, fail("cant_kick_self")
	case ch.General:
		return nil, fail("cant_kick_from_general")
	case ch.IM || ch.MPIM:
		return nil, fail("method_not_supported_for_channel_type")
	case !ch.has(u.ID):
		return nil, fail("not_in_channel")
	case c.me.Restricted || c.me.UltraRestricted:
		return nil, fail("restricted_action")
	}
	c.part(ch, u)
	return obj{"errors": obj{}}, nil
}

// Source: API page conversations.join (public channels only).
func conversationsJoin(c *call) (obj, error) {
	ch, err := c.channel("")
	if err != nil {
		return nil, err
	}
	if ch.Archived {
		return nil, fail("is_archived")
	}
	if ch.Private || ch.IM || ch.MPIM {
		return nil, fail("method_not_supported_for_channel_type")
	}
	if ch.has(c.me.ID) {
		return obj{"channel": c.channelJSON(ch, c.me), "warning": "already_in_channel", "response_metadata": obj{"warnings": []string{"already_in_channel"}}}, nil
	}
	c.join(ch, c.me, "")
	return obj{"channel": c.channelJSON(ch, c.me)}, nil
}

// Source: API page conversations.leave.
func conversationsLeave(c *call) (obj, error) {
	ch, err := c.channel("manage")
	if err != nil {
		return nil, err
	}
	switch {
	case ch.Archived:
		return nil, fail("is_archived")
	case ch.General:
		return nil, fail("cant_leave_general")
	case !ch.has(c.me.ID):
		return obj{"not_in_channel": true}, nil
	case ch.Private && len(ch.Members) == 1:
		return nil, fail("last_member")
	}
	c.part(ch, c.me)
	return nil, nil
}

// Source: API page conversations.rename (only who made the channel, an app that
// is in it, or an administrator).
func conversationsRename(c *call) (obj, error) {
	ch, err := c.joined("manage")
	if err != nil {
		return nil, err
	}
	if ch.Creator != c.me.ID && !c.me.Admin && !c.me.Owner {
		return nil, fail("not_authorized")
	}
	if c.args["name"] != ch.Name {
		if err := c.checkName(c.args["name"]); err != nil {
			return nil, err
		}
		c.rename(ch, c.me.ID, c.args["name"])
	}
	return obj{"channel": c.channelJSON(ch, c.me)}, nil
}

func (s *Server) rename(ch *channel, by, name string) {
	kind := "channel_rename"
	if ch.Private {
		kind = "group_rename"
	}
	ch.Previous = append(ch.Previous, ch.Name)
	ch.Name = name
	s.note(ch, by, "name", "has renamed the channel from \""+ch.Previous[len(ch.Previous)-1]+"\" to \""+name+"\"", "")
	s.emit(ch, obj{"type": kind, "channel": obj{"id": ch.ID, "name": name, "created": ch.Created.Unix()}})
}

// Source: API page conversations.archive.
func conversationsArchive(c *call) (obj, error) {
	ch, err := c.channel("manage")
	if err != nil {
		return nil, err
	}
	switch {
	case ch.Archived:
		return nil, fail("already_archived")
	case ch.General:
		return nil, fail("cant_archive_general")
	case ch.IM || ch.MPIM:
		return nil, fail("method_not_supported_for_channel_type")
	case !ch.has(c.me.ID):
		return nil, fail("not_in_channel")
	case c.me.Restricted || c.me.UltraRestricted:
		return nil, fail("restricted_action")
	}
	c.archive(ch, c.me.ID)
	return nil, nil
}

// archive closes a channel. Apps are put out of it, whoever did it, so that one
// can then neither read it nor open it again.
//
// Source: event pages channel_archive, group_archive; slack-go issue 1066 and
// elastic/connectors issue 1972 (apps are put out).
func (s *Server) archive(ch *channel, by string) {
	kind := "channel_archive"
	if ch.Private {
		kind = "group_archive"
	}
	s.note(ch, by, "archive", "archived the channel", "")
	s.emit(ch, obj{"type": kind, "channel": ch.ID, "user": by, "is_moved": 0})
	ch.Archived = true
	for _, id := range slices.Clone(ch.Members) {
		if s.users[id].Bot {
			ch.remove(id)
		}
	}
}

// Source: API page conversations.unarchive with its known problem: an app's own
// token gets not_in_channel; a person's works.
func conversationsUnarchive(c *call) (obj, error) {
	ch, err := c.channel("manage")
	if err != nil {
		return nil, err
	}
	switch {
	case !ch.Archived:
		return nil, fail("not_archived")
	case c.tok.Kind == "bot" || !ch.has(c.me.ID) && ch.Private:
		return nil, fail("not_in_channel")
	}
	ch.Archived = false
	return nil, nil
}

// Source: API pages conversations.setTopic, setPurpose (250 characters).
func conversationsSetTopic(c *call) (obj, error) {
	ch, err := c.joined("topic")
	if err != nil {
		return nil, err
	}
	text, ok := c.args["topic"]
	if !ok {
		return nil, fail("invalid_arguments")
	}
	if utf8.RuneCountInString(text) > 250 {
		return nil, fail("too_long")
	}
	ch.Topic = text
	c.note(ch, c.me.ID, "topic", "set the channel topic: "+text, "")
	return obj{"channel": c.channelJSON(ch, c.me)}, nil
}

func conversationsSetPurpose(c *call) (obj, error) {
	ch, err := c.joined("topic")
	if err != nil {
		return nil, err
	}
	text, ok := c.args["purpose"]
	if !ok {
		return nil, fail("invalid_arguments")
	}
	if utf8.RuneCountInString(text) > 250 {
		return nil, fail("too_long")
	}
	ch.Purpose = text
	c.note(ch, c.me.ID, "purpose", "set the channel description: "+text, "")
	return obj{"purpose": text}, nil
}

// conversationsHistory lists what stands in the channel itself, newest first.
//
// Source: API page conversations.history (latest, oldest, inclusive, limit ≤ 999,
// thread answers left out, 90 days on the free plan).
func conversationsHistory(c *call) (obj, error) {
	ch, err := c.readable()
	if err != nil {
		return nil, err
	}
	var seen []*message
	for i := len(ch.Messages) - 1; i >= 0; i-- {
		m := ch.Messages[i]
		if (m.Thread == "" || m.Thread == m.TS || m.Broadcast) && c.inWindow(m.TS) {
			seen = append(seen, m)
		}
	}
	from, to, next, err := c.page(len(seen), 100, 999)
	if err != nil {
		return nil, err
	}
	out := []obj{}
	for _, m := range seen[from:to] {
		out = append(out, c.listed(ch, m))
	}
	return obj{"messages": out, "has_more": next != "", "pin_count": len(ch.Pins), "response_metadata": obj{"next_cursor": next}}, nil
}

// listed is a message in a list: what an app attached to it comes only when asked for.
//
// Source: API page conversations.history (include_all_metadata).
func (c *call) listed(ch *channel, m *message) obj {
	o := c.messageJSON(ch, m, c.me)
	if !c.yes("include_all_metadata") {
		delete(o, "metadata")
	}
	return o
}

// readable is the conversation if its history may be read: by its members, and by
// people's tokens in public channels.
func (c *call) readable() (*channel, error) {
	ch, err := c.channel("history")
	if err != nil {
		return nil, err
	}
	if !ch.has(c.me.ID) && c.tok.Kind == "bot" {
		return nil, fail("not_in_channel")
	}
	return ch, nil
}

// freeDays is how long the free plan shows messages and files.
//
// Source: help centre "Usage limits for free workspaces".
const freeDays = 90

func (c *call) inWindow(ts string) bool {
	in := c.yes("inclusive")
	if o := c.args["oldest"]; o != "" && (cmpTS(ts, o) < 0 || cmpTS(ts, o) == 0 && !in) {
		return false
	}
	if l := c.args["latest"]; l != "" && (cmpTS(ts, l) > 0 || cmpTS(ts, l) == 0 && !in) {
		return false
	}
	return !c.faded(ts)
}

// faded says whether the free plan hides what stands at ts.
func (s *Server) faded(ts string) bool {
	return s.opts.Plan == Free && cmpTS(ts, strconv.FormatInt(s.Clock.Now().AddDate(0, 0, -freeDays).Unix(), 10)) < 0
}

// cmpTS compares timestamps; parts that are left out are zero.
func cmpTS(a, b string) int {
	split := func(t string) (int64, int64) {
		sec, micro, _ := strings.Cut(t, ".")
		s, _ := strconv.ParseInt(sec, 10, 64)
		m, _ := strconv.ParseInt((micro + "000000")[:6], 10, 64)
		return s, m
	}
	as, am := split(a)
	bs, bm := split(b)
	switch {
	case as != bs:
		return int(max(-1, min(1, as-bs)))
	case am != bm:
		return int(max(-1, min(1, am-bm)))
	}
	return 0
}

// Source: API page conversations.replies (the root first, then the answers, oldest
// first; thread_not_found).
func conversationsReplies(c *call) (obj, error) {
	ch, err := c.readable()
	if err != nil {
		return nil, err
	}
	root := ch.find(c.args["ts"])
	if root == nil {
		return nil, fail("thread_not_found")
	}
	seen := []*message{root}
	for _, m := range ch.Messages {
		if m != root && m.Thread == root.TS && c.inWindow(m.TS) {
			seen = append(seen, m)
		}
	}
	from, to, next, err := c.page(len(seen), 1000, 1000)
	if err != nil {
		return nil, err
	}
	out := []obj{}
	for _, m := range seen[from:to] {
		out = append(out, c.listed(ch, m))
	}
	return obj{"messages": out, "has_more": next != "", "response_metadata": obj{"next_cursor": next}}, nil
}

// Source: API page conversations.open (1 to 8 people, or an existing one).
func conversationsOpen(c *call) (obj, error) {
	if c.args["channel"] != "" {
		ch, err := c.channel("manage")
		if err != nil {
			return nil, err
		}
		return obj{"channel": c.channelJSON(ch, c.me)}, nil
	}
	ids := list(c.args["users"])
	switch {
	case len(ids) == 0:
		return nil, fail("users_list_not_supplied")
	case len(ids) > 8:
		return nil, fail("too_many_users")
	}
	kind := "im"
	if len(ids) > 1 {
		kind = "mpim"
	}
	if err := c.mayWith(kind, "manage"); err != nil {
		return nil, err
	}
	for _, id := range ids {
		u := c.users[id]
		switch {
		case u == nil:
			return nil, fail("user_not_found")
		case u.Deleted:
			return nil, fail("user_disabled")
		case !c.knows(u):
			return nil, fail("user_not_visible")
		case u.ID == c.me.ID && c.tok.Kind == "bot", u.Bot && c.me.Bot:
			return nil, fail("cannot_dm_bot")
		}
	}
	ch, fresh := c.direct(c.me.ID, ids...)
	o := obj{"channel": obj{"id": ch.ID}}
	if c.yes("return_im") {
		o["channel"] = c.channelJSON(ch, c.me)
	}
	if !fresh {
		o["no_op"], o["already_open"] = true, true
	}
	return o, nil
}

// direct returns the conversation of exactly these people, and whether it is new.
func (s *Server) direct(me string, others ...string) (*channel, bool) {
	who := append([]string{me}, others...)
	slices.Sort(who)
	who = slices.Compact(who)
	for _, id := range s.chOrder {
		ch := s.channels[id]
		if ch == nil || !ch.IM && !ch.MPIM {
			continue
		}
		have := slices.Sorted(slices.Values(ch.Members))
		if slices.Equal(have, who) {
			return ch, false
		}
	}
	ch := &channel{ID: newID("D"), IM: len(who) <= 2, MPIM: len(who) > 2, Created: s.Clock.Now(), Members: who, Creator: me}
	if ch.MPIM {
		ch.ID, ch.Private, ch.Name = newID("G"), true, "mpdm-"+strings.ToLower(strings.Join(who, "--"))+"-1"
	}
	s.addChannel(ch)
	return ch, true
}
