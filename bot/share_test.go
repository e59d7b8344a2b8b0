package bot_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// aConsent is the form with which the carer records a yes to sharing health with
// everybody in the room.
func aConsent(giver, capacity string) map[string][]string {
	return map[string][]string{
		"giver": {giver}, "capacity": {capacity}, "decision": {"given"}, "recipients": {"school-a", "gemeente", "ggd"},
		"kinds": {"health"}, "purpose": {"Samen een plan maken"}, "given_on": {"2026-03-01"}, "expires_on": {"2026-12-31"}, "how": {"conversation"},
	}
}

// discuss brings a casus to the phase in which health may be shared.
func (w *world) discuss(casus bot.Casus) {
	w.t.Helper()
	w.command(ib, casus.Room, "casus", "fase F3")
}

func (w *world) classify(user bot.UserID, kinds ...string) bot.FormAnswer {
	w.t.Helper()
	w.press(user, "Zeg wat erin staat")
	return w.send(user, map[string][]string{"kinds": kinds, "absence": {"none"}, "text": {"Zie bijlage"}})
}

// consent has the carer record a consent in the room.
func (w *world) consent(casus bot.Casus, values map[string][]string) bot.FormAnswer {
	w.t.Helper()
	w.command(carer, casus.Room, "casus", "toestemming")
	return w.send(carer, values)
}

func TestAFileIsSeenByNobodyBeforeItIsDecided(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)

	err := w.upload(carer, casus.Room, "verslag.txt", "een behandelverslag")
	if err == nil || !strings.Contains(err.Error(), "nog niet geplaatst") {
		t.Fatalf("upload: %v, want it held", err)
	}
	if got := w.visible(ib, casus.Room); len(got) != 0 {
		t.Fatalf("the room shows %v before any decision", got)
	}
	w.classify(carer, "health")
	if got := w.visible(ib, casus.Room); len(got) != 0 {
		t.Fatalf("the room shows %v without consent", got)
	}
	w.wantTold(carer, "de jongere, moeder en vader")

	// Twelve years old and health: the young person and both parents.
	for _, giver := range [][2]string{{"yp", "young_person"}, {"g1", "authority"}} {
		w.clock.Advance(time.Minute)
		if answer := w.consent(casus, aConsent(giver[0], giver[1])); len(answer.Errors) > 0 {
			t.Fatalf("consent of %s: %v", giver[0], answer.Errors)
		}
		if got := w.visible(ib, casus.Room); len(got) != 0 {
			t.Fatalf("the room shows %v while a yes is missing", got)
		}
	}
	w.clock.Advance(time.Minute)
	w.press(carer, "Toestemming vastleggen")
	w.send(carer, aConsent("g2", "authority"))
	if got := w.visible(ib, casus.Room); !slices.Equal(got, []string{"document-C-2026-0001-2026-03-02.txt"}) {
		t.Errorf("the room shows %v after every yes, want the file", got)
	}
	seen, err := w.person(ib).See(casus.Room)
	if err != nil {
		t.Fatal(err)
	}
	last := seen[len(seen)-1]
	if last.Author != carer || last.Text != "Zie bijlage" || string(last.Files[0].Data) != "een behandelverslag" {
		t.Errorf("the post is %+v, want it by its discloser with its text and bytes", last)
	}
	var files []bot.File
	w.view(func(tx bot.Tx) (err error) { files, err = tx.FilesOf(casus.Ref); return err })
	if len(files) != 1 || files[0].State != bot.Posted {
		t.Fatalf("files = %+v, want one that is posted", files)
	}
	if _, err := w.blob(casus.Ref, files[0].ID); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("the quarantine still has the bytes: %v", err)
	}
}

