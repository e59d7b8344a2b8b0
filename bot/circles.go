package bot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/names"
	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// maxCircles is how many circles an organisation may have.
const maxCircles = 20

// The fields of the form for a circle.
const (
	fieldCircle  = "circle"
	fieldNewName = "name"
	fieldDrop    = "drop"
)

// commandCircle is "/casus kring": keep who sits together here as a circle of
// one's own organisation, for new casussen.
func (b *Bot) commandCircle(ctx context.Context, t *turn, e Event, rest string) error {
	return b.askIn(ctx, t, e, rest, MayLead, Ticket{Action: actCircle}, func(tx Tx, h here, _ *Ticket) (Form, error) {
		w, none := text.CircleForm, text.None{}
		circles, err := tx.CirclesOf(h.who.Organisation)
		if err != nil {
			return Form{}, err
		}
		name := Field{Name: fieldNewName, Label: w.Name.Say(none), Help: w.NameHelp.Say(none), Kind: ShortText, Max: 60, Default: []string{text.KindName(string(h.casus.Kind))}}
		form := Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none), Fields: []Field{name}}
		if len(circles) > 0 {
			form.Fields = append(form.Fields,
				Field{Name: fieldCircle, Label: w.Replace.Say(none), Help: w.ReplaceHelp.Say(none), Kind: Choice, Options: circleOptions(circles), Optional: true},
				Field{Name: fieldDrop, Label: w.Drop.Say(none), Help: w.DropHelp.Say(none), Kind: Tick, Optional: true})
		}
		return form, nil
	})
}

func circleOptions(circles []Circle) []Option {
	var all []Option
	for _, c := range circles {
		all = append(all, Option{c.ID, c.Name})
	}
	return all
}

// submitCircle keeps, replaces or removes a circle.
func (b *Bot) submitCircle(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.submitIn(ctx, ticket, s, MayLead, func(tx Tx, h here) error {
		circles, err := tx.CirclesOf(h.who.Organisation)
		if err != nil {
			return err
		}
		id := s.Value(fieldCircle)
		known := slices.ContainsFunc(circles, func(c Circle) bool { return c.ID == id })
		name := strings.TrimSpace(s.Value(fieldNewName))
		switch {
		case id != "" && !known:
			return &InvalidError{Field: fieldCircle, Reason: text.WrongChoice.Say(text.None{})}
		case s.Value(fieldDrop) == "true" && id == "":
			return &InvalidError{Field: fieldCircle, Reason: text.CircleWhich.Say(text.None{})}
		case s.Value(fieldDrop) == "true":
			answer.Text = text.CircleDropped.Say(text.None{})
			return errors.Join(tx.DropCircle(id), b.record(tx, h.who, Entry{Act: ActCircleDropped, Object: id}))
		case !plain.Sentence(name, 60):
			return &InvalidError{Field: fieldNewName, Reason: text.Wrong.Label.Say(text.None{})}
		case saysWho(h.casus, name):
			return &InvalidError{Field: fieldNewName, Reason: text.CircleNames.Say(text.None{})}
		case !known && len(circles) >= maxCircles:
			return &InvalidError{Field: fieldNewName, Reason: text.CircleMany.Say(text.None{})}
		}
		if id == "" {
			id = b.NewID()
		}
		purpose := h.casus.Private.Purpose
		if saysWho(h.casus, purpose) {
			purpose = "" // a circle outlives the casus, and others read it
		}
		c := Circle{ID: id, Organisation: h.who.Organisation, Name: name, Kind: h.casus.Kind, Purpose: purpose,
			Coordinator: h.casus.Coordinator, SavedBy: h.who.ID, SavedAt: b.Now()}
		for _, m := range h.casus.Private.Members {
			// The family and stand-ins belong to one young person and one meeting.
			if m.Role == Professional && m.Until.IsZero() && m.Account != "" && b.isPresent(tx, m) {
				c.Members = append(c.Members, m.ID)
			}
		}
		answer.Text = text.CircleSaved.Say(text.CircleArgs{Name: plain.Escape(c.Name), Members: len(c.Members)})
		return errors.Join(tx.SaveCircle(c), b.record(tx, h.who, Entry{Act: ActCircleSaved, Object: c.ID}))
	})
	return answer, err
}

// saysWho reports whether a line that is kept outside the casus would say who
// somebody of it is.
func saysWho(casus Casus, s string) bool {
	return names.Personal(s) || names.First(s) != "" || refRE.MatchString(s) || len(FindKnown(casus, s)) > 0
}

// series is where somebody is who prepares several young people with one circle.
type series struct {
	Circle string
	Done   []Ref
}

