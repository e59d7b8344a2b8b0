package bot_test

import (
	"slices"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// A parent said no after their yes, and it was noted as a no: the yes counted no more,
// and what had been shared on it stood in the room as before.
func TestANoThatWasNotedLeftInSightWhatRestedOnTheYes(t *testing.T) {
	w := newWorld(t)
	casus, _ := w.agreedFile()
	w.settle()
	if got := w.visible(ib, casus.Room); len(got) != 1 {
		t.Fatalf("the room shows %v, want the file", got)
	}
	no := func(change map[string][]string) {
		t.Helper()
		w.clock.Advance(time.Minute)
		values := aConsent("g1", "authority")
		values["decision"], values["given_on"] = []string{"refused"}, []string{"2026-03-02"}
		for k, v := range change {
			values[k] = v
		}
		if a := w.consent(casus, values); len(a.Errors) > 0 {
			t.Fatal(a.Errors)
		}
		w.settle()
	}
	// A no about something else leaves it alone: of another purpose, of another kind,
	// of before the yes.
	no(map[string][]string{"purpose": {"Een ander plan maken"}})
	no(map[string][]string{"kinds": {"sensitive"}})
	no(map[string][]string{"given_on": {"2026-02-20"}})
	if got := w.visible(ib, casus.Room); len(got) != 1 {
		t.Fatalf("the room shows %v after a no about something else", got)
	}
	no(nil)
	if got := w.visible(ib, casus.Room); len(got) != 0 {
		t.Errorf("the room still shows %v", got)
	}
	w.wantTold(ib, "meteen uit het zicht")
	if w.count(casus.Ref, bot.ActFileWithdrawn) != 1 {
		t.Errorf("log = %v, want one hidden file", w.acts(casus.Ref))
	}
}

// Between the last look of the rules and the moment that a file stood in the room an
// agreement ended, a no was noted, or the poster's part was over: only a consent that
// was withdrawn was looked at again, and the file stood there for good.
func TestWhatEndedWhileAFileWasBeingPostedLeftItInTheRoom(t *testing.T) {
	for name, c := range map[string]struct {
		poster bot.UserID
		kind   string
		end    func(w *world, casus bot.Casus)
	}{
		"an agreement ended": {ib, "ordinary", func(w *world, casus bot.Casus) {
			w.change(w.t, casus.Ref, func(tx bot.Tx, _ *bot.Casus) error {
				all, err := tx.Agreements(casus.Ref)
				for _, a := range all {
					err = tx.WithdrawAgreement(casus.Ref, a.ID, w.clock.Now())
				}
				return err
			})
		}},
		"a no was noted": {carer, "health", func(w *world, casus bot.Casus) {
			w.change(w.t, casus.Ref, func(tx bot.Tx, _ *bot.Casus) error {
				return tx.AddConsent(bot.Consent{ID: "no", Casus: casus.Ref, Giver: "yp", Capacity: "young_person", Decision: bot.Refused, Discloser: "aanbieder",
					Recipients: []bot.OrgID{"school-a"}, Kinds: []bot.DataKind{bot.Health}, Purpose: "Samen een plan maken", GivenAt: w.clock.Now()})
			})
		}},
		"the phase went on": {carer, "health", func(w *world, casus bot.Casus) {
			w.change(w.t, casus.Ref, func(_ bot.Tx, c *bot.Casus) error { c.Phase = "F5"; return nil })
		}},
		"the poster's part was over": {carer, "health", func(w *world, casus bot.Casus) { w.takeOut(casus.Ref, carer) }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			var casus bot.Casus
			if c.poster == carer {
				casus, _ = w.agreedFile()
			} else {
				casus = w.open(newCasus())
				_ = w.upload(c.poster, casus.Room, "verzuim.txt", "drie dagen afwezig")
				w.press(c.poster, "Zeg wat erin staat")
				if _, err := w.person(c.poster).Send(map[string][]string{"kinds": {c.kind}, "absence": {"none"}}); err != nil {
					t.Fatal(err)
				}
			}
			ended := false
			w.chat.Lose = func(call string) error {
				if call == "PostFile" && !ended {
					ended = true
					c.end(w, casus)
				}
				return nil
			}
			w.settle()
			w.clock.Advance(time.Minute)
			w.settle()
			if got := w.visible(lpa, casus.Room); !ended || len(got) != 0 {
				t.Errorf("the room shows %v (it was being posted: %v)", got, ended)
			}
			if n := w.count(casus.Ref, bot.ActFilePosted); n != 0 {
				t.Errorf("the log says that %d files were posted", n)
			}
			if states := w.states(casus.Ref); !slices.Equal(states, []bot.FileState{bot.Withdrawn}) {
				t.Errorf("the file is %v, want it withdrawn", states)
			}
		})
	}
}

// The poster's part was over before their approved file was posted: the question who
// shared it had no answer, and the file lay there while the job was tried for ever.
func TestAnApprovedFileOfSomebodyWhosePartIsOverWaitedForEver(t *testing.T) {
	w := newWorld(t)
	casus, _ := w.agreedFile()
	w.takeOut(casus.Ref, carer)
	w.settle()
	if got := w.visible(ib, casus.Room); len(got) != 0 {
		t.Errorf("the room shows %v", got)
	}
	if states := w.states(casus.Ref); !slices.Equal(states, []bot.FileState{bot.Withdrawn}) {
		t.Errorf("the file is %v, want it withdrawn", states)
	}
}

func (w *world) states(ref bot.Ref) (all []bot.FileState) {
	w.t.Helper()
	for _, f := range w.files(ref) {
		all = append(all, f.State)
	}
	return all
}
