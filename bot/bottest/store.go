package bottest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// StoreBench is a fresh store under test, with the clock by which its leases
// lapse.
type StoreBench struct {
	Store bot.Store
	Now   func() time.Time
	Pass  func(d time.Duration) // moves the clock forward
}

// Store runs the contract of bot.Store. open gives an empty store each time.
func Store(t *testing.T, open func(t *testing.T) StoreBench) {
	t.Helper()
	storeTests(t, open, []storeGroup{
		{"transactions", transactionTests},
		{"directory", directoryTests},
		{"casussen", casusTests},
		{"circles", circleTests},
		{"consents", consentTests},
		{"files", fileTests},
		{"blobs", blobTests},
		{"verdicts", verdictTests},
		{"policies", policyTests},
		{"holds", holdTests},
		{"keeping", keepingTests},
		{"cards", cardTests},
		{"erasing", eraseTests},
		{"jobs", jobTests},
		{"claims", claimTests},
		{"claims by name", namedTests},
		{"leases", leaseTests},
		{"inbox", inboxTests},
		{"tickets", ticketTests},
		{"questions", questionTests},
		{"watching", watchTests},
		{"sessions", sessionTests}, {"proofs", proofTests},
		{"adoptions", adoptionTests},
		{"audit", auditTests},
	})
}

// Blobs runs the part of it that is about the bytes of files.
func Blobs(t *testing.T, open func(t *testing.T) StoreBench) {
	t.Helper()
	storeTests(t, open, []storeGroup{{"blobs", blobTests}, {"erasing", eraseTests}})
}

type storeGroup struct {
	name  string
	tests []storeTest
}

func storeTests(t *testing.T, open func(t *testing.T) StoreBench, groups []storeGroup) {
	t.Helper()
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			for _, test := range group.tests {
				t.Run(test.name, func(t *testing.T) { test.run(t, &bench{StoreBench: open(t), ctx: t.Context()}) })
			}
		})
	}
}

type storeTest struct {
	name string
	run  func(t *testing.T, b *bench)
}

// bench adds to a store what the tests say often.
type bench struct {
	StoreBench
	ctx context.Context
}

func (b *bench) mustUpdate(t testing.TB, f func(tx bot.Tx) error) {
	t.Helper()
	if err := b.Store.Update(b.ctx, f); err != nil {
		t.Fatalf("Update: %v", err)
	}
}

func (b *bench) mustView(t testing.TB, f func(tx bot.Tx) error) {
	t.Helper()
	if err := b.Store.View(b.ctx, f); err != nil {
		t.Fatalf("View: %v", err)
	}
}

// refused runs f in an update and wants its error to be of a kind.
func (b *bench) refused(t testing.TB, what string, want error, f func(tx bot.Tx) error) {
	t.Helper()
	if err := b.Store.Update(b.ctx, f); !errors.Is(err, want) {
		t.Errorf("%s: error %v, want %v", what, err, want)
	}
}

func (b *bench) now() time.Time { return b.Now().UTC().Truncate(time.Microsecond) }

// casus is a casus with something in every field.
func (b *bench) casus() bot.Casus {
	now := b.now()
	return bot.Casus{Region: "model", Kind: bot.MDO, Phase: "F3", Status: bot.Open, Platform: "playground", Coordinator: "p1", Deputy: "p2",
		OpenedAt: now, LastActivityAt: now.Add(time.Second),
		Private: bot.Private{Purpose: "ondersteuningsplan voor Noor", YoungPerson: bot.YoungPerson{ID: "yp", Born: "2013-05-01", School: "school-a", Account: "u-noor"},
			Authority:  []bot.Holder{{ID: "g1", Label: "moeder", Checked: "gezagsregister"}},
			Invitation: bot.Invitation{Reason: "spoed"},
			Members:    []bot.Member{{ID: "p1", Account: "u1", Role: bot.Professional, Organisation: "school-a", Sector: bot.Education, Function: "intern begeleider", Task: "onderwijs", Involved: true, Since: now}},
			Handovers:  []bot.Handover{{Organisation: "school-a", ConfirmedAt: now}}}}
}

// mustCasus adds a casus with an entry that tells of it.
func (b *bench) mustCasus(t testing.TB) bot.Casus {
	t.Helper()
	var c bot.Casus
	b.mustUpdate(t, func(tx bot.Tx) (err error) {
		if c, err = tx.AddCasus(b.casus(), 2026); err != nil {
			return err
		}
		_, err = tx.Record(bot.Entry{Casus: c.Ref, At: b.now(), Actor: "p1", Act: bot.ActCasusOpened, Outcome: "done"})
		return err
	})
	return c
}

func (b *bench) consent(c bot.Casus, id string) bot.Consent {
	now := b.now()
	return bot.Consent{ID: id, Casus: c.Ref, Giver: "g1", Capacity: "gezag", Decision: bot.Given, Discloser: "aanbieder-x", Recipients: []bot.OrgID{"school-a"},
		Kinds: []bot.DataKind{bot.Health}, Purpose: "ondersteuningsplan", How: "gesprek", NotedBy: "p1", GivenAt: now, ExpiresAt: now.AddDate(0, 6, 0)}
}

func (b *bench) agreement(c bot.Casus, id string) bot.Agreement {
	return bot.Agreement{ID: id, Casus: c.Ref, Giver: "g1", Decision: bot.Given, Covers: []bot.OrgID{"school-a", "s1"}, How: "brief", NotedBy: "p1", GivenAt: b.now()}
}

func (b *bench) file(c bot.Casus, id bot.FileID) bot.File {
	now := b.now()
	return bot.File{ID: id, Casus: c.Ref, State: bot.Quarantined, At: now, ExpiresAt: now.Add(bot.QuarantineTerm), Size: 3, Poster: "p1", Account: "u1",
		Name: "behandelverslag.pdf", Hash: "abc", Kinds: []bot.DataKind{bot.Health}, Affects: []bot.PersonID{"g1"}, Absence: bot.WorryingAbsence, Text: "het verslag", RestsOn: []string{"c1"}, Decision: "d1",
		Vault: true, Until: now.AddDate(0, 1, 0), Download: true, For: []bot.PersonID{"p2"}}
}

func same[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s = %+v, want %+v", what, got, want)
	}
}

var errUndo = errors.New("undo")

