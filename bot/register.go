package bot

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/convenantbot/convenantbot/rules/region"
)

// Register is who works where, as the operator hands it over.
type Register struct {
	Organisations []Organisation
	People        []Person
	Adopted       []region.Adoption // our readings that the region adopted, besides those of its pack
	Lapses        bool              // who works where is confirmed again each quarter, or does not count
}

// LoadRegister brings the directory in line with r: what is new or changed is
// saved, with one entry in the log. Nobody is removed by being left out; an
// appointment ends by its own date. An account of two people is ErrConflict and
// changes nothing.
//
// It is called before Run: what the region adopted is read without a lock.
func (b *Bot) LoadRegister(ctx context.Context, r Register) error {
	if len(r.Adopted) > 0 {
		pack := *b.Region // a pack is shared and never changed
		pack.Adopted = slices.Concat(r.Adopted, pack.Adopted)
		b.Region = &pack
	}
	return b.update(ctx, func(tx Tx) error {
		changed := 0
		for _, o := range r.Organisations {
			old, err := tx.Organisation(o.ID)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
			if err == nil {
				if o = mergeOrganisation(old, o); old == o {
					continue
				}
			}
			if err := tx.SaveOrganisation(o); err != nil {
				return fmt.Errorf("organisation %s: %w", o.ID, err)
			}
			if old.LeftAt != o.LeftAt {
				if err := b.partyGone(tx, o, "left:"+o.LeftAt); err != nil {
					return err
				}
			}
			changed++
		}
		for _, p := range r.People {
			old, err := tx.Person(p.ID)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
			if p = b.mergePerson(old, p, r.Lapses); err == nil && reflect.DeepEqual(normal(old), normal(p)) {
				continue
			}
			if err := tx.SavePerson(p); err != nil {
				return fmt.Errorf("person %s: %w", p.ID, err)
			}
			changed++
		}
		if changed == 0 {
			return nil
		}
		_, err := tx.Record(Entry{At: b.Now(), Act: ActDirectory, Object: fmt.Sprintf("%d changes", changed), Outcome: outcomeDone})
		return err
	})
}

// normal is p with its times in UTC, so that two spellings of a moment are the same.
func normal(p Person) Person {
	q := p
	q.Accounts = append([]Account{}, p.Accounts...)
	q.Appointments = append([]Appointment{}, p.Appointments...)
	for i, a := range q.Appointments {
		q.Appointments[i].ConfirmedAt = a.ConfirmedAt.UTC()
		q.Appointments[i].EndedAt = a.EndedAt.UTC()
		q.Appointments[i].ConfirmedUntil = a.ConfirmedUntil.UTC()
	}
	return q
}
