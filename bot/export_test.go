package bot_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/convenantbot/convenantbot/bot"
)

// askAccess notes a request for access about somebody.
func (w *world) askAccess(casus bot.Casus, about, key string) {
	w.t.Helper()
	w.command(ib, casus.Room, "casus", "gegevens")
	if a := w.send(ib, map[string][]string{"kind": {"access"}, "about": {about}, "text": {"Wil weten wat er is vastgelegd."}, "key": {key}}); len(a.Errors) > 0 {
		w.t.Fatalf("request: %+v", a)
	}
}

// unseal opens an answer as who asked would.
func unseal(t testing.TB, id *age.X25519Identity, sealed []byte) map[string]string {
	t.Helper()
	r, err := age.Decrypt(bytes.NewReader(sealed), id)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(data)
	}
	return files
}

func mustIdentity(t testing.TB) *age.X25519Identity {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAnExportNeedsASecondPersonAndIsForTheRequesterAlone(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	_ = w.upload(ib, casus.Room, "verzuim.txt", "drie dagen afwezig")
	w.classify(ib, "ordinary")
	id := mustIdentity(t)
	order := bot.ExportOrder{Ref: casus.Ref, By: "root"}
	if _, err := w.bot.Export(t.Context(), order); !errors.Is(err, bot.ErrNotFound) {
		t.Fatalf("without a request = %v, want ErrNotFound", err)
	}
	w.askAccess(casus, "g1", id.Recipient().String())
	if _, err := w.bot.Export(t.Context(), order); !errors.Is(err, bot.ErrForbidden) {
		t.Fatalf("before anybody agreed = %v, want ErrForbidden", err)
	}
	if w.count(casus.Ref, bot.ActExported) != 0 {
		t.Error("a refused export stands in the log as done")
	}
	w.press(officer, "Akkoord met inzage")
	w.wantTold(officer, "convenantbot casus export")

	order.To = mustIdentity(t).Recipient().String()
	if _, err := w.bot.Export(t.Context(), order); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("for another key = %v, want ErrForbidden", err)
	}
	order.To = ""
	out, err := w.bot.Export(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(out.Sealed, []byte("verzuim.txt")) || w.count(casus.Ref, bot.ActExported) != 1 {
		t.Errorf("in the clear, or not in the log: %v", w.acts(casus.Ref))
	}
	files := unseal(t, id, out.Sealed)
	page := files["overzicht.html"]
	for _, want := range []string{"verzuim.txt", "moeder", "Samen een plan maken", "1 mei 2013", "jeugdarts", "Uw rechten"} {
		if !strings.Contains(page, want) || !strings.Contains(files["overzicht.json"], want) && want != "Uw rechten" {
			t.Errorf("the answer lacks %q", want)
		}
	}
	if strings.Contains(page, "vader") {
		t.Error("the other parent stands in it")
	}
	if out.Review+out.LeftOut == 0 {
		t.Error("nothing was left out or held, and there is another parent")
	}
}

// The button refuses it; a record that says so all the same opens nothing.
func TestARequestThatWhoNotedItApprovedIsNotAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	casus := w.open(newCasus())
	w.askAccess(casus, "yp", mustIdentity(t).Recipient().String())
	approve := func(by bot.PersonID) error {
		if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
			all, err := tx.Matters(casus.Ref)
			if err != nil {
				return err
			}
			all[0].ApprovedBy, all[0].ApprovedAt = by, w.clock.Now()
			return tx.SaveMatter(all[0])
		}); err != nil {
			t.Fatal(err)
		}
		_, err := w.bot.Export(t.Context(), bot.ExportOrder{Ref: casus.Ref, By: "root"})
		return err
	}
	if err := approve("p-ib"); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("approved by who noted it: %v", err)
	}
	if err := approve("p-officer"); err != nil {
		t.Errorf("approved by somebody else: %v", err)
	}
}

func TestWhatConcernsOthersIsHeldForAPersonAndLetThroughOneByOne(t *testing.T) {
	w := newWorld(t)
	// From 16 a parent does not decide for the young person.
	casus := w.open(newCasus(func(v map[string][]string) { v["born"] = []string{"2009-05-01"} }))
	id := mustIdentity(t)
	w.askAccess(casus, "g1", id.Recipient().String())
	w.press(officer, "Akkoord met inzage")
	order := bot.ExportOrder{Ref: casus.Ref, By: "root", Review: true}
	review, err := w.bot.Export(t.Context(), order)
	if err != nil || len(review.Held) == 0 || len(review.Sealed) != 0 {
		t.Fatalf("review = %+v, %v; want items held and nothing sealed", review, err)
	}
	order.Review = false
	out, err := w.bot.Export(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	if page := unseal(t, id, out.Sealed)["overzicht.html"]; strings.Contains(page, "2009-05-01") || strings.Contains(page, "Samen een plan") {
		t.Error("the young person's own data stand in the answer to a parent")
	}
	held := review.Held[0]
	order.Include = []string{held.ID}
	again, err := w.bot.Export(t.Context(), order)
	if err != nil || again.Review != out.Review-1 || !strings.Contains(unseal(t, id, again.Sealed)["overzicht.json"], `"`+held.ID+`"`) {
		t.Errorf("after letting %s through: %d items, %d held, %v; before %d, %d", held.ID, again.Items, again.Review, err, out.Items, out.Review)
	}
}