var transactionTests = []storeTest{
	{"an update that fails keeps nothing", func(t *testing.T, b *bench) {
		var ref bot.Ref
		b.refused(t, "Update", errUndo, func(tx bot.Tx) error {
			c, err := tx.AddCasus(b.casus(), 2026)
			ref = c.Ref
			return errors.Join(err, tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobTell, RunAt: b.now()}), errUndo)
		})
		b.mustView(t, func(tx bot.Tx) error {
			if _, err := tx.Casus(ref); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("Casus = %v, want ErrNotFound", err)
			}
			return nil
		})
		if _, err := b.Store.ClaimJob(b.ctx, b.now(), time.Minute); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("ClaimJob = %v, want ErrNotFound", err)
		}
	}},
	{"a panic keeps nothing and leaves the store usable", func(t *testing.T, b *bench) {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			b.Store.Update(b.ctx, func(tx bot.Tx) error {
				tx.AddCasus(b.casus(), 2026)
				panic("x")
			})
		}()
		b.mustView(t, func(tx bot.Tx) error {
			refs, err := tx.CasusRefs("", 0)
			if len(refs) != 0 {
				t.Errorf("CasusRefs = %v, want none", refs)
			}
			return err
		})
		b.mustCasus(t)
	}},
	{"an update reads what it wrote", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error {
			c, err := tx.AddCasus(b.casus(), 2026)
			if err != nil {
				return err
			}
			got, err := tx.Casus(c.Ref)
			same(t, "Casus", got, c)
			if err := tx.AddConsent(b.consent(c, "c1")); err != nil {
				return err
			}
			all, err2 := tx.Consents(c.Ref)
			same(t, "Consents", all, []bot.Consent{b.consent(c, "c1")})
			return errors.Join(err, err2)
		})
	}},
	{"a view cannot write", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		for name, write := range map[string]func(tx bot.Tx) error{
			"AddCasus":   func(tx bot.Tx) error { _, err := tx.AddCasus(b.casus(), 2026); return err },
			"SaveCasus":  func(tx bot.Tx) error { _, err := tx.SaveCasus(c); return err },
			"EraseCasus": func(tx bot.Tx) error { _, err := tx.EraseCasus(c.Ref, bot.Receipt{}); return err },
			"SavePerson": func(tx bot.Tx) error { return tx.SavePerson(bot.Person{ID: "p9"}) },
			"AddConsent": func(tx bot.Tx) error { return tx.AddConsent(b.consent(c, "c1")) },
			"AddHold":    func(tx bot.Tx) error { return tx.AddHold(bot.Hold{ID: "h1", Casus: c.Ref}) },
			"AddFile":    func(tx bot.Tx) error { return tx.AddFile(b.file(c, "f1")) },
			"AddJob":     func(tx bot.Tx) error { return tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobTell}) },
			"PutEvent":   func(tx bot.Tx) error { return tx.PutEvent(bot.Event{ID: "e1", Platform: "x"}) },
			"UseNonce":   func(tx bot.Tx) error { return tx.UseNonce("n", b.now()) },
			"Record":     func(tx bot.Tx) error { _, err := tx.Record(bot.Entry{Act: bot.ActRead}); return err },
		} {
			if err := b.Store.View(b.ctx, write); err == nil {
				t.Errorf("%s in a view was kept", name)
			}
		}
	}},
	{"two updates never lose each other's writes", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		const writers, each = 4, 10
		var group sync.WaitGroup
		for range writers {
			group.Go(func() {
				for range each {
					err := b.Store.Update(b.ctx, func(tx bot.Tx) error {
						got, err := tx.Casus(c.Ref)
						if err != nil {
							return err
						}
						got.Private.Purpose += "x"
						_, err = tx.SaveCasus(got)
						return err
					})
					if err != nil {
						t.Errorf("Update: %v", err)
					}
				}
			})
		}
		group.Wait()
		b.mustView(t, func(tx bot.Tx) error {
			got, err := tx.Casus(c.Ref)
			if n := len(got.Private.Purpose) - len(c.Private.Purpose); n != writers*each {
				t.Errorf("%d writes are there, want %d", n, writers*each)
			}
			return err
		})
	}},
	{"what was read and changed elsewhere meanwhile is not acted upon", func(t *testing.T, b *bench) {
		// One transaction withdraws a consent, the other approves a file that rests on
		// it. Whatever the order, no file is approved after the withdrawal.
		for range 10 {
			c := b.mustCasus(t)
			b.mustUpdate(t, func(tx bot.Tx) error {
				return errors.Join(tx.AddConsent(b.consent(c, "c1")), tx.AddFile(b.file(c, bot.FileID("f-"+c.Ref))))
			})
			var group sync.WaitGroup
			group.Go(func() {
				err := b.Store.Update(b.ctx, func(tx bot.Tx) error {
					if err := tx.WithdrawConsent(c.Ref, "c1", b.now()); err != nil {
						return err
					}
					f, err := tx.File(bot.FileID("f-" + c.Ref))
					if err != nil || f.State == bot.Quarantined {
						return err
					}
					f.State = bot.Withdrawn
					return tx.SaveFile(f)
				})
				if err != nil {
					t.Errorf("withdraw: %v", err)
				}
			})
			group.Go(func() {
				err := b.Store.Update(b.ctx, func(tx bot.Tx) error {
					all, err := tx.Consents(c.Ref)
					if err != nil || !all[0].WithdrawnAt.IsZero() {
						return err
					}
					f := b.file(c, bot.FileID("f-"+c.Ref))
					f.State = bot.Approved
					return tx.SaveFile(f)
				})
				if err != nil {
					t.Errorf("approve: %v", err)
				}
			})
			group.Wait()
			b.mustView(t, func(tx bot.Tx) error {
				f, err := tx.File(bot.FileID("f-" + c.Ref))
				if f.State == bot.Approved {
					t.Errorf("%s: the file is approved and its consent is withdrawn", c.Ref)
				}
				return err
			})
		}
	}},
	{"an update that was cancelled keeps nothing", func(t *testing.T, b *bench) {
		ctx, cancel := context.WithCancel(b.ctx)
		err := b.Store.Update(ctx, func(tx bot.Tx) error {
			_, err := tx.AddCasus(b.casus(), 2026)
			cancel()
			return err
		})
		if err == nil {
			t.Error("Update returned nil")
		}
		b.mustView(t, func(tx bot.Tx) error {
			refs, err := tx.CasusRefs("", 0)
			same(t, "CasusRefs", len(refs), 0)
			return err
		})
	}},
}

var directoryTests = []storeTest{
	{"people are found by account and id", func(t *testing.T, b *bench) {
		p := bot.Person{ID: "p1", Accounts: []bot.Account{{Platform: "mattermost", User: "u1"}, {Platform: "playground", User: "u1"}},
			Appointments: []bot.Appointment{{ID: "a1", Organisation: "school-a", Sector: bot.Education, Task: "onderwijs", ConfirmedBy: "p2", ConfirmedAt: b.now()}}}
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.SavePerson(p) })
		b.mustView(t, func(tx bot.Tx) error {
			one, err1 := tx.Person("p1")
			two, err2 := tx.PersonByAccount(bot.Account{Platform: "playground", User: "u1"})
			same(t, "Person", one, p)
			same(t, "PersonByAccount", two, p)
			for _, a := range []bot.Account{{Platform: "slack", User: "u1"}, {Platform: "mattermost", User: "u2"}, {Platform: "mattermostu", User: "1"}} {
				if _, err := tx.PersonByAccount(a); !errors.Is(err, bot.ErrNotFound) {
					t.Errorf("PersonByAccount(%v) = %v, want ErrNotFound", a, err)
				}
			}
			if _, err := tx.Person("p2"); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("Person(p2) = %v, want ErrNotFound", err)
			}
			return errors.Join(err1, err2)
		})
	}},
	{"saving a person again replaces accounts and appointments", func(t *testing.T, b *bench) {
		old, fresh := bot.Account{Platform: "mattermost", User: "u1"}, bot.Account{Platform: "mattermost", User: "u2"}
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.SavePerson(bot.Person{ID: "p1", Accounts: []bot.Account{old}}), tx.SavePerson(bot.Person{ID: "p1", Accounts: []bot.Account{fresh}}))
		})
		b.mustView(t, func(tx bot.Tx) error {
			if _, err := tx.PersonByAccount(old); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("the old account: %v, want ErrNotFound", err)
			}
			_, err := tx.PersonByAccount(fresh)
			return err
		})
	}},
	{"an account of somebody else is a conflict", func(t *testing.T, b *bench) {
		a := bot.Account{Platform: "mattermost", User: "u1"}
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.SavePerson(bot.Person{ID: "p1", Accounts: []bot.Account{a}}) })
		b.refused(t, "SavePerson", bot.ErrConflict, func(tx bot.Tx) error { return tx.SavePerson(bot.Person{ID: "p2", Accounts: []bot.Account{a}}) })
	}},
	{"people with an appointment are listed by id", func(t *testing.T, b *bench) {
		some := []bot.Appointment{{ID: "a", Organisation: "o"}}
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.SavePerson(bot.Person{ID: "p3", Appointments: some}), tx.SavePerson(bot.Person{ID: "p1", Appointments: some}), tx.SavePerson(bot.Person{ID: "p2"}))
		})
		b.mustView(t, func(tx bot.Tx) error {
			people, err := tx.People()
			same(t, "People", people, []bot.Person{{ID: "p1", Appointments: some}, {ID: "p3", Appointments: some}})
			return err
		})
	}},
	{"organisations are kept and listed by id", func(t *testing.T, b *bench) {
		x, a := bot.Organisation{ID: "x", Name: "Aanbieder X", SignedAt: "2026-01-01", AnnouncedAt: "2026-01-08", DPO: "p5", Appointee: "p6"}, bot.Organisation{ID: "a", Name: "School A"}
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.SaveOrganisation(bot.Organisation{ID: "x"}), tx.SaveOrganisation(a), tx.SaveOrganisation(x))
		})
		b.mustView(t, func(tx bot.Tx) error {
			one, err1 := tx.Organisation("x")
			all, err2 := tx.Organisations()
			same(t, "Organisation", one, x)
			same(t, "Organisations", all, []bot.Organisation{a, x})
			if _, err := tx.Organisation("y"); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("Organisation(y) = %v, want ErrNotFound", err)
			}
			return errors.Join(err1, err2)
		})
	}},
}

