package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/names"
	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// Details is what says who the people of a casus are, as somebody of it told the
// bot. They are looked for in what is written in the room, and shown to nobody.
type Details struct {
	Young     []string // names of the young person
	Others    []string // names of parents, brothers, sisters …
	Born      []string // birthdays of others, YYYY-MM-DD; the young person's stands with the casus
	Addresses []string
	Phones    []string
}

// none reports whether nothing is known.
func (d Details) none() bool {
	return len(d.Young)+len(d.Others)+len(d.Born)+len(d.Addresses)+len(d.Phones) == 0
}

// maxDetails is how many details of each sort a casus may have; more is a list
// of something else.
const maxDetails = 40

// The fields of the form for what is known.
const (
	fieldYoung     = "young"
	fieldOthers    = "others"
	fieldBirthdays = "birthdays"
	fieldAddresses = "addresses"
	fieldPhones    = "phones"
	fieldForget    = "forget"
)

// detailsOf is everything known of a casus that says who somebody is.
func detailsOf(c Casus) names.Known {
	d := c.Private.Known
	return names.Known{Names: slices.Concat(d.Young, d.Others), Born: append([]string{c.Private.YoungPerson.Born}, d.Born...),
		Addresses: d.Addresses, Phones: d.Phones}
}

// FindKnown lists where a text says who somebody of the casus is.
func FindKnown(c Casus, text string) []names.Hit {
	return names.New(detailsOf(c)).Find(text)
}

// WithoutKnown is a text of a casus with everything taken out that says who
// somebody is: the young person becomes the code of the casus, or initials when
// that is asked, others become initials, and the rest a word that says what
// stood there.
func WithoutKnown(c Casus, s string, initials bool) string {
	known := detailsOf(c)
	return names.Replace(s, names.New(known).Find(s), func(h names.Hit) string {
		switch {
		case h.What == names.Name && !initials && h.Index < len(c.Private.Known.Young):
			return string(c.Ref)
		case h.What == names.Name:
			return names.Initials(known.Names[h.Index])
		}
		return text.For(text.NL, text.LeftOut(string(h.What))) // it goes into what somebody wrote, for all
	})
}

// commandKnown is "/casus bekend": what says who the people of this casus are,
// so that it can be kept out of the room.
func (b *Bot) commandKnown(ctx context.Context, t *turn, e Event, rest string) error {
	return b.askIn(ctx, t, e, rest, MayTellKnown, Ticket{Action: actKnown}, func(_ Tx, h here, _ *Ticket) (Form, error) {
		if h.casus.Status != Open {
			return Form{}, &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(h.casus.Ref)})}
		}
		d := h.casus.Private.Known
		w, none := text.KnownForm, text.None{}
		field := func(name string, label, help text.Message[text.None]) Field {
			return Field{Name: name, Label: label.Say(none), Help: help.Say(none), Kind: LongText, Optional: true}
		}
		// What is known already is counted and never shown again: a form goes by way
		// of the platform.
		args := text.KnownIntroArgs{Young: len(d.Young), Others: len(d.Others), Born: len(d.Born), Addresses: len(d.Addresses), Phones: len(d.Phones)}
		form := Form{Title: w.Title.Say(none), Intro: w.Intro.Say(args), Send: w.Send.Say(none), Fields: []Field{
			field(fieldYoung, w.Young, w.YoungHelp), field(fieldOthers, w.Others, w.OthersHelp), field(fieldBirthdays, w.Birthdays, w.BirthdaysHelp),
			field(fieldAddresses, w.Addresses, w.AddressesHelp), field(fieldPhones, w.Phones, w.PhonesHelp),
		}}
		if !d.none() {
			form.Fields = append(form.Fields, Field{Name: fieldForget, Label: w.Forget.Say(none), Help: w.ForgetHelp.Say(none), Kind: Tick, Optional: true})
		}
		return form, nil
	})
}

// submitKnown adds to what is known, or begins anew.
func (b *Bot) submitKnown(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.submitIn(ctx, ticket, s, MayTellKnown, func(tx Tx, h here) (err error) {
		casus := h.casus
		if casus.Status != Open {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
		}
		d := casus.Private.Known
		forget := s.Value(fieldForget) == "true"
		if forget {
			d = Details{}
		}
		added := 0
		for _, one := range []struct {
			field string
			list  *[]string
			good  func(string) (string, bool)
		}{
			{fieldYoung, &d.Young, aName}, {fieldOthers, &d.Others, aName}, {fieldBirthdays, &d.Born, b.aBirthday},
			{fieldAddresses, &d.Addresses, anAddress}, {fieldPhones, &d.Phones, aPhone},
		} {
			for _, line := range strings.Split(s.Value(one.field), "\n") {
				if line = strings.TrimSpace(line); line == "" {
					continue
				}
				value, ok := one.good(line)
				if !ok || len(*one.list) >= maxDetails {
					return &InvalidError{Field: one.field, Reason: text.WrongDetail.Say(text.None{})}
				}
				if !slices.Contains(*one.list, value) {
					*one.list = append(slices.Clone(*one.list), value)
					added++
				}
			}
		}
		if added == 0 && !forget {
			return &InvalidError{Field: fieldYoung, Reason: text.NoDetail.Say(text.None{})}
		}
		casus.Private.Known = d
		if casus, err = tx.SaveCasus(casus); err != nil {
			return err
		}
		answer.Text = text.KnownSaved.Say(text.CasusArgs{Ref: string(casus.Ref), Room: casus.Ref.Room()})
		return b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActKnownTold})
	})
	return answer, err
}

// aName reports whether a line can be looked for as a name.
func aName(s string) (string, bool) {
	return s, plain.Sentence(s, 80) && names.Searches(names.Name, s)
}

// anAddress is the same for an address.
func anAddress(s string) (string, bool) {
	return s, plain.Sentence(s, 120) && names.Searches(names.Address, s)
}

// aPhone is the same for a telephone number.
func aPhone(s string) (string, bool) {
	return s, plain.Sentence(s, 30) && names.Searches(names.Phone, s)
}

// aBirthday reads a day as people write it.
func (b *Bot) aBirthday(s string) (string, bool) {
	for _, layout := range []string{time.DateOnly, "2-1-2006", "2/1/2006", "2.1.2006"} {
		if at, err := time.ParseInLocation(layout, s, amsterdam); err == nil {
			return at.Format(time.DateOnly), at.Before(b.Now()) && at.After(b.Now().AddDate(-120, 0, 0))
		}
	}
	return "", false
}
