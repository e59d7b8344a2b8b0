package bot_test

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// withVault is a world whose bot has pages, with a casus in the phase in which
// health may be shared and every yes for that.
func withVault(t testing.TB) (*world, bot.Casus) {
	t.Helper()
	w := newWorld(t)
	w.pages = "https://bot.example.org"
	w.start()
	casus := w.open(newCasus())
	w.discuss(casus)
	for _, giver := range [][2]string{{"yp", "young_person"}, {"g1", "authority"}, {"g2", "authority"}} {
		w.consent(casus, aConsent(giver[0], giver[1]))
	}
	w.clock.Advance(time.Minute)
	return w, casus
}

const canary = "KANARIE-een behandelverslag"

// inVault has the carer bring in a health file by the chat.
func (w *world) inVault(casus bot.Casus, more ...string) bot.File {
	w.t.Helper()
	_ = w.upload(carer, casus.Room, "verslag van Noor.txt", canary)
	w.press(carer, "Zeg wat erin staat")
	values := map[string][]string{"kinds": {"health"}, "absence": {"none"}, "text": {"Zie bijlage"}}
	if slices.Contains(more, "download") {
		values["download"] = []string{"true"}
	}
	if answer := w.send(carer, values); len(answer.Errors) > 0 {
		w.t.Fatalf("classify: %v", answer.Errors)
	}
	return w.lastFile(casus)
}

func (w *world) lastFile(casus bot.Casus) bot.File {
	w.t.Helper()
	var files []bot.File
	w.view(func(tx bot.Tx) (err error) { files, err = tx.FilesOf(casus.Ref); return err })
	return files[len(files)-1]
}

// pressCard presses the button of the last card in the room.
func (w *world) pressCard(user bot.UserID, room bot.ChannelID) {
	w.t.Helper()
	seen, err := w.person(user).See(room)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := len(seen) - 1; i >= 0; i-- {
		if slices.Contains(seen[i].Labels, "Open in de kluis") {
			if err := w.person(user).Press(seen[i].ID, "Open in de kluis"); err != nil {
				w.t.Fatal(err)
			}
			w.settle()
			return
		}
	}
	w.t.Fatalf("%s sees no card", user)
}

var linkForm = regexp.MustCompile(`https://bot\.example\.org/(?:kluis|breng)/([A-Za-z0-9]+)`)

// link is the last link that user was given; blank: the last answer has none.
func (w *world) link(user bot.UserID) string {
	w.t.Helper()
	all := w.told(user)
	if m := linkForm.FindStringSubmatch(all[len(all)-1]); m != nil {
		return m[1]
	}
	return ""
}

// enter presses the card and follows the link.
func (w *world) enter(user bot.UserID, casus bot.Casus) string {
	w.t.Helper()
	w.pressCard(user, casus.Room)
	session, _, err := w.bot.EnterVault(w.t.Context(), w.link(user))
	if err != nil {
		w.t.Fatalf("EnterVault: %v", err)
	}
	return session
}

// wantClosed checks that a session reads nothing any more, for this reason.
func (w *world) wantClosed(session, reason string) {
	w.t.Helper()
	_, err := w.bot.ReadVault(w.t.Context(), session)
	var why *bot.ClosedError
	if !errors.As(err, &why) || why.Reason != reason || !errors.Is(err, bot.ErrForbidden) {
		w.t.Errorf("ReadVault = %v, want it closed for %q", err, reason)
	}
	if _, _, err := w.bot.VaultBytes(w.t.Context(), session); !errors.As(err, &why) {
		w.t.Errorf("VaultBytes = %v, want it closed", err)
	}
}

func TestHealthStaysInTheVaultAndTheRoomGetsACard(t *testing.T) {
	w, casus := withVault(t)
	f := w.inVault(casus)
	if got := w.visible(ib, casus.Room); len(got) != 0 {
		t.Fatalf("the room shows %v, want no file", got)
	}
	seen, err := w.person(ib).See(casus.Room)
	if err != nil {
		t.Fatal(err)
	}
	card := seen[len(seen)-1]
	for _, part := range []string{"jeugdhulpverlener, Organisatie aanbieder", "Samen een plan maken", "intern begeleider, Organisatie school-a", "31 december 2026"} {
		if !strings.Contains(card.Text, part) {
			t.Errorf("the card lacks %q:\n%s", part, card.Text)
		}
	}
	for _, s := range seen {
		for _, secret := range []string{"KANARIE", "Noor", "Zie bijlage", "verslag van"} {
			if strings.Contains(s.Text, secret) {
				t.Errorf("the room reads %q in %q", secret, s.Text)
			}
		}
	}
	if f.State != bot.Posted || !f.Vault || f.Message != card.ID {
		t.Errorf("file = %+v, want it in the vault with its card", f)
	}
	if data, err := w.blob(casus.Ref, f.ID); err != nil || string(data) != canary {
		t.Errorf("the vault has %q, %v", data, err)
	}
	// Approved for the vault is not approved for the chat.
	a, err := w.bot.Posting(t.Context(), bot.Posting{Platform: casus.Platform, Channel: casus.Room, User: carer,
		Files: []bot.PlatformFile{{ID: "x", Name: "a.txt", Hash: f.Hash}}, Protected: true})
	if err != nil || a.Allow {
		t.Errorf("Posting of the same bytes = %+v, %v, want a no", a, err)
	}
}