var casusTests = []storeTest{
	{"a new casus gets the next code of its year", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error {
			for _, tt := range []struct {
				year int
				want bot.Ref
			}{{2026, "C-2026-0001"}, {2026, "C-2026-0002"}, {2027, "C-2027-0001"}, {2026, "C-2026-0003"}} {
				in := b.casus()
				in.Ref, in.Version = "C-1999-0001", 7
				c, err := tx.AddCasus(in, tt.year)
				if err != nil {
					return err
				}
				if c.Ref != tt.want || c.Version != 1 {
					t.Errorf("AddCasus = %s version %d, want %s version 1", c.Ref, c.Version, tt.want)
				}
			}
			return nil
		})
	}},
	{"codes are unique under concurrency", func(t *testing.T, b *bench) {
		var group sync.WaitGroup
		var mu sync.Mutex
		seen := map[bot.Ref]int{}
		for range 4 {
			group.Go(func() {
				for range 5 {
					c := b.mustCasus(t)
					mu.Lock()
					seen[c.Ref]++
					mu.Unlock()
				}
			})
		}
		group.Wait()
		if len(seen) != 20 {
			t.Errorf("%d codes, want 20: %v", len(seen), seen)
		}
	}},
	{"a casus comes back as it was", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		c.Room, c.Status = "room1", bot.Closed
		c.ClosedAt, c.ExtendedUntil, c.ArchivedAt = b.now(), b.now().Add(time.Hour), b.now().Add(2*time.Hour)
		c.ErasureAnnouncedAt, c.ErasureRequestedAt = b.now().Add(3*time.Hour), b.now().Add(4*time.Hour)
		b.mustUpdate(t, func(tx bot.Tx) (err error) { c, err = tx.SaveCasus(c); return err })
		b.mustView(t, func(tx bot.Tx) error {
			got, err1 := tx.Casus(c.Ref)
			byRoom, err2 := tx.CasusByRoom("playground", "room1")
			same(t, "Casus", got, c)
			same(t, "CasusByRoom", byRoom, c)
			return errors.Join(err1, err2)
		})
	}},
	{"a casus without a room is not found by none", func(t *testing.T, b *bench) {
		b.mustCasus(t)
		b.mustView(t, func(tx bot.Tx) error {
			for _, room := range []bot.ChannelID{"", "room1"} {
				if _, err := tx.CasusByRoom("playground", room); !errors.Is(err, bot.ErrNotFound) {
					t.Errorf("CasusByRoom(%q) = %v, want ErrNotFound", room, err)
				}
			}
			return nil
		})
	}},
	{"a room belongs to one casus of a platform", func(t *testing.T, b *bench) {
		one, two := b.mustCasus(t), b.mustCasus(t)
		one.Room, two.Room = "room1", "room1"
		b.mustUpdate(t, func(tx bot.Tx) error { _, err := tx.SaveCasus(one); return err })
		b.refused(t, "SaveCasus", bot.ErrConflict, func(tx bot.Tx) error { _, err := tx.SaveCasus(two); return err })
		two.Platform = "mattermost"
		b.mustUpdate(t, func(tx bot.Tx) error { _, err := tx.SaveCasus(two); return err })
	}},
	{"saving an older version is a conflict", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			next, err := tx.SaveCasus(c)
			if next.Version != c.Version+1 {
				t.Errorf("version %d, want %d", next.Version, c.Version+1)
			}
			return err
		})
		b.refused(t, "SaveCasus of the old version", bot.ErrConflict, func(tx bot.Tx) error { _, err := tx.SaveCasus(c); return err })
		c.Version = 9
		b.refused(t, "SaveCasus of a version to come", bot.ErrConflict, func(tx bot.Tx) error { _, err := tx.SaveCasus(c); return err })
		c.Ref = "C-2026-0099"
		b.refused(t, "SaveCasus of no casus", bot.ErrNotFound, func(tx bot.Tx) error { _, err := tx.SaveCasus(c); return err })
	}},
	{"only EraseCasus erases", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		c.Status = bot.Erased
		b.refused(t, "SaveCasus", bot.ErrConflict, func(tx bot.Tx) error { _, err := tx.SaveCasus(c); return err })
		b.refused(t, "AddCasus", bot.ErrConflict, func(tx bot.Tx) error { _, err := tx.AddCasus(c, 2026); return err })
	}},
	{"codes are listed by status, in order and in pages", func(t *testing.T, b *bench) {
		var all []bot.Ref
		for i := range 5 {
			c := b.mustCasus(t)
			all = append(all, c.Ref)
			if i%2 == 1 {
				c.Status = bot.Closed
				b.mustUpdate(t, func(tx bot.Tx) error { _, err := tx.SaveCasus(c); return err })
			}
		}
		b.mustView(t, func(tx bot.Tx) error {
			for _, tt := range []struct {
				after    bot.Ref
				limit    int
				statuses []bot.Status
				want     []bot.Ref
			}{
				{"", 0, nil, all},
				{"", 2, nil, all[:2]},
				{all[1], 2, nil, all[2:4]},
				{all[4], 2, nil, nil},
				{"", 0, []bot.Status{bot.Closed}, []bot.Ref{all[1], all[3]}},
				{all[1], -1, []bot.Status{bot.Closed, bot.Open}, all[2:]},
				{"", 0, []bot.Status{bot.Erased}, nil},
			} {
				got, err := tx.CasusRefs(tt.after, tt.limit, tt.statuses...)
				if err != nil {
					return err
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("CasusRefs(%q, %d, %v) = %v, want %v", tt.after, tt.limit, tt.statuses, got, tt.want)
				}
			}
			return nil
		})
	}},
}

var consentTests = []storeTest{
	{"consents and agreements come back in the order of adding", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.AddConsent(b.consent(c, "z")), tx.AddConsent(b.consent(c, "a")), tx.AddAgreement(b.agreement(c, "z")), tx.AddAgreement(b.agreement(c, "a")))
		})
		b.mustView(t, func(tx bot.Tx) error {
			consents, err1 := tx.Consents(c.Ref)
			agreements, err2 := tx.Agreements(c.Ref)
			same(t, "Consents", consents, []bot.Consent{b.consent(c, "z"), b.consent(c, "a")})
			same(t, "Agreements", agreements, []bot.Agreement{b.agreement(c, "z"), b.agreement(c, "a")})
			return errors.Join(err1, err2)
		})
	}},
	{"they stay with their casus", func(t *testing.T, b *bench) {
		one, two := b.mustCasus(t), b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.AddConsent(b.consent(one, "c1")), tx.AddConsent(b.consent(two, "c1")))
		})
		b.refused(t, "of no casus", bot.ErrNotFound, func(tx bot.Tx) error { return tx.AddConsent(b.consent(bot.Casus{Ref: "C-2026-0099"}, "c1")) })
		b.refused(t, "of no casus", bot.ErrNotFound, func(tx bot.Tx) error { _, err := tx.Consents("C-2026-0099"); return err })
		b.mustView(t, func(tx bot.Tx) error {
			got, err := tx.Consents(two.Ref)
			same(t, "Consents", got, []bot.Consent{b.consent(two, "c1")})
			return err
		})
	}},
	{"nothing is overwritten", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.AddConsent(b.consent(c, "c1")), tx.AddAgreement(b.agreement(c, "a1")))
		})
		b.refused(t, "AddConsent again", bot.ErrConflict, func(tx bot.Tx) error { return tx.AddConsent(b.consent(c, "c1")) })
		b.refused(t, "AddAgreement again", bot.ErrConflict, func(tx bot.Tx) error { return tx.AddAgreement(b.agreement(c, "a1")) })
	}},
	{"withdrawing sets the moment once", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		at := b.now().Add(time.Hour)
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.AddConsent(b.consent(c, "c1")), tx.AddConsent(b.consent(c, "c2")), tx.AddAgreement(b.agreement(c, "a1")),
				tx.WithdrawConsent(c.Ref, "c1", at), tx.WithdrawAgreement(c.Ref, "a1", at))
		})
		b.refused(t, "WithdrawConsent again", bot.ErrConflict, func(tx bot.Tx) error { return tx.WithdrawConsent(c.Ref, "c1", at.Add(time.Hour)) })
		b.refused(t, "WithdrawAgreement again", bot.ErrConflict, func(tx bot.Tx) error { return tx.WithdrawAgreement(c.Ref, "a1", at) })
		b.refused(t, "WithdrawConsent of none", bot.ErrNotFound, func(tx bot.Tx) error { return tx.WithdrawConsent(c.Ref, "c9", at) })
		b.mustView(t, func(tx bot.Tx) error {
			consents, err1 := tx.Consents(c.Ref)
			agreements, err2 := tx.Agreements(c.Ref)
			withdrawn, ended := b.consent(c, "c1"), b.agreement(c, "a1")
			withdrawn.WithdrawnAt, ended.WithdrawnAt = at, at
			same(t, "Consents", consents, []bot.Consent{withdrawn, b.consent(c, "c2")})
			same(t, "Agreements", agreements, []bot.Agreement{ended})
			return errors.Join(err1, err2)
		})
	}},
}

