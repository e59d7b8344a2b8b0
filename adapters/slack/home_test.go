package slack_test

import (
	"context"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/adapters/slack/blocks"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// Slack shows a page as it was until it is opened again: somebody's page named a
// casus that they had left, or that was erased long ago.
func TestNobodysPageNamesACasusThatTheyLeftOrThatWasErased(t *testing.T) {
	h := newHouse(t, options{})
	room, err := h.chat.CreateRoom(t.Context(), "casus-2026-000031", "Casusoverleg")
	if err != nil {
		t.Fatal(err)
	}
	show := func(p *slackfake.Person) {
		t.Helper()
		if _, err := h.chat.API().PublishViewContext(t.Context(), slackgo.PublishViewContextRequest{UserID: p.ID, View: blocks.Home("C-2026-000031: loopt")}); err != nil {
			t.Fatal(err)
		}
	}
	names := func(p *slackfake.Person) bool {
		page, ok := p.Home()
		return ok && strings.Contains(string(page.Raw), "C-2026-000031")
	}
	for _, p := range h.people {
		if p != h.people[3] {
			if err := h.chat.AddToRoom(t.Context(), room, bot.UserID(p.ID)); err != nil {
				t.Fatal(err)
			}
		}
		show(p)
	}
	leaver, stayer, gone, other := h.people[0], h.people[1], h.people[2], h.people[3]
	if err := leaver.Leaves(string(room)); err != nil {
		t.Fatal(err)
	}
	soon, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if !h.Eventually(soon, func() bool { return !names(leaver) }) {
		t.Error("who left the room still sees its casus on their page")
	}
	if !names(stayer) {
		t.Error("who stayed lost their page")
	}
	// Archived: everybody is put out, and opens their page again.
	if err := h.chat.ArchiveRoom(t.Context(), room); err != nil {
		t.Fatal(err)
	}
	h.Settle(t.Context())
	if !h.Eventually(soon, func() bool { return !names(stayer) && !names(gone) }) {
		t.Error("who was put out of the archived room still sees its casus")
	}
	show(stayer)
	show(gone)
	gone.Deactivate() // there is nobody to show a page to
	if _, err := h.chat.EraseRoom(t.Context(), room); err != nil {
		t.Fatalf("EraseRoom: %v", err)
	}
	if names(stayer) {
		t.Error("a page still names the casus that was erased")
	}
	if !names(other) {
		t.Error("who was never in the room lost their page")
	}
}