func TestWithoutPagesEveryFileIsPostedAsBefore(t *testing.T) {
	w, casus := withVault(t)
	w.pages = ""
	w.start()
	w.inVault(casus)
	if got := w.visible(ib, casus.Room); len(got) != 1 {
		t.Errorf("the room shows %v, want the file", got)
	}
}

func TestAKindThatTheRegionPostsIsPosted(t *testing.T) {
	w, casus := withVault(t)
	_ = w.upload(ib, casus.Room, "verzuim.txt", "drie dagen")
	w.classify(ib, "ordinary")
	if got := w.visible(lpa, casus.Room); len(got) != 1 {
		t.Errorf("the room shows %v, want the file", got)
	}
}

func TestALinkWorksOnceAndTwoMinutes(t *testing.T) {
	w, casus := withVault(t)
	f := w.inVault(casus)
	w.pressCard(ib, casus.Room)
	link := w.link(ib)
	for range 3 { // what looks behind a link uses nothing up
		if err := w.bot.PeekVault(t.Context(), link); err != nil {
			t.Fatalf("PeekVault: %v", err)
		}
	}
	session, r, err := w.bot.EnterVault(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	if r.File != f.ID || r.Reader == "" || r.Text != "Zie bijlage" || strings.Contains(r.Name, "Noor") {
		t.Errorf("reading = %+v", r)
	}
	if _, _, err := w.bot.EnterVault(t.Context(), link); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("a second browser: %v, want a no", err)
	}
	if err := w.bot.PeekVault(t.Context(), link); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("PeekVault of a used link = %v", err)
	}
	content, _, err := w.bot.VaultBytes(t.Context(), session)
	if err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(content); err != nil || string(data) != canary {
		t.Errorf("read %q, %v", data, err)
	}
	if got := w.count(casus.Ref, bot.ActVaultOpened); got != 1 {
		t.Errorf("%d openings in the log, want 1", got)
	}
	// The session is no link, and the link no session.
	if _, _, err := w.bot.EnterVault(t.Context(), session); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("a session as a link: %v", err)
	}
	w.pressCard(ib, casus.Room)
	second := w.link(ib)
	if _, err := w.bot.ReadVault(t.Context(), second); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("a link as a session: %v", err)
	}
	w.clock.Advance(bot.VaultLinkTerm - time.Second)
	if err := w.bot.PeekVault(t.Context(), second); err != nil {
		t.Errorf("a second before the end: %v", err)
	}
	w.clock.Advance(time.Second)
	if _, _, err := w.bot.EnterVault(t.Context(), second); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("after two minutes: %v, want a no", err)
	}
	w.clock.Advance(bot.VaultReadTerm)
	w.wantClosed(session, "link")
}

