package judge_test

import (
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot/judge"
)

func TestRetainSentences(t *testing.T) {
	at := func(path, moment string) patch { return patch{"casus." + path, moment} }
	now := func(moment string) patch { return patch{"now", moment} }
	none := patch{"casus.holds", []any{}}
	hold := func(placed string, released any) patch {
		return patch{"casus.holds", []any{object{"id": "h", "placed_at": placed, "released_at": released}}}
	}
	open := []patch{{"casus.status", "open"}, {"casus.closed_at", nil}, none}
	archived := []patch{{"casus.status", "archived"}, at("archived_at", "2026-05-27T12:00:00+02:00"), none}
	announced := append(append([]patch{}, archived...), at("erasure_announced_at", "2026-06-05T12:00:00+02:00"))
	late := patch{"casus.handovers[0].confirmed_at", nil}
	for _, c := range []struct {
		name         string
		patch        []patch
		action, code string
		due          string
	}{
		{"R1: archiving the second before", ps(none, now("2026-05-27T11:59:59+02:00")), "keep", "", "2026-05-27T12:00:00+02:00"},
		{"R1: archiving at the moment", ps(none, now("2026-05-27T12:00:00+02:00")), "archive", "", "2026-05-27T12:00:00+02:00"},
		{"R1: over the change to summer time", ps(none, at("closed_at", "2026-03-25T12:00:00+01:00"), now("2026-04-01T12:00:00+02:00")), "archive", "", "2026-04-01T12:00:00+02:00"},
		{"R1: at an hour that does not exist", ps(none, at("closed_at", "2026-03-22T02:30:00+01:00"), now("2026-03-29T03:29:59+02:00")), "keep", "", "2026-03-29T03:30:00+02:00"},
		{"R1: at an hour that comes twice the first counts", ps(none, at("closed_at", "2026-10-18T02:30:00+02:00"), now("2026-10-25T02:30:00+02:00")), "archive", "", "2026-10-25T02:30:00+02:00"},

		{"R2: erased", ps(patch{"casus.status", "erased"}), "keep", "", ""},
		{"R2: a live hold", ps(hold("2026-05-01T09:00:00+02:00", nil)), "keep", "hold", ""},
		{"R2: released a second from now", ps(hold("2026-05-01T09:00:00+02:00", "2026-06-01T03:00:01+02:00")), "keep", "hold", ""},
		{"R2: released at this moment", ps(hold("2026-05-01T09:00:00+02:00", "2026-06-01T03:00:00+02:00")), "archive", "", "2026-05-27T12:00:00+02:00"},
		{"R2: placed a second from now", ps(hold("2026-06-01T03:00:01+02:00", nil)), "archive", "", "2026-05-27T12:00:00+02:00"},
		{"R2: a hold comes before a request", ps(hold("2026-05-01T09:00:00+02:00", nil), at("erasure_requested_at", "2026-05-30T09:00:00+02:00")), "keep", "hold", ""},
		{"R2: a request", ps(none, at("erasure_requested_at", "2026-05-30T09:00:00+02:00")), "human", "", "2026-05-30T09:00:00+02:00"},
		{"R2: a request to come", ps(none, at("erasure_requested_at", "2026-06-01T03:00:01+02:00")), "archive", "", "2026-05-27T12:00:00+02:00"},
		{"R2: one of an open casus", append(open[:3:3], at("erasure_requested_at", "2026-05-30T09:00:00+02:00")), "human", "", "2026-05-30T09:00:00+02:00"},

		{"R3: 30 days silent, a second before", append(open[:3:3], now("2026-05-01T08:59:59+02:00")), "keep", "", "2026-05-01T09:00:00+02:00"},
		{"R3: 30 days silent", append(open[:3:3], now("2026-05-01T09:00:00+02:00")), "remind", "", "2026-05-01T09:00:00+02:00"},
		{"R3: 90 days silent, a second before", append(open[:3:3], now("2026-06-30T08:59:59+02:00")), "remind", "", "2026-05-01T09:00:00+02:00"},
		{"R3: 90 days silent", append(open[:3:3], now("2026-06-30T09:00:00+02:00")), "human", "", "2026-06-30T09:00:00+02:00"},
		{"R3: a year open", append(open[:3:3], at("last_activity_at", "2026-10-30T09:00:00+01:00"), now("2026-11-03T09:00:00+01:00")), "human", "", "2026-11-03T09:00:00+01:00"},
		{"R3: a year open, extended", append(open[:3:3], at("last_activity_at", "2026-10-30T09:00:00+01:00"), at("extended_until", "2026-11-10T09:00:00+01:00"), now("2026-11-03T09:00:00+01:00")), "keep", "", "2026-11-10T09:00:00+01:00"},
		{"R3: an extension does not help who is silent", append(open[:3:3], at("extended_until", "2027-11-10T09:00:00+01:00"), now("2026-06-30T09:00:00+02:00")), "human", "", "2026-06-30T09:00:00+02:00"},

		{"R4: announcing", append(archived[:3:3], now("2026-06-05T12:00:00+02:00")), "announce_erasure", "", "2026-06-05T12:00:00+02:00"},
		{"R4: not before the last release", append(archived[:2:2], hold("2026-06-01T09:00:00+02:00", "2026-06-07T09:00:00+02:00"), now("2026-06-08T09:00:00+02:00")), "announce_erasure", "", "2026-06-07T09:00:00+02:00"},
		{"R4: a bilateraal is announced at closing", ps(none, patch{"casus.kind", "bilateraal"}, now("2026-05-20T12:00:00+02:00")), "announce_erasure", "", "2026-05-20T12:00:00+02:00"},
		{"R4: erasing a second before", append(announced[:4:4], now("2026-06-19T11:59:59+02:00")), "keep", "", "2026-06-19T12:00:00+02:00"},
		{"R4: erasing", append(announced[:4:4], now("2026-06-19T12:00:00+02:00")), "erase", "", "2026-06-19T12:00:00+02:00"},
		{"R4: 14 days after a late announcement", append(announced[:3:3], at("erasure_announced_at", "2026-06-20T08:00:00+02:00"), now("2026-07-03T08:00:00+02:00")), "keep", "", "2026-07-04T08:00:00+02:00"},
		{"R5: 14 days after a release", append(announced[:2:2], hold("2026-06-10T09:00:00+02:00", "2026-06-15T09:00:00+02:00"), at("erasure_announced_at", "2026-06-05T12:00:00+02:00"), now("2026-06-28T09:00:00+02:00")), "keep", "", "2026-06-29T09:00:00+02:00"},
		{"R4: an announcement to come is none", append(archived[:3:3], at("erasure_announced_at", "2026-06-20T12:00:00+02:00"), now("2026-06-19T12:00:00+02:00")), "announce_erasure", "", "2026-06-05T12:00:00+02:00"},
		{"R6: a missing hand-over", append(announced[:4:4], late, now("2026-06-19T12:00:00+02:00")), "keep", "handover", "2026-07-19T12:00:00+02:00"},
		{"R6: for 30 days", append(announced[:4:4], late, now("2026-07-19T12:00:00+02:00")), "human", "", "2026-07-19T12:00:00+02:00"},
		{"R6: confirmed a second from now", append(announced[:4:4], patch{"casus.handovers[0].confirmed_at", "2026-06-19T12:00:01+02:00"}, now("2026-06-19T12:00:00+02:00")), "keep", "handover", "2026-07-19T12:00:00+02:00"},
		{"R6: blocks no archiving", ps(none, late), "archive", "", "2026-05-27T12:00:00+02:00"},
		{"R7: the beleidstafel is archived", ps(none, patch{"casus.kind", "tom_beleidstafel"}), "archive", "", "2026-05-27T12:00:00+02:00"},
		{"R7: and then kept", append(announced[:4:4], patch{"casus.kind", "tom_beleidstafel"}, now("2028-06-19T12:00:00+02:00")), "keep", "", ""},
		{"a kind that the region lacks keeps its term", append(announced[:4:4], patch{"region", "mvs"}, patch{"casus.kind", "bilateraal"}, now("2026-06-19T12:00:00+02:00")), "erase", "", "2026-06-19T12:00:00+02:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := mustRetain(t, with(t, baseRetain, c.patch...))
			var due time.Time
			if c.due != "" {
				var err error
				if due, err = judge.ParseMoment(c.due); err != nil {
					t.Fatal(err)
				}
			}
			if r.Action.String() != c.action || !r.Due.Equal(due) || c.code != "" && !r.Has(c.code) {
				t.Errorf("Retain = %s due %s (%v), want %s due %s", r.Action, r.Due.In(judge.Amsterdam), r.Reasons, c.action, due.In(judge.Amsterdam))
			}
		})
	}
}