var fileTests = []storeTest{
	{"a file comes back as it was saved", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		f := b.file(c, "f1")
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddFile(f) })
		f.State, f.Message, f.Kinds = bot.Posted, "m1", nil
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.SaveFile(f) })
		b.mustView(t, func(tx bot.Tx) error {
			got, err := tx.File("f1")
			same(t, "File", got, f)
			if _, err := tx.File("f2"); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("File(f2) = %v, want ErrNotFound", err)
			}
			return err
		})
		b.refused(t, "AddFile again", bot.ErrConflict, func(tx bot.Tx) error { return tx.AddFile(f) })
		f.ID = "f9"
		b.refused(t, "SaveFile of none", bot.ErrNotFound, func(tx bot.Tx) error { return tx.SaveFile(f) })
	}},
	{"a file never moves to another casus", func(t *testing.T, b *bench) {
		one, two := b.mustCasus(t), b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddFile(b.file(one, "f1")) })
		b.refused(t, "SaveFile", bot.ErrConflict, func(tx bot.Tx) error { return tx.SaveFile(b.file(two, "f1")) })
	}},
	{"the files of a casus come oldest first", func(t *testing.T, b *bench) {
		c, other := b.mustCasus(t), b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			young, old := b.file(c, "a"), b.file(c, "z")
			old.At = old.At.Add(-time.Hour)
			return errors.Join(tx.AddFile(young), tx.AddFile(old), tx.AddFile(b.file(other, "o")))
		})
		b.mustView(t, func(tx bot.Tx) error {
			all, err := tx.FilesOf(c.Ref)
			if len(all) != 2 || all[0].ID != "z" || all[1].ID != "a" {
				t.Errorf("FilesOf = %v, want z and a", all)
			}
			return err
		})
	}},
	{"files that wait too long are listed to the very moment", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			var errs []error
			for i := range 4 {
				f := b.file(c, bot.FileID(fmt.Sprint("f", i)))
				f.ExpiresAt = b.now().Add(time.Duration(i) * time.Minute)
				if i == 1 {
					f.State = bot.Denied
				}
				errs = append(errs, tx.AddFile(f))
			}
			return errors.Join(errs...)
		})
		b.mustView(t, func(tx bot.Tx) error {
			for _, tt := range []struct {
				at    time.Duration
				limit int
				want  string
			}{{-time.Microsecond, 9, ""}, {0, 9, "f0"}, {2*time.Minute - time.Microsecond, 9, "f0"}, {2 * time.Minute, 9, "f0 f2"}, {time.Hour, 2, "f0 f2"}} {
				files, err := tx.FilesWaiting(bot.Quarantined, b.now().Add(tt.at), tt.limit)
				if err != nil {
					return err
				}
				var ids []string
				for _, f := range files {
					ids = append(ids, string(f.ID))
				}
				if got := strings.Join(ids, " "); got != tt.want {
					t.Errorf("FilesWaiting(%s, %d) = %q, want %q", tt.at, tt.limit, got, tt.want)
				}
			}
			return nil
		})
	}},
}

var blobTests = []storeTest{
	{"bytes come back as they were, of any size", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		for _, size := range []int{0, 1, 256<<10 - 1, 256 << 10, 256<<10 + 1, 1<<20 + 7} {
			data := make([]byte, size)
			for i := range data {
				data[i] = byte(i * 31)
			}
			id := bot.FileID(fmt.Sprint("f", size))
			n, err := b.Store.PutBlob(b.ctx, c.Ref, id, iotest.HalfReader(bytes.NewReader(data)))
			if err != nil || n != int64(size) {
				t.Fatalf("PutBlob of %d = %d, %v", size, n, err)
			}
			if got := b.mustBlob(t, c.Ref, id); !bytes.Equal(got, data) {
				t.Errorf("%d bytes came back as %d others", size, len(got))
			}
		}
	}},
	{"any part can be read by itself", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		const size = 600 << 10
		data := make([]byte, size)
		for i := range data {
			data[i] = byte(i*31 + i>>8)
		}
		if _, err := b.Store.PutBlob(b.ctx, c.Ref, "f1", bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
		r, err := b.Store.OpenBlob(b.ctx, c.Ref, "f1")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for _, at := range []int{0, 1, 256<<10 - 1, 256 << 10, 256<<10 + 1, 512 << 10, size - 1, size, 7} {
			same(t, fmt.Sprint("part from ", at), b.aPart(t, r, int64(at), io.SeekStart, 300), string(data[at:min(at+300, size)]))
			if here, err := r.Seek(0, io.SeekCurrent); err != nil || here != int64(min(at+300, size)) {
				t.Errorf("after 300 bytes from %d the reader is at %d, %v", at, here, err)
			}
		}
		same(t, "the last bytes", b.aPart(t, r, -9, io.SeekEnd, 300), string(data[size-9:]))
		same(t, "beyond the end", b.aPart(t, r, size+5, io.SeekStart, 300), "")
		if _, err := r.Seek(-1, io.SeekStart); err == nil {
			t.Error("a place before the beginning is no error")
		}
	}},
	{"a second put replaces the first", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		long := bytes.Repeat([]byte("a"), 600<<10)
		for _, data := range [][]byte{long, []byte("short")} {
			if _, err := b.Store.PutBlob(b.ctx, c.Ref, "f1", bytes.NewReader(data)); err != nil {
				t.Fatal(err)
			}
		}
		same(t, "bytes", string(b.mustBlob(t, c.Ref, "f1")), "short")
	}},
	{"a put that fails leaves nothing, or what was there", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		broken := func() io.Reader {
			return io.MultiReader(bytes.NewReader(make([]byte, 700<<10)), iotest.ErrReader(errUndo))
		}
		if _, err := b.Store.PutBlob(b.ctx, c.Ref, "f1", broken()); !errors.Is(err, errUndo) {
			t.Errorf("PutBlob = %v, want the reader's error", err)
		}
		if _, err := b.Store.OpenBlob(b.ctx, c.Ref, "f1"); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("OpenBlob = %v, want ErrNotFound", err)
		}
		if _, err := b.Store.PutBlob(b.ctx, c.Ref, "f1", strings.NewReader("first")); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Store.PutBlob(b.ctx, c.Ref, "f1", broken()); err == nil {
			t.Error("a broken put was kept")
		}
		same(t, "bytes", string(b.mustBlob(t, c.Ref, "f1")), "first")
	}},
	{"bytes belong to one casus", func(t *testing.T, b *bench) {
		one, two := b.mustCasus(t), b.mustCasus(t)
		if _, err := b.Store.PutBlob(b.ctx, one.Ref, "f1", strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Store.OpenBlob(b.ctx, two.Ref, "f1"); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("OpenBlob of another casus = %v, want ErrNotFound", err)
		}
		if _, err := b.Store.PutBlob(b.ctx, two.Ref, "f1", strings.NewReader("y")); !errors.Is(err, bot.ErrConflict) {
			t.Errorf("PutBlob for another casus = %v, want ErrConflict", err)
		}
		if err := b.Store.DropBlob(b.ctx, two.Ref, "f1"); err != nil {
			t.Errorf("DropBlob of another casus = %v", err)
		}
		same(t, "bytes", string(b.mustBlob(t, one.Ref, "f1")), "x")
		if _, err := b.Store.PutBlob(b.ctx, "C-2026-0099", "f2", strings.NewReader("y")); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("PutBlob of no casus = %v, want ErrNotFound", err)
		}
	}},
	{"dropping is final and can be repeated", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		if _, err := b.Store.PutBlob(b.ctx, c.Ref, "f1", strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := b.Store.DropBlob(b.ctx, c.Ref, "f1"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.Store.OpenBlob(b.ctx, c.Ref, "f1"); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("OpenBlob = %v, want ErrNotFound", err)
		}
	}},
}

// aPart reads at most n bytes from at on.
func (b *bench) aPart(t testing.TB, r io.ReadSeeker, at int64, whence, n int) string {
	t.Helper()
	if _, err := r.Seek(at, whence); err != nil {
		t.Fatalf("Seek(%d, %d): %v", at, whence, err)
	}
	got, err := io.ReadAll(io.LimitReader(r, int64(n)))
	if err != nil {
		t.Fatalf("read from %d: %v", at, err)
	}
	return string(got)
}

func (b *bench) mustBlob(t testing.TB, ref bot.Ref, id bot.FileID) []byte {
	t.Helper()
	r, err := b.Store.OpenBlob(b.ctx, ref, id)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var verdictTests = []storeTest{
	{"a verdict comes back with its facts", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		v := bot.Verdict{ID: "d1", Casus: c.Ref, At: b.now(), By: "p1", About: "share", Effect: "need_consent", Rule: "M40", Codes: []string{"missing"}, Policy: "sha256:1", Facts: []byte(`{"now":1}`)}
		loose := bot.Verdict{ID: "d2", At: b.now(), About: "join", Effect: "refuse", Facts: []byte(`{}`)}
		b.mustUpdate(t, func(tx bot.Tx) error { return errors.Join(tx.AddVerdict(v), tx.AddVerdict(loose)) })
		b.mustView(t, func(tx bot.Tx) error {
			one, err1 := tx.Verdict("d1")
			two, err2 := tx.Verdict("d2")
			same(t, "Verdict", one, v)
			same(t, "Verdict", two, loose)
			if _, err := tx.Verdict("d3"); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("Verdict(d3) = %v, want ErrNotFound", err)
			}
			return errors.Join(err1, err2)
		})
		b.refused(t, "AddVerdict again", bot.ErrConflict, func(tx bot.Tx) error { return tx.AddVerdict(v) })
		v.ID, v.Casus = "d9", "C-2026-0099"
		b.refused(t, "AddVerdict of no casus", bot.ErrNotFound, func(tx bot.Tx) error { return tx.AddVerdict(v) })
	}},
}

