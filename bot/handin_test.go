package bot_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// formChat is a chat whose forms take files, and where nobody is asked before a
// file is shown.
type formChat struct {
	*bottest.Chat
	files map[string]handed
	opens int   // how often one was fetched
	fail  error // of every fetch
}

type handed struct {
	owner bot.UserID
	name  string
	data  string
	odd   bool // has no bytes
}

func (c *formChat) HandedFile(_ context.Context, user bot.UserID, id string) (bot.PlatformFile, io.ReadCloser, error) {
	c.opens++
	f, ok := c.files[id]
	switch {
	case c.fail != nil:
		return bot.PlatformFile{}, nil, c.fail
	case !ok || f.owner != user:
		return bot.PlatformFile{}, nil, bot.ErrNotFound
	case f.odd:
		return bot.PlatformFile{}, nil, &bot.InvalidError{Field: "file", Reason: "canvas"}
	}
	return bot.PlatformFile{ID: id, Name: f.name, Size: int64(len(f.data))}, io.NopCloser(bytes.NewReader([]byte(f.data))), nil
}

// formWorld is a world on such a chat with a casus in it.
func formWorld(t *testing.T) (*world, *formChat, bot.Casus) {
	t.Helper()
	w := newWorld(t)
	c := &formChat{Chat: w.chat, files: map[string]handed{
		"F1": {carer, "verslag van Sam.txt", "een verslag", false}, "F2": {carer, "brief.txt", "een brief", false},
		"F3": {lpa, "van een ander.txt", "geheim", false}, "F4": {carer, "nummer.txt", "het nummer is 111222333", false}, "F5": {carer, "canvas", "", true},
	}}
	w.front = c
	w.start()
	casus := w.open(newCasus())
	w.discuss(casus)
	return w, c, casus
}

func (w *world) handIn(user bot.UserID, casus bot.Casus, files ...string) bot.FormAnswer {
	w.t.Helper()
	w.command(user, casus.Room, "casus", "deel")
	return w.send(user, map[string][]string{"files": files})
}

func (w *world) filesOf(ref bot.Ref) (files []bot.File) {
	w.view(func(tx bot.Tx) (err error) {
		files, err = tx.FilesOf(ref)
		return err
	})
	return files
}

// A file that is handed over by a form is judged like any other: nobody has seen
// it while it waits, and the bot posts it for its owner when it may be shared.
func TestAFileThatIsHandedOverIsJudgedLikeAnyOther(t *testing.T) {
	w, _, casus := formWorld(t)
	answer := w.handIn(carer, casus, "F1")
	if !strings.Contains(answer.Text, "Niemand anders kan het zien") || len(answer.Errors) > 0 {
		t.Errorf("the answer = %+v", answer)
	}
	files := w.filesOf(casus.Ref)
	if len(files) != 1 || files[0].State != bot.Quarantined || files[0].Account != carer || files[0].Name != "verslag van Sam.txt" {
		t.Fatalf("files = %+v", files)
	}
	if got := w.visible(lpa, casus.Room); len(got) > 0 && slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "verslag") }) {
		t.Errorf("others see %q", got)
	}
	w.classify(carer, "health")
	w.consent(casus, aConsent("g1", "authority"))
	w.consent(casus, aConsent("g2", "authority"))
	if files = w.filesOf(casus.Ref); files[0].State == bot.Quarantined && files[0].Kinds == nil {
		t.Errorf("it was not decided on: %+v", files)
	}
}

func TestWhatMayNotBeHandedOverIsNot(t *testing.T) {
	w, c, casus := formWorld(t)
	for name, one := range map[string]struct{ file, says string }{
		"somebody else's": {"F3", "kan ik niet meer lezen"}, "one that is gone": {"F9", "kan ik niet meer lezen"},
		"a canvas": {"F5", "geen bestand maar een link"}, "a number": {"F4", "BSN"},
	} {
		before := len(w.told(carer))
		w.handIn(carer, casus, one.file)
		if said := strings.Join(w.told(carer)[before:], "\n"); !strings.Contains(strings.ToLower(said), strings.ToLower(one.says)) {
			t.Errorf("%s: told %q, want %q", name, said, one.says)
		}
	}
	for _, f := range w.filesOf(casus.Ref) {
		if f.State != bot.Denied {
			t.Errorf("kept: %+v", f)
		}
	}
	if a := w.handIn(carer, casus); a.Errors["files"] == "" {
		t.Errorf("nothing chosen: %+v", a)
	}
	if a := w.handIn(carer, casus, "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"); a.Errors["files"] == "" {
		t.Errorf("eleven files: %+v", a)
	}
	// Who is not in the casus gets no form.
	opens := c.opens
	w.command(stray, casus.Room, "casus", "deel")
	if _, err := w.person(stray).OpenForm(); err == nil || c.opens != opens {
		t.Error("a stranger gets a form")
	}
}

// Fetching is tried again while the platform is away, and a crash after the file
// was kept takes nothing in twice.
func TestAFileThatIsHandedOverIsTakenInOnce(t *testing.T) {
	w, c, casus := formWorld(t)
	c.fail = bot.ErrUnavailable
	w.command(carer, casus.Room, "casus", "deel")
	form, err := w.person(carer).OpenForm()
	if err != nil {
		t.Fatal(err)
	}
	values := bot.Submission{Platform: bottest.ChatName, Ticket: form.Ticket, User: carer, Values: map[string][]string{"files": {"F1", "F2", "F1"}}}
	for range 3 { // sent again by an impatient finger
		if _, err := w.bot.Submit(t.Context(), values); err != nil {
			t.Fatal(err)
		}
	}
	w.settle()
	if n := len(w.filesOf(casus.Ref)); n != 0 {
		t.Errorf("%d files while the platform is away", n)
	}
	c.fail = nil
	w.later(1)
	// As after a crash between keeping the file and ending the job.
	again := []byte(`{"Platform":"` + bottest.ChatName + `","User":"carer","File":"F1"}`)
	if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
		return tx.AddJob(bot.Job{ID: "hand_in:" + form.Ticket + ":0", Kind: bot.JobHandIn, Casus: casus.Ref, Body: again, RunAt: w.clock.Now()})
	}); err != nil {
		t.Fatal(err)
	}
	w.settle()
	if n := len(w.filesOf(casus.Ref)); n != 2 {
		t.Errorf("%d files, want 2", n)
	}
	if n := w.count(casus.Ref, bot.ActFileReceived); n != 2 {
		t.Errorf("%d were received, want 2", n)
	}
}

func TestWhereFormsTakeNoFilesTheBotSaysHowToShare(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.command(carer, casus.Room, "casus", "deel")
	if _, err := w.person(carer).OpenForm(); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("a form was opened: %v", err)
	}
	w.wantTold(carer, "Sleep je bestand")
}
