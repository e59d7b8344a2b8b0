package bot_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// byPage brings in data by the page and returns what it says.
func (w *world) byPage(user bot.UserID, casus bot.Casus, name string, data []byte) bot.Answer {
	w.t.Helper()
	ctx := w.t.Context()
	w.command(user, casus.Room, "casus", "kluis")
	w.press(user, "Breng een bestand in")
	session, in, err := w.bot.EnterBring(ctx, w.link(user))
	if err != nil {
		w.t.Fatalf("EnterBring: %v", err)
	}
	if in.Casus != casus.Ref {
		w.t.Fatalf("bringing = %+v", in)
	}
	for at := 0; at < len(data); at += bot.BringPart {
		if _, err := w.bot.BringPartOf(ctx, session, int64(at), bytes.NewReader(data[at:min(at+bot.BringPart, len(data))])); err != nil {
			w.t.Fatalf("part at %d: %v", at, err)
		}
	}
	answer, err := w.bot.FinishBring(ctx, session, name, int64(len(data)))
	if err != nil {
		w.t.Fatalf("FinishBring: %v", err)
	}
	w.settle()
	if _, err := w.bot.FinishBring(ctx, session, name, int64(len(data))); !errors.Is(err, bot.ErrForbidden) {
		w.t.Errorf("a second FinishBring = %v, want a no", err)
	}
	return answer
}

func TestAFileByThePagePassesTheSameGateAndNeverTheChat(t *testing.T) {
	w, casus := withVault(t)
	data := bytes.Repeat([]byte(canary), 2*bot.BringPart/len(canary)+100)
	w.byPage(ib, casus, "verslag van Noor.txt", data)
	w.classify(ib, "ordinary") // chosen for the vault, whatever it is
	f := w.lastFile(casus)
	if f.State != bot.Posted || !f.Vault || f.Size != int64(len(data)) {
		t.Fatalf("file = %+v, want it in the vault", f)
	}
	if got, err := w.blob(casus.Ref, f.ID); err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, %v; want what was sent", len(got), err)
	}
	for _, user := range []bot.UserID{carer, ib, lpa, doctor} {
		if all := strings.Join(w.told(user), "\n"); strings.Contains(all, "Noor") || strings.Contains(all, "KANARIE") {
			t.Errorf("the chat tells %s the name or the content:\n%s", user, all)
		}
	}
	if got := w.visible(ib, casus.Room); len(got) != 0 {
		t.Errorf("the room shows %v", got)
	}
}

func TestAnUploadGoesOnWhereItBroke(t *testing.T) {
	w, casus := withVault(t)
	ctx := t.Context()
	w.command(carer, casus.Room, "casus", "kluis")
	w.press(carer, "Breng een bestand in")
	session, _, err := w.bot.EnterBring(ctx, w.link(carer))
	if err != nil {
		t.Fatal(err)
	}
	part := bytes.Repeat([]byte("a"), bot.BringPart)
	if _, err := w.bot.BringPartOf(ctx, session, 0, bytes.NewReader(part)); err != nil {
		t.Fatal(err)
	}
	broken := io.MultiReader(bytes.NewReader(part[:100]), errReader{})
	if _, err := w.bot.BringPartOf(ctx, session, bot.BringPart, broken); err == nil {
		t.Fatal("a broken part is no error")
	}
	if in, err := w.bot.BringState(ctx, session); err != nil || in.Had != bot.BringPart {
		t.Errorf("BringState = %+v, %v; want the first part", in, err)
	}
	for _, at := range []int64{-1, 1, bot.BringPart - 1, bot.MaxFile} {
		if _, err := w.bot.BringPartOf(ctx, session, at, strings.NewReader("x")); err == nil {
			t.Errorf("a part at %d is no error", at)
		}
	}
	if _, err := w.bot.BringPartOf(ctx, session, bot.BringPart, io.MultiReader(bytes.NewReader(part), strings.NewReader("x"))); err == nil {
		t.Error("a part that is too large is no error")
	}
	// A part is missing: nothing of it is taken for the whole.
	if a, err := w.bot.FinishBring(ctx, session, "a.txt", 3*bot.BringPart); err == nil {
		t.Errorf("FinishBring with a hole = %+v", a)
	}
}

