package bot_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// onDisk is a world whose store is SQLite in a file.
func onDisk(b *testing.B) *world {
	b.Helper()
	w := &world{t: b, clock: bottest.NewClock(), chat: bottest.NewChat(carer)}
	s, err := sqlstore.Open(context.Background(), sqlstore.Options{Address: "sqlite:" + filepath.Join(b.TempDir(), "bot.db"),
		Masters: [][]byte{make([]byte, 32)}, Now: w.clock.Now})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	w.store = s
	w.start()
	return w
}

// fullRoom makes a casus with eight members of eight organisations and twenty
// consents, of which those of the last three cover three kinds of data.
func (w *world) fullRoom() bot.Ref {
	w.t.Helper()
	var r bot.Register
	sectors := []bot.Sector{bot.YouthCare, bot.Education, bot.Attendance, bot.SWV, bot.YouthHealth, bot.NeighbourhoodTeam}
	in := bot.Casus{Region: "model", Kind: bot.MDO, Phase: "F3", Status: bot.Open, Platform: bottest.ChatName, OpenedAt: w.clock.Now(), LastActivityAt: w.clock.Now(),
		Private: bot.Private{Purpose: "Samen een plan maken", YoungPerson: bot.YoungPerson{ID: "yp", Born: "2012-01-05", School: "org1"},
			Authority: []bot.Holder{{ID: "g1", Label: "moeder"}, {ID: "g2", Label: "vader"}}}}
	var recipients []bot.OrgID
	for i := range 8 {
		org := bot.OrgID(fmt.Sprint("org", i))
		r.Organisations = append(r.Organisations, bot.Organisation{ID: org, Name: "Organisatie " + string(org), SignedAt: "2025-09-01", AnnouncedAt: "2025-09-15"})
		m := bot.Member{ID: bot.PersonID(fmt.Sprint("u", i)), Account: bot.UserID(fmt.Sprint("u", i)), Role: bot.Professional, Organisation: org,
			Sector: sectors[i%6], Function: "functie", Task: "taak", Involved: true, Since: w.clock.Now()}
		if i > 0 {
			recipients = append(recipients, org)
		}
		in.Private.Members = append(in.Private.Members, m)
	}
	if err := w.bot.LoadRegister(w.t.Context(), r); err != nil {
		w.t.Fatal(err)
	}
	var ref bot.Ref
	err := w.store.Update(w.t.Context(), func(tx bot.Tx) error {
		c, err := tx.AddCasus(in, 2026)
		ref = c.Ref
		for i := range 20 {
			consent := bot.Consent{ID: fmt.Sprint("c", i), Casus: ref, Giver: []bot.PersonID{"yp", "g1", "g2"}[i%3], Capacity: "authority", Decision: bot.Given,
				Discloser: "org0", Recipients: recipients[:1], Kinds: []bot.DataKind{bot.Ordinary}, Purpose: in.Private.Purpose, How: "conversation",
				GivenAt: w.clock.Now().AddDate(0, -1, 0), ExpiresAt: w.clock.Now().AddDate(1, 0, 0)}
			if i >= 17 {
				consent.Recipients, consent.Kinds = recipients, []bot.DataKind{bot.Ordinary, bot.Sensitive, bot.Health}
			}
			err = errors.Join(err, tx.AddConsent(consent))
		}
		_, rerr := tx.Record(bot.Entry{Casus: ref, At: w.clock.Now(), Act: bot.ActCasusOpened, Outcome: "done"})
		return errors.Join(err, rerr)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return ref
}

// BenchmarkADecisionFromTheStore is a decision with everything it reads, from
// SQLite in a file, for eight members, three kinds and twenty
// consents. The budget is 5 ms for 99 in a hundred.
func BenchmarkADecisionFromTheStore(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			w := onDisk(b)
			ref := w.fullRoom()
			w.clock.Advance(time.Minute)
			file := bot.File{Casus: ref, Poster: "u0", Account: "u0", Name: "verslag.pdf", Kinds: []bot.DataKind{bot.Ordinary, bot.Sensitive, bot.Health}}
			bottest.Latencies(b, workers, func() error {
				return w.store.View(b.Context(), func(tx bot.Tx) error {
					c, err := tx.Casus(ref)
					if err != nil {
						return err
					}
					effect, err := w.bot.JudgeShare(b.Context(), tx, c, file)
					if err == nil && effect != "allow" {
						err = fmt.Errorf("the effect is %s, want allow", effect)
					}
					return err
				})
			})
		})
	}
}
