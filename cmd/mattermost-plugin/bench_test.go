package main

import (
	"sort"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/internal/testserver"
)

// BenchmarkUpload measures one upload of 1 MiB by a person, over REST: through
// a hook of another plugin that only reads and hashes the bytes, and through
// the whole gate for a file that is approved. The rounds are interleaved, since
// the machine is shared. The budget is a p50 of at most 1.5 times the first.
//
//	go test -run '^$' -bench Upload -benchtime 200x ./cmd/mattermost-plugin
func BenchmarkUpload(b *testing.B) {
	s := testserver.Mattermost(b, testserver.Options{})
	bot := install(b, s)
	s.InstallPlugin(SentryID, testserver.SentryBundle(b, ""), nil) // put off with the gate, and on
	w := &world{Server: s, bot: bot, first: s.User(""), other: s.User("")}
	c := w.room(b)
	bot.set(allow, allowPost)
	const id = "nl.convenantbot.other"
	s.InstallPlugin(id, testserver.OtherPlugin(b, "testdata/other", id), map[string]any{"read": "yes"})
	data := random(1 << 20)
	put := func(channel string) time.Duration {
		start := time.Now()
		if _, _, err := w.first.Client.UploadFile(b.Context(), data, channel, "bestand.bin"); err != nil {
			b.Fatalf("UploadFile: %v", err)
		}
		return time.Since(start)
	}
	town, _, err := s.Admin.GetChannelByName(b.Context(), "town-square", s.Team.Id, "")
	if err != nil {
		b.Fatal(err)
	}
	only := func(on string, state *model.Response, err error) {
		if err != nil {
			b.Fatalf("switch to %s: %v (%v)", on, err, state)
		}
	}
	took := map[string][]time.Duration{}
	rounds := max(b.N/25, 1)
	b.ResetTimer()
	for range rounds {
		res, err := s.Admin.DisablePlugin(b.Context(), PluginID)
		only("reading", res, err)
		res, err = s.Admin.DisablePlugin(b.Context(), SentryID)
		only("reading", res, err)
		res, err = s.Admin.EnablePlugin(b.Context(), id)
		only("reading", res, err)
		s.AwaitPlugin(id)
		for range 25 {
			took["read"] = append(took["read"], put(town.Id))
		}
		res, err = s.Admin.DisablePlugin(b.Context(), id)
		only("the gate", res, err)
		res, err = s.Admin.EnablePlugin(b.Context(), PluginID)
		only("the gate", res, err)
		s.AwaitPlugin(PluginID)
		res, err = s.Admin.EnablePlugin(b.Context(), SentryID)
		only("the gate", res, err)
		s.AwaitPlugin(SentryID)
		for range 25 {
			took["gate"] = append(took["gate"], put(c.Id))
		}
	}
	b.StopTimer()
	p := func(name string, q float64) time.Duration {
		list := took[name]
		sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
		return list[int(q*float64(len(list)-1))]
	}
	for _, name := range []string{"read", "gate"} {
		b.Logf("%s: n %d, p50 %s, p95 %s, p99 %s", name, len(took[name]), p(name, .5).Round(10*time.Microsecond), p(name, .95).Round(10*time.Microsecond), p(name, .99).Round(10*time.Microsecond))
	}
	b.ReportMetric(float64(p("read", .5).Microseconds())/1000, "read-p50-ms")
	b.ReportMetric(float64(p("gate", .5).Microseconds())/1000, "gate-p50-ms")
	b.ReportMetric(float64(p("gate", .5))/float64(p("read", .5)), "ratio")
}