// bringLink is a fresh link to bring in a file.
func (w *world) bringLink(user bot.UserID, casus bot.Casus) string {
	w.t.Helper()
	w.command(user, casus.Room, "casus", "kluis")
	w.press(user, "Breng een bestand in")
	link := w.link(user)
	if link == "" {
		w.t.Fatalf("%s got no link", user)
	}
	return link
}

func TestWhatEndsTheRightToBringInAFileEndsItAtEveryStep(t *testing.T) {
	t.Parallel()
	over := func(user bot.UserID) func(w *world, c *bot.Casus) {
		return func(w *world, c *bot.Casus) {
			i := slices.IndexFunc(c.Private.Members, func(m bot.Member) bool { return m.Account == user })
			c.Private.Members[i].Until = w.clock.Now().Add(-time.Second)
		}
	}
	for _, c := range []struct {
		name string
		end  func(w *world, c *bot.Casus)
		ends bool
	}{
		{"nothing", func(*world, *bot.Casus) {}, false},
		{"the casus is closed", func(_ *world, c *bot.Casus) { c.Status = bot.Closed }, true},
		{"their part is over", over(carer), true},
		{"somebody else's part is over", over(doctor), false},
	} {
		w, casus := withVault(t)
		ctx := t.Context()
		session, _, err := w.bot.EnterBring(ctx, w.bringLink(carer, casus))
		if err != nil {
			t.Fatal(err)
		}
		link := w.bringLink(carer, casus)
		w.change(t, casus.Ref, func(_ bot.Tx, now *bot.Casus) error { c.end(w, now); return nil })
		said := func(step string, err error) {
			t.Helper()
			if c.ends && !errors.Is(err, bot.ErrForbidden) || !c.ends && err != nil {
				t.Errorf("%s: %s: %v", c.name, step, err)
			}
		}
		_, _, err = w.bot.EnterBring(ctx, link)
		said("follow a link", err)
		_, err = w.bot.BringState(ctx, session)
		said("how far it is", err)
		_, err = w.bot.BringPartOf(ctx, session, 0, strings.NewReader("x"))
		said("a part", err)
		_, err = w.bot.FinishBring(ctx, session, "a.txt", 1)
		said("the end", err)
		before := len(w.told(carer))
		w.press(carer, "Breng een bestand in")
		if got := len(w.told(carer)) > before && w.link(carer) != ""; got == c.ends {
			t.Errorf("%s: a press gives a link: %v", c.name, got)
		}
	}
}

func TestALinkToBringInAFileWorksOnceForTwoMinutesAndItsPageForAnHour(t *testing.T) {
	t.Parallel()
	w, casus := withVault(t)
	ctx := t.Context()
	enter := func(link string) (string, error) {
		session, _, err := w.bot.EnterBring(ctx, link)
		return session, err
	}
	link := w.bringLink(carer, casus)
	w.clock.Advance(bot.VaultLinkTerm - time.Second)
	session, err := enter(link)
	if err != nil {
		t.Fatalf("just in time: %v", err)
	}
	if _, err := enter(link); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("a second time: %v", err)
	}
	late := w.bringLink(carer, casus)
	w.clock.Advance(bot.VaultLinkTerm)
	if _, err := enter(late); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("too late: %v", err)
	}
	w.clock.Advance(bot.BringTerm - bot.VaultLinkTerm - time.Second)
	if _, err := w.bot.BringState(ctx, session); err != nil {
		t.Errorf("within the hour: %v", err)
	}
	w.clock.Advance(time.Second)
	if _, err := w.bot.BringPartOf(ctx, session, 0, strings.NewReader("x")); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("after the hour: %v", err)
	}
	w.bot.Pages = ""
	w.press(carer, "Breng een bestand in")
	w.wantTold(carer, "De kluis staat hier uit")
}

