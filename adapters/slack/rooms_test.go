package slack_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// A casus of the size of a school is filled by invitations of a hundred, and one name
// that Slack does not want costs the others of its hundred nothing.
func TestManyPeopleComeInAndOnlyWhoMayNotIsLeftOut(t *testing.T) {
	h := newHouse(t, options{Change: func(o *slack.Options) { o.Guests = true }})
	room, err := h.chat.CreateRoom(t.Context(), "casus-2026-000041", "Casusoverleg")
	if err != nil {
		t.Fatal(err)
	}
	other, err := h.chat.CreateRoom(t.Context(), "casus-2026-000042", "Casusoverleg")
	if err != nil {
		t.Fatal(err)
	}
	// A guest of one channel, who is in another one already.
	guest := h.AddPerson(slackfake.PersonOptions{Name: "ouder", SingleChannelGuest: true})
	if err := h.chat.AddToRoom(t.Context(), other, bot.UserID(guest.ID)); err != nil {
		t.Fatal(err)
	}
	gone := h.AddPerson(slackfake.PersonOptions{Name: "vertrokken", Deactivated: true})
	var all, want []bot.UserID
	for i := range 130 {
		p := h.AddPerson(slackfake.PersonOptions{Name: fmt.Sprintf("iemand%03d", i)})
		want = append(want, bot.UserID(p.ID))
		if all = append(all, bot.UserID(p.ID)); i == 50 {
			all = append(all, bot.UserID(guest.ID), bot.UserID(gone.ID), all[0])
		}
	}
	before := len(h.Calls("conversations.invite"))
	err = h.chat.AddAllToRoom(t.Context(), room, all)
	if !errors.Is(err, bot.ErrForbidden) || !strings.Contains(err.Error(), "ura_max_channels") {
		t.Errorf("AddAllToRoom: %v, want to hear of the guest who may not", err)
	}
	got, err := h.chat.RoomMembers(t.Context(), room)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d people are in the room, want %d and nobody else", len(got), len(want))
	}
	single := 0
	for _, c := range h.Calls("conversations.invite")[before:] {
		n := len(strings.Split(c.Args["users"], ","))
		if n > 100 {
			t.Errorf("an invitation names %d people", n)
		}
		if n == 1 {
			single++
		}
	}
	if single != 100 {
		t.Errorf("%d people were invited by themselves, want those of the one hundred that was refused", single)
	}
	// And again: there is nothing to do but for the one.
	before = len(h.Calls("conversations.invite"))
	if err := h.chat.AddAllToRoom(t.Context(), room, all); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("again: %v", err)
	}
	if n := len(h.Calls("conversations.invite")) - before; n != 1 {
		t.Errorf("again: %d invitations, want one", n)
	}
}

// On Enterprise a room has a term of its own as a net below the bot's, and is gone
// when it is erased; elsewhere neither is asked.
func TestARoomOnEnterpriseHasATermOfItsOwnAndIsGoneWhenItIsErased(t *testing.T) {
	for name, test := range map[string]struct {
		plan  slackfake.Plan
		admin bool
		term  int
		asked int // how often the term was set
		shell bool
	}{
		"Enterprise":                          {slackfake.Enterprise, true, 400, 1, false},
		"Enterprise without a term":           {slackfake.Enterprise, true, 0, 0, false},
		"Enterprise without an administrator": {slackfake.Enterprise, false, 400, 0, true},
		"Business+":                           {slackfake.BusinessPlus, true, 400, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, options{Admin: test.admin, Options: slackfake.Options{Plan: test.plan}, Change: func(o *slack.Options) { o.RetentionDays = test.term }})
			room, err := h.chat.CreateRoom(t.Context(), "casus-2026-000043", "Casusoverleg")
			if err != nil {
				t.Fatal(err)
			}
			if err := h.chat.Protect(t.Context(), room); err != nil {
				t.Fatal(err)
			}
			calls := h.Calls("admin.conversations.setCustomRetention")
			if len(calls) != test.asked || test.asked > 0 && (calls[0].Error != "" || calls[0].Args["duration_days"] != "400" || calls[0].Args["channel_id"] != string(room)) {
				t.Errorf("the term was set by %+v, want %d times", calls, test.asked)
			}
			r, err := h.chat.EraseRoom(t.Context(), room)
			if err != nil {
				t.Fatal(err)
			}
			if got := slices.Contains(r.Remains, bot.RemainShell); got != test.shell {
				t.Errorf("the receipt says that a shell is left: %v, want %v (%v)", got, test.shell, r.Remains)
			}
			if n := len(h.Calls("admin.conversations.delete")); n > 0 == test.shell {
				t.Errorf("removing the channel was asked %d times", n)
			}
		})
	}
}

// What lies with another service, and a page of Slack's own, is named for what it is
// and is read by nobody.
func TestWhatIsNoFileIsNamedForWhatItIs(t *testing.T) {
	h := newHouse(t, options{})
	room, err := h.chat.CreateRoom(t.Context(), "casus-2026-000044", "Casusoverleg")
	if err != nil {
		t.Fatal(err)
	}
	p := h.people[0]
	if err := h.chat.AddToRoom(t.Context(), room, bot.UserID(p.ID)); err != nil {
		t.Fatal(err)
	}
	for want, share := range map[string]func() (string, error){
		slack.ForeignExternal: func() (string, error) { return p.LinksFile(string(room), "plan", "https://elders.example/plan") },
		slack.ForeignCanvas:   func() (string, error) { return p.Canvas(string(room), "Plan") },
	} {
		id, err := share()
		if err != nil {
			t.Fatal(err)
		}
		_, content, err := h.chat.HandedFile(t.Context(), bot.UserID(p.ID), id)
		var invalid *bot.InvalidError
		if !errors.As(err, &invalid) || invalid.Reason != want || content != nil {
			t.Errorf("%s: HandedFile: %v, want that it is named", want, err)
		}
	}
}