// What ends a right ends it at the card, at the link and at an open page.
func TestWhatEndsTheRightToReadEndsItAtEveryStep(t *testing.T) {
	withdraw := func(w *world, casus bot.Casus) {
		var consents []bot.Consent
		w.view(func(tx bot.Tx) (err error) { consents, err = tx.Consents(casus.Ref); return err })
		w.command(carer, casus.Room, "casus", "intrekken")
		w.send(carer, map[string][]string{"consent": {consents[0].ID}})
	}
	change := func(w *world, casus bot.Casus, f func(*bot.Casus)) {
		if err := w.store.Update(w.t.Context(), func(tx bot.Tx) error {
			c, err := tx.Casus(casus.Ref)
			if err != nil {
				return err
			}
			f(&c)
			_, err = tx.SaveCasus(c)
			if err == nil {
				_, err = tx.Record(bot.Entry{Casus: casus.Ref, At: w.clock.Now(), Act: bot.ActMemberEnded, Outcome: "done"})
			}
			return err
		}); err != nil {
			w.t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name   string
		do     func(w *world, casus bot.Casus)
		reason string
		hidden bool // the card is gone as well
		fine   bool
	}{
		{"nothing happened", func(*world, bot.Casus) {}, "", false, true},
		{"a consent is withdrawn", withdraw, "gone", true, false},
		{"the reader left the room", func(w *world, casus bot.Casus) {
			change(w, casus, func(c *bot.Casus) { c.Private.LeftRoom = append(c.Private.LeftRoom, ib) })
		}, "not_member", false, false},
		{"somebody else left the room", func(w *world, casus bot.Casus) {
			change(w, casus, func(c *bot.Casus) { c.Private.LeftRoom = append(c.Private.LeftRoom, lpa) })
		}, "", false, true},
		{"the reader's part is over", func(w *world, casus bot.Casus) {
			change(w, casus, func(c *bot.Casus) {
				for i := range c.Private.Members {
					if c.Private.Members[i].Account == ib {
						c.Private.Members[i].Until = w.clock.Now()
					}
				}
			})
		}, "not_member", false, false},
		{"the phase takes no health any more", func(w *world, casus bot.Casus) { w.command(ib, casus.Room, "casus", "fase F5") }, "rules", false, false},
		{"the casus is closed", func(w *world, casus bot.Casus) { change(w, casus, func(c *bot.Casus) { c.Status = bot.Closed }) }, "rules", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, casus := withVault(t)
			w.inVault(casus)
			session := w.enter(ib, casus)
			content, _, err := w.bot.VaultBytes(t.Context(), session)
			if err != nil {
				t.Fatal(err)
			}
			w.pressCard(ib, casus.Room)
			link := w.link(ib)
			c.do(w, casus)
			if c.fine {
				if _, err := w.bot.ReadVault(t.Context(), session); err != nil {
					t.Errorf("ReadVault = %v, want it open", err)
				}
				if data, err := io.ReadAll(content); err != nil || string(data) != canary {
					t.Errorf("read %q, %v", data, err)
				}
				return
			}
			w.wantClosed(session, c.reason)
			if data, err := io.ReadAll(content); !errors.Is(err, bot.ErrForbidden) || len(data) > 0 {
				t.Errorf("reading on gave %q, %v, want a no", data, err)
			}
			if _, _, err := w.bot.EnterVault(t.Context(), link); !errors.Is(err, bot.ErrForbidden) {
				t.Errorf("EnterVault = %v, want a no", err)
			}
			if c.hidden {
				return
			}
			w.pressCard(ib, casus.Room)
			if w.link(ib) != "" {
				t.Error("the card still gives a link")
			}
			if w.count(casus.Ref, bot.ActRefused) < 2 {
				t.Errorf("log = %v, want the refusals", w.acts(casus.Ref))
			}
		})
	}
}

