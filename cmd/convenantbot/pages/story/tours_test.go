package story

import (
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/internal/browsertest"
)

// step waits until the tour beside the channel has ticked off the step that says part.
func (w *person) step(part string) {
	w.t.Helper()
	w.Until("the step "+part, `(part) => [...document.querySelectorAll(".tour li.done")].some((li) => li.innerText.includes(part))`, part)
}

// offered takes what the step that comes now offers to type, and sends it.
func (w *person) offered(text string) {
	w.t.Helper()
	w.Front()
	w.Until("the offer "+text, `(text) => { const b = [...document.querySelectorAll(".tour [aria-current=step] [data-fill]")].find((b) => b.dataset.fill === text); b?.click(); return !!b }`, text)
	w.Until("it stands in the field, which has the focus", `(text) => document.activeElement.id === "tekst" && document.activeElement.value === text`, text)
	w.Tap(".composer .send", "")
}

// both looks at what is there on a desk, and then on a phone.
func (w *person) both(name string) {
	w.t.Helper()
	w.Axe(name)
	w.Heard("rondleiding-" + name)
	w.Fits(name)
	w.Glance("rondleiding-" + name)
	w.Resize(360, 740)
	w.Until("the page is narrow and stands still", `() => innerWidth < 400 && document.getAnimations().every((a) => a.playState !== "running")`)
	w.Fits(name + ", on a phone")
	w.Glance("rondleiding-" + name + "-telefoon")
	w.Resize(1360, 860)
	// The page hears later that it is wide again, and lets nobody into the channel until then.
	w.Until("the page is wide again and stands still", `() => innerWidth > 1300 && !document.querySelector("#main").inert && document.getAnimations().every((a) => a.playState !== "running")`)
}