var policyTests = []storeTest{
	{"the bundle that was activated last is the active one, whole", func(t *testing.T, b *bench) {
		b.mustView(t, func(tx bot.Tx) error {
			if _, err := tx.ActivePolicy(); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("ActivePolicy of none = %v, want ErrNotFound", err)
			}
			return nil
		})
		one := bot.Policy{Hash: "sha256:1", Files: map[string][]byte{"share.yaml": []byte("a: 1")}, ProposedBy: "start", ProposedAt: b.now()}
		two := bot.Policy{Hash: "sha256:2", Files: map[string][]byte{"share.yaml": []byte("a: 2")}, ProposedBy: "beheer", ProposedAt: b.now(), Loosens: true}
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.AddPolicy(one), tx.AddPolicy(two), tx.ActivatePolicy(two.Hash, "p9", b.now()), tx.ActivatePolicy(one.Hash, "", b.now()))
		})
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddPolicy(bot.Policy{Hash: one.Hash, ProposedBy: "somebody else"}) })
		one.ActiveFrom, two.ActiveFrom, two.ApprovedBy = b.now(), b.now(), "p9"
		b.mustView(t, func(tx bot.Tx) error {
			active, err1 := tx.ActivePolicy()
			other, err2 := tx.Policy(two.Hash)
			same(t, "ActivePolicy", active, one)
			same(t, "Policy", other, two)
			return errors.Join(err1, err2)
		})
		b.refused(t, "ActivatePolicy of none", bot.ErrNotFound, func(tx bot.Tx) error { return tx.ActivatePolicy("sha256:3", "", b.now()) })
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.ActivatePolicy(two.Hash, "p9", b.now()) })
		late := bot.Policy{Hash: "sha256:0", Files: one.Files, ProposedBy: "beheer", ProposedAt: b.now().Add(time.Hour), Loosens: true}
		early := bot.Policy{Hash: "sha256:4", Files: one.Files, ProposedBy: "beheer", ProposedAt: b.now()}
		b.mustUpdate(t, func(tx bot.Tx) error { return errors.Join(tx.AddPolicy(late), tx.AddPolicy(early)) })
		b.mustView(t, func(tx bot.Tx) error {
			waiting, err := tx.WaitingPolicies()
			same(t, "WaitingPolicies", waiting, []bot.Policy{early, late})
			return err
		})
		b.mustView(t, func(tx bot.Tx) error {
			active, err := tx.ActivePolicy()
			same(t, "ActivePolicy", active, two)
			return err
		})
	}},
	{"verdicts of the last days come in the order of taking", func(t *testing.T, b *bench) {
		at := b.now()
		var want []bot.Verdict
		for i, id := range []bot.DecisionID{"z", "a", "m"} {
			v := bot.Verdict{ID: id, At: at.Add(time.Duration(i) * time.Hour), About: "share", Effect: "allow", Facts: []byte(`{}`)}
			b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddVerdict(v) })
			want = append(want, v)
		}
		b.mustView(t, func(tx bot.Tx) error {
			from, err1 := tx.VerdictsSince(at.Add(time.Hour), 0)
			first, err2 := tx.VerdictsSince(at, 1)
			same(t, "VerdictsSince", from, want[1:])
			same(t, "VerdictsSince with a limit", first, want[:1])
			return errors.Join(err1, err2)
		})
	}},
}

var holdTests = []storeTest{
	{"holds come in the order of placing and are released once", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		one := bot.Hold{ID: "z", Casus: c.Ref, Reason: "klacht", PlacedBy: "p5", PlacedAt: b.now()}
		two := bot.Hold{ID: "a", Casus: c.Ref, Reason: "bezwaar", PlacedBy: "p6", PlacedAt: b.now()}
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.AddHold(one), tx.AddHold(two), tx.ReleaseHold(c.Ref, "z", b.now().Add(time.Hour)))
		})
		one.ReleasedAt = b.now().Add(time.Hour)
		b.mustView(t, func(tx bot.Tx) error {
			all, err := tx.Holds(c.Ref)
			same(t, "Holds", all, []bot.Hold{one, two})
			return err
		})
		b.refused(t, "ReleaseHold again", bot.ErrConflict, func(tx bot.Tx) error { return tx.ReleaseHold(c.Ref, "z", b.now()) })
		b.refused(t, "ReleaseHold of none", bot.ErrNotFound, func(tx bot.Tx) error { return tx.ReleaseHold(c.Ref, "q", b.now()) })
		b.refused(t, "AddHold again", bot.ErrConflict, func(tx bot.Tx) error { return tx.AddHold(two) })
		b.refused(t, "AddHold of no casus", bot.ErrNotFound, func(tx bot.Tx) error { return tx.AddHold(bot.Hold{ID: "x", Casus: "C-2026-0099"}) })
	}},
}

// mustFill gives a casus one of everything.
func (b *bench) mustFill(t testing.TB, c bot.Casus) {
	t.Helper()
	id := string(c.Ref)
	b.mustUpdate(t, func(tx bot.Tx) error {
		return errors.Join(
			tx.AddConsent(b.consent(c, "c1")), tx.AddAgreement(b.agreement(c, "a1")),
			tx.AddFile(b.file(c, bot.FileID("f-"+id))),
			tx.AddVerdict(bot.Verdict{ID: bot.DecisionID("d-" + id), Casus: c.Ref, Facts: []byte("{}")}),
			tx.AddHold(bot.Hold{ID: "h1", Casus: c.Ref, Reason: "klacht", PlacedAt: b.now()}),
			tx.ReleaseHold(c.Ref, "h1", b.now()),
			tx.AddTicket(bot.Ticket{Token: "t-" + id, Casus: c.Ref, Body: []byte("secret"), Expires: b.now().Add(time.Hour)}),
			tx.AddJob(bot.Job{ID: "j-" + id, Kind: bot.JobErase, Casus: c.Ref, RunAt: b.now()}),
			tx.AddJob(bot.Job{ID: "k-" + id, Kind: bot.JobTell, Casus: c.Ref, Body: []byte("hallo"), RunAt: b.now().Add(time.Minute)}))
	})
	if _, err := b.Store.PutBlob(b.ctx, c.Ref, bot.FileID("f-"+id), strings.NewReader("bytes")); err != nil {
		t.Fatal(err)
	}
}

