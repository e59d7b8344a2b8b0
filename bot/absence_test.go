package bot_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

// hasAbsence reports whether the form that user sees asks about absence.
func (w *world) hasAbsence(user bot.UserID) bool {
	w.t.Helper()
	f, err := w.person(user).OpenForm()
	if err != nil {
		w.t.Fatal(err)
	}
	return slices.ContainsFunc(f.Fields, func(f bot.Field) bool { return f.Name == "absence" })
}

// absent has the school bring in a file about absence of this kind.
func (w *world) absent(casus bot.Casus, answer ...string) bot.FormAnswer {
	w.t.Helper()
	_ = w.upload(ib, casus.Room, "verzuim.txt", "drie dagen afwezig")
	w.press(ib, "Zeg wat erin staat")
	return w.send(ib, map[string][]string{"kinds": {"ordinary"}, "absence": answer})
}

func TestAuthorisedAbsenceIsNotSharedWithLeerplicht(t *testing.T) {
	for answer, shared := range map[string]bool{"none": true, "worrying": true, "authorised": false} {
		t.Run(answer, func(t *testing.T) {
			w := newWorld(t)
			casus := w.open(newCasus())
			got := w.absent(casus, answer)
			if files := w.visible(lpa, casus.Room); (len(files) == 1) != shared {
				t.Errorf("leerplicht sees %v", files)
			}
			if shared {
				return
			}
			wantIn(t, got.Text, "geoorloofd verzuim", "alleen zonder persoonsgegevens", "Deel alleen aantallen", "interpretatie, laat de FG dit bevestigen")
			w.wantTold(ib, "Deel alleen aantallen")
			var codes []string
			w.view(func(tx bot.Tx) error {
				entries, err := tx.Entries(casus.Ref, 0, 0)
				for _, e := range entries {
					if e.Act == bot.ActFileDecided {
						codes = append(codes, e.Outcome+" "+strings.Join(e.Reasons, " "))
					}
				}
				return err
			})
			if !slices.Equal(codes, []string{"refused absence_authorised"}) {
				t.Errorf("the log says %q, want the refusal with its code", codes)
			}
		})
	}
}

func TestAbsenceIsAskedOnlyWhereItMatters(t *testing.T) {
	cases := map[string]struct {
		members []string
		poster  bot.UserID
		asked   bool
	}{
		"a school, with leerplicht":     {[]string{string(lpa), string(carer)}, ib, true},
		"a school, with the SWV":        {[]string{string(guide)}, ib, true},
		"a school, with neither":        {[]string{string(carer), string(doctor)}, ib, false},
		"leerplicht itself":             {[]string{string(lpa), string(guide)}, lpa, false},
		"youth health, with leerplicht": {[]string{string(lpa), string(doctor)}, doctor, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			casus := w.open(newCasus(func(v map[string][]string) { v["members"] = c.members }))
			w.discuss(casus)
			_ = w.upload(c.poster, casus.Room, "verzuim.txt", "drie dagen afwezig")
			w.press(c.poster, "Zeg wat erin staat")
			if got := w.hasAbsence(c.poster); got != c.asked {
				t.Errorf("asked = %v, want %v", got, c.asked)
			}
		})
	}
}

func TestWithoutAnAnswerOnAbsenceNothingIsShared(t *testing.T) {
	for name, answer := range map[string][]string{"none given": nil, "one that does not exist": {"perhaps"}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			casus := w.open(newCasus())
			if got := w.absent(casus, answer...); got.Errors["absence"] == "" {
				t.Errorf("the answer is %+v, want an error at the field", got)
			}
			if files := w.visible(lpa, casus.Room); len(files) != 0 {
				t.Errorf("leerplicht sees %v", files)
			}
		})
	}
}

func TestAFormFromBeforeLeerplichtCameIsAskedAgain(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus(func(v map[string][]string) { v["members"] = []string{string(carer)} }))
	_ = w.upload(ib, casus.Room, "verzuim.txt", "drie dagen afwezig")
	w.press(ib, "Zeg wat erin staat")
	if w.hasAbsence(ib) {
		t.Fatal("asked without leerplicht in the room")
	}
	w.addMember(casus.Ref, lpa)
	got := w.send(ib, map[string][]string{"kinds": {"ordinary"}})
	if got.Errors["absence"] == "" || len(w.visible(carer, casus.Room)) != 0 {
		t.Errorf("the answer is %+v, want the form to ask on", got)
	}
}

// addMember puts the leerplichtambtenaar into the casus.
func (w *world) addMember(ref bot.Ref, user bot.UserID) {
	w.t.Helper()
	err := w.store.Update(w.t.Context(), func(tx bot.Tx) error {
		c, err := tx.Casus(ref)
		if err != nil {
			return err
		}
		c.Private.Members = append(c.Private.Members, bot.Member{ID: bot.PersonID("p-" + user), Account: user, Role: bot.Professional,
			Organisation: "gemeente", Sector: bot.Attendance, Function: "leerplichtambtenaar", Task: "leerplicht", Involved: true, Since: w.clock.Now()})
		if _, err := tx.SaveCasus(c); err != nil {
			return err
		}
		_, err = tx.Record(bot.Entry{Casus: ref, At: w.clock.Now(), Act: bot.ActMemberAdded, Outcome: "done"})
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