func TestAddDays(t *testing.T) {
	for _, c := range []struct {
		from, want string
		days       int
	}{
		{"2026-03-28T02:30:00+01:00", "2026-03-29T03:30:00+02:00", 1},
		{"2026-03-28T02:00:00+01:00", "2026-03-29T03:00:00+02:00", 1},
		{"2026-03-28T01:59:59+01:00", "2026-03-29T01:59:59+01:00", 1},
		{"2026-03-28T03:00:00+01:00", "2026-03-29T03:00:00+02:00", 1},
		{"2026-10-24T02:30:00+02:00", "2026-10-25T02:30:00+02:00", 1},
		{"2026-10-25T02:30:00+01:00", "2026-10-26T02:30:00+01:00", 1},
		{"2026-10-24T03:00:00+02:00", "2026-10-25T03:00:00+01:00", 1},
		{"2024-02-28T12:00:00+01:00", "2024-02-29T12:00:00+01:00", 1},
		{"2025-02-28T12:00:00+01:00", "2025-03-01T12:00:00+01:00", 1},
		{"2026-07-01T12:00:00.5Z", "2026-07-31T12:00:00.5Z", 30},
		{"2025-12-31T23:30:00Z", "2026-01-01T23:30:00Z", 1},
	} {
		from, err := judge.ParseMoment(c.from)
		if err != nil {
			t.Fatal(err)
		}
		want, err := judge.ParseMoment(c.want)
		if err != nil {
			t.Fatal(err)
		}
		if got := judge.AddDays(from, c.days); !got.Equal(want) {
			t.Errorf("AddDays(%s, %d) = %s, want %s", c.from, c.days, got, c.want)
		}
	}
}
