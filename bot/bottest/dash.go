package bottest

import (
	"errors"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// at is a casus of an organisation, led by somebody.
func (b *bench) at(t testing.TB, org bot.OrgID, lead, deputy bot.PersonID, change ...func(*bot.Casus)) bot.Casus {
	t.Helper()
	c := b.casus()
	c.Coordinator, c.Deputy = lead, deputy
	c.Private.Members[0].Organisation = org
	for _, f := range change {
		f(&c)
	}
	b.mustUpdate(t, func(tx bot.Tx) (err error) {
		if c, err = tx.AddCasus(c, 2026); err != nil {
			return err
		}
		_, err = tx.Record(bot.Entry{Casus: c.Ref, At: b.now(), Act: bot.ActCasusOpened, Outcome: "done"})
		return err
	})
	return c
}

func refsOf(all []bot.Watched) (refs []bot.Ref) {
	for _, w := range all {
		refs = append(refs, w.Casus.Ref)
	}
	return refs
}

var watchTests = []storeTest{
	{"a watch sees the casussen of its organisation or its lead, and no others", func(t *testing.T, b *bench) {
		mine, other := b.at(t, "school-a", "p1", "p2"), b.at(t, "school-b", "p2", "")
		both := b.at(t, "school-a", "p3", "p3", func(c *bot.Casus) {
			c.Phase, c.Kind = "F1", bot.ZAT
			c.Private.Members = append(c.Private.Members, bot.Member{ID: "p9", Role: bot.Professional, Organisation: "school-b"},
				bot.Member{ID: "g1", Role: bot.Parent})
		})
		b.mustView(t, func(tx bot.Tx) error {
			for _, c := range []struct {
				w    bot.Watch
				want []bot.Ref
			}{
				{bot.Watch{Organisation: "school-a"}, []bot.Ref{mine.Ref, both.Ref}},
				{bot.Watch{Organisation: "school-b"}, []bot.Ref{other.Ref, both.Ref}},
				{bot.Watch{Organisation: "p1"}, nil},
				{bot.Watch{Organisation: "school"}, nil},
				{bot.Watch{Leads: "p2"}, []bot.Ref{mine.Ref, other.Ref}},
				{bot.Watch{Leads: "p3"}, []bot.Ref{both.Ref}},
				{bot.Watch{Leads: "p9"}, nil},
				{bot.Watch{Leads: "school-a"}, nil},
			} {
				got, err := tx.Watched(c.w, "", 100)
				if err != nil {
					return err
				}
				same(t, "Watched", refsOf(got), c.want)
			}
			counts, err := tx.WatchedCounts(bot.Watch{Organisation: "school-a"})
			same(t, "WatchedCounts", counts, []bot.WatchedCount{{Status: bot.Open, Kind: bot.MDO, Phase: "F3", Count: 1}, {Status: bot.Open, Kind: bot.ZAT, Phase: "F1", Count: 1}})
			return err
		})
		for _, w := range []bot.Watch{{}, {Organisation: "school-a", Leads: "p1"}} {
			b.mustView(t, func(tx bot.Tx) error {
				var invalid *bot.InvalidError
				if _, err := tx.Watched(w, "", 1); !errors.As(err, &invalid) {
					t.Errorf("Watched(%+v) = %v, want an *InvalidError", w, err)
				}
				return nil
			})
		}
	}},
	{"a watch follows what changes, and an erased casus is nobody's", func(t *testing.T, b *bench) {
		c, gone := b.at(t, "school-a", "p1", ""), b.at(t, "school-a", "p1", "")
		c.Coordinator, c.Phase, c.Status = "p5", "F6", bot.Closed
		c.Private.Members = []bot.Member{{ID: "p7", Role: bot.Professional, Organisation: "ggd"}}
		b.mustUpdate(t, func(tx bot.Tx) error {
			_, err := tx.SaveCasus(c)
			_, err2 := tx.Record(bot.Entry{Casus: c.Ref, At: b.now(), Act: bot.ActPhaseChanged, Outcome: "done"})
			_, err3 := tx.EraseCasus(gone.Ref, bot.Receipt{})
			_, err4 := tx.Record(bot.Entry{Casus: gone.Ref, At: b.now(), Act: bot.ActErased, Outcome: "done"})
			return errors.Join(err, err2, err3, err4)
		})
		b.mustView(t, func(tx bot.Tx) error {
			for w, want := range map[bot.Watch][]bot.Ref{{Organisation: "school-a"}: nil, {Leads: "p1"}: nil, {Leads: "p5"}: {c.Ref}, {Organisation: "ggd"}: {c.Ref}} {
				got, err := tx.Watched(w, "", 100)
				if err != nil {
					return err
				}
				same(t, "Watched", refsOf(got), want)
			}
			counts, err := tx.WatchedCounts(bot.Watch{Organisation: "ggd"})
			same(t, "WatchedCounts", counts, []bot.WatchedCount{{Status: bot.Closed, Kind: bot.MDO, Phase: "F6", Count: 1}})
			return err
		})
	}},
	{"watched casussen come with all that hangs on them, a page at a time", func(t *testing.T, b *bench) {
		w := bot.Watch{Organisation: "school-a"}
		one, two, three := b.at(t, "school-a", "p1", ""), b.at(t, "school-a", "p1", ""), b.at(t, "school-a", "p1", "", func(c *bot.Casus) { c.Status = bot.Closed })
		far := b.at(t, "school-b", "p1", "")
		hold := bot.Hold{ID: "h1", Casus: two.Ref, Reason: "er loopt een klacht", PlacedBy: "p1", PlacedAt: b.now()}
		matter := bot.Matter{ID: "m1", Casus: two.Ref, Kind: bot.Incident, At: b.now(), Text: "verkeerd bestand"}
		b.mustUpdate(t, func(tx bot.Tx) error {
			_, err := tx.Record(bot.Entry{Casus: two.Ref, At: b.now(), Act: bot.ActHoldPlaced, Outcome: "done"})
			_, err2 := tx.Record(bot.Entry{Casus: far.Ref, At: b.now(), Act: bot.ActHoldPlaced, Outcome: "done"})
			return errors.Join(err, err2, tx.AddHold(hold), tx.AddMatter(matter), tx.AddConsent(b.consent(two, "c1")), tx.AddConsent(b.consent(two, "c0")), tx.AddAgreement(b.agreement(two, "a1")),
				tx.AddHold(bot.Hold{ID: "h2", Casus: far.Ref, Reason: "een ander", PlacedAt: b.now()}),
				tx.SetDue(one.Ref, b.now().Add(time.Hour)), tx.SetDue(two.Ref, b.now()), tx.SetDue(three.Ref, time.Time{}), tx.SetDue(far.Ref, b.now()))
		})
		b.mustView(t, func(tx bot.Tx) error {
			first, err := tx.Watched(w, "", 2, bot.Open, bot.Closed)
			if err != nil {
				return err
			}
			same(t, "the first page", refsOf(first), []bot.Ref{one.Ref, two.Ref})
			same(t, "a bare one", first[0], bot.Watched{Kept: bot.Kept{Casus: one}})
			same(t, "holds", first[1].Holds, []bot.Hold{hold})
			same(t, "matters", first[1].Matters, []bot.Matter{matter})
			same(t, "consents", first[1].Consents, []bot.Consent{b.consent(two, "c1"), b.consent(two, "c0")})
			same(t, "agreements", first[1].Agreements, []bot.Agreement{b.agreement(two, "a1")})
			rest, err := tx.Watched(w, two.Ref, 2, bot.Open, bot.Closed)
			if err != nil {
				return err
			}
			same(t, "the rest", refsOf(rest), []bot.Ref{three.Ref})
			open, err := tx.Watched(w, one.Ref, 9, bot.Open)
			if err != nil {
				return err
			}
			same(t, "the open ones", refsOf(open), []bot.Ref{two.Ref})
			due, held, err := tx.WatchedDue(w, b.now())
			same(t, "due", due, []bot.DueAt{{Ref: two.Ref, At: b.now()}})
			same(t, "held", held, 1)
			return err
		})
	}},
	{"reasons are counted within their moments, and within the watch", func(t *testing.T, b *bench) {
		c, far := b.at(t, "school-a", "p1", ""), b.at(t, "school-b", "p1", "")
		from := b.now()
		b.mustUpdate(t, func(tx bot.Tx) error {
			var errs []error
			for i, v := range []bot.Verdict{
				{Casus: c.Ref, At: from, About: "share", Effect: "refuse", Rule: "M40", Codes: []string{"M40", "P1"}},
				{Casus: c.Ref, At: from.Add(time.Hour), About: "share", Effect: "refuse", Codes: []string{"M40"}},
				{Casus: c.Ref, At: from.Add(time.Hour), About: "share", Effect: "allow"},
				{Casus: c.Ref, At: from.Add(-time.Microsecond), About: "share", Effect: "allow"},
				{Casus: c.Ref, At: from.Add(2 * time.Hour), About: "share", Effect: "allow"},
				{Casus: far.Ref, At: from, About: "join", Effect: "refuse"},
			} {
				v.ID = bot.DecisionID(rune('a' + i))
				_, err := tx.Record(bot.Entry{Casus: v.Casus, At: v.At, Act: bot.ActFileDecided, Decision: v.ID, Outcome: "done"})
				errs = append(errs, tx.AddVerdict(v), err)
			}
			return errors.Join(errs...)
		})
		b.mustView(t, func(tx bot.Tx) error {
			got, err := tx.WatchedReasons(bot.Watch{Organisation: "school-a"}, from, from.Add(2*time.Hour))
			same(t, "WatchedReasons", got, []bot.ReasonCount{{About: "share", Effect: "allow", Count: 1}, {About: "share", Effect: "refuse", Reason: "M40", Count: 2}})
			return err
		})
	}},
	{"entries are those of the watch, newest first", func(t *testing.T, b *bench) {
		c, far := b.at(t, "school-a", "p1", ""), b.at(t, "school-b", "p1", "")
		old := b.now()
		b.Pass(time.Hour)
		since := b.now()
		b.mustUpdate(t, func(tx bot.Tx) error {
			_, err1 := tx.Record(bot.Entry{Casus: c.Ref, At: since, Act: bot.ActConsentRecorded, Object: "c1", Outcome: "done"})
			_, err2 := tx.Record(bot.Entry{Casus: far.Ref, At: since, Act: bot.ActConsentRecorded, Outcome: "done"})
			_, err3 := tx.Record(bot.Entry{At: since, Act: bot.ActDirectory, Outcome: "done"})
			_, err4 := tx.Record(bot.Entry{Casus: c.Ref, At: since, Act: bot.ActFilePosted, Object: "f1", Outcome: "done"})
			return errors.Join(err1, err2, err3, err4)
		})
		b.mustView(t, func(tx bot.Tx) error {
			got, err := tx.WatchedEntries(bot.Watch{Leads: "p1"}, since, 2)
			if err != nil || len(got) != 2 || got[0].Object != "f1" {
				t.Errorf("of who leads both, the newest two = %+v, %v", got, err)
			}
			got, err = tx.WatchedEntries(bot.Watch{Organisation: "school-a"}, since, 100)
			if err != nil || len(got) != 2 || got[0].Act != bot.ActFilePosted || got[1].Object != "c1" {
				t.Errorf("of the organisation = %+v, %v", got, err)
			}
			got, err = tx.WatchedEntries(bot.Watch{Organisation: "school-a"}, old, 100)
			same(t, "from the beginning", len(got), 3)
			return err
		})
	}},
}

var sessionTests = []storeTest{
	{"a session is found by its token until it ends", func(t *testing.T, b *bench) {
		s := bot.Session{Token: "geheim", Person: "p1", Account: bot.Account{Platform: "x", User: "u1"}, BeganAt: b.now(), SeenAt: b.now(), Expires: b.now().Add(time.Hour)}
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddSession(s) })
		b.refused(t, "AddSession twice", bot.ErrConflict, func(tx bot.Tx) error { return tx.AddSession(s) })
		want := s
		want.Token, want.SeenAt = "", b.now().Add(time.Minute)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.TouchSession("geheim", want.SeenAt) })
		b.mustView(t, func(tx bot.Tx) error {
			got, err := tx.Session("geheim", b.now().Add(time.Hour-time.Microsecond))
			same(t, "Session", got, want)
			for token, at := range map[string]time.Time{"geheim": s.Expires, "Geheim": b.now(), "": b.now(), "p1": b.now()} {
				if _, err := tx.Session(token, at); !errors.Is(err, bot.ErrNotFound) {
					t.Errorf("Session(%q) = %v, want ErrNotFound", token, err)
				}
			}
			return err
		})
		b.refused(t, "TouchSession of none", bot.ErrNotFound, func(tx bot.Tx) error { return tx.TouchSession("anders", b.now()) })
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.EndSession("anders"), tx.EndSession(""), tx.EndSession("geheim"), tx.EndSession("geheim"))
		})
		b.mustView(t, func(tx bot.Tx) error {
			if _, err := tx.Session("geheim", b.now()); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("after its end: %v, want ErrNotFound", err)
			}
			return nil
		})
	}},
}

