package bot

import (
	"context"
	"errors"
	"slices"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/paper"
)

// commandForm is "/casus formulier": a form to print and sign, for what the
// asker's organisation still needs.
func (b *Bot) commandForm(ctx context.Context, t *turn, e Event, rest string) error {
	kinds, err := intendedKinds(rest)
	if err != nil {
		return err
	}
	casus, err := b.casusOfRoom(ctx, e.Platform, e.Channel)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return errNoCasus
	}
	if err != nil {
		return err
	}
	return b.giveForm(ctx, t, e, casus.Ref, kinds)
}

// formButton offers the form; file is the waiting file that it is for, or blank
// for kinds.
func (b *Bot) formButton(tx Tx, casus Casus, user UserID, file FileID, kinds []DataKind) (Button, error) {
	token, err := b.ticket(tx, Ticket{Action: actForm, Casus: casus.Ref, Object: string(file), For: user, Body: encode(kinds)})
	return Button{Label: text.FormButton.Say(text.None{}), Ticket: token}, err
}

// giveFormByButton is the same from a button.
func (b *Bot) giveFormByButton(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	kinds, err := decode[[]DataKind](ticket.Body)
	if err != nil {
		return err
	}
	if kinds = slices.DeleteFunc(kinds, func(k DataKind) bool { return !slices.Contains(intended, k) }); len(kinds) == 0 {
		kinds = intended
	}
	return b.giveForm(ctx, t, e, ticket.Casus, kinds)
}

// giveForm makes the form of what a professional's organisation still needs
// and hands it to them alone.
func (b *Bot) giveForm(ctx context.Context, t *turn, e Event, ref Ref, kinds []DataKind) error {
	var doc *paper.Document
	err := b.Store.View(ctx, func(tx Tx) error {
		h, m, err := b.discloser(tx, e.Platform, ref, e.User)
		if err != nil {
			return err
		}
		if h.casus.Status != Open {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(ref)})}
		}
		needs, err := b.needsOf(ctx, tx, h.casus, m, kinds)
		if err != nil {
			return err
		}
		if len(needs.Missing) == 0 {
			args := text.NothingToSignArgs{Ref: string(ref)}
			for _, p := range needs.Refused {
				args.Refused = append(args.Refused, refusedKind(p))
			}
			return &InvalidError{Reason: text.NothingToSign.Say(args)}
		}
		doc = b.consentPaper(tx, h.casus, needs)
		return nil
	})
	if err != nil {
		return err
	}
	args := text.CasusArgs{Ref: string(ref)}
	return b.givePaper(ctx, t, e, ref, doc, text.PaperFile.In(text.NL, args), text.PaperHere.Say(args), ActFormMade)
}