var eraseTests = []storeTest{
	{"erasing leaves the receipt and nothing personal", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustFill(t, c)
		c.Room, c.Status, c.ClosedAt = "room1", bot.Closed, b.now()
		b.mustUpdate(t, func(tx bot.Tx) (err error) { c, err = tx.SaveCasus(c); return err })
		receipt := bot.Receipt{Casus: c.Ref, Kind: c.Kind, At: b.now().Add(time.Hour), Posts: 4, Files: 1, Remains: []string{bot.RemainShell}, Policy: "sha256:1"}
		b.mustUpdate(t, func(tx bot.Tx) error {
			n, err := tx.EraseCasus(c.Ref, receipt)
			if n != 7 {
				t.Errorf("EraseCasus = %d records, want 7", n)
			}
			return err
		})
		b.mustView(t, func(tx bot.Tx) error {
			got, err := tx.Casus(c.Ref)
			same(t, "Casus", got, bot.Casus{Ref: c.Ref, Region: c.Region, Kind: c.Kind, Phase: c.Phase, Status: bot.Erased, Version: c.Version + 1,
				OpenedAt: c.OpenedAt, LastActivityAt: c.LastActivityAt, ClosedAt: c.ClosedAt, ErasedAt: receipt.At})
			r, err2 := tx.Receipt(c.Ref)
			if r.KeyPrint == "" {
				t.Error("the receipt names no key")
			}
			receipt.Records, receipt.KeyPrint, receipt.Signed = 7, r.KeyPrint, r.Signed
			same(t, "Receipt", r, receipt)
			id := string(c.Ref)
			for name, want := range map[string]struct {
				err  error
				read func() error
			}{
				"Consents":    {bot.ErrGone, func() error { _, err := tx.Consents(c.Ref); return err }},
				"Agreements":  {bot.ErrGone, func() error { _, err := tx.Agreements(c.Ref); return err }},
				"FilesOf":     {bot.ErrGone, func() error { _, err := tx.FilesOf(c.Ref); return err }},
				"Holds":       {bot.ErrGone, func() error { _, err := tx.Holds(c.Ref); return err }},
				"File":        {bot.ErrNotFound, func() error { _, err := tx.File(bot.FileID("f-" + id)); return err }},
				"Verdict":     {bot.ErrNotFound, func() error { _, err := tx.Verdict(bot.DecisionID("d-" + id)); return err }},
				"Ticket":      {bot.ErrNotFound, func() error { _, err := tx.Ticket("t-"+id, b.now()); return err }},
				"CasusByRoom": {bot.ErrNotFound, func() error { _, err := tx.CasusByRoom(c.Platform, "room1"); return err }},
				"OpenBlob":    {bot.ErrGone, func() error { _, err := b.Store.OpenBlob(b.ctx, c.Ref, bot.FileID("f-"+id)); return err }},
			} {
				if err := want.read(); !errors.Is(err, want.err) {
					t.Errorf("%s after erasing = %v, want %v", name, err, want.err)
				}
			}
			return errors.Join(err, err2)
		})
	}},
	{"another casus stays whole", func(t *testing.T, b *bench) {
		c, other := b.mustCasus(t), b.mustCasus(t)
		b.mustFill(t, c)
		b.mustFill(t, other)
		b.mustUpdate(t, func(tx bot.Tx) error { _, err := tx.EraseCasus(c.Ref, bot.Receipt{}); return err })
		b.mustView(t, func(tx bot.Tx) error {
			got, err1 := tx.Casus(other.Ref)
			consents, err2 := tx.Consents(other.Ref)
			_, err3 := tx.File(bot.FileID("f-" + other.Ref))
			_, err4 := tx.Ticket("t-"+string(other.Ref), b.now())
			same(t, "Casus", got, other)
			same(t, "consents", len(consents), 1)
			return errors.Join(err1, err2, err3, err4)
		})
		same(t, "bytes", string(b.mustBlob(t, other.Ref, bot.FileID("f-"+other.Ref))), "bytes")
	}},
	{"nothing can be added to an erased casus", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error { _, err := tx.EraseCasus(c.Ref, bot.Receipt{}); return err })
		for name, add := range map[string]func(tx bot.Tx) error{
			"AddConsent":   func(tx bot.Tx) error { return tx.AddConsent(b.consent(c, "c1")) },
			"AddAgreement": func(tx bot.Tx) error { return tx.AddAgreement(b.agreement(c, "a1")) },
			"AddFile":      func(tx bot.Tx) error { return tx.AddFile(b.file(c, "f1")) },
			"AddVerdict":   func(tx bot.Tx) error { return tx.AddVerdict(bot.Verdict{ID: "d1", Casus: c.Ref}) },
			"AddHold":      func(tx bot.Tx) error { return tx.AddHold(bot.Hold{ID: "h1", Casus: c.Ref}) },
			"AddTicket":    func(tx bot.Tx) error { return tx.AddTicket(bot.Ticket{Token: "t", Casus: c.Ref}) },
			"AddJob": func(tx bot.Tx) error {
				return tx.AddJob(bot.Job{ID: "j", Kind: bot.JobTell, Casus: c.Ref, Body: []byte("x")})
			},
			"SaveCasus": func(tx bot.Tx) error { _, err := tx.SaveCasus(c); return err },
		} {
			b.refused(t, name, bot.ErrGone, add)
		}
		if _, err := b.Store.PutBlob(b.ctx, c.Ref, "f1", strings.NewReader("x")); !errors.Is(err, bot.ErrGone) {
			t.Errorf("PutBlob = %v, want ErrGone", err)
		}
	}},
	{"a live hold wins, a released one does not count", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddHold(bot.Hold{ID: "h1", Casus: c.Ref, PlacedAt: b.now()}) })
		b.refused(t, "EraseCasus", bot.ErrConflict, func(tx bot.Tx) error { _, err := tx.EraseCasus(c.Ref, bot.Receipt{}); return err })
		b.mustView(t, func(tx bot.Tx) error { _, err := tx.Casus(c.Ref); return err })
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.ReleaseHold(c.Ref, "h1", b.now()) })
		b.mustUpdate(t, func(tx bot.Tx) error { _, err := tx.EraseCasus(c.Ref, bot.Receipt{}); return err })
	}},
	{"a hold and an erasure at once end in one of the two", func(t *testing.T, b *bench) {
		for range 10 {
			c := b.mustCasus(t)
			var group sync.WaitGroup
			var held, erased error
			group.Go(func() {
				held = b.Store.Update(b.ctx, func(tx bot.Tx) error { return tx.AddHold(bot.Hold{ID: "h1", Casus: c.Ref, PlacedAt: b.now()}) })
			})
			group.Go(func() {
				erased = b.Store.Update(b.ctx, func(tx bot.Tx) error { _, err := tx.EraseCasus(c.Ref, bot.Receipt{}); return err })
			})
			group.Wait()
			switch {
			case held == nil && errors.Is(erased, bot.ErrConflict), erased == nil && errors.Is(held, bot.ErrGone):
			default:
				t.Errorf("hold: %v, erasure: %v, want exactly one to win", held, erased)
			}
		}
	}},
	{"erasing twice changes nothing", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		first := bot.Receipt{At: b.now(), Posts: 1}
		b.mustUpdate(t, func(tx bot.Tx) error { _, err := tx.EraseCasus(c.Ref, first); return err })
		b.mustUpdate(t, func(tx bot.Tx) error {
			n, err := tx.EraseCasus(c.Ref, bot.Receipt{At: b.now().Add(time.Hour), Posts: 9})
			same(t, "records", n, 0)
			r, err2 := tx.Receipt(c.Ref)
			same(t, "Posts", r.Posts, 1)
			return errors.Join(err, err2)
		})
		b.refused(t, "EraseCasus of none", bot.ErrNotFound, func(tx bot.Tx) error { _, err := tx.EraseCasus("C-2026-0099", bot.Receipt{}); return err })
		b.refused(t, "Receipt of none", bot.ErrNotFound, func(tx bot.Tx) error { _, err := tx.Receipt("C-2026-0099"); return err })
	}},
	{"the code of an erased casus is never used again", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error { _, err := tx.EraseCasus(c.Ref, bot.Receipt{}); return err })
		if next := b.mustCasus(t); next.Ref != "C-2026-0002" {
			t.Errorf("next code %s, want C-2026-0002", next.Ref)
		}
	}},
	{"the job that erases ends with the erasure, the others are over", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustFill(t, c)
		job, err := b.Store.ClaimJob(b.ctx, b.now(), time.Minute)
		if err != nil || job.ID != "j-"+string(c.Ref) {
			t.Fatalf("ClaimJob = %+v, %v", job, err)
		}
		b.mustUpdate(t, func(tx bot.Tx) error {
			_, err := tx.EraseCasus(c.Ref, bot.Receipt{})
			return errors.Join(err, tx.FinishJob(job))
		})
		b.mustView(t, func(tx bot.Tx) error {
			jobs, err := tx.JobsOf(c.Ref)
			same(t, "JobsOf", len(jobs), 0)
			return err
		})
	}},
}

