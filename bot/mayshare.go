package bot

import (
	"context"
	"errors"
	"slices"

	"github.com/convenantbot/convenantbot/bot/suppose"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/rules"
)

// The fields of "may I share?".
const (
	fieldSector = "sector"
	fieldAbout  = "about"
	fieldWith   = "with"
	fieldWhy    = "why"
)

// aboutThisCasus is the choice that a question is about the casus of the room.
const aboutThisCasus = "casus"

// The purposes of sharing. Only the first is one for the matrix; the others go
// by rules of their own, and the bot says where to go.
const (
	forOverleg = "overleg"
	forLaw     = "law"
	forSafety  = "safety"
	forOther   = "other"
)

var purposes = []string{forOverleg, forLaw, forSafety, forOther}

// mayShare is what the first form told, for the second.
type mayShare struct {
	Sector Sector
	About  string
}

// commandMayShare is "/convenant mag-ik-delen": two forms that end in what the
// rules say. What is filled in is not kept.
func (b *Bot) commandMayShare(ctx context.Context, t *turn, e Event, _ string) error {
	var form Form
	var ref Ref
	err := b.Store.View(ctx, func(tx Tx) error {
		where, err := b.placeOf(tx, e)
		if err != nil {
			return err
		}
		sector, err := b.sectorOf(tx, e.Platform, e.User)
		if err != nil {
			return err
		}
		if where.inRoom {
			ref, sector = where.casus.Ref, where.member.Sector
		}
		form = mayShareForm(ref, sector)
		return nil
	})
	if err != nil {
		return err
	}
	return b.openForm(ctx, t, e, form, Ticket{Action: actMayShare, Casus: ref})
}

// sectorOf is the sector of somebody's one appointment that counts; blank when
// there is none, or when there are several and they have to say which.
func (b *Bot) sectorOf(tx Tx, platform string, user UserID) (Sector, error) {
	p, err := tx.PersonByAccount(Account{Platform: platform, User: user})
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	a, err := p.Capacity(b.Now())
	if err != nil {
		return "", nil
	}
	return a.Sector, nil
}

// mayShareForm asks who somebody is and whom it is about. ref, when not blank, is
// the casus of the room in which it was asked.
func mayShareForm(ref Ref, sector Sector) Form {
	none := text.None{}
	w := text.MayShareForm
	who := Field{Name: fieldSector, Label: w.Sector.Say(none), Help: w.SectorHelp.Say(none), Kind: Choice, Options: options(rules.Sectors, text.SectorName)}
	if sector != "" {
		who.Default, who.Help = []string{string(sector)}, w.SectorKnown.Say(none)
	}
	about := Field{Name: fieldAbout, Label: w.About.Say(none), Help: w.AboutHelp.Say(none), Kind: Choice, Options: options(suppose.Bands, text.BandName)}
	if ref != "" {
		this := Option{aboutThisCasus, w.ThisCasus.Say(text.CasusArgs{Ref: string(ref), Room: ref.Room()})}
		about.Options, about.Default = append([]Option{this}, about.Options...), []string{aboutThisCasus}
	}
	return Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Next.Say(none), Fields: []Field{who, about}}
}

// submitMayShare reads the first form and shows the second.
func (b *Bot) submitMayShare(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	wrong := text.WrongStep.Say(text.None{})
	step := mayShare{Sector: Sector(s.Value(fieldSector)), About: s.Value(fieldAbout)}
	if !slices.Contains(rules.Sectors, string(step.Sector)) {
		return FormAnswer{}, &InvalidError{Field: fieldSector, Reason: wrong}
	}
	if !slices.Contains(suppose.Bands, step.About) && (step.About != aboutThisCasus || ticket.Casus == "") {
		return FormAnswer{}, &InvalidError{Field: fieldAbout, Reason: wrong}
	}
	none := text.None{}
	w := text.MayShareForm
	form := Form{Title: w.Title2.Say(none), Intro: w.Intro2.Say(none), Send: w.Send.Say(none), Fields: []Field{
		{Name: fieldKinds, Label: w.Kind.Say(none), Help: w.KindHelp.Say(none), Kind: Choice, Options: options(rules.DataKinds, text.DataKindName)},
		{Name: fieldWith, Label: w.With.Say(none), Help: w.WithHelp.Say(none), Kind: Choice, Options: options([]string{string(suppose.Inside), string(suppose.Outside)}, text.ReachName)},
		{Name: fieldWhy, Label: w.Purpose.Say(none), Help: w.PurposeHelp.Say(none), Kind: Choice, Options: options(purposes, text.PurposeName)},
	}}
	err := b.update(ctx, func(tx Tx) (err error) {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		form.Ticket, err = b.ticket(tx, Ticket{Action: actMayShareWhat, Casus: ticket.Casus, For: s.User, Body: encode(step)})
		return err
	})
	if err != nil {
		return FormAnswer{}, err
	}
	return FormAnswer{Next: &form}, nil
}