// consentPaper is the form of what is missing: a sheet for the agreement to the
// overleg, and one for each group of recipients that a consent must name. It
// names nobody; who signs writes their own name.
func (b *Bot) consentPaper(tx Tx, casus Casus, needs judge.Needs) *paper.Document {
	none, w := text.None{}, text.Paper
	base := text.PaperArgs{Ref: string(casus.Ref), Made: b.Now(), Until: b.Now().In(amsterdam).AddDate(1, 0, 0), Days: b.termOf(casus.Kind)}
	d := &paper.Document{Title: w.FileTitle.NL(base), Lang: "nl-NL", Footer: w.Footer.NL(base), Made: b.Now()}
	lines := []string{w.Name.NL(none), w.Capacity.NL(none), w.Date.NL(none), w.Signature.NL(none)}
	for _, need := range sheets(needs) {
		args := base
		args.Organisation = b.plainOrg(tx, OrgID(need.Discloser))
		facts := []paper.Fact{{Label: w.Casus.NL(none), Text: string(casus.Ref)}, {Label: w.Kind.NL(none), Text: text.KindName(string(casus.Kind))}}
		var who []string
		for _, id := range need.Recipients {
			who = append(who, b.onPaper(tx, casus, id))
		}
		recipients, purpose := text.ListNL(who), need.Purpose
		if need.Agreement {
			d.Sheets = append(d.Sheets, paper.Sheet{
				Title: w.AgreementTitle.NL(none), Intro: []string{w.AgreementIntro.NL(args)},
				Facts: append(facts, paper.Fact{Label: w.Parties.NL(none), Text: recipients}, paper.Fact{Label: w.Purpose.NL(none), Text: purpose},
					paper.Fact{Label: w.Until.NL(none), Text: w.AgreementUntil.NL(none)}),
				Ask: paper.Ask{Heading: w.AgreementAsk.NL(none), Yes: w.Yes.NL(none), No: w.No.NL(none),
					Rows: []paper.Row{{Label: w.AgreementRow.NL(none)}}},
				Sections: []paper.Section{{Heading: w.Withdraw.NL(none), Text: w.AgreementWithdraw.NL(args)}, {Heading: w.Know.NL(none), Text: w.KnowText.NL(args)}},
				Lines:    lines,
			})
			continue
		}
		if recipients == "" {
			recipients = w.Nobody.NL(none)
		}
		sheet := paper.Sheet{
			Title: w.ConsentTitle.NL(none), Intro: []string{w.ConsentIntro.NL(args)},
			Facts: append(facts, paper.Fact{Label: w.Discloser.NL(none), Text: args.Organisation}, paper.Fact{Label: w.Recipients.NL(none), Text: recipients},
				paper.Fact{Label: w.Purpose.NL(none), Text: purpose}, paper.Fact{Label: w.Until.NL(none), Text: w.ConsentUntil.NL(args)}),
			Ask:      paper.Ask{Heading: w.ConsentAsk.NL(none), Yes: w.Yes.NL(none), No: w.No.NL(none)},
			Sections: []paper.Section{{Heading: w.Withdraw.NL(none), Text: w.ConsentWithdraw.NL(args)}, {Heading: w.Know.NL(none), Text: w.KnowText.NL(args)}},
			Lines:    lines,
		}
		for _, k := range need.Kinds {
			sheet.Ask.Rows = append(sheet.Ask.Rows, paper.Row{Label: text.DataKindName(k), Help: text.DataKindHelp(k)})
		}
		d.Sheets = append(d.Sheets, sheet)
	}
	return d
}

// sheets are the different things to sign, whoever the giver is: agreements
// first, then each group of recipients with all kinds that anybody must still
// say yes to.
func sheets(needs judge.Needs) []judge.Need {
	var all []judge.Need
	for _, agreement := range []bool{true, false} {
		for _, n := range needs.Missing {
			if n.Agreement != agreement {
				continue
			}
			i := slices.IndexFunc(all, func(s judge.Need) bool {
				return s.Agreement == agreement && slices.Equal(s.Recipients, n.Recipients)
			})
			if i < 0 {
				i = len(all)
				all = append(all, judge.Need{Agreement: agreement, Discloser: n.Discloser, Recipients: n.Recipients, Purpose: n.Purpose})
			}
			for _, k := range n.Kinds {
				if !slices.Contains(all[i].Kinds, k) {
					all[i].Kinds = append(all[i].Kinds, k)
				}
			}
		}
	}
	return all
}

// onPaper is how a recipient stands on paper: an organisation by its name, a
// person by their part in the casus.
func (b *Bot) onPaper(tx Tx, casus Casus, id string) string {
	i := slices.IndexFunc(casus.Private.Members, func(m Member) bool { return string(m.ID) == id })
	switch {
	case i >= 0 && casus.Private.Members[i].Role == Parent:
		return text.Paper.AParent.NL(text.None{})
	case i >= 0 && casus.Private.Members[i].Role != Professional:
		return text.Paper.ASupporter.NL(text.None{})
	}
	return b.plainOrg(tx, OrgID(id))
}

// plainOrg is an organisation's name where no Markdown is read.
func (b *Bot) plainOrg(tx Tx, id OrgID) string {
	if org, err := tx.Organisation(id); err == nil && org.Name != "" {
		return org.Name
	}
	return string(id)
}
