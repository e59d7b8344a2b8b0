package bot_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// bigHouse is a region with n casussen on SQLite in a file. The intern begeleider
// is in forty of them, and leads one that is in the middle of everything.
func bigHouse(b *testing.B, n int) (*world, bot.Casus) {
	b.Helper()
	w := &world{t: b, clock: bottest.NewClock(), chat: bottest.NewChat(ib, lpa, carer, doctor, guide, nobody, stray, officer)}
	w.chat.Now = w.clock.Now
	s, err := sqlstore.Open(context.Background(), sqlstore.Options{Address: "sqlite:" + filepath.Join(b.TempDir(), "bot.db"),
		Masters: [][]byte{make([]byte, 32)}, Now: w.clock.Now})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	w.store = s
	w.start()
	if err := w.bot.LoadRegister(b.Context(), register()); err != nil {
		b.Fatal(err)
	}
	for done := 0; done < n; {
		err := w.store.Update(b.Context(), func(tx bot.Tx) error {
			for range 200 {
				c := bot.Casus{Region: "model", Kind: bot.MDO, Phase: "F3", Status: bot.Open, Platform: bottest.ChatName, Room: bot.ChannelID(fmt.Sprint("r", done)),
					OpenedAt: w.clock.Now(), LastActivityAt: w.clock.Now(), Private: bot.Private{Purpose: "een plan", YoungPerson: bot.YoungPerson{ID: "yp", Born: "2013-05-01", School: "school-a"},
						Authority: []bot.Holder{{ID: "g1", Label: "moeder"}, {ID: "g2", Label: "vader"}}}}
				for i, org := range []bot.OrgID{"school-a", "gemeente", "aanbieder", "ggd"} {
					who := fmt.Sprint("u", done%997, "-", i)
					if i == 0 && done%250 == 0 {
						who = string(ib)
					}
					c.Private.Members = append(c.Private.Members, bot.Member{ID: bot.PersonID("p-" + who), Account: bot.UserID(who), Role: bot.Professional, Organisation: org,
						Sector: bot.Education, Function: "functie", Task: "taak", Involved: true, Since: w.clock.Now()})
				}
				added, err := tx.AddCasus(c, 2025)
				if err != nil {
					return err
				}
				if err := tx.SetDue(added.Ref, w.clock.Now().AddDate(0, 1, 0)); err != nil {
					return err
				}
				if _, err := tx.Record(bot.Entry{Casus: added.Ref, At: w.clock.Now(), Act: bot.ActCasusOpened}); err != nil {
					return err
				}
				done++
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	casus := w.open(newCasus())
	w.discuss(casus)
	return w, casus
}

// Every command, from the event to the answer or the form, with 10,000 casussen on
// SQLite: at most 300 ms for 99 in a hundred.
func BenchmarkEveryCommand(b *testing.B) {
	w, casus := bigHouse(b, 10_000)
	for _, c := range bot.Suggestions() {
		b.Run(c.Command+"_"+c.Word, func(b *testing.B) {
			line := c.Word
			if c.Word == "fase" {
				line += " F3"
			}
			bottest.Latencies(b, 1, func() error {
				if err := w.person(ib).Command(casus.Room, c.Command, line); err != nil {
					return err
				}
				w.settle()
				return nil
			})
		})
	}
}

// A message in a room, judged before anybody sees it.
func BenchmarkAMessage(b *testing.B) {
	w, casus := bigHouse(b, 10_000)
	w.known(ib, casus, map[string][]string{"young": {"Sam de Vries"}, "others": {"Roos Bakker"}})
	for name, user := range map[string]bot.UserID{"school": ib, "youth_care_held": carer} {
		b.Run(name, func(b *testing.B) {
			p := bot.Posting{Platform: bottest.ChatName, Channel: casus.Room, User: user, Text: "Zullen we woensdag om tien uur bellen over het plan?", Protected: true}
			bottest.Latencies(b, 1, func() error {
				_, err := w.bot.Posting(b.Context(), p)
				return err
			})
		})
	}
}