// Daan, who gives youth care, walks his tour from its beginning to its end, and
// nobody else does anything but read.
func TestYouthCareWalksItsTourAlone(t *testing.T) {
	bot := start(t)
	b := browsertest.Start(t)
	daan, sanne := bot.as(b, "daan", "Daan"), bot.as(b.Another(), "sanne", "Sanne")

	// It is offered as his own.
	daan.Click(".which summary", "")
	daan.Sees(".which a", "jouw rol")
	daan.TapAway(".which a", "Jeugdhulpverlener")
	daan.live()
	daan.both("jeugdhulp-begin")

	daan.offered("/convenant vraag Heb ik toestemming nodig om school te vertellen dat een kind bij mij in behandeling is?")
	daan.Sees("#berichten .from-bot", "toestemming")
	daan.step("Vraag of school mag weten")
	daan.both("jeugdhulp-vraag")
	daan.offered("/convenant mag-ik-delen")
	daan.Sees("#dialog", "Vanuit welke rol?")
	daan.both("jeugdhulp-mag-ik-delen")
	daan.chooses("Jeugdhulp", "12 tot en met 15")
	daan.Sees("#dialog", "Wat voor gegevens?")
	daan.chooses("Gezondheid", "Alleen deelnemers", "Het doel van het casusoverleg")
	daan.step("Ga het na voor wat je wilt delen")
	daan.both("jeugdhulp-antwoord")

	daan.offered("/casus nieuw")
	daan.fill(values{"kind": {"bilateraal"}, "purpose": {purpose}, "born": {"2013-05-01"}, "school": {"school-de-linde"},
		"members": {"sanne"}, "holder1": {"moeder"}, "holder2": {"vader"}, "checked": {"register"},
		"agreed": {"g1", "g2", "yp"}, "agreed_on": {today(t, 0, -1, 0)}, "agreed_how": {"conversation"}, "invited": {"ja"}})
	daan.step("De bot maakt een besloten kanaal")
	daan.enter("casus-")
	sanne.enter("casus-")
	daan.both("jeugdhulp-kanaal")

	// What he writes falls under his secrecy too.
	daan.offered("Thuis is het onrustig, daarom slaapt zij slecht.")
	daan.Sees("#toasts", "nog niet geplaatst")
	daan.step("Ook een gewoon bericht")
	daan.both("jeugdhulp-bericht")
	daan.TapAway("#toasts a.to-bot", "")
	daan.live()
	daan.Sees("#berichten .from-bot", "Ook dat zij bij jullie bekend zijn")
	daan.both("jeugdhulp-geheim")
	daan.enter("casus-")
	daan.Fill("#tekst", "")
	daan.offered("/casus fase F3")
	daan.step("Zet het overleg op F3")
	daan.Sees("#berichten", "is nu in fase")

	// The letter is held, and Sanne sees nothing of it.
	daan.Tap("[data-sample='adviesbrief-voor-school.txt']", "")
	daan.Sees("#toasts", "nog niet geplaatst")
	daan.step("Deel in het kanaal een korte brief")
	daan.TapAway("#toasts a.to-bot", "")
	daan.live()
	daan.press("Zeg wat erin staat", "adviesbrief-voor-school.txt")
	daan.fill(values{"kinds": {"health"}})
	daan.Sees("#berichten", "de jongere, moeder en vader")
	daan.step("Open het directe bericht")
	daan.both("jeugdhulp-wie-nog")
	if text := sanne.Text(); strings.Contains(text, "adviesbrief") || strings.Contains(text, "onrustig") {
		t.Errorf("Sanne sees what was held: %s", text)
	}
	daan.enter("casus-")
	daan.offered("/casus waarom")
	daan.step("Vraag waarom")
	daan.Sees("#berichten .whisper", "Waar ik naar keek")
	daan.both("jeugdhulp-waarom")
	daan.offered("/casus formulier")
	daan.step("Neem een formulier mee")
	daan.Sees("#berichten .whisper", "Ik heb je het formulier gestuurd")
	daan.both("jeugdhulp-formulier")
	agreed(daan, "school-de-linde")
	daan.step("Het gezin zegt ja")
	sanne.Sees("#berichten .files", "document-C-")
	daan.both("jeugdhulp-geplaatst")

	// And after all not.
	daan.offered("/casus intrekken")
	daan.Until("a form", `() => document.querySelector("#dialog").open`)
	daan.both("jeugdhulp-intrekken")
	daan.chooses("moeder")
	daan.step("De brief is meteen uit het zicht")
	sanne.Until("Sanne sees it no more", `() => !document.querySelector("#berichten .files")`)
	daan.offered("/casus bewijs")
	daan.step("Geef wie ja of nee zei")
	daan.Sees("#dialog", "bewijs")
	daan.chooses()
	daan.Sees("#berichten .whisper", "Ik stuur je het bewijs")
	daan.both("jeugdhulp-bewijs")
	daan.offered("/casus sluit")
	daan.press("Ja, sluiten", "sluiten")
	daan.Sees("#berichten", "is gesloten")
	daan.step("Klaar? Sluit het overleg")
	daan.Until("nothing is left to do", `() => !document.querySelector(".tour [aria-current=step]")`)
	daan.both("jeugdhulp-klaar")
	daan.Calm("answer 422", "status of 422")
	sanne.Calm()
}

// chooses chooses in the form that is there what is called so, and sends it.
func (w *person) chooses(labels ...string) {
	w.t.Helper()
	for _, label := range labels {
		w.Until("the choice "+label, `(label) => {
			for (const o of document.querySelectorAll("#dialog option")) if (o.textContent.includes(label)) { o.closest("select").value = o.value; return true }
			for (const l of document.querySelectorAll("#dialog label.pick-one")) if (l.innerText.includes(label)) { l.querySelector("input").checked = true; return true }
			return false;
		}`, label)
	}
	w.Until("the form is marked", `() => { document.querySelector("#dialog").firstChild.dataset.sent = "yes"; return true }`)
	w.Tap("#dialog button[value=send]", "")
	w.Until("the form is taken", `() => {
		const dialog = document.querySelector("#dialog"), errors = dialog.querySelector(".errors");
		if (dialog.open && errors && !errors.hidden) throw new Error(errors.innerText);
		return !dialog.open || dialog.firstChild.dataset.sent !== "yes";
	}`)
}
