package slackfake

import (
	"strings"
	"testing"
)

func TestAPrivateChannelIsKnownToItsMembersOnly(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1", b.people[0])
	if _, err := b.people[0].Sees(room); err != nil {
		t.Errorf("a member sees %v, want the channel", err)
	}
	if _, err := b.people[1].Sees(room); err == nil {
		t.Error("an outsider sees the channel")
	}
	b.admin.refused("channel_not_found", "conversations.info", "channel", room)
	b.admin.refused("channel_not_found", "conversations.history", "channel", room)
	b.admin.refused("channel_not_found", "chat.postMessage", "channel", room, "text", "x")
	b.bot.must("conversations.info", "channel", room)
}

func TestANameIsHeldByAnArchivedChannelAsWell(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1")
	b.bot.must("conversations.archive", "channel", room)
	b.bot.refused("name_taken", "conversations.create", "name", "casus-2026-1", "is_private", "true")
	b.bot.must("conversations.create", "name", "casus-2026-2", "is_private", "true")
}

func TestNamesThatAreRefused(t *testing.T) {
	b := newBench(t, Options{Unlimited: true})
	for name, want := range map[string]string{
		"":                      "invalid_name_required",
		"Casus":                 "invalid_name_specials",
		"casus een":             "invalid_name_specials",
		"casus.een":             "invalid_name_specials",
		"---":                   "invalid_name_punctuation",
		strings.Repeat("a", 81): "invalid_name_maxlength",
	} {
		b.bot.refused(want, "conversations.create", "name", name)
	}
	b.bot.must("conversations.create", "name", strings.Repeat("a", 80))
}

func TestArchivingPutsTheAppOutForGood(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1", b.people[0])
	b.bot.must("chat.postMessage", "channel", room, "text", "laatste woord")
	b.bot.must("conversations.archive", "channel", room)
	b.bot.refused("channel_not_found", "conversations.history", "channel", room)
	b.bot.refused("channel_not_found", "conversations.unarchive", "channel", room)
	if seen, err := b.people[0].Sees(room); err != nil || len(seen) == 0 {
		t.Errorf("a member sees %v, %v; want what was said", seen, err)
	}
	if _, err := b.people[0].Says(room, "nog iets"); err == nil || err.Error() != "is_archived" {
		t.Errorf("Says in an archived channel: %v, want is_archived", err)
	}
}

func TestInvitingIsAllOrNothingUnlessForced(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1", b.people[0])
	out, code := b.bot.call("conversations.invite", "channel", room, "users", b.people[0].ID+","+b.people[1].ID+",U0NOBODY")
	if code != "already_in_channel" || len(out["errors"].([]any)) != 2 {
		t.Errorf("invite = %v, want already_in_channel with two errors", out)
	}
	if len(b.Members(room)) != 2 {
		t.Error("one bad id did not stop the others")
	}
	out = b.bot.must("conversations.invite", "channel", room, "force", "true", "users", b.people[0].ID+","+b.people[1].ID+",U0NOBODY")
	if len(out["errors"].([]any)) != 2 || len(b.Members(room)) != 3 {
		t.Errorf("invite with force = %v, want the good one added and two errors", out)
	}
}

func TestAnInvitationNamesAtMostAHundred(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1")
	var ids []string
	for range maxInvite + 1 {
		ids = append(ids, b.AddPerson(PersonOptions{Name: strings.ToLower(newID("p"))}).ID)
	}
	b.bot.refused("invalid_arguments", "conversations.invite", "channel", room, "users", strings.Join(ids, ","))
	b.bot.must("conversations.invite", "channel", room, "users", strings.Join(ids[:maxInvite], ","))
}
