package bot_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// shared opens a casus in which ib shared two files, and closes it.
func (w *world) shared() bot.Casus {
	w.t.Helper()
	casus := w.open(newCasus())
	_ = w.upload(ib, casus.Room, "verzuim.txt", "drie dagen afwezig")
	w.classify(ib, "ordinary")
	_ = w.upload(ib, casus.Room, "../plan.txt", "samen naar school")
	w.classify(ib, "ordinary")
	w.close(casus)
	return casus
}

// given are the files that the bot gave user in private, by their names.
func (w *world) given(user bot.UserID) []bottest.SeenFile {
	w.t.Helper()
	seen, err := w.person(user).SeeDirect()
	if err != nil {
		w.t.Fatal(err)
	}
	var all []bottest.SeenFile
	for _, s := range seen {
		all = append(all, s.Files...)
	}
	return all
}

func (w *world) files(ref bot.Ref) (all []bot.File) {
	w.t.Helper()
	w.view(func(tx bot.Tx) (err error) { all, err = tx.FilesOf(ref); return err })
	return all
}

// mustUnzip is what stands in an archive, by name.
func mustUnzip(t *testing.T, data []byte) map[string]string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name] = string(content)
	}
	return all
}

func TestAnOrganisationTakesOverWhatItChoseOnItsGround(t *testing.T) {
	w := newWorld(t)
	casus := w.shared()
	files := w.files(casus.Ref)
	w.press(lpa, "Kies wat wij overnemen")
	items := []string{"talk", "agreements", "file-" + string(files[1].ID)}
	if a := w.send(lpa, map[string][]string{"items": items, "ground": {"pupil_file"}}); a.Errors["ground"] == "" {
		t.Errorf("leerplicht on the ground of a school: %+v", a)
	}
	if a := w.send(lpa, map[string][]string{"items": {"file-unknown"}, "ground": {"absence"}}); a.Errors["items"] == "" {
		t.Errorf("a file that is not offered: %+v", a)
	}
	if a := w.send(lpa, map[string][]string{"items": items, "ground": {"other"}}); a.Errors["why"] == "" {
		t.Errorf("another ground without a word: %+v", a)
	}
	if a := w.send(lpa, map[string][]string{"items": items, "ground": {"absence"}}); !strings.Contains(a.Text, "3 onderdelen") || !strings.Contains(a.Text, "5 jaar") {
		t.Fatalf("answer: %+v", a)
	}
	got := w.given(lpa)
	if len(got) != 1 {
		t.Fatalf("%d files were given, want one archive", len(got))
	}
	inside := mustUnzip(t, got[0].Data)
	if inside["bestanden/01-plan.txt"] != "samen naar school" {
		t.Errorf("the archive holds %v", inside)
	}
	for name, content := range inside {
		if strings.Contains(content, "drie dagen afwezig") || strings.Contains(name, "verzuim") {
			t.Errorf("%s: a file that was not chosen went along", name)
		}
	}
	if page := inside["overzicht.html"]; !strings.Contains(page, "5 jaar") || strings.Contains(page, "op het verzoek om inzage") {
		t.Errorf("the page:\n%s", page)
	}
	// What was taken is not offered again; what another organisation takes is its own.
	w.press(lpa, "Kies wat wij overnemen")
	if a := w.send(lpa, map[string][]string{"items": {"talk"}, "ground": {"absence"}}); a.Errors["items"] == "" {
		t.Errorf("taken twice: %+v", a)
	}
	w.command(ib, casus.Room, "casus", "status")
	w.wantTold(ib, "3 onderdelen overgenomen")
	if w.count(casus.Ref, bot.ActTakenOver) != 1 || w.count(casus.Ref, bot.ActExported) != 1 {
		t.Errorf("log = %v", w.acts(casus.Ref))
	}
	// In the clear it stays a day.
	w.later(2)
	if got := w.given(lpa); len(got) != 0 {
		t.Errorf("after two days it is still there: %v", got[0].Name)
	}
}

func TestWithAKeyOnlyItsHolderReadsWhatIsTakenOverAndItGoesWithTheCasus(t *testing.T) {
	w := newWorld(t)
	casus := w.shared()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	w.press(ib, "Kies wat wij overnemen")
	w.send(ib, map[string][]string{"items": {"file-" + string(w.files(casus.Ref)[0].ID)}, "ground": {"pupil_file"}, "key": {key.Recipient().String()}})
	got := w.given(ib)
	if len(got) != 1 || bytes.Contains(got[0].Data, []byte("drie dagen afwezig")) {
		t.Fatalf("given: %d files, or it can be read", len(got))
	}
	r, err := age.Decrypt(bytes.NewReader(got[0].Data), key)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if inside := mustUnzip(t, data); inside["bestanden/01-verzuim.txt"] != "drie dagen afwezig" {
		t.Errorf("the archive holds %v", inside)
	}
	w.later(3)
	if len(w.given(ib)) != 1 {
		t.Error("what is sealed went after a day")
	}
	w.handedOver(casus.Ref)
	w.later(40)
	if len(w.given(ib)) != 0 {
		t.Error("it is still there after the casus was erased")
	}
	w.view(func(tx bot.Tx) error {
		r, err := tx.Receipt(casus.Ref)
		if err == nil && !strings.Contains(r.Text(), "handed_over: school-a confirmed=2") || !strings.Contains(r.Text(), "items=1 grounds=pupil_file\n") {
			t.Errorf("the receipt says:\n%s", r.Text())
		}
		return err
	})
}

