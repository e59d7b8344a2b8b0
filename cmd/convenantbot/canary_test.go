package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/playground"
	"github.com/convenantbot/convenantbot/bot"
)

// ear is the local chat with somebody listening to what the bot shows: the forms
// it opens and the buttons it gives.
type ear struct {
	*playground.Chat
	mu      sync.Mutex
	form    bot.Form
	buttons map[bot.UserID][]bot.Button
}

func (e *ear) OpenForm(_ context.Context, _ string, f bot.Form) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.form = f
	return nil
}

func (e *ear) Tell(ctx context.Context, user bot.UserID, m bot.Message, key string) (bot.MessageID, error) {
	e.mu.Lock()
	e.buttons[user] = append(e.buttons[user], m.Buttons...)
	e.mu.Unlock()
	return e.Chat.Tell(ctx, user, m, key)
}

func (e *ear) Whisper(ctx context.Context, room bot.ChannelID, user bot.UserID, m bot.Message) error {
	e.mu.Lock()
	e.buttons[user] = append(e.buttons[user], m.Buttons...)
	e.mu.Unlock()
	return e.Chat.Whisper(ctx, room, user, m)
}

// holding lists the files under dir that hold word.
func holding(t *testing.T, dir, word string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(word)) {
			names = append(names, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// With the parts of the try-out: what people wrote is first found in the chat,
// never in the bot's own store, log or temporary files, and after the erasure
// nowhere.
func TestAfterAnErasureNoByteOfItIsLeftInTheTryOut(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", filepath.Join(dir, "tmp"))
	if err := os.Mkdir(filepath.Join(dir, "tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	logged, err := os.Create(filepath.Join(dir, "debug.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer logged.Close()
	log := slog.New(slog.NewTextHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	samples, err := readSamples()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return at }
	chat, err := playground.Open(t.Context(), playground.Options{Dir: filepath.Join(dir, "chat"), Addr: "127.0.0.1:0", Now: clock, Log: log,
		Samples: samples, Commands: demoCommands()})
	if err != nil {
		t.Fatal(err)
	}
	defer chat.Close()
	hear := &ear{Chat: chat, buttons: map[bot.UserID][]bot.Button{}}
	b, store, err := build(t.Context(), parts{Address: "sqlite:" + filepath.Join(dir, "convenantbot.db"), Masters: [][]byte{bytes.Repeat([]byte{9}, 32)},
		Region: "model", Now: clock, LeaseClock: clock, Log: log}, hear)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := b.LoadRegister(t.Context(), demoRegister(samples)); err != nil {
		t.Fatal(err)
	}
	settle := func() {
		t.Helper()
		for {
			did, err := b.Step(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !did {
				return
			}
		}
	}
	n := 0
	receive := func(e bot.Event) {
		t.Helper()
		n++
		e.ID, e.Platform, e.Trigger = fmt.Sprint("canary", n), playground.Platform, "x"
		if err := b.Receive(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		settle()
	}
	send := func(user bot.UserID, values map[string][]string) {
		t.Helper()
		a, err := b.Submit(t.Context(), bot.Submission{Platform: playground.Platform, Ticket: hear.form.Ticket, User: user, Values: values})
		if err != nil || len(a.Errors) > 0 {
			t.Fatalf("form %q: %+v, %v", hear.form.Title, a, err)
		}
		settle()
	}
	press := func(user bot.UserID, label string) {
		t.Helper()
		all := hear.buttons[user]
		for i := len(all) - 1; i >= 0; i-- {
			if all[i].Label == label {
				receive(bot.Event{Kind: bot.Pressed, User: user, Ticket: all[i].Ticket})
				return
			}
		}
		t.Fatalf("%s has no button %q: %+v", user, label, all)
	}

	receive(bot.Event{Kind: bot.Command, Name: "casus", Text: "nieuw", User: "sanne", Channel: "algemeen"})
	send("sanne", map[string][]string{"kind": {"mdo"}, "purpose": {"CANARYdoel"}, "born": {"2014-05-01"}, "school": {"school-de-linde"},
		"members": {"mehmet"}, "holder1": {"CANARYmoeder"}, "checked": {"register"}, "agreed": {"g1", "yp"}, "agreed_on": {"2026-05-30"},
		"agreed_how": {"conversation"}, "invited": {"CANARYreden"}})
	var casus bot.Casus
	if err := store.View(t.Context(), func(tx bot.Tx) error {
		refs, err := tx.CasusRefs("", 1)
		if err == nil {
			casus, err = tx.Casus(refs[0])
		}
		return err
	}); err != nil || casus.Room == "" {
		t.Fatalf("casus %+v, %v", casus, err)
	}
	content := strings.Repeat("CANARYinhoud van een verslag. ", 500)
	if _, err := b.Upload(t.Context(), bot.Upload{Platform: playground.Platform, Channel: casus.Room, User: "sanne", Name: "CANARYnaam.txt",
		Size: int64(len(content)), Protected: true}, strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	settle()
	press("sanne", "Zeg wat erin staat")
	send("sanne", map[string][]string{"kinds": {"ordinary"}, "absence": {"none"}, "text": {"CANARYbericht"}})
	for _, word := range []string{"CANARYdoel", "CANARYinhoud", "CANARYnaam", "CANARYbericht"} {
		found := holding(t, filepath.Join(dir, "chat"), word)
		if len(found) == 0 {
			t.Errorf("%s is not found in the chat before, so its absence would say nothing", word)
		}
	}
	for _, name := range holding(t, dir, "CANARY") {
		if strings.HasPrefix(name, "convenantbot") || name == "debug.log" {
			t.Errorf("before the erasure %s holds what people wrote, in the clear", name)
		}
	}

	// A request, its answer and what was corrected; a hold and why it may go.
	here := bot.Event{Kind: bot.Command, Name: "casus", Channel: casus.Room}
	say := func(user bot.UserID, text string) {
		t.Helper()
		e := here
		e.User, e.Text = user, text
		receive(e)
	}
	say("sanne", "gegevens")
	send("sanne", map[string][]string{"kind": {"correction"}, "about": {"yp"}, "text": {"CANARYverzoek om iets te verbeteren"}})
	press("ingrid", "Afhandelen")
	send("ingrid", map[string][]string{"outcome": {"corrected"}, "note": {"CANARYbesluit met uitleg"}, "item": {"casus"}, "correction": {"CANARYcorrectie"}})
	say("ingrid", "bewaar "+string(casus.Ref))
	send("ingrid", map[string][]string{"reason": {"CANARYblokkade met een reden"}})
	say("ingrid", "vrijgeven "+string(casus.Ref))
	send("ingrid", map[string][]string{"hold": hear.form.Fields[0].Default, "reason": {"CANARYvrijgave met een reden"}})
	press("hanneke", "Hef de blokkade op")

	say("sanne", "sluit")
	press("sanne", "Ja, sluiten")
	press("sanne", "Kies wat wij overnemen")
	var items []string
	for _, o := range hear.form.Fields[0].Options {
		items = append(items, o.Value)
	}
	send("sanne", map[string][]string{"items": items, "ground": {"other"}, "why": {"CANARYgrond met uitleg"}})
	press("mehmet", "Wacht met vernietigen")
	send("mehmet", map[string][]string{"days": {"7"}, "reason": {"CANARYuitstel met een reden"}})
	for _, word := range []string{"CANARYverzoek", "CANARYbesluit", "CANARYcorrectie", "CANARYblokkade", "CANARYvrijgave", "CANARYuitstel", "overname.zip"} {
		if found := holding(t, filepath.Join(dir, "chat"), word); len(found) == 0 {
			t.Errorf("%s is not found in the chat before, so its absence would say nothing", word)
		}
	}
	for _, name := range holding(t, dir, "CANARY") {
		if strings.HasPrefix(name, "convenantbot") || name == "debug.log" {
			t.Errorf("before the erasure %s holds what people wrote, in the clear", name)
		}
	}
	press("sanne", "Wij hebben overgenomen")
	press("mehmet", "Wij hebben overgenomen")
	for range 33 {
		at = at.AddDate(0, 0, 1)
		settle()
	}
	if err := store.View(t.Context(), func(tx bot.Tx) error {
		r, err := tx.Receipt(casus.Ref)
		if err == nil && (r.Files != 1 || r.Signed == "") {
			t.Errorf("receipt %+v", r)
		}
		return err
	}); err != nil {
		t.Fatalf("it was not erased: %v", err)
	}
	if err := store.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"CANARYdoel", "CANARYmoeder", "CANARYreden", "CANARYinhoud", "CANARYnaam", "CANARYbericht", "CANARYverzoek", "CANARYgrond", "CANARYuitstel", "CANARY", "overname.zip"} {
		if found := holding(t, dir, word); len(found) > 0 {
			t.Errorf("after the erasure %s is still in %v", word, found)
		}
	}
}
