package bot_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// signedIn has the FG of the school sign in by an account elsewhere.
func (d *dashWorld) signedIn(once, old string) (string, error) {
	d.t.Helper()
	return d.bot.EnterOverviewAs(d.t.Context(), bot.Proof{Account: elsewhere, Once: once}, old)
}

var elsewhere = bot.Account{Platform: "oidc", User: "7f3a"}

// withElsewhere gives the FG of the school that account beside the one she has.
func withElsewhere(r *bot.Register) {
	i := slices.IndexFunc(r.People, func(p bot.Person) bool { return p.ID == "p-fg-school" })
	r.People[i].Accounts = append(r.People[i].Accounts, elsewhere)
}

func TestWhoSignsInElsewhereHasTheSameSessionAsByALink(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	d.register(withElsewhere)
	planted := d.enter(boss)
	token, err := d.signedIn("een", planted)
	if err != nil || token == "" || token == planted {
		t.Fatalf("signed in: %q, %v", token, err)
	}
	if _, err := d.see(planted, asBoss, "begin"); !isSignedOut(err) {
		t.Errorf("the session that was there before: %v", err)
	}
	byLink := d.enter(fgSchool)
	a, b := d.mustSee(token, asSchool, "begin"), d.mustSee(byLink, asSchool, "begin")
	if !slices.Equal(a.Hats, b.Hats) || !slices.Equal(a.Views, b.Views) || !a.Ends.Equal(b.Ends) {
		t.Errorf("hats %v until %v, and by a link %v until %v", a.Hats, a.Ends, b.Hats, b.Ends)
	}
	if _, err := d.see(token, bot.Hat{Kind: bot.HatDPO, Organisation: "swv-a"}, "begin"); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("another hat: %v", err)
	}
	d.clock.Advance(bot.OverviewIdle)
	if _, err := d.see(token, asSchool, "begin"); !isSignedOut(err) {
		t.Errorf("after a quarter of an hour: %v", err)
	}
	used, err := d.signedIn("twee", "")
	if err != nil {
		t.Fatal(err)
	}
	for at := time.Duration(0); at < bot.OverviewSession; at += 10 * time.Minute {
		if _, err := d.see(used, asSchool, "begin"); err != nil {
			t.Fatalf("in use, after %v: %v", at, err)
		}
		d.clock.Advance(10 * time.Minute)
	}
	if _, err := d.see(used, asSchool, "begin"); !isSignedOut(err) {
		t.Errorf("in use, after eight hours: %v", err)
	}
	// The account is taken from her: at once.
	token, err = d.signedIn("drie", "")
	if err != nil {
		t.Fatal(err)
	}
	d.register(func(*bot.Register) {})
	if _, err := d.see(token, asSchool, "begin"); !isSignedOut(err) {
		t.Errorf("the account is no longer hers: %v", err)
	}
}

func TestASignInElsewhereWorksOnceAndOnlyForWhoWatches(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	refused := func() (n int) {
		t.Helper()
		if err := d.store.View(t.Context(), func(tx bot.Tx) error {
			all, err := tx.Entries("", 0, 0)
			for _, e := range all {
				if e.Act == bot.ActRefused {
					n++
				}
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := refused()
	if token, err := d.signedIn("een", ""); !errors.Is(err, bot.ErrForbidden) || token != "" {
		t.Errorf("an account that nobody has: %q, %v", token, err)
	}
	if got := refused() - before; got != 1 {
		t.Errorf("%d refusals are recorded, want 1", got)
	}
	d.register(withElsewhere)
	// What was refused was used up too.
	if _, err := d.signedIn("een", ""); !errors.Is(err, bot.ErrConflict) {
		t.Errorf("the same sign-in after a refusal: %v", err)
	}
	first, err := d.signedIn("twee", "")
	if err != nil {
		t.Fatal(err)
	}
	if token, err := d.signedIn("twee", first); !errors.Is(err, bot.ErrConflict) || token != "" {
		t.Errorf("a second time: %q, %v", token, err)
	}
	if _, err := d.see(first, asSchool, "begin"); err != nil {
		t.Errorf("the session that stood is gone by the attempt: %v", err)
	}
	if got := refused() - before; got != 3 {
		t.Errorf("%d refusals are recorded, want 3", got)
	}
	var invalid *bot.InvalidError
	for _, a := range []bot.Account{{}, {Platform: "oidc"}, {User: "7f3a"}} {
		if _, err := d.bot.EnterOverviewAs(t.Context(), bot.Proof{Account: a, Once: "vier"}, ""); !errors.As(err, &invalid) {
			t.Errorf("%+v: %v", a, err)
		}
	}
	// Neither a name nor an address is an account, whatever platform it is said to be of.
	for _, user := range []bot.UserID{"fg@school-a.example", "p-fg-school", fgSchool} {
		if _, err := d.bot.EnterOverviewAs(t.Context(), bot.Proof{Account: bot.Account{Platform: "oidc", User: user}, Once: "vijf-" + string(user)}, ""); !errors.Is(err, bot.ErrForbidden) {
			t.Errorf("%s: %v", user, err)
		}
	}
}

// What is told to everybody's accounts used to be told to one that is for signing in
// only, where no platform takes it, and was tried again and again.
func TestNothingIsToldToAnAccountThatIsOnlyForSigningIn(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	d.register(func(r *bot.Register) {
		boss := slices.IndexFunc(r.People, func(p bot.Person) bool { return p.ID == "p-boss" })
		r.People[boss].Accounts = append(r.People[boss].Accounts, elsewhere)
		r.Lapses = true
		for i := range r.People {
			for j := range r.People[i].Appointments {
				r.People[i].Appointments[j].ConfirmedAt = d.clock.Now()
			}
		}
	})
	before := len(d.told(boss))
	for range 100 { // a quarter, and the time in which is asked to confirm who works there
		d.clock.Advance(24 * time.Hour)
		d.round()
	}
	if len(d.told(boss)) == before {
		t.Error("who confirms was told nothing in the chat")
	}
	if err := d.store.View(t.Context(), func(tx bot.Tx) error {
		waiting, err := tx.JobsOf("")
		for _, j := range waiting {
			if j.Kind == bot.JobTell {
				t.Errorf("%s waits, after %d tries", j.ID, j.Attempts)
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
