package bot_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

func TestOpenACasusWithFourParties(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())

	if casus.Ref != "C-2026-0001" || casus.Room == "" || casus.Status != bot.Open || casus.Phase != "F1" {
		t.Fatalf("casus = %s in room %q, %s, %s", casus.Ref, casus.Room, casus.Status, casus.Phase)
	}
	members, err := w.chat.RoomMembers(t.Context(), casus.Room)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(members)
	if want := []bot.UserID{carer, doctor, ib, lpa}; !slices.Equal(members, want) {
		t.Errorf("members = %v, want %v", members, want)
	}
	seen, err := w.person(ib).See(casus.Room)
	if err != nil || len(seen) != 1 || !seen[0].Pinned {
		t.Fatalf("the room shows %+v, %v; want one pinned message", seen, err)
	}
	for _, part := range []string{"C-2026-0001", "Samen een plan maken", "intern begeleider", "procesregisseur", "30 dagen"} {
		if !strings.Contains(seen[0].Text, part) {
			t.Errorf("the first message does not say %q:\n%s", part, seen[0].Text)
		}
	}
	if want := []string{"casus_opened", "member_added", "member_added", "member_added", "member_added", "room_ready"}; !slices.Equal(w.acts(casus.Ref), want) {
		t.Errorf("log = %v, want %v", w.acts(casus.Ref), want)
	}
}

func TestWhoDoesNotPassTheRulesIsNotInTheRoom(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus(func(v map[string][]string) {
		v["members"] = []string{string(lpa), string(stray)} // stray's organisation did not join the convenant
	}))
	members, err := w.chat.RoomMembers(t.Context(), casus.Room)
	if err != nil || slices.Contains(members, stray) {
		t.Errorf("members = %v, %v; want the therapist not among them", members, err)
	}
	w.wantTold(ib, "therapeut")
	if w.count(casus.Ref, bot.ActMemberRefused) != 1 {
		t.Errorf("log = %v, want one refused member", w.acts(casus.Ref))
	}
}

func TestAFormWithAMistakeChangesNothingAndCanBeSentAgain(t *testing.T) {
	for _, c := range []struct {
		name  string
		field string
		set   func(v map[string][]string)
	}{
		{"a kind that does not exist", "kind", func(v map[string][]string) { v["kind"] = []string{"koffie"} }},
		{"the policy table, which is no casus", "kind", func(v map[string][]string) { v["kind"] = []string{"tom_beleidstafel"} }},
		{"no purpose", "purpose", func(v map[string][]string) { v["purpose"] = nil }},
		{"a purpose of control characters", "purpose", func(v map[string][]string) { v["purpose"] = []string{"plan\x00\x07"} }},
		{"a purpose of emoji alone", "purpose", func(v map[string][]string) { v["purpose"] = []string{"🙂🙂"} }},
		{"a purpose that reads backwards", "purpose", func(v map[string][]string) { v["purpose"] = []string{"plan \u202e nalp"} }},
		{"a purpose of 151 characters", "purpose", func(v map[string][]string) { v["purpose"] = []string{strings.Repeat("a", 151)} }},
		{"a birth date tomorrow", "born", func(v map[string][]string) { v["born"] = []string{"2026-03-03"} }},
		{"a birth date that does not exist", "born", func(v map[string][]string) { v["born"] = []string{"2013-02-30"} }},
		{"a birth date of a grown-up", "born", func(v map[string][]string) { v["born"] = []string{"1980-01-01"} }},
		{"an unknown school", "school", func(v map[string][]string) { v["school"] = []string{"school-z"} }},
		{"somebody who does not exist", "members", func(v map[string][]string) { v["members"] = []string{"ghost"} }},
		{"somebody without an appointment", "members", func(v map[string][]string) { v["members"] = []string{string(nobody)} }},
		{"authority that was not checked", "checked", func(v map[string][]string) { v["checked"] = nil }},
		{"an agreement of nobody", "agreed", func(v map[string][]string) { v["holder2"] = nil }},
		{"an agreement in the future", "agreed_on", func(v map[string][]string) { v["agreed_on"] = []string{"2026-03-03"} }},
		{"an agreement without how", "agreed_how", func(v map[string][]string) { v["agreed_how"] = nil }},
		{"nothing on the invitation", "invited", func(v map[string][]string) { v["invited"] = nil }},
		{"no agreement at all", "agreed", func(v map[string][]string) { v["agreed"] = nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.command(ib, "common", "casus", "nieuw")
			answer := w.send(ib, newCasus(c.set))
			if answer.Errors[c.field] == "" || len(answer.Errors) != 1 {
				t.Fatalf("errors = %v, want one at %s", answer.Errors, c.field)
			}
			if refs := w.refs(); len(refs) != 0 {
				t.Errorf("casussen = %v, want none", refs)
			}
			if answer = w.send(ib, newCasus()); len(answer.Errors) != 0 || len(w.refs()) != 1 {
				t.Errorf("the mended form: %v and %v, want a casus", answer.Errors, w.refs())
			}
		})
	}
}

