package bot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/bot/sample"
)

var update = flag.Bool("update", false, "write the files in testdata anew")

// shownFile has the product's forms, by what they do, and its messages with buttons,
// by their labels, as people come upon them. Each platform's adapter shows them in its
// own way, and keeps files of that beside itself.
const shownFile = "testdata/shown.json"

// packedFile is the same, as it is in the program; see bot/sample.
const packedFile = "sample/shown.json.gz"

// recorder is a chat that writes down what it is given to show. Its forms take files,
// so that every form is shown.
type recorder struct {
	*bottest.Chat
	forms []bot.Form
	cards map[string]bot.Message
	t     testing.TB
	dated map[string]bool // days as programs write them, that were complained about
}

// In a sentence a day is "22 november 2026": a day as programs write it stands only in
// the name of a file, and where somebody can type it.
var isoDay = regexp.MustCompile(`[^ ]*\b\d{4}-\d{2}-\d{2}\b[^ ]*`)

func (r *recorder) readable(said string) {
	for _, day := range isoDay.FindAllString(said, -1) {
		typed := strings.Contains(said, "/casus agenda")
		if !typed && !strings.Contains(day, ".") && !r.dated[day] {
			r.dated[day] = true
			r.t.Errorf("somebody reads %q in %q", day, said)
		}
	}
}

func (r *recorder) OpenForm(ctx context.Context, trigger string, f bot.Form) error {
	r.forms = append(r.forms, f)
	r.readable(f.Title + " " + f.Intro)
	for _, field := range f.Fields {
		r.readable(field.Label + " " + field.Help)
		for _, o := range field.Options {
			r.readable(o.Label)
		}
	}
	return r.Chat.OpenForm(ctx, trigger, f)
}

func (r *recorder) Post(ctx context.Context, room bot.ChannelID, m bot.Message, key string) (bot.MessageID, error) {
	r.card(m)
	return r.Chat.Post(ctx, room, m, key)
}

func (r *recorder) Tell(ctx context.Context, user bot.UserID, m bot.Message, key string) (bot.MessageID, error) {
	r.card(m)
	return r.Chat.Tell(ctx, user, m, key)
}

func (r *recorder) Whisper(ctx context.Context, room bot.ChannelID, user bot.UserID, m bot.Message) error {
	r.card(m)
	return r.Chat.Whisper(ctx, room, user, m)
}

func (r *recorder) HandedFile(context.Context, bot.UserID, string) (bot.PlatformFile, io.ReadCloser, error) {
	return bot.PlatformFile{}, nil, bot.ErrNotFound
}

// card keeps the first message with these buttons.
func (r *recorder) card(m bot.Message) {
	r.readable(m.Text)
	var labels []string
	m.Buttons = slices.Clone(m.Buttons)
	for i := range m.Buttons {
		labels = append(labels, m.Buttons[i].Label)
		m.Buttons[i].Ticket = fmt.Sprintf("ticket%d", i)
	}
	if name := strings.Join(labels, ", "); len(labels) > 0 && r.cards[name].Text == "" {
		m.Thread = ""
		r.cards[name] = m
	}
}

// notWalked are the forms that need more than the walk has: another casus, or a page
// of ours.
var notWalked = []string{"name_lead", "list", "open_shape"}

var madeID = regexp.MustCompile(`\bid\d{6}\b`)

// steady numbers the ids that the bot made anew within one form, so that a ticket
// more elsewhere changes nothing here.
func steady(t *testing.T, f bot.Form) bot.Form {
	t.Helper()
	raw, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	raw = madeID.ReplaceAllFunc(raw, func(id []byte) []byte {
		if known[string(id)] == "" {
			known[string(id)] = fmt.Sprintf("made%d", len(known)+1)
		}
		return []byte(known[string(id)])
	})
	var out bot.Form
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// walk lets everybody press every button of what waits for them, and give every
// command and press the buttons of its answers; during does each act.
func (s *stage) walk(during func(user bot.UserID, act func() error)) {
	s.t.Helper()
	press := func(user bot.UserID, from int) {
		s.t.Helper()
		seen, err := s.person(user).SeeDirect()
		if err != nil {
			return
		}
		back := s.store.Picture()
		for _, m := range seen[min(from, len(seen)):] {
			for _, label := range m.Labels {
				during(user, func() error { return s.person(user).Press(m.ID, label) })
				back()
			}
		}
	}
	for _, user := range everybody {
		press(user, 0)
	}
	back := s.store.Picture()
	for _, line := range s.lines() {
		for _, user := range everybody {
			seen, _ := s.person(user).SeeDirect()
			during(user, func() error { return s.person(user).Command(bot.ChannelID(line[0]), line[1], line[2]) })
			press(user, len(seen))
			back()
		}
	}
}

// TestWhatIsShownIsAsItStandsInItsFile walks through every command of everybody, every
// button of the answers, and what waits for people, and keeps what they are shown.
func TestWhatIsShownIsAsItStandsInItsFile(t *testing.T) {
	t.Parallel()
	r := &recorder{cards: map[string]bot.Message{}, t: t, dated: map[string]bool{}}
	s := newStage(t, func(c *bottest.Chat) bot.Platform { r.Chat = c; return r })
	s.bot.Pages = "https://bot.example.org" // there are cards
	if _, form := s.try(ib, s.casus.Room, "casus", "kring"); form != nil {
		s.send(ib, s.fill(*form)) // a circle, for the forms that need one
	}
	all := sample.Shown{Forms: map[string]bot.Form{}, Cards: r.cards}
	// note keeps a form and those that follow on it.
	note := func(user bot.UserID, form bot.Form) {
		for {
			action := s.actionOf(form.Ticket)
			if _, known := all.Forms[action]; known || action == "" {
				return
			}
			kept := form
			kept.Ticket = action
			all.Forms[action] = steady(t, kept)
			back := s.store.Picture()
			a, err := s.bot.Submit(t.Context(), bot.Submission{Platform: bottest.ChatName, Ticket: form.Ticket, User: user, Channel: s.casus.Room, Values: s.fill(form)})
			if err != nil || a.Next == nil {
				back()
				return
			}
			form = *a.Next
			defer back()
		}
	}
	during := func(user bot.UserID, act func() error) {
		t.Helper()
		from := len(r.forms)
		if err := act(); err != nil {
			t.Fatal(err)
		}
		s.settle()
		for _, f := range r.forms[from:] {
			note(user, f)
		}
	}
	s.walk(during)
	asks, decides := s.exceptions()
	during(carer, asks)
	during(guide, decides)
	_, sent := bot.Actions()
	for _, action := range sent {
		if _, ok := all.Forms[action]; !ok && !slices.Contains(notWalked, action) {
			t.Errorf("the form of %q was not shown", action)
		}
	}
	if len(all.Forms) < 25 || len(all.Cards) < 12 {
		t.Errorf("%d forms and %d messages with buttons were shown; the walk is broken", len(all.Forms), len(all.Cards))
	}
	var raw bytes.Buffer
	to := json.NewEncoder(&raw)
	to.SetEscapeHTML(false)
	to.SetIndent("", "  ")
	if err := to.Encode(all); err != nil {
		t.Fatal(err)
	}
	if *update {
		small, err := sample.Pack(raw.Bytes())
		if err := errors.Join(err, os.WriteFile(shownFile, raw.Bytes(), 0o644), os.WriteFile(packedFile, small, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(shownFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kept, raw.Bytes()) {
		t.Errorf("what is shown is not what stands in %s; look at the difference after `go test ./bot -run TestWhatIsShown -update`, and then do the same in the adapters", shownFile)
	}
}
