package bot_test

import (
	"errors"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

func TestASignOutElsewhereEndsWhatRestsOnItAndNothingElse(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	d.register(withElsewhere)
	began := d.clock.Now().Truncate(time.Second)
	enter := func(once string, at time.Time, names ...string) string {
		t.Helper()
		token, err := d.bot.EnterOverviewAs(t.Context(), bot.Proof{Account: elsewhere, Once: once, At: at, Names: names}, "")
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	in := func(what, token string, want bool) {
		t.Helper()
		if _, err := d.see(token, asSchool, "begin"); (err == nil) != want || err != nil && !isSignedOut(err) {
			t.Errorf("%s: %v, want in: %v", what, err, want)
		}
	}
	out := func(once, name string, at time.Time) {
		t.Helper()
		if err := d.bot.SignOutElsewhere(t.Context(), once, bot.Ended{Name: name, At: at}); err != nil {
			t.Fatal(err)
		}
	}
	byLink := d.enter(fgSchool)
	one, two, three := enter("a", began, "sid:1", "sub:7f3a"), enter("b", began, "sid:2", "sub:7f3a"), enter("c", began.Add(2*time.Second), "sid:3", "sub:7f3a")

	out("x", "sid:elders", time.Time{})
	for what, token := range map[string]string{"one": one, "two": two, "three": three, "by a link": byLink} {
		in("somebody else signed out: "+what, token, true)
	}
	// One session there.
	out("y", "sid:1", time.Time{})
	in("what rests on it", one, false)
	in("another session", two, true)
	// It was being begun meanwhile, with a proof from before or after.
	in("begun a moment later", enter("d", began.Add(time.Minute), "sid:1", "sub:7f3a"), false)

	// Everywhere there.
	out("z", "sub:7f3a", began.Add(time.Second))
	in("proved before", two, false)
	in("begun later with a proof from before", enter("e", began, "sid:4", "sub:7f3a"), false)
	in("with one of the same second", enter("f", began.Add(time.Second), "sid:4", "sub:7f3a"), false)
	in("proved after", three, true)
	in("by a link", byLink, true)

	// It is remembered until every session is over that could rest on it.
	d.clock.Advance(bot.OverviewSession)
	in("eight hours later, with what was ended", enter("g", began, "sid:1"), false)
}

// The store forgets a sign-out after a while. Were that too soon, whoever is signed out
// there would be in again here with what they had: a session that is as old as it can
// be, or one that is begun at the last moment with a proof from before and not looked
// at until it nearly ends.
func TestASignOutElsewhereIsRememberedForAsLongAsASessionCanRestOnIt(t *testing.T) {
	t.Parallel()
	const signIn = time.Hour // within which a proof is used
	for what, wait := range map[string]time.Duration{
		"at once": 0, "before it is idle": bot.OverviewIdle - time.Second, "after a day's session": bot.OverviewSession,
		"begun late, and a day's session after": bot.OverviewSession + signIn - time.Second,
	} {
		d := newDash(t)
		d.register(withElsewhere)
		began := d.clock.Now().Truncate(time.Second)
		enter := func(once string) string {
			t.Helper()
			token, err := d.bot.EnterOverviewAs(t.Context(), bot.Proof{Account: elsewhere, Once: once, At: began, Names: []string{"sid:1", "sub:7f3a"}}, "")
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		early := enter("a")
		if err := d.bot.SignOutElsewhere(t.Context(), "x", bot.Ended{Name: "sub:7f3a", At: began}); err != nil {
			t.Fatal(err)
		}
		d.clock.Advance(wait)
		for name, token := range map[string]string{"as it was": early, "begun now with the old proof": enter("b")} {
			if _, err := d.see(token, asSchool, "begin"); !isSignedOut(err) {
				t.Errorf("%s, %s: %v, want to be out", what, name, err)
			}
		}
		// And what the provider said counts once, for as long as it may be said again.
		if err := d.bot.SignOutElsewhere(t.Context(), "x", bot.Ended{Name: "sub:7f3a", At: began.Add(time.Minute)}); !errors.Is(err, bot.ErrConflict) {
			t.Errorf("%s, said again: %v", what, err)
		}
	}
}

func TestASignOutElsewhereWorksOnceAndIsRecorded(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	d.register(withElsewhere)
	recorded := func() (n int) {
		t.Helper()
		if err := d.store.View(t.Context(), func(tx bot.Tx) error {
			all, err := tx.Entries("", 0, 0)
			for _, e := range all {
				if e.Act == bot.ActOverviewOut {
					n++
				}
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	at := d.clock.Now()
	if err := d.bot.SignOutElsewhere(t.Context(), "een", bot.Ended{Name: "sub:7f3a", At: at}); err != nil || recorded() != 1 {
		t.Fatalf("%v, recorded %d times", err, recorded())
	}
	token, err := d.bot.EnterOverviewAs(t.Context(), bot.Proof{Account: elsewhere, Once: "a", At: at.Add(time.Second), Names: []string{"sub:7f3a"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.bot.SignOutElsewhere(t.Context(), "een", bot.Ended{Name: "sub:7f3a", At: at.Add(time.Minute)}); !errors.Is(err, bot.ErrConflict) || recorded() != 1 {
		t.Errorf("again: %v, recorded %d times", err, recorded())
	}
	if _, err := d.see(token, asSchool, "begin"); err != nil {
		t.Errorf("what was used before ended a session: %v", err)
	}
	var invalid *bot.InvalidError
	if err := d.bot.SignOutElsewhere(t.Context(), "twee"); !errors.As(err, &invalid) {
		t.Errorf("nothing is ended: %v", err)
	}
	for once, name := range map[string]string{"": "sub:7f3a", "twee": ""} {
		if err := d.bot.SignOutElsewhere(t.Context(), once, bot.Ended{Name: name, At: at}); !errors.As(err, &invalid) {
			t.Errorf("once %q, name %q: %v", once, name, err)
		}
	}
}