func TestWhoComesLaterCannotOpenAndClosesItForNobody(t *testing.T) {
	w, casus := withVault(t)
	w.inVault(casus)
	session := w.enter(ib, casus)
	if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
		c, err := tx.Casus(casus.Ref)
		if err != nil {
			return err
		}
		c.Private.Members = append(c.Private.Members, bot.Member{ID: "p-guide", Account: guide, Role: bot.Professional, Organisation: "swv-a", Sector: bot.SWV,
			Function: "consulent", Task: "ondersteuning", Involved: true, Since: w.clock.Now()})
		_, err = tx.SaveCasus(c)
		if err == nil {
			_, err = tx.Record(bot.Entry{Casus: casus.Ref, At: w.clock.Now(), Act: bot.ActMemberAdded, Outcome: "done"})
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := w.chat.AddToRoom(t.Context(), casus.Room, guide); err != nil {
		t.Fatal(err)
	}
	if _, err := w.bot.ReadVault(t.Context(), session); err != nil {
		t.Errorf("ReadVault for who was there = %v", err)
	}
	w.pressCard(guide, casus.Room)
	if w.link(guide) != "" {
		t.Error("who came later gets a link")
	}
	w.wantTold(guide, "niet, of niet meer, voor jou bedoeld")
}

func TestALargeFileIsJudgedAgainAtEveryPart(t *testing.T) {
	w, casus := withVault(t)
	f := w.inVault(casus)
	big := bytes.Repeat([]byte("x"), 1<<20)
	if _, err := w.store.PutBlob(t.Context(), casus.Ref, f.ID, bytes.NewReader(big)); err != nil {
		t.Fatal(err)
	}
	session := w.enter(ib, casus)
	content, _, err := w.bot.VaultBytes(t.Context(), session)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(content, make([]byte, 300<<10)); err != nil {
		t.Fatal(err)
	}
	if err := w.bot.LeaveVault(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(content)
	if !errors.Is(err, bot.ErrForbidden) || len(rest) > 256<<10 {
		t.Errorf("after the end %d bytes came, %v; want less than one part and a no", len(rest), err)
	}
}

func TestTheBytesAreTakenAlongOnlyWhereTheDiscloserAllowedIt(t *testing.T) {
	for _, allowed := range []bool{false, true} {
		w, casus := withVault(t)
		if allowed {
			w.inVault(casus, "download")
		} else {
			w.inVault(casus)
		}
		session := w.enter(ib, casus)
		_, r, err := w.bot.TakeFromVault(t.Context(), session)
		if (err == nil) != allowed || r.Download != allowed {
			t.Errorf("allowed %v: TakeFromVault = %v", allowed, err)
		}
		if got := w.count(casus.Ref, bot.ActVaultTaken); (got == 1) != allowed {
			t.Errorf("allowed %v: %d takings in the log", allowed, got)
		}
	}
}

func TestTheDiscloserAndTheFGSeeWhoOpened(t *testing.T) {
	w, casus := withVault(t)
	w.inVault(casus)
	w.enter(ib, casus)
	last := func(user bot.UserID) string { all := w.told(user); return all[len(all)-1] }
	w.command(carer, casus.Room, "casus", "kluis")
	if got := last(carer); !strings.Contains(got, "Geopend:") || !strings.Contains(got, "intern begeleider") {
		t.Errorf("the discloser reads %q", got)
	}
	w.command(officer, "common", "casus", "kluis "+string(casus.Ref))
	if got := last(officer); !strings.Contains(got, "intern begeleider") {
		t.Errorf("the FG reads %q", got)
	}
	w.command(lpa, casus.Room, "casus", "kluis")
	if got := last(lpa); strings.Contains(got, "Geopend:") || strings.Contains(got, "begeleider") {
		t.Errorf("another member reads %q", got)
	}
	w.command(nobody, "common", "casus", "kluis "+string(casus.Ref))
	if got := last(nobody); strings.Contains(got, "document") {
		t.Errorf("a stranger reads %q", got)
	}
}

func TestARefusedFileGoesToThoseWhoMayHaveIt(t *testing.T) {
	w := newWorld(t)
	w.pages = "https://bot.example.org"
	w.start()
	casus := w.open(newCasus())
	w.discuss(casus)
	for _, giver := range [][2]string{{"yp", "young_person"}, {"g1", "authority"}, {"g2", "authority"}} {
		yes := aConsent(giver[0], giver[1])
		yes["recipients"] = []string{"ggd"} // not the school, not the gemeente
		w.consent(casus, yes)
	}
	w.clock.Advance(time.Minute)
	f := w.inVault(casus)
	if f.State != bot.Quarantined {
		t.Fatalf("the file is %s, want it to wait", f.State)
	}
	w.wantTold(carer, "Met een kleinere kring mag het wel.")
	w.press(carer, "Deel met wie mag")
	if f = w.lastFile(casus); f.State != bot.Posted || !slices.Equal(f.For, []bot.PersonID{"p-doctor"}) {
		t.Fatalf("file = %+v, want it for the doctor", f)
	}
	w.wantTold(doctor, "Deze kaart is alleen voor jou")
	w.press(doctor, "Open in de kluis")
	if _, _, err := w.bot.EnterVault(t.Context(), w.link(doctor)); err != nil {
		t.Errorf("the doctor: %v", err)
	}
	for _, user := range []bot.UserID{ib, lpa} {
		if strings.Contains(strings.Join(w.told(user), "\n"), "kluis") {
			t.Errorf("%s was told of the card", user)
		}
	}
	seen, err := w.person(ib).See(casus.Room)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(seen[len(seen)-1].Text, "kluis") {
		t.Errorf("the room reads %q", seen[len(seen)-1].Text)
	}
}

func TestTheSmallerCircleIsWorkedOutAgainWhenItIsChosen(t *testing.T) {
	w := newWorld(t)
	w.pages = "https://bot.example.org"
	w.start()
	casus := w.open(newCasus())
	w.discuss(casus)
	for _, giver := range [][2]string{{"yp", "young_person"}, {"g1", "authority"}, {"g2", "authority"}} {
		yes := aConsent(giver[0], giver[1])
		yes["recipients"] = []string{"ggd"}
		w.consent(casus, yes)
	}
	w.clock.Advance(time.Minute)
	w.inVault(casus)
	w.clock.Advance(time.Minute)
	var consents []bot.Consent
	w.view(func(tx bot.Tx) (err error) { consents, err = tx.Consents(casus.Ref); return err })
	w.command(carer, casus.Room, "casus", "intrekken")
	w.send(carer, map[string][]string{"consent": {consents[0].ID}})
	w.press(carer, "Deel met wie mag")
	w.wantTold(carer, "intussen veranderd")
	if f := w.lastFile(casus); f.State != bot.Quarantined {
		t.Errorf("the file is %s, want it to wait", f.State)
	}
	if strings.Contains(strings.Join(w.told(doctor), "\n"), "kluis") {
		t.Error("the doctor was told of a card")
	}
}