var proofTests = []storeTest{
	{"what was proved elsewhere is ended up to the latest moment that was said", func(t *testing.T, b *bench) {
		at := b.now()
		known := func(name string, want time.Time) {
			t.Helper()
			b.mustView(t, func(tx bot.Tx) error {
				got, err := tx.ProofsEnded(name)
				if !got.Equal(want) {
					t.Errorf("ProofsEnded(%q) = %v, want %v", name, got, want)
				}
				return err
			})
		}
		known("een", time.Time{})
		end := func(at time.Time) {
			t.Helper()
			b.mustUpdate(t, func(tx bot.Tx) error { return tx.EndProofs("een", at, b.now().Add(time.Hour)) })
		}
		end(at)
		known("een", at)
		end(at.Add(-time.Second))
		known("een", at)
		end(at.Add(time.Second))
		known("een", at.Add(time.Second))
		for _, other := range []string{"Een", "ee", "", "twee"} {
			known(other, time.Time{})
		}
		if err := b.Store.Update(b.ctx, func(tx bot.Tx) error { return tx.EndProofs("", at, at) }); err == nil {
			t.Error("a blank name was kept")
		}
	}},
	{"a session remembers what it rests on", func(t *testing.T, b *bench) {
		s := bot.Session{Token: "bewezen", Person: "p1", Account: bot.Account{Platform: "x", User: "u1"}, BeganAt: b.now(), SeenAt: b.now(), Expires: b.now().Add(time.Hour),
			ProvedAt: b.now().Add(-time.Minute), Names: []string{"een", "twee"}}
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddSession(s) })
		s.Token = ""
		b.mustView(t, func(tx bot.Tx) error {
			got, err := tx.Session("bewezen", b.now())
			same(t, "Session", got, s)
			return err
		})
	}},
}