func TestTheSameFormTwiceIsOneCasus(t *testing.T) {
	w := newWorld(t)
	w.command(ib, "common", "casus", "nieuw")
	form, err := w.person(ib).OpenForm()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		answer, err := w.bot.Submit(t.Context(), bot.Submission{Platform: w.chat.Name(), Ticket: form.Ticket, User: ib, Values: newCasus()})
		if err != nil || len(answer.Errors) > 0 {
			t.Fatalf("Submit = %+v, %v", answer, err)
		}
	}
	if refs := w.refs(); len(refs) != 1 {
		t.Errorf("casussen = %v, want one", refs)
	}
}

func TestAFormOfSomebodyElseIsRefused(t *testing.T) {
	w := newWorld(t)
	w.command(ib, "common", "casus", "nieuw")
	form, err := w.person(ib).OpenForm()
	if err != nil {
		t.Fatal(err)
	}
	answer, err := w.bot.Submit(t.Context(), bot.Submission{Platform: w.chat.Name(), Ticket: form.Ticket, User: lpa, Values: newCasus()})
	if err != nil || len(answer.Errors) == 0 {
		t.Errorf("Submit by another = %+v, %v; want a refusal", answer, err)
	}
	if refs := w.refs(); len(refs) != 0 {
		t.Errorf("casussen = %v, want none", refs)
	}
}

func TestOnlyProfessionalsOfAPartyOpenACasus(t *testing.T) {
	for user, may := range map[bot.UserID]bool{ib: true, lpa: true, nobody: false, stray: false, officer: false} {
		w := newWorld(t)
		w.command(user, "common", "casus", "nieuw")
		if _, err := w.person(user).OpenForm(); (err == nil) != may {
			t.Errorf("%s gets the form: %v, want %v", user, err == nil, may)
		}
		if !may {
			w.wantTold(user, "Jij kunt hier geen casus openen")
		}
	}
}

func TestAStrangerAddedByHandIsGoneAndRecorded(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	if err := w.person(lpa).Add(casus.Room, stray); err != nil {
		t.Fatal(err)
	}
	w.settle()
	members, err := w.chat.RoomMembers(t.Context(), casus.Room)
	if err != nil || slices.Contains(members, stray) || len(members) != 4 {
		t.Errorf("members = %v, %v; want the four of the casus", members, err)
	}
	var found []bot.Entry
	w.view(func(tx bot.Tx) error {
		entries, err := tx.Entries(casus.Ref, 0, 0)
		for _, e := range entries {
			if e.Act == bot.ActStrangerRemoved {
				found = append(found, e)
			}
		}
		return err
	})
	if len(found) != 1 || found[0].Actor != "p-lpa" || found[0].Object != "p-stray" {
		t.Errorf("the log says %+v, want one removal of p-stray, let in by p-lpa", found)
	}
	w.wantTold(ib, "niet in dit overleg hoort")
	w.wantTold(lpa, "teruggedraaid")
}

func TestWhomAPersonTookOutIsNotPutBack(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	if err := w.chat.Remove(casus.Room, carer, ib); err != nil {
		t.Fatal(err)
	}
	w.settle()
	if err := w.bot.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.settle()
	members, err := w.chat.RoomMembers(t.Context(), casus.Room)
	if err != nil || slices.Contains(members, carer) {
		t.Errorf("members = %v, %v; want the carer still out", members, err)
	}
	w.wantTold(ib, "door iemand uit het kanaal gehaald")
	if err := w.person(ib).Add(casus.Room, carer); err != nil {
		t.Fatal(err)
	}
	w.settle()
	if members, _ = w.chat.RoomMembers(t.Context(), casus.Room); !slices.Contains(members, carer) {
		t.Error("the carer was put back by a person and is gone again")
	}
}

func TestAStrangerWhoCameWithoutAnEventIsFoundOnTheRound(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.chat.Connect(deaf{w.bot}) // events are lost
	if err := w.person(lpa).Add(casus.Room, stray); err != nil {
		t.Fatal(err)
	}
	if err := w.bot.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.settle()
	if members, _ := w.chat.RoomMembers(t.Context(), casus.Room); slices.Contains(members, stray) {
		t.Error("the stranger is still in the room")
	}
}
