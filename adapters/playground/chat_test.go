package playground_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/convenantbot/convenantbot/adapters/playground"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

func TestTheClockGoesForwardOnly(t *testing.T) {
	wall := bottest.NewClock()
	c := playground.NewClock(wall.Now, 0)
	var heard []time.Time
	c.OnAdvance(func(now time.Time) { heard = append(heard, now) })
	for _, d := range []time.Duration{0, -time.Second, playground.MaxAdvance + 1} {
		var invalid *bot.InvalidError
		if err := c.Advance(d); !errors.As(err, &invalid) {
			t.Errorf("Advance(%s) = %v, want an InvalidError", d, err)
		}
	}
	if err := c.Advance(24 * time.Hour); err != nil {
		t.Fatal(err)
	}
	wall.Advance(time.Minute)
	if want := wall.Now().Add(24 * time.Hour); !c.Now().Equal(want) {
		t.Errorf("Now = %s, want %s", c.Now(), want)
	}
	if len(heard) != 1 || !heard[0].Equal(c.Now().Add(-time.Minute)) {
		t.Errorf("heard %v, want the one new time", heard)
	}
}

func TestTheClockIsSetOverThePage(t *testing.T) {
	clock := bottest.NewClock() // noon in Amsterdam on 2 March, before summer time
	chat := mustOpen(t, options(t, t.TempDir(), clock.Now))
	mustServe(t, chat, &bottest.Incoming{})
	sanne := mustBe(t, chat, "sanne")
	for _, c := range []struct {
		body map[string]any
		want string // blank: refused
	}{
		{map[string]any{"days": 1}, "2026-03-03T12:00:00+01:00"},
		{map[string]any{"days": 30}, "2026-04-02T12:00:00+02:00"}, // the same hour, over the change
		{map[string]any{"days": 0}, ""},
		{map[string]any{"days": -1}, ""},
		{map[string]any{"days": 100000}, ""},
		{map[string]any{"to": "2026-04-01"}, ""},
		{map[string]any{"to": "2026-02-31"}, ""},
		{map[string]any{"to": "2026-04-03"}, "2026-04-03T12:00:00+02:00"},
	} {
		_, err := sanne.post("klok", c.body, nil)
		if (err == nil) != (c.want != "") {
			t.Errorf("clock %v: %v", c.body, err)
		}
		if c.want == "" {
			continue
		}
		if want, _ := time.Parse(time.RFC3339, c.want); !chat.Clock().Now().Equal(want) {
			t.Errorf("clock %v: %s, want %s", c.body, chat.Clock().Now(), want)
		}
	}
}

func TestAWindowIsToldAndUnreadIsCounted(t *testing.T) {
	chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
	mustServe(t, chat, &bottest.Incoming{})
	sanne, daan := mustBe(t, chat, "sanne"), mustBe(t, chat, "daan")
	badge := func(w *window) bool {
		s, err := w.state("vragen-over-privacy", false)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(s.Sidebar, `class="badge"`)
	}
	if badge(daan) {
		t.Error("there is something unread before anything was said")
	}
	if err := sanne.Say(commonChannel, "hallo"); err != nil {
		t.Fatal(err)
	}
	if badge(sanne) {
		t.Error("one's own words are unread")
	}
	if !badge(daan) {
		t.Error("nothing is unread after somebody spoke")
	}
	if _, err := daan.state(commonChannel, true); err != nil {
		t.Fatal(err)
	}
	if badge(daan) {
		t.Error("what was read is still unread")
	}
}