var jobTests = []storeTest{
	{"a job comes back with its body", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		j := bot.Job{ID: "j1", Kind: bot.JobTell, Casus: c.Ref, Object: "f1", Body: []byte("hallo"), RunAt: b.now()}
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddJob(j) })
		b.mustView(t, func(tx bot.Tx) error {
			jobs, err := tx.JobsOf(c.Ref)
			same(t, "JobsOf", jobs, []bot.Job{j})
			return err
		})
		got := b.mustClaim(t)
		j.Token = got.Token
		same(t, "ClaimJob", got, j)
	}},
	{"a known id leaves one job, also when it is done", func(t *testing.T, b *bench) {
		add := func() {
			b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobTell, RunAt: b.now()}) })
		}
		add()
		add()
		j := b.mustClaim(t)
		add()
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.FinishJob(j) })
		add()
		b.noClaim(t)
	}},
	{"jobs of a casus are listed earliest first, without those done", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			var errs []error
			for i, id := range []string{"late", "first", "mid"} {
				errs = append(errs, tx.AddJob(bot.Job{ID: id, Kind: bot.JobTell, Casus: c.Ref, RunAt: b.now().Add(time.Duration([]int{5, 0, 3}[i]) * time.Minute)}))
			}
			return errors.Join(append(errs, tx.AddJob(bot.Job{ID: "other", Kind: bot.JobTell, RunAt: b.now()}))...)
		})
		ids := func() string {
			var ids []string
			b.mustView(t, func(tx bot.Tx) error {
				jobs, err := tx.JobsOf(c.Ref)
				for _, j := range jobs {
					ids = append(ids, j.ID)
				}
				return err
			})
			return strings.Join(ids, " ")
		}
		same(t, "JobsOf", ids(), "first mid late")
		j := b.mustClaim(t)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.FinishJob(j) })
		same(t, "JobsOf", ids(), "mid late")
	}},
	{"a retry gives the turn back and counts", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error {
			return tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobTell, Body: []byte("x"), RunAt: b.now()})
		})
		j := b.mustClaim(t)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.RetryJob(j, b.now().Add(time.Minute), "busy") })
		b.noClaim(t)
		b.Pass(time.Minute)
		again := b.mustClaim(t)
		if again.Attempts != 1 || again.Token <= j.Token || string(again.Body) != "x" {
			t.Errorf("claimed again: %+v, want one attempt, a greater token and its body", again)
		}
	}},
	{"a buried job waits for a person", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error {
			return tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobTell, Body: []byte("x"), RunAt: b.now()})
		})
		j := b.mustClaim(t)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.BuryJob(j, "internal") })
		b.Pass(24 * time.Hour)
		b.noClaim(t)
		b.due(t, 0, 1)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.MoveJob("j1", b.now()) })
		b.due(t, 1, 0)
		if again := b.mustClaim(t); again.Attempts != 0 || string(again.Body) != "x" {
			t.Errorf("revived: %+v, want a fresh start with its body", again)
		}
	}},
	{"a waiting job can be moved, a done one revived, in the transaction that ended it too", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error {
			return tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobRetain, Body: []byte("x"), RunAt: b.now()})
		})
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.MoveJob("j1", b.now().Add(time.Hour)) })
		b.noClaim(t)
		b.Pass(time.Hour)
		j := b.mustClaim(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.FinishJob(j), tx.MoveJob("j1", b.now().Add(time.Hour)))
		})
		b.noClaim(t)
		b.Pass(time.Hour)
		again := b.mustClaim(t)
		if string(again.Body) != "x" {
			t.Errorf("the body of a job that was planned again is %q, want x", again.Body)
		}
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.FinishJob(again) })
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.MoveJob("j1", b.now()) })
		b.mustClaim(t)
		b.refused(t, "MoveJob of none", bot.ErrNotFound, func(tx bot.Tx) error { return tx.MoveJob("j9", b.now()) })
	}},
	{"an old token ends nothing", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobTell, RunAt: b.now()}) })
		old := b.mustClaim(t)
		b.Pass(2 * time.Minute)
		fresh := b.mustClaim(t)
		for name, end := range map[string]func(tx bot.Tx) error{
			"FinishJob": func(tx bot.Tx) error { return tx.FinishJob(old) },
			"RetryJob":  func(tx bot.Tx) error { return tx.RetryJob(old, b.now(), "busy") },
			"BuryJob":   func(tx bot.Tx) error { return tx.BuryJob(old, "busy") },
		} {
			b.refused(t, name, bot.ErrConflict, end)
		}
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.FinishJob(fresh) })
		b.refused(t, "FinishJob twice", bot.ErrConflict, func(tx bot.Tx) error { return tx.FinishJob(fresh) })
		b.refused(t, "FinishJob of none", bot.ErrNotFound, func(tx bot.Tx) error { return tx.FinishJob(bot.Job{ID: "j9"}) })
	}},
	{"a lapsed lease that nobody took over can still be finished", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobTell, RunAt: b.now()}) })
		j := b.mustClaim(t)
		b.Pass(time.Hour)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.FinishJob(j) })
		b.noClaim(t)
	}},
}

// mustClaim claims the next job for a minute.
func (b *bench) mustClaim(t testing.TB) bot.Job {
	t.Helper()
	j, err := b.Store.ClaimJob(b.ctx, b.now(), time.Minute)
	if err != nil {
		t.Fatalf("ClaimJob: %v", err)
	}
	return j
}

func (b *bench) noClaim(t testing.TB) {
	t.Helper()
	if j, err := b.Store.ClaimJob(b.ctx, b.now(), time.Minute); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("ClaimJob = %+v, %v, want ErrNotFound", j, err)
	}
}

func (b *bench) due(t testing.TB, due, buried int) {
	t.Helper()
	b.mustView(t, func(tx bot.Tx) error {
		d, r, err := tx.DueJobs(b.now())
		if d != due || r != buried {
			t.Errorf("DueJobs = %d, %d, want %d, %d", d, r, due, buried)
		}
		return err
	})
}

var claimTests = []storeTest{
	{"the earliest job that is due comes first", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.AddJob(bot.Job{ID: "now", Kind: bot.JobTell, RunAt: b.now()}), tx.AddJob(bot.Job{ID: "before", Kind: bot.JobTell, RunAt: b.now().Add(-time.Second)}),
				tx.AddJob(bot.Job{ID: "later", Kind: bot.JobTell, RunAt: b.now().Add(time.Microsecond)}))
		})
		b.due(t, 2, 0)
		same(t, "first", b.mustClaim(t).ID, "before")
		same(t, "second", b.mustClaim(t).ID, "now")
		b.noClaim(t)
		b.due(t, 0, 0)
	}},
	{"a casus has one job at work at a time", func(t *testing.T, b *bench) {
		one, two := b.mustCasus(t), b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.AddJob(bot.Job{ID: "a1", Kind: bot.JobTell, Casus: one.Ref, RunAt: b.now().Add(-3 * time.Second)}),
				tx.AddJob(bot.Job{ID: "a2", Kind: bot.JobTell, Casus: one.Ref, RunAt: b.now().Add(-2 * time.Second)}),
				tx.AddJob(bot.Job{ID: "b1", Kind: bot.JobTell, Casus: two.Ref, RunAt: b.now().Add(-time.Second)}))
		})
		first := b.mustClaim(t)
		same(t, "first", first.ID, "a1")
		same(t, "second", b.mustClaim(t).ID, "b1")
		b.noClaim(t)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.FinishJob(first) })
		same(t, "third", b.mustClaim(t).ID, "a2")
	}},
	{"a lease lasts to its end and not longer", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobTell, RunAt: b.now()}) })
		first := b.mustClaim(t)
		b.Pass(time.Minute - time.Microsecond)
		b.noClaim(t)
		b.Pass(time.Microsecond)
		again := b.mustClaim(t)
		if again.ID != "j1" || again.Token <= first.Token || again.Attempts != 1 {
			t.Errorf("claimed again: %+v, want a greater token and the lapse counted", again)
		}
	}},
	{"who takes over a casus shuts out the lapsed holder of another job of it", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			return tx.AddJob(bot.Job{ID: "slow", Kind: bot.JobTell, Casus: c.Ref, RunAt: b.now()})
		})
		slow := b.mustClaim(t)
		b.Pass(2 * time.Minute)
		b.mustUpdate(t, func(tx bot.Tx) error {
			return tx.AddJob(bot.Job{ID: "urgent", Kind: bot.JobTell, Casus: c.Ref, RunAt: slow.RunAt.Add(-time.Hour)})
		})
		same(t, "claimed", b.mustClaim(t).ID, "urgent")
		b.refused(t, "FinishJob of the lapsed one", bot.ErrConflict, func(tx bot.Tx) error { return tx.FinishJob(slow) })
	}},
	{"a job whose workers never come back is put before a person", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddJob(bot.Job{ID: "poison", Kind: bot.JobTell, RunAt: b.now()}) })
		for range bot.MaxAttempts {
			b.mustClaim(t)
			b.Pass(time.Hour)
		}
		b.noClaim(t)
		b.due(t, 0, 1)
	}},
	{"each job is claimed once under concurrency, and a casus never twice", func(t *testing.T, b *bench) {
		refs := []bot.Ref{b.mustCasus(t).Ref, b.mustCasus(t).Ref, ""}
		const jobs = 30
		b.mustUpdate(t, func(tx bot.Tx) error {
			for i := range jobs {
				if err := tx.AddJob(bot.Job{ID: fmt.Sprint("j", i), Kind: bot.JobTell, Casus: refs[i%3], RunAt: b.now()}); err != nil {
					return err
				}
			}
			return nil
		})
		var mu sync.Mutex
		busy, seen := map[bot.Ref]bool{}, map[string]int{}
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				for {
					mu.Lock()
					all := len(seen) == jobs
					mu.Unlock()
					if all {
						return
					}
					j, err := b.Store.ClaimJob(b.ctx, b.now(), time.Minute)
					if errors.Is(err, bot.ErrNotFound) {
						continue
					}
					if err != nil {
						t.Errorf("ClaimJob: %v", err)
						return
					}
					mu.Lock()
					if seen[j.ID]++; seen[j.ID] > 1 {
						t.Errorf("job %s was claimed twice", j.ID)
					}
					if j.Casus != "" && busy[j.Casus] {
						t.Errorf("casus %s has two jobs at work", j.Casus)
					}
					busy[j.Casus] = true
					mu.Unlock()
					if err := b.Store.Update(b.ctx, func(tx bot.Tx) error {
						mu.Lock()
						busy[j.Casus] = false
						mu.Unlock()
						return tx.FinishJob(j)
					}); err != nil {
						t.Errorf("FinishJob: %v", err)
						return
					}
				}
			})
		}
		group.Wait()
	}},
}