func TestWithdrawalHidesTheFileAndStopsTheNext(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	for _, giver := range [][2]string{{"yp", "young_person"}, {"g1", "authority"}, {"g2", "authority"}} {
		w.consent(casus, aConsent(giver[0], giver[1]))
	}
	w.clock.Advance(time.Minute)
	_ = w.upload(carer, casus.Room, "verslag.txt", "een verslag")
	w.classify(carer, "health")
	if got := w.visible(ib, casus.Room); len(got) != 1 {
		t.Fatalf("the room shows %v, want the file", got)
	}

	var consents []bot.Consent
	w.view(func(tx bot.Tx) (err error) { consents, err = tx.Consents(casus.Ref); return err })
	w.clock.Advance(time.Minute)
	w.command(carer, casus.Room, "casus", "intrekken")
	answer := w.send(carer, map[string][]string{"consent": {consents[0].ID}})
	if !strings.Contains(answer.Text, "1 bestand") {
		t.Errorf("the answer is %q, want it to count the hidden file", answer.Text)
	}
	if got := w.visible(ib, casus.Room); len(got) != 0 {
		t.Errorf("the room still shows %v", got)
	}
	w.wantTold(ib, "meteen uit het zicht")

	_ = w.upload(carer, casus.Room, "verslag2.txt", "nog een verslag")
	w.classify(carer, "health")
	if got := w.visible(ib, casus.Room); len(got) != 0 {
		t.Errorf("the room shows %v after the withdrawal", got)
	}
	if w.count(casus.Ref, bot.ActConsentEnded) != 1 || w.count(casus.Ref, bot.ActFileWithdrawn) != 1 {
		t.Errorf("log = %v, want one withdrawal and one hidden file", w.acts(casus.Ref))
	}
}

func TestAConsentWithdrawnBetweenApprovalAndPostingStopsTheFile(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	for _, giver := range [][2]string{{"yp", "young_person"}, {"g1", "authority"}, {"g2", "authority"}} {
		w.consent(casus, aConsent(giver[0], giver[1]))
	}
	w.clock.Advance(time.Minute)
	_ = w.upload(carer, casus.Room, "verslag.txt", "een verslag")
	w.press(carer, "Zeg wat erin staat")
	if _, err := w.person(carer).Send(map[string][]string{"kinds": {"health"}}); err != nil {
		t.Fatal(err)
	}
	// Approved now, and not yet posted: the job has not run.
	var consents []bot.Consent
	w.view(func(tx bot.Tx) (err error) { consents, err = tx.Consents(casus.Ref); return err })
	if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
		return tx.WithdrawConsent(casus.Ref, consents[0].ID, w.clock.Now())
	}); err != nil {
		t.Fatal(err)
	}
	w.settle()
	if got := w.visible(ib, casus.Room); len(got) != 0 {
		t.Errorf("the room shows %v, want nothing", got)
	}
}

// agreedFile has a file approved that rests on three consents; it is posted when
// the work is done. withdraw ends one of them the way a person does.
func (w *world) agreedFile() (casus bot.Casus, withdraw func()) {
	w.t.Helper()
	casus = w.open(newCasus())
	w.discuss(casus)
	for _, giver := range [][2]string{{"yp", "young_person"}, {"g1", "authority"}, {"g2", "authority"}} {
		w.consent(casus, aConsent(giver[0], giver[1]))
	}
	var consents []bot.Consent
	w.view(func(tx bot.Tx) (err error) { consents, err = tx.Consents(casus.Ref); return err })
	w.command(carer, casus.Room, "casus", "intrekken")
	form, err := w.person(carer).OpenForm()
	if err != nil {
		w.t.Fatal(err)
	}
	w.clock.Advance(time.Minute)
	_ = w.upload(carer, casus.Room, "verslag.txt", "een verslag")
	w.press(carer, "Zeg wat erin staat")
	if _, err := w.person(carer).Send(map[string][]string{"kinds": {"health"}}); err != nil {
		w.t.Fatal(err)
	}
	return casus, func() {
		w.t.Helper()
		s := bot.Submission{Platform: bottest.ChatName, Ticket: form.Ticket, User: carer, Channel: casus.Room, Values: map[string][]string{"consent": {consents[0].ID}}}
		if answer, err := w.bot.Submit(w.t.Context(), s); err != nil || len(answer.Errors) > 0 {
			w.t.Fatalf("withdraw: %+v, %v", answer, err)
		}
	}
}

// A file was posted, the record of it was lost, and meanwhile its consent was
// withdrawn: the second try found nothing to do, and the file stood there for
// good.
func TestAFileWhosePostingNobodyCouldWriteDownGoesOutOfSightWithItsConsent(t *testing.T) {
	w := newWorld(t)
	casus, withdraw := w.agreedFile()
	w.chat.Lose = func(call string) error {
		if call != "PostFile" {
			return nil
		}
		w.chat.Lose = nil
		if got := w.visible(ib, casus.Room); len(got) != 1 {
			t.Errorf("the room shows %v, want the file for a moment", got)
		}
		withdraw()
		return bot.ErrUnavailable
	}
	w.settle()
	w.clock.Advance(time.Minute)
	w.settle()
	if got := w.visible(ib, casus.Room); len(got) != 0 {
		t.Errorf("the room still shows %v", got)
	}
	if w.count(casus.Ref, bot.ActFileWithdrawn) != 1 || w.count(casus.Ref, bot.ActFilePosted) != 0 {
		t.Errorf("log = %v, want one file withdrawn and none posted", w.acts(casus.Ref))
	}
}