// submitMayShareWhat reads the second form and says what the rules say.
func (b *Bot) submitMayShareWhat(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	step, err := decode[mayShare](ticket.Body)
	if err != nil {
		return FormAnswer{}, err
	}
	wrong := text.WrongStep.Say(text.None{})
	k := suppose.Sketch{Shares: true, Age: step.About, Sector: string(step.Sector), Kind: s.Value(fieldKinds), Reach: suppose.Reach(s.Value(fieldWith))}
	why := s.Value(fieldWhy)
	switch {
	case !slices.Contains(rules.DataKinds, k.Kind):
		return FormAnswer{}, &InvalidError{Field: fieldKinds, Reason: wrong}
	case k.Reach != suppose.Inside && k.Reach != suppose.Outside:
		return FormAnswer{}, &InvalidError{Field: fieldWith, Reason: wrong}
	case !slices.Contains(purposes, why):
		return FormAnswer{}, &InvalidError{Field: fieldWhy, Reason: wrong}
	}
	var answer FormAnswer
	err = b.update(ctx, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		if why != forOverleg {
			answer.Text = text.ElsewhereText(why)
			return nil
		}
		if step.About == aboutThisCasus {
			casus, err := tx.Casus(ticket.Casus)
			if err != nil {
				return err
			}
			where, err := b.placeOf(tx, Event{Platform: s.Platform, Channel: casus.Room, User: s.User})
			if err != nil {
				return err
			}
			if !where.inRoom {
				return ErrForbidden // no member any more, or the casus was closed meanwhile
			}
			if k.Age = b.bandOf(casus); k.Reach == suppose.Inside && k.Sector == string(where.member.Sector) {
				answer.Text, err = b.mayShareHere(ctx, tx, where, k, s)
				return err
			}
		}
		answer.Text, err = b.mayShareSketch(ctx, k)
		return err
	})
	return answer, err
}

// mayShareHere is the answer for the casus of the room, with the form that
// records a consent when one is missing.
func (b *Bot) mayShareHere(ctx context.Context, tx Tx, where place, k suppose.Sketch, s Submission) (string, error) {
	words, err := b.casusVerdict(ctx, tx, where, DataKind(k.Kind))
	if err != nil {
		return "", err
	}
	v, err := b.judgeShare(ctx, tx, where.casus, File{Casus: where.casus.Ref, Poster: where.member.ID, Account: s.User, Kinds: []DataKind{DataKind(k.Kind)}})
	if err != nil || !v.needsConsent() {
		return words, err
	}
	if general, _, left, err := b.cases.Suppose(ctx, k); err != nil || left > 0 || general.Agreement {
		return words, b.unlessRules(err)
	}
	token, err := b.ticket(tx, Ticket{Action: actConsent, Casus: where.casus.Ref, For: s.User})
	if err != nil {
		return "", err
	}
	why, err := b.whyAnswerButton(tx, where.casus.Ref, DataKind(k.Kind), s.User)
	if err != nil {
		return "", err
	}
	m := Message{Text: words, Buttons: []Button{{Label: text.ConsentButton.Say(text.None{}), Ticket: token}, why}}
	return words, b.later(tx, where.casus.Ref, "may_share:"+s.Ticket, speech{Platform: s.Platform, User: s.User, Message: m})
}

// mayShareSketch is the answer for a case outside any casus.
func (b *Bot) mayShareSketch(ctx context.Context, k suppose.Sketch) (string, error) {
	found, _, left, err := b.cases.Suppose(ctx, k)
	if err := b.unlessRules(err); err != nil {
		return "", err
	}
	if err != nil || left > 0 {
		return text.NoRules.Say(text.None{}), nil
	}
	args := text.MayShareArgs{Sector: text.SectorName(k.Sector), Kind: text.DataKindName(k.Kind), Age: text.BandName(k.Age),
		Reach: text.ReachName(string(k.Reach)), Verdict: found.Text(), Agreement: found.Agreement,
		Consent: found.Effect == rules.NeedConsent && !found.Agreement}
	if len(found.Reasons) > 0 && found.Reasons[0].Source != "" {
		args.Source = text.ReasonSource.Say(sourceOf(found.Reasons[0], b.Region))
	}
	return text.MayShareVerdict.Say(args), nil
}

// unlessRules is err, unless it says that the rules could not be evaluated: that
// is logged, and the answer is no.
func (b *Bot) unlessRules(err error) error {
	_, err = b.ruled(err)
	return err
}