func TestASizeThatNoFileHasEndsNothing(t *testing.T) {
	t.Parallel()
	w, casus := withVault(t)
	ctx := t.Context()
	session, _, err := w.bot.EnterBring(ctx, w.bringLink(carer, casus))
	if err != nil {
		t.Fatal(err)
	}
	var invalid *bot.InvalidError
	for _, size := range []int64{-1, 0, bot.MaxFile + 1} {
		if a, err := w.bot.FinishBring(ctx, session, "a.txt", size); !errors.As(err, &invalid) || invalid.Field != "size" {
			t.Errorf("a file of %d bytes: %+v, %v", size, a, err)
		}
	}
	if _, err := w.bot.BringPartOf(ctx, session, -bot.BringPart, strings.NewReader("x")); !errors.As(err, &invalid) || invalid.Field != "at" {
		t.Errorf("a part before the first: %v", err)
	}
	if _, err := w.bot.BringState(ctx, session); err != nil {
		t.Errorf("it cannot go on: %v", err)
	}
}

// An ending that nobody knows can be a name.
func TestAnEndingThatNobodyKnowsDoesNotGoOn(t *testing.T) {
	t.Parallel()
	w, casus := withVault(t)
	w.byPage(carer, casus, "verslag.noor", []byte("niets bijzonders"))
	if f := w.lastFile(casus); strings.Contains(f.Name, "noor") {
		t.Errorf("the file is called %q", f.Name)
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errors.New("the line broke") }

func TestABSNIsRefusedByThePageToo(t *testing.T) {
	w, casus := withVault(t)
	for _, c := range [][2]string{{"brief.txt", "BSN 111222333"}, {"111222333.txt", "niets"}} {
		if a := w.byPage(carer, casus, c[0], []byte(c[1])); a.Allow || !strings.Contains(a.Text, "BSN") {
			t.Errorf("%v = %+v, want a no for the BSN", c, a)
		}
		if f := w.lastFile(casus); f.State != bot.Denied {
			t.Errorf("%v: the file is %s", c, f.State)
		}
	}
}

// fakeVirus says what it is told to say.
type fakeVirus struct {
	clean bool
	err   error
}

func (v fakeVirus) Clean(_ context.Context, r io.Reader) (bool, error) {
	_, err := io.Copy(io.Discard, r)
	return v.clean, errors.Join(err, v.err)
}

func TestAFileThatIsNotKnownToBeCleanIsNotKept(t *testing.T) {
	for _, c := range []struct {
		name  string
		virus fakeVirus
		held  bool
		said  string
	}{
		{"clean", fakeVirus{clean: true}, true, ""},
		{"found", fakeVirus{}, false, "vond er iets in"},
		{"no answer", fakeVirus{err: bot.ErrUnavailable}, false, "geeft nu geen antwoord"},
		{"clean, and yet an error", fakeVirus{clean: true, err: io.ErrUnexpectedEOF}, false, "geeft nu geen antwoord"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, casus := withVault(t)
			w.virus = c.virus
			w.start()
			err := w.upload(carer, casus.Room, "verslag.txt", "een verslag")
			if err == nil || c.said != "" && !strings.Contains(err.Error(), c.said) {
				t.Errorf("upload: %v, want %q", err, c.said)
			}
			var files []bot.File
			w.view(func(tx bot.Tx) (err error) { files, err = tx.FilesOf(casus.Ref); return err })
			if (len(files) == 1) != c.held {
				t.Errorf("%d files are held, want held %v", len(files), c.held)
			}
			if (w.count(casus.Ref, bot.ActRefused) == 1) == c.held {
				t.Errorf("log = %v", w.acts(casus.Ref))
			}
		})
	}
}