// A replica was paused with an approved file in its hands. When it went on, the
// consent had been withdrawn and everything that follows from that was done.
func TestAReplicaThatWasPausedPostsNothingAfterTheWithdrawal(t *testing.T) {
	w := newWorld(t)
	casus, withdraw := w.agreedFile()
	w.chat.Fail = func(call string) error {
		if call != "PostFile" {
			return nil
		}
		w.chat.Fail = nil
		withdraw()
		w.clock.Advance(5 * time.Minute) // its turn lapses
		w.settle()
		return nil
	}
	w.settle()
	w.clock.Advance(time.Minute)
	w.settle()
	if w.chat.Fail != nil {
		t.Fatal("nothing was posted at all")
	}
	if got := w.visible(ib, casus.Room); len(got) != 0 {
		t.Errorf("the room shows %v", got)
	}
	if w.count(casus.Ref, bot.ActFilePosted) != 0 {
		t.Errorf("log = %v, want no file posted", w.acts(casus.Ref))
	}
}

func TestFilesThatAreRefusedAtOnce(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	for _, c := range []struct {
		name, file, content, want string
		user                      bot.UserID
	}{
		{"an empty file", "leeg.txt", "", "leeg", carer},
		{"a BSN in the name", "verslag 111222333.txt", "x", "", carer},
		{"a BSN inside", "verslag.txt", "kind met nummer 111.222.333 erin", "", carer},
		{"a BSN inside, by a school", "verslag.txt", "111222333", "", ib},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := w.upload(c.user, casus.Room, c.file, c.content)
			if err == nil || !strings.Contains(err.Error(), c.want) || len(err.Error()) < 20 {
				t.Errorf("upload: %v, want a refusal that says why", err)
			}
			if got := w.visible(ib, casus.Room); len(got) != 0 {
				t.Errorf("the room shows %v", got)
			}
		})
	}
	var waiting []bot.File
	w.view(func(tx bot.Tx) (err error) {
		waiting, err = tx.FilesWaiting(bot.Quarantined, w.clock.Now().AddDate(1, 0, 0), 10)
		return err
	})
	if len(waiting) != 0 {
		t.Errorf("%d refused files wait in quarantine, want none", len(waiting))
	}
}

func TestASchoolSharesOrdinaryDataWithAnAgreement(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	_ = w.upload(ib, casus.Room, "verzuim.txt", "drie dagen afwezig")
	w.classify(ib, "ordinary")
	if got := w.visible(lpa, casus.Room); !slices.Equal(got, []string{"document-C-2026-0001-2026-03-02.txt"}) {
		t.Errorf("the room shows %v, want the file", got)
	}
}

func TestTheClassificationOffersOnlyWhatCouldPass(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus()) // phase F1 takes ordinary data only
	_ = w.upload(carer, casus.Room, "verslag.txt", "een verslag")
	w.press(carer, "Zeg wat erin staat")
	form, err := w.person(carer).OpenForm()
	if err != nil {
		t.Fatal(err)
	}
	var offered []string
	for _, o := range form.Fields[0].Options {
		offered = append(offered, o.Value)
	}
	if !slices.Equal(offered, []string{"ordinary"}) {
		t.Errorf("offered %v, want only ordinary in this phase", offered)
	}
	for _, part := range []string{"Gezondheid", "Strafrechtelijke"} {
		if !strings.Contains(form.Intro, part) {
			t.Errorf("the form does not say why %s cannot pass:\n%s", part, form.Intro)
		}
	}
}

func TestAWaitingFileIsGoneAfterAnHour(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	_ = w.upload(carer, casus.Room, "verslag.txt", "een verslag")
	var file bot.File
	w.view(func(tx bot.Tx) error {
		files, err := tx.FilesOf(casus.Ref)
		if err == nil {
			file = files[0]
		}
		return err
	})
	w.clock.Advance(bot.QuarantineTerm - time.Second)
	w.round()
	if _, err := w.blob(casus.Ref, file.ID); err != nil {
		t.Fatalf("the file is gone before its time: %v", err)
	}
	w.clock.Advance(time.Second)
	w.round()
	if _, err := w.blob(casus.Ref, file.ID); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("the bytes are still there: %v", err)
	}
	w.press(carer, "Zeg wat erin staat")
	w.wantTold(carer, "al gebruikt of verlopen")
}

