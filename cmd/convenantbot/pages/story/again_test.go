package story

import (
	"testing"

	"github.com/convenantbot/convenantbot/internal/browsertest"
)

func TestTheTryOutBeginsAnewForEverybody(t *testing.T) {
	bot := start(t)
	b := browsertest.Start(t)
	sanne, daan := bot.as(b, "sanne", "Sanne"), bot.as(b.Another(), "daan", "Daan")
	begin(sanne, today(t, -13, 0, -20), daan)
	sanne.Click("details.clock summary", "")
	sanne.Tap(".clock-acts button[data-days='7']", "")
	sanne.Sees("#clock", "7 dagen vooruit")

	sanne.Tap("#again", "Begin opnieuw")
	sanne.Sees("dialog", "Dit kan niet worden teruggedraaid")
	sanne.Axe("the question before beginning anew")
	sanne.Glance("chat-opnieuw")
	sanne.Tap("dialog button", "Wis alles")
	for _, w := range []*person{sanne, daan} {
		w.Sees(".notice", "De proef begint opnieuw")
		// While it was away, and since nobody is anybody now.
		w.Calm("ERR_", "WebSocket", "answer 403", "status of 403", "answer 50", "status of 50")
	}

	// At the same address, with the samples, and without what was there.
	sanne.Follow(".card button.primary", "Sanne")
	sanne.live()
	sanne.Until("no room is left, and the clock is put back", `() => ![...document.querySelectorAll("#sidebar a")].some((a) => a.innerText.includes("casus-")) && !document.querySelector("#clock em")`)
	opens(sanne, today(t, -13, 0, -20), "joke")
	sanne.enter("casus-")
	if sanne.Is(`() => document.querySelector("#berichten").innerText.includes("Daan")`) {
		t.Error("something of the life before is there")
	}
	sanne.Calm("ERR_", "WebSocket", "answer 403", "status of 403")
}