var inboxTests = []storeTest{
	{"an event is kept until it was handled, and known for ever", func(t *testing.T, b *bench) {
		e := bot.Event{ID: "e1", Platform: "mattermost", Kind: bot.Said, At: b.now(), User: "u1", Channel: "ch", Text: "vraag over Noor", Files: []bot.PlatformFile{{ID: "pf", Name: "x.pdf", Size: 3}}}
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.PutEvent(e) })
		b.mustView(t, func(tx bot.Tx) error {
			got, err := tx.Event("mattermost:e1")
			same(t, "Event", got, e)
			return err
		})
		b.refused(t, "PutEvent again", bot.ErrConflict, func(tx bot.Tx) error { return tx.PutEvent(e) })
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.DropEvent("mattermost:e1") })
		b.refused(t, "Event after DropEvent", bot.ErrNotFound, func(tx bot.Tx) error { _, err := tx.Event("mattermost:e1"); return err })
		b.refused(t, "PutEvent after DropEvent", bot.ErrConflict, func(tx bot.Tx) error { return tx.PutEvent(e) })
		e.Platform = "slack"
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.PutEvent(e) })
	}},
	{"a repeat leaves the transaction usable", func(t *testing.T, b *bench) {
		e := bot.Event{ID: "e1", Platform: "mattermost"}
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.PutEvent(e) })
		b.mustUpdate(t, func(tx bot.Tx) error {
			if err := tx.PutEvent(e); !errors.Is(err, bot.ErrConflict) {
				t.Errorf("PutEvent = %v, want ErrConflict", err)
			}
			return tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobTell, RunAt: b.now()})
		})
		b.mustClaim(t)
	}},
}

var ticketTests = []storeTest{
	{"a ticket is good once and until its end", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		k := bot.Ticket{Token: "secret1", Action: "consent", Casus: c.Ref, Object: "f1", For: "u1", Body: []byte("x"), Expires: b.now().Add(time.Hour)}
		loose := bot.Ticket{Token: "secret2", Action: "open", Expires: b.now().Add(time.Hour)}
		b.mustUpdate(t, func(tx bot.Tx) error { return errors.Join(tx.AddTicket(k), tx.AddTicket(loose)) })
		b.mustView(t, func(tx bot.Tx) error {
			got, err1 := tx.Ticket("secret1", k.Expires.Add(-time.Microsecond))
			two, err2 := tx.Ticket("secret2", b.now())
			same(t, "Ticket", got, k)
			same(t, "Ticket", two, loose)
			if _, err := tx.Ticket("secret1", k.Expires); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("Ticket at its end = %v, want ErrNotFound", err)
			}
			return errors.Join(err1, err2)
		})
		b.refused(t, "UseTicket at its end", bot.ErrConflict, func(tx bot.Tx) error { return tx.UseTicket("secret1", k.Expires) })
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.UseTicket("secret1", b.now()) })
		b.refused(t, "UseTicket twice", bot.ErrConflict, func(tx bot.Tx) error { return tx.UseTicket("secret1", b.now()) })
		b.refused(t, "Ticket after use", bot.ErrNotFound, func(tx bot.Tx) error { _, err := tx.Ticket("secret1", b.now()); return err })
		b.refused(t, "UseTicket of none", bot.ErrNotFound, func(tx bot.Tx) error { return tx.UseTicket("secret9", b.now()) })
		b.refused(t, "AddTicket again", bot.ErrConflict, func(tx bot.Tx) error { return tx.AddTicket(k) })
	}},
	{"two people with one ticket: one gets it", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error {
			return tx.AddTicket(bot.Ticket{Token: "secret", Expires: b.now().Add(time.Hour)})
		})
		var group sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			group.Go(func() {
				errs[i] = b.Store.Update(b.ctx, func(tx bot.Tx) error { return tx.UseTicket("secret", b.now()) })
			})
		}
		group.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, bot.ErrConflict):
				t.Errorf("UseTicket = %v, want ErrConflict", err)
			}
		}
		same(t, "winners", won, 1)
	}},
	{"a nonce is good once", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.UseNonce("n1", b.now().Add(time.Minute)) })
		b.refused(t, "UseNonce again", bot.ErrConflict, func(tx bot.Tx) error { return tx.UseNonce("n1", b.now().Add(time.Hour)) })
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.UseNonce("n2", b.now().Add(time.Minute)) })
	}},
}

var auditTests = []storeTest{
	{"entries come back in order, of a casus or of all", func(t *testing.T, b *bench) {
		one, two := b.mustCasus(t), b.mustCasus(t)
		e := bot.Entry{Casus: one.Ref, At: b.now(), Actor: "p1", OnBehalf: "school-a", Act: bot.ActFileDecided, Object: "f1", Decision: "d1", Policy: "sha256:1",
			Reasons: []string{"M40", "missing"}, Outcome: "refused", Commitment: "abc"}
		var seqs []int64
		b.mustUpdate(t, func(tx bot.Tx) error {
			for range 3 {
				got, err := tx.Record(e)
				if err != nil {
					return err
				}
				seqs = append(seqs, got.Seq)
			}
			_, err := tx.Record(bot.Entry{Act: bot.ActDirectory, At: b.now(), Outcome: "done"})
			return err
		})
		if !(seqs[0] < seqs[1] && seqs[1] < seqs[2]) {
			t.Errorf("numbers %v do not grow", seqs)
		}
		b.mustView(t, func(tx bot.Tx) error {
			all, err1 := tx.Entries(one.Ref, 0, 0)
			if len(all) != 4 || all[0].Act != bot.ActCasusOpened {
				t.Fatalf("Entries of %s = %+v, want 4", one.Ref, all)
			}
			want := e
			want.Seq = seqs[0]
			same(t, "entry", all[1], want)
			others, err2 := tx.Entries(two.Ref, 0, 0)
			same(t, "entries of the other", len(others), 1)
			every, err3 := tx.Entries("", 0, 0)
			same(t, "entries of all", len(every), 6)
			after, err4 := tx.Entries(one.Ref, seqs[0], 1)
			if len(after) != 1 || after[0].Seq != seqs[1] {
				t.Errorf("Entries after %d, at most 1 = %+v", seqs[0], after)
			}
			return errors.Join(err1, err2, err3, err4)
		})
	}},
	{"an entry shares the fate of its act", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.refused(t, "Update", errUndo, func(tx bot.Tx) error {
			_, err := tx.Record(bot.Entry{Casus: c.Ref, Act: bot.ActCasusClosed})
			all, err2 := tx.Entries(c.Ref, 0, 0)
			same(t, "entries inside", len(all), 2)
			return errors.Join(err, err2, errUndo)
		})
		b.mustView(t, func(tx bot.Tx) error {
			all, err := tx.Entries(c.Ref, 0, 0)
			same(t, "entries after", len(all), 1)
			return err
		})
	}},
	{"who looked is among the entries of the casus", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			_, err := tx.Record(bot.Entry{Casus: c.Ref, Act: bot.ActRead, Actor: "p5", At: b.now()})
			return err
		})
		b.mustView(t, func(tx bot.Tx) error {
			all, err := tx.Entries(c.Ref, 0, 0)
			if len(all) != 2 || all[1].Act != bot.ActRead {
				t.Errorf("Entries = %+v", all)
			}
			return err
		})
	}},
	{"entries outlive the casus", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			_, err := tx.EraseCasus(c.Ref, bot.Receipt{})
			_, err2 := tx.Record(bot.Entry{Casus: c.Ref, Act: bot.ActErased, At: b.now(), Outcome: "done"})
			return errors.Join(err, err2)
		})
		b.mustView(t, func(tx bot.Tx) error {
			all, err := tx.Entries(c.Ref, 0, 0)
			same(t, "entries", len(all), 2)
			return err
		})
	}},
	{"no entry is lost under concurrency", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		var group sync.WaitGroup
		for i := range 4 {
			group.Go(func() {
				for range 10 {
					ref := c.Ref
					if i%2 == 1 {
						ref = ""
					}
					if err := b.Store.Update(b.ctx, func(tx bot.Tx) error {
						_, err := tx.Record(bot.Entry{Casus: ref, Act: bot.ActPhaseChanged, At: b.now()})
						return err
					}); err != nil {
						t.Errorf("Record: %v", err)
					}
				}
			})
		}
		group.Wait()
		b.mustView(t, func(tx bot.Tx) error {
			all, err := tx.Entries("", 0, 0)
			same(t, "entries", len(all), 41)
			for i := range all[1:] {
				if all[i].Seq >= all[i+1].Seq {
					t.Errorf("numbers %d and %d", all[i].Seq, all[i+1].Seq)
				}
			}
			return err
		})
	}},
}
