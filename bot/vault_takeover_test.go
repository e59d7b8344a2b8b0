package bot_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/convenantbot/convenantbot/bot"
)

// mustOpenSealed is what stands in an archive that was sealed for key, by name.
func mustOpenSealed(t *testing.T, data []byte, key age.Identity) map[string]string {
	t.Helper()
	r, err := age.Decrypt(bytes.NewReader(data), key)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return mustUnzip(t, plain)
}

// A file in the vault counted as one that could not be fetched.
func TestAFileInTheVaultIsTakenOverSealedAndInNoOtherWay(t *testing.T) {
	w, casus := withVault(t)
	f := w.inVault(casus)
	w.close(casus)
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	item := "file-" + string(f.ID)
	w.press(ib, "Kies wat wij overnemen")
	if a := w.send(ib, map[string][]string{"items": {item}, "ground": {"pupil_file"}}); !strings.Contains(a.Errors["key"], "niet onversleuteld") {
		t.Fatalf("without a key: %+v, want it refused", a)
	}
	if a := w.send(ib, map[string][]string{"items": {item}, "ground": {"pupil_file"}, "key": {key.Recipient().String()}}); len(a.Errors) > 0 {
		t.Fatalf("with a key: %+v", a.Errors)
	}
	got := w.given(ib)
	if len(got) != 1 || bytes.Contains(got[0].Data, []byte("KANARIE")) {
		t.Fatalf("%d files were given, want one that is sealed", len(got))
	}
	found := false
	for name, content := range mustOpenSealed(t, got[0].Data, key) {
		found = found || content == canary
		if strings.Contains(name, "Noor") {
			t.Errorf("the archive names the file %q", name)
		}
	}
	if !found {
		t.Error("the archive does not have the file")
	}
	if n := w.count(casus.Ref, bot.ActVaultTaken); n != 1 {
		t.Errorf("the log has %d takings, want 1: who brought it in may know", n)
	}
}

// Who chose for whom a file is did not choose for the others when the casus closes.
func TestWhatIsNotForSomebodyIsNotOfferedToThem(t *testing.T) {
	w, casus := withVault(t)
	f := w.inVault(casus)
	w.changeFile(f.ID, func(f *bot.File) { f.Chosen, f.For = true, []bot.PersonID{"p-doctor"} })
	w.close(casus)
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string][]string{"items": {"file-" + string(f.ID)}, "ground": {"pupil_file"}, "key": {key.Recipient().String()}}
	w.press(ib, "Kies wat wij overnemen")
	if a := w.send(ib, values); a.Errors["items"] == "" {
		t.Errorf("the school takes what is for the doctor: %+v", a)
	}
	values["ground"] = []string{"youth_health_file"}
	w.press(doctor, "Kies wat wij overnemen")
	if a := w.send(doctor, values); len(a.Errors) > 0 {
		t.Errorf("the doctor: %+v", a)
	}
	if len(w.given(doctor)) != 1 || len(w.given(ib)) != 0 {
		t.Errorf("the doctor has %d files and the school %d, want one and none", len(w.given(doctor)), len(w.given(ib)))
	}
}

func TestWhatIsPastItsTermIsNotTakenOver(t *testing.T) {
	w, casus := withVault(t)
	f := w.inVault(casus)
	w.changeFile(f.ID, func(f *bot.File) { f.Until = w.clock.Now().Add(time.Hour) })
	w.close(casus)
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	w.press(ib, "Kies wat wij overnemen")
	w.clock.Advance(time.Hour)
	values := map[string][]string{"items": {"file-" + string(f.ID)}, "ground": {"pupil_file"}, "key": {key.Recipient().String()}}
	if a := w.send(ib, values); a.Errors["items"] == "" || len(w.given(ib)) != 0 {
		t.Errorf("past its term: %+v", a)
	}
}

// changeFile changes a file as time or its poster would have.
func (w *world) changeFile(id bot.FileID, f func(*bot.File)) {
	w.t.Helper()
	if err := w.store.Update(w.t.Context(), func(tx bot.Tx) error {
		file, err := tx.File(id)
		if err != nil {
			return err
		}
		f(&file)
		return tx.SaveFile(file)
	}); err != nil {
		w.t.Fatal(err)
	}
}
