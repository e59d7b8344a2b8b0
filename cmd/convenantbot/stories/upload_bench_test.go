package stories

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/testserver"
)

// TestUploadOfOneMiB measures one upload of 1 MiB by a person over REST, with the
// real bot: through a hook of another plugin that only reads and hashes the bytes,
// and through the whole gate, where the bot seals it, looks into it and holds it.
// The rounds are interleaved, since the machine is shared; it prints, and asserts
// only that a person is not kept waiting.
func TestUploadOfOneMiB(t *testing.T) {
	h := newHouse(t, "", nil)
	h.start("")
	var c casus
	h.tell(t, "a casus", func() { c = h.open() })
	const other = "nl.convenantbot.other"
	h.InstallPlugin(other, testserver.OtherPlugin(t, "../../mattermost-plugin/testdata/other", other), map[string]any{"read": "yes"})
	ctx := t.Context()
	text := bytes.Repeat([]byte("drie dagen afwezig, en daarna weer op school. "), (1<<20)/46)
	random := make([]byte, 1<<20)
	_, _ = rand.Read(random)
	put := func(channel, name string, data []byte, passes bool) time.Duration {
		start := time.Now()
		_, _, err := h.lpa.Client.UploadFile(ctx, data, channel, name)
		if (err == nil) != passes {
			t.Fatalf("%s: %v", name, err)
		}
		return time.Since(start)
	}
	took := map[string][]time.Duration{}
	switching := func(on bool) {
		do := h.Admin.DisablePlugin
		if on {
			do = h.Admin.EnablePlugin
		}
		if _, err := do(ctx, other); err != nil {
			t.Fatal(err)
		}
		if on {
			h.AwaitPlugin(other)
		}
	}
	for round := range 4 {
		switching(true)
		for n := range 20 {
			took["a hook that only reads"] = append(took["a hook that only reads"], put(h.common, fmt.Sprintf("%d-%d.bin", round, n), random, true))
		}
		switching(false)
		for n := range 20 {
			took["the gate, text"] = append(took["the gate, text"], put(c.room, fmt.Sprintf("%d-%d.txt", round, n), text, false))
			took["the gate, bytes that nobody reads"] = append(took["the gate, bytes that nobody reads"], put(c.room, fmt.Sprintf("%d-%d.bin", round, n), random, false))
			took["no gate"] = append(took["no gate"], put(h.common, fmt.Sprintf("%d-%d.bin", round, n), random, true))
		}
	}
	p := func(name string, q float64) time.Duration { return took[name][int(q*float64(len(took[name])-1))] }
	for name := range took {
		slices.Sort(took[name])
	}
	base := p("a hook that only reads", .5)
	for _, name := range []string{"no gate", "a hook that only reads", "the gate, text", "the gate, bytes that nobody reads"} {
		t.Logf("%s: n %d, p50 %s, p95 %s, %.2f times", name, len(took[name]), p(name, .5).Round(10*time.Microsecond), p(name, .95).Round(10*time.Microsecond),
			float64(p(name, .5))/float64(base))
	}
	if got := p("the gate, text", .5); got > 2*time.Second {
		t.Errorf("a person waits %s for an upload of 1 MiB", got)
	}
}