var adoptionTests = []storeTest{
	{"an adoption is kept by its rule, the last one counts", func(t *testing.T, b *bench) {
		one := bot.Adopted{Rule: "M40", By: "stuurgroep", On: "2026-03-01", NotedBy: "p1", NotedFor: "school-a", NotedAt: b.now()}
		two := bot.Adopted{Rule: "M20", By: "college", On: "2026-03-02"}
		again := one
		again.By = "werkgroep"
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.SaveAdopted(one), tx.SaveAdopted(two), tx.SaveAdopted(again))
		})
		b.mustView(t, func(tx bot.Tx) error {
			got, err := tx.Adopted()
			same(t, "Adopted", got, []bot.Adopted{two, again})
			return err
		})
	}},
	{"a proposal is its organisation's, and somebody is first", func(t *testing.T, b *bench) {
		p := bot.PlanProposal{ID: "b", Organisation: "school-a", By: "p1", At: b.now(), Expires: b.now().Add(time.Hour), Refs: []bot.Ref{"C-2026-0001"}}
		q := p
		q.ID, q.Expires = "a", b.now().Add(2*time.Hour)
		r := p
		r.ID, r.Organisation = "c", "school-b"
		b.mustUpdate(t, func(tx bot.Tx) error { return errors.Join(tx.AddProposal(p), tx.AddProposal(q), tx.AddProposal(r)) })
		b.refused(t, "AddProposal twice", bot.ErrConflict, func(tx bot.Tx) error { return tx.AddProposal(p) })
		b.mustView(t, func(tx bot.Tx) error {
			got, err := tx.Proposals("school-a", b.now())
			same(t, "Proposals", got, []bot.PlanProposal{p, q})
			late, err2 := tx.Proposals("school-a", p.Expires)
			same(t, "Proposals later", late, []bot.PlanProposal{q})
			return errors.Join(err, err2)
		})
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.DropProposal("b") })
		b.refused(t, "DropProposal again", bot.ErrNotFound, func(tx bot.Tx) error { return tx.DropProposal("b") })
	}},
}