// commandSeries is "/casus reeks": open several casussen one after another with
// the same circle.
func (b *Bot) commandSeries(ctx context.Context, t *turn, e Event, _ string) error {
	var form Form
	err := b.Store.View(ctx, func(tx Tx) error {
		h, err := b.at(tx, e.Platform, Casus{}, e.User, MayOpen)
		if err != nil {
			return err
		}
		circles, err := b.circlesFor(tx, h.who)
		if err != nil {
			return err
		}
		if len(circles) == 0 {
			return &InvalidError{Reason: text.CircleNone.Say(text.None{})}
		}
		w, none := text.SeriesForm, text.None{}
		form = Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none), Fields: []Field{
			{Name: fieldCircle, Label: w.Circle.Say(none), Kind: Choice, Options: circleOptions(circles), Default: []string{circles[0].ID}},
		}}
		return nil
	})
	if err != nil {
		return err
	}
	return b.openForm(ctx, t, e, form, Ticket{Action: actSeries})
}

// circlesFor lists the circles of every organisation that somebody works for now:
// who has two functions says in the form in which one they come.
func (b *Bot) circlesFor(tx Tx, who caller) ([]Circle, error) {
	if who.ID == "" {
		return nil, nil
	}
	p, err := tx.Person(who.ID)
	if err != nil {
		return nil, goneOrNil(err)
	}
	var all []Circle
	var seen []OrgID
	for _, a := range p.Counting(b.Now()) {
		if slices.Contains(seen, a.Organisation) {
			continue
		}
		seen = append(seen, a.Organisation)
		circles, err := tx.CirclesOf(a.Organisation)
		if err != nil {
			return nil, err
		}
		all = append(all, circles...)
	}
	return all, nil
}

// submitSeries shows the form for the first young person.
func (b *Bot) submitSeries(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.update(ctx, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		next, err := b.nextInSeries(tx, s.Platform, s.User, series{Circle: s.Value(fieldCircle)})
		if err != nil {
			return err
		}
		answer.Next = &next
		return nil
	})
	return answer, err
}

// nextInSeries is the form for a new casus with what the circle gives filled in.
// Who may open, and who still has a place, is looked at as it is now.
func (b *Bot) nextInSeries(tx Tx, platform string, user UserID, row series) (Form, error) {
	h, err := b.at(tx, platform, Casus{}, user, MayOpen)
	if err != nil {
		return Form{}, err
	}
	circles, err := b.circlesFor(tx, h.who)
	if err != nil {
		return Form{}, err
	}
	i := slices.IndexFunc(circles, func(c Circle) bool { return c.ID == row.Circle })
	if i < 0 {
		return Form{}, &InvalidError{Field: fieldCircle, Reason: text.WrongChoice.Say(text.None{})}
	}
	circle := circles[i]
	form, err := b.newCasusForm(tx, h.who)
	if err != nil {
		return Form{}, err
	}
	own, err := b.actsAsField(tx, platform, user)
	if err != nil {
		return Form{}, err
	}
	form.Fields = append(form.Fields, own...)
	filled := map[string][]string{fieldKind: {string(circle.Kind)}, fieldPurpose: {circle.Purpose}, fieldSchool: {string(circle.Organisation)}}
	for _, id := range circle.Members {
		p, err := tx.Person(id)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return Form{}, err
		}
		if _, err := p.Capacity(b.Now()); errors.Is(err, ErrNotFound) {
			continue // left since, or was not confirmed again
		}
		for _, a := range p.Accounts {
			if a.Platform != platform {
				continue
			}
			if a.User != user {
				filled[fieldMembers] = append(filled[fieldMembers], string(a.User))
			}
			if id == circle.Coordinator {
				filled[fieldCoordinator] = []string{string(a.User)}
			}
		}
	}
	for i, f := range form.Fields {
		values := filled[f.Name]
		if f.Kind == Choice && (len(values) == 0 || !slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == values[0] })) {
			continue
		}
		if len(values) > 0 {
			form.Fields[i].Default = values
		}
	}
	args := text.SeriesArgs{Name: plain.Escape(circle.Name), Number: len(row.Done) + 1}
	for _, ref := range row.Done {
		args.Done = append(args.Done, string(ref))
	}
	form.Intro = text.SeriesIntro.Say(args)
	form.Ticket, err = b.ticket(tx, Ticket{Action: actOpen, For: user, Body: encode(row)})
	return form, err
}

// goOn is the form for the next young person, after one of a series was opened.
func (b *Bot) goOn(tx Tx, ticket Ticket, s Submission, opened Ref) (*Form, error) {
	if len(ticket.Body) == 0 {
		return nil, nil
	}
	row, err := decode[series](ticket.Body)
	if err != nil {
		return nil, err
	}
	row.Done = append(row.Done, opened)
	if len(row.Done) >= maxAgenda {
		return nil, nil
	}
	next, err := b.nextInSeries(tx, s.Platform, s.User, row)
	var invalid *InvalidError
	if errors.As(err, &invalid) {
		return nil, nil // somebody removed the circle meanwhile; the casus is opened
	}
	return &next, err
}
