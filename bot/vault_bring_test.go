package bot_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

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