func TestWhoIsOfAnotherOrganisationOrOutsideTakesNothingOver(t *testing.T) {
	w := newWorld(t)
	casus := w.shared()
	w.press(lpa, "Kies wat wij overnemen")
	// The member leaves the casus while the form is open.
	if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
		c, err := tx.Casus(casus.Ref)
		if err != nil {
			return err
		}
		kept := c.Private.Members[:0:0]
		for _, m := range c.Private.Members {
			if m.Account != lpa {
				kept = append(kept, m)
			}
		}
		c.Private.Members = kept
		_, err = tx.SaveCasus(c)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if a := w.send(lpa, map[string][]string{"items": {"agreements"}, "ground": {"absence"}}); len(a.Errors) == 0 {
		t.Errorf("somebody who left took over: %+v", a)
	}
	if len(w.given(lpa)) != 0 || w.count(casus.Ref, bot.ActTakenOver) != 0 {
		t.Error("something was handed over")
	}
}

func TestAFileWhoseBytesChangedOnThePlatformIsNotHandedOver(t *testing.T) {
	w := newWorld(t)
	casus := w.shared()
	seen, err := w.person(ib).See(casus.Room)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range seen {
		for i := range s.Files {
			if s.Files[i].Name == "document-C-2026-0001-2026-03-02.txt" {
				copy(s.Files[i].Data, "VIER") // the fake gives the bytes it holds
			}
		}
	}
	w.press(ib, "Kies wat wij overnemen")
	w.send(ib, map[string][]string{"items": {"file-" + string(w.files(casus.Ref)[0].ID)}, "ground": {"pupil_file"}})
	w.wantTold(ib, "haal dat zelf op uit het kanaal")
	for name := range mustUnzip(t, w.given(ib)[0].Data) {
		if strings.HasPrefix(name, "bestanden/") {
			t.Errorf("%s went along with other bytes than were decided on", name)
		}
	}
}

func TestAnOrganisationHasErasingWaitOnceAndForABoundedTime(t *testing.T) {
	w := newWorld(t)
	casus := w.shared()
	w.handedOver(casus.Ref)
	w.later(25)
	w.press(doctor, "Wacht met vernietigen")
	if a := w.send(doctor, map[string][]string{"days": {"31"}, "reason": {"Het dossier is nog niet klaar."}}); a.Errors["days"] == "" {
		t.Errorf("more than the most: %+v", a)
	}
	if a := w.send(doctor, map[string][]string{"days": {"14"}, "reason": {"Het dossier is nog niet klaar."}}); !strings.Contains(a.Text, "vraagt om te wachten") {
		t.Fatalf("answer: %+v", a)
	}
	w.wantTold(officer, "vraagt om te wachten met vernietigen")
	w.later(13)
	if got := w.casus(casus.Ref).Status; got != bot.Archived {
		t.Fatalf("while it waits it is %s, want archived and kept", got)
	}
	w.press(doctor, "Wacht met vernietigen")
	w.wantTold(doctor, "al een keer om uitstel gevraagd")
	w.clock.Advance(24*time.Hour + time.Minute)
	w.settle()
	w.later(1)
	if w.count(casus.Ref, bot.ActErased) != 1 {
		t.Errorf("after the wait it was not erased: %v", w.acts(casus.Ref))
	}
	if w.count(casus.Ref, bot.ActHandoverWait) != 1 {
		t.Errorf("log = %v", w.acts(casus.Ref))
	}
}

func TestAFormToPrintIsTakenBackWhenTheCasusIsErased(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	w.command(carer, casus.Room, "casus", "formulier")
	if len(w.given(carer)) != 1 {
		t.Fatalf("%d forms were given, want 1; told: %v", len(w.given(carer)), w.told(carer))
	}
	w.close(casus)
	w.handedOver(casus.Ref)
	w.later(32)
	if w.count(casus.Ref, bot.ActErased) != 1 {
		t.Fatalf("log = %v", w.acts(casus.Ref))
	}
	if left := w.given(carer); len(left) != 0 {
		t.Errorf("%s is still there", left[0].Name)
	}
}