func TestAWhisperIsSeenByOnePersonAndCanBePressedByThemAlone(t *testing.T) {
	chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
	in := &bottest.Incoming{}
	mustServe(t, chat, in)
	sanne, daan := mustBe(t, chat, "sanne"), mustBe(t, chat, "daan")
	room := mustRoom(t, chat, "casus-2026-0042", "sanne", "daan")
	m := bot.Message{Text: "Alleen voor jou", Buttons: []bot.Button{{Label: "Ja", Ticket: "t-1"}}}
	if err := chat.Whisper(t.Context(), room, "sanne", m); err != nil {
		t.Fatal(err)
	}
	if err := chat.Whisper(t.Context(), room, "olivier", m); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("Whisper to somebody outside = %v, want ErrNotFound", err)
	}
	mine, err := sanne.state(room, false)
	if err != nil || len(mine.Whispers) != 1 {
		t.Fatalf("%d whispers, %v; want one", len(mine.Whispers), err)
	}
	if strings.Contains(mine.Whispers[0].HTML, "t-1") {
		t.Error("the ticket is in the page")
	}
	other, err := daan.state(room, false)
	if err != nil || len(other.Whispers) != 0 {
		t.Errorf("somebody else sees %d whispers, %v", len(other.Whispers), err)
	}
	press := map[string]any{"channel": room, "message": mine.Whispers[0].ID, "button": 0}
	if _, err := daan.post("knop", press, nil); err == nil {
		t.Error("somebody else presses the button")
	}
	for _, n := range []int{-1, 1} {
		press["button"] = n
		if _, err := sanne.post("knop", press, nil); err == nil {
			t.Errorf("button %d is pressed", n)
		}
	}
	press["button"] = 0
	if _, err := sanne.post("knop", press, nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	if e, err := in.Await(ctx, func(e bot.Event) bool { return e.Kind == bot.Pressed }); err != nil || e.Ticket != "t-1" || e.User != "sanne" {
		t.Errorf("event %+v, %v; want the ticket, pressed by sanne", e, err)
	}
	// Who goes away loses what was whispered to them there.
	if err := chat.RemoveFromRoom(t.Context(), room, "sanne"); err != nil {
		t.Fatal(err)
	}
	if err := chat.AddToRoom(t.Context(), room, "sanne"); err != nil {
		t.Fatal(err)
	}
	if again, err := sanne.state(room, false); err != nil || len(again.Whispers) != 0 {
		t.Errorf("%d whispers after coming back, %v; want none", len(again.Whispers), err)
	}
}

func TestAFormOpensOnceAndOnlyInFrontOfItsPerson(t *testing.T) {
	clock := bottest.NewClock()
	chat := mustOpen(t, options(t, t.TempDir(), clock.Now))
	in := &bottest.Incoming{}
	mustServe(t, chat, in)
	sanne, daan := mustBe(t, chat, "sanne"), mustBe(t, chat, "daan")
	trigger := func(text string) string {
		t.Helper()
		if err := sanne.Command(commonChannel, "casus", text); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
		defer cancel()
		e, err := in.Await(ctx, func(e bot.Event) bool { return e.Kind == bot.Command && e.Text == text })
		if err != nil {
			t.Fatal(err)
		}
		return e.Trigger
	}
	form := bot.Form{Ticket: "f", Title: "Titel", Send: "Ja", Fields: []bot.Field{{Name: "a", Label: "A", Kind: bot.ShortText}}}
	first := trigger("nieuw 1")
	if err := chat.OpenForm(t.Context(), first, form); err != nil {
		t.Fatalf("OpenForm: %v", err)
	}
	if err := chat.OpenForm(t.Context(), first, form); !errors.Is(err, bot.ErrConflict) {
		t.Errorf("OpenForm with a used trigger = %v, want ErrConflict", err)
	}
	if _, err := sanne.OpenForm(); err != nil {
		t.Fatal(err)
	}
	var got bot.Submission
	in.Answer(nil, nil, func(s bot.Submission) (bot.FormAnswer, error) {
		got = s
		return bot.FormAnswer{}, nil
	})
	daan.now = sanne.now
	if _, err := daan.Send(map[string][]string{"a": {"x"}}); err == nil {
		t.Error("somebody else sends the form")
	}
	if _, err := sanne.Send(map[string][]string{"a": {"x"}, "nooit_gevraagd": {"y"}}); err != nil {
		t.Fatal(err)
	}
	if len(got.Values) != 1 || got.Value("a") != "x" {
		t.Errorf("the bot gets %v, want only what was asked", got.Values)
	}
	if _, err := sanne.Send(map[string][]string{"a": {"x"}}); err == nil {
		t.Error("a form is sent again after it was taken")
	}

	late := trigger("nieuw 2")
	clock.Advance(time.Minute)
	if err := chat.OpenForm(t.Context(), late, form); !errors.Is(err, bot.ErrConflict) {
		t.Errorf("OpenForm with an expired trigger = %v, want ErrConflict", err)
	}
}

