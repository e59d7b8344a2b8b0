package stories

import (
	"slices"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

// TestPartiesOnTheRealServer tells what happens when a party comes and when one
// goes.
func TestPartiesOnTheRealServer(t *testing.T) {
	h := newHouse(t, "", nil)
	h.ahead = noon(t, 0, 1)
	h.start("")
	c := h.open()
	fresh := casus{ref: c.ref}
	h.tell(t, "a new party does not see what was said before", func() {
		h.ib.say(c.room, "Dit is van voor de nieuwe partij.")
		h.ib.deaf()
		h.ib.command(c.room, "/casus deelnemer")
		h.ib.form()
		h.ib.fill(values{"members": {h.guide.Id}, "agreed": {"g1", "g2", "yp"}, "agreed_on": {h.day(-1)}, "agreed_how": {"phone"}})
		h.ib.wasTold("Daarom maak ik een nieuw kanaal")
		until(h.t, "there is a fresh room", patience, func() bool {
			ch, _, err := h.ib.Client.GetChannelByName(h.t.Context(), "casus-"+strings.TrimPrefix(c.ref, "C-")+"-2", h.Team.Id, "")
			if err != nil {
				return false
			}
			fresh.room = ch.Id
			return true
		}, h.bot.said)
		with := append(slices.Clone(parties), h.guide.Username)
		slices.Sort(with)
		h.settled(fresh.room, with)
		h.settled(c.room, parties)
		if _, _, err := h.lpa.Client.CreatePost(h.t.Context(), &model.Post{ChannelId: c.room, Message: "Nog iets."}); err == nil {
			h.t.Error("something could be said in the room that was left")
		}
		if _, _, err := h.guide.Client.GetPostsForChannel(h.t.Context(), c.room, 0, 10, "", false, false); err == nil {
			h.t.Error("the new party reads the room that was left")
		}
	})
	h.tell(t, "an organisation leaves, and its people are out of every room", func() {
		h.officer.command(h.common, "/convenant partijen uittreden")
		h.officer.form()
		h.officer.fill(values{"org": {"aanbieder"}, "on": {h.day(0)}, "sure": {"true"}})
		without := func(names []string) []string {
			return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == h.carer.Username })
		}
		with := append(slices.Clone(parties), h.guide.Username)
		slices.Sort(with)
		h.settled(fresh.room, without(with))
		h.settled(c.room, without(parties))
		h.carer.wasTold("geen partij meer")
	})
}