func (w *world) round() {
	w.t.Helper()
	if err := w.bot.Round(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.settle()
}

func TestOnlyApprovedBytesMayBePosted(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	_ = w.upload(ib, casus.Room, "verzuim.txt", "drie dagen afwezig")
	w.classify(ib, "ordinary")
	other := w.open(newCasus())
	var hash string
	w.view(func(tx bot.Tx) error {
		files, err := tx.FilesOf(casus.Ref)
		if err == nil {
			hash = files[0].Hash
		}
		return err
	})
	for _, c := range []struct {
		name string
		p    bot.Posting
		want bool
	}{
		{"the approved bytes of this poster here", bot.Posting{Channel: casus.Room, User: ib, Files: []bot.PlatformFile{{Hash: hash}}}, true},
		{"the same bytes by somebody else", bot.Posting{Channel: casus.Room, User: carer, Files: []bot.PlatformFile{{Hash: hash}}}, false},
		{"the same bytes in another casus", bot.Posting{Channel: other.Room, User: ib, Files: []bot.PlatformFile{{Hash: hash}}}, false},
		{"other bytes", bot.Posting{Channel: casus.Room, User: ib, Files: []bot.PlatformFile{{Hash: strings.Repeat("0", 64)}}}, false},
		{"bytes without a hash", bot.Posting{Channel: casus.Room, User: ib, Files: []bot.PlatformFile{{}}}, false},
		{"an approved and another one", bot.Posting{Channel: casus.Room, User: ib, Files: []bot.PlatformFile{{Hash: hash}, {Hash: "x"}}}, false},
		{"text alone", bot.Posting{Channel: casus.Room, User: ib, Text: "tot morgen"}, true},
		{"text with a BSN", bot.Posting{Channel: casus.Room, User: ib, Text: "nummer 111222333"}, false},
		{"an ordinary channel", bot.Posting{Channel: "common", User: ib, Files: []bot.PlatformFile{{Hash: "x"}}}, true},
		{"a protected channel that the bot does not know", bot.Posting{Channel: "lost", Protected: true, User: ib, Files: []bot.PlatformFile{{Hash: "x"}}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.p.Platform = w.chat.Name()
			answer, err := w.bot.Posting(t.Context(), c.p)
			if err != nil || answer.Allow != c.want {
				t.Errorf("Posting = %+v, %v; want allow %v", answer, err, c.want)
			}
			if !answer.Allow && answer.Text == "" {
				t.Error("a no without a word why")
			}
		})
	}
}

func TestConsentIsRecordedOnlyByTheDisclosersOwnOrganisation(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.command(nobody, casus.Room, "casus", "toestemming")
	w.wantTold(nobody, "Toestemming om te delen legt alleen een professional vast")
	w.command(ib, casus.Room, "casus", "toestemming")
	form, err := w.person(ib).OpenForm()
	if err != nil {
		t.Fatal(err)
	}
	// What the ib'er records is about what the school discloses, never the carer.
	if !strings.Contains(form.Intro, "Organisatie school-a") {
		t.Errorf("the form is not about the school's own sharing: %s", form.Intro)
	}
}

func TestMistakesInAConsent(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	for _, c := range []struct {
		name, field string
		value       []string
	}{
		{"a giver from nowhere", "giver", []string{"g9"}},
		{"a parent as the young person", "capacity", []string{"young_person"}},
		{"no recipients", "recipients", nil},
		{"a recipient outside", "recipients", []string{"outside"}},
		{"no kinds", "kinds", nil},
		{"a BSN as a kind", "kinds", []string{"bsn"}},
		{"no purpose", "purpose", nil},
		{"given tomorrow", "given_on", []string{"2026-03-03"}},
		{"an end that has passed", "expires_on", []string{"2026-03-01"}},
		{"no end", "expires_on", nil},
		{"an end after more than two years", "expires_on", []string{"2028-03-03"}},
		{"no word on how", "how", nil},
		{"neither yes nor no", "decision", []string{"maybe"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			values := aConsent("g1", "authority")
			values[c.field] = c.value
			answer := w.consent(casus, values)
			if answer.Errors[c.field] == "" {
				t.Errorf("errors = %v, want one at %s", answer.Errors, c.field)
			}
		})
	}
	var consents []bot.Consent
	w.view(func(tx bot.Tx) (err error) { consents, err = tx.Consents(casus.Ref); return err })
	if len(consents) != 0 {
		t.Errorf("%d consents were recorded, want none", len(consents))
	}
}