func TestMembersOfPublicAndArchivedChannelsAreNotChangedByHand(t *testing.T) {
	chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
	mustServe(t, chat, &bottest.Incoming{})
	sanne, olivier := mustBe(t, chat, "sanne"), mustBe(t, chat, "olivier")
	room := mustRoom(t, chat, "casus-2026-0042", "sanne")
	if err := olivier.Add(room, "olivier"); err == nil {
		t.Error("an outsider adds himself")
	}
	if err := sanne.Add(commonChannel, "daan"); err == nil {
		t.Error("somebody is added to a public channel")
	}
	if err := sanne.Add(room, "willem"); err == nil {
		t.Error("a closed account is added")
	}
	if err := chat.ArchiveRoom(t.Context(), room); err != nil {
		t.Fatal(err)
	}
	if err := sanne.Add(room, "daan"); err == nil {
		t.Error("somebody is added to an archived room")
	}
	if users, err := chat.RoomMembers(t.Context(), room); err != nil || len(users) != 1 {
		t.Errorf("RoomMembers = %v, %v; want sanne alone", users, err)
	}
}

func TestAnUnknownCommandIsNeverSaidAloud(t *testing.T) {
	chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
	mustServe(t, chat, &bottest.Incoming{})
	sanne := mustBe(t, chat, "sanne")
	for _, text := range []string{"/casuss nieuw Noor", "/ hallo", "/CASUS-x"} {
		if err := sanne.Say(commonChannel, text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	if err := sanne.Say(commonChannel, "/CASUS status"); err != nil {
		t.Errorf("capitals: %v", err)
	}
	if seen, err := sanne.See(commonChannel); err != nil || len(seen) != 0 {
		t.Errorf("See = %v, %v; want nothing", seen, err)
	}
}

func TestServingStopsEarlyAndOnce(t *testing.T) {
	chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := chat.Serve(ctx, &bottest.Incoming{}); err != nil {
		t.Errorf("Serve with a context that has ended = %v", err)
	}
	if err := chat.Serve(ctx, &bottest.Incoming{}); !errors.Is(err, bot.ErrConflict) {
		t.Errorf("Serve again = %v, want ErrConflict", err)
	}
	if err := chat.Close(); err != nil {
		t.Errorf("Close after Serve = %v", err)
	}
}

func TestServingStopsWhileAWindowIsOpen(t *testing.T) {
	chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
	stop := mustServe(t, chat, &bottest.Incoming{})
	sanne := mustBe(t, chat, "sanne")
	began := time.Now()
	stop()
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("stopping took %s: an open window held it up", took)
	}
	if err := sanne.Say(commonChannel, "is er nog iemand?"); err == nil {
		t.Error("a chat that stopped still takes messages")
	}
}

func TestSamplesAreReadStrictly(t *testing.T) {
	if s := mustSamples(t); len(s.People) < 10 || len(s.Channels) == 0 {
		t.Errorf("%d people and %d channels in the samples", len(s.People), len(s.Channels))
	}
	good := map[string]string{
		"people.yaml":        "- {id: a, person: p1, name: A, function: f, about: x, role: parent}",
		"organisations.yaml": "- {id: o, name: O, dpo: a}",
		"channels.yaml":      "- {id: c, title: C}",
		"tours.yaml":         "- {id: t, title: T, intro: x, jobs: [{title: j, steps: [{step: asked, text: x}]}]}",
		"tours.en.yaml":      "- {id: t, title: T, intro: x, jobs: [{title: j, steps: [{text: x}]}]}",
	}
	for name, change := range map[string][2]string{
		"nothing wrong":             {"people.yaml", good["people.yaml"]},
		"an unknown field":          {"people.yaml", "- {id: a, person: p1, name: A, function: f, about: x, role: parent, bsn: 1}"},
		"an id with capitals":       {"people.yaml", "- {id: Aa, person: p1, name: A, function: f, about: x, role: parent}"},
		"the bot's id":              {"people.yaml", "- {id: convenantbot, person: p1, name: A, function: f, about: x, role: parent}"},
		"an unknown organisation":   {"people.yaml", "- {id: a, person: p1, name: A, function: f, about: x, role: professional, organisation: z}"},
		"a parent with a sector":    {"people.yaml", "- {id: a, person: p1, name: A, function: f, about: x, role: parent, sector: swv}"},
		"a DPO who is nobody":       {"organisations.yaml", "- {id: o, name: O, dpo: z}"},
		"a channel without a title": {"channels.yaml", "- {id: c}"},
	} {
		fsys := fstest.MapFS{}
		for file, text := range good {
			fsys[file] = &fstest.MapFile{Data: []byte(text)}
		}
		fsys[change[0]] = &fstest.MapFile{Data: []byte(change[1])}
		if _, err := playground.ReadSamples(fsys); (err == nil) != (name == "nothing wrong") {
			t.Errorf("%s: ReadSamples = %v", name, err)
		}
	}
}
