package bot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/fault"
)

// The fields of the classification.
const (
	fieldKinds   = "kinds"
	fieldAffects = "affects"
	fieldAbsence = "absence"
	fieldText    = "text"

	fieldDownload = "download"
)

// classifyInvitation is the private message that asks a poster what is in their
// file.
func (b *Bot) classifyInvitation(tx Tx, f File, known bool) (Message, error) {
	token, err := b.ticket(tx, Ticket{Action: actClassify, Casus: f.Casus, Object: string(f.ID), For: f.Account, Expires: f.ExpiresAt})
	if err != nil {
		return Message{}, err
	}
	drop, err := b.ticket(tx, Ticket{Action: actDrop, Casus: f.Casus, Object: string(f.ID), For: f.Account, Expires: f.ExpiresAt})
	if err != nil {
		return Message{}, err
	}
	args := text.HeldArgs{Ref: string(f.Casus), Name: plain.Escape(f.Name), Until: f.ExpiresAt, Unread: !known}
	return Message{Text: text.Classify.Say(args), Buttons: []Button{
		{Label: text.ClassifyButton.Say(text.None{}), Ticket: token},
		{Label: text.DropButton.Say(text.None{}), Ticket: drop, Danger: true},
	}}, nil
}

// held returns a file that waits in quarantine for this person. ErrNotFound:
// it is not theirs, or it waits no longer.
func (b *Bot) held(tx Tx, ticket Ticket, user UserID) (Casus, File, error) {
	f, err := tx.File(FileID(ticket.Object))
	if err != nil {
		return Casus{}, f, err
	}
	if f.State != Quarantined || f.Account != user || !f.ExpiresAt.After(b.Now()) {
		return Casus{}, f, ErrNotFound
	}
	casus, err := tx.Casus(f.Casus)
	if err != nil {
		return casus, f, err
	}
	if _, ok, err := b.presentMember(tx, casus, user); err != nil || !ok {
		return casus, f, errors.Join(ErrForbidden, err) // their part is over; the file is thrown away by itself
	}
	return casus, f, nil
}

// askClassification opens the form that asks what is in a file. It offers only
// the kinds that could pass and says why the others cannot.
func (b *Bot) askClassification(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	var form Form
	err := b.Store.View(ctx, func(tx Tx) error {
		casus, f, err := b.held(tx, ticket, e.User)
		if err != nil {
			return err
		}
		possible, refused, err := b.possibleKinds(ctx, tx, casus, f)
		if err != nil {
			return err
		}
		w := text.ClassifyForm
		var kinds []Option
		for _, k := range possible {
			kinds = append(kinds, Option{string(k), text.DataKindName(string(k))})
		}
		form = Form{
			Title: w.Title.Say(text.None{}), Send: w.Send.Say(text.None{}),
			Intro: w.Intro.Say(text.ClassifyIntroArgs{Name: plain.Escape(f.Name), Refused: refused}),
			Fields: []Field{
				{Name: fieldKinds, Label: w.Kinds.Say(text.None{}), Help: w.KindsHelp.Say(text.None{}), Kind: Choices, Options: kinds},
			},
		}
		if b.asksAbsence(casus, f.Account) {
			form.Fields = append(form.Fields, absenceField())
		}
		if affected := holderOptions(casus); len(affected) > 0 {
			form.Fields = append(form.Fields, Field{Name: fieldAffects, Label: w.Affects.Say(text.None{}),
				Help: w.AffectsHelp.Say(text.None{}), Kind: Choices, Options: affected, Optional: true})
		}
		if b.Pages != "" {
			form.Fields = append(form.Fields, Field{Name: fieldDownload, Label: text.VaultDownload.Say(text.None{}),
				Help: text.VaultDownloadAsk.Say(text.None{}), Kind: Tick, Optional: true})
		}
		form.Fields = append(form.Fields, Field{Name: fieldText, Label: w.Text.Say(text.None{}),
			Help: w.TextHelp.Say(text.None{}), Kind: LongText, Optional: true})
		return nil
	})
	return b.openIfWaiting(ctx, t, e, form, err, Ticket{Action: actClassify, Casus: ticket.Casus, Object: ticket.Object}, text.FileWaitsNoMore)
}

// openIfWaiting opens the form about a file that waits, or says that it is over: err
// is what making the form came to.
func (b *Bot) openIfWaiting(ctx context.Context, t *turn, e Event, form Form, err error, ticket Ticket, over text.Message[text.None]) error {
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return b.finish(ctx, t, e, func(tx Tx) error {
			return b.reply(tx, "", e, Message{Text: over.Say(text.None{})})
		})
	}
	if err != nil {
		return err
	}
	return b.openForm(ctx, t, e, form, ticket)
}

func holderOptions(casus Casus) []Option {
	var all []Option
	for _, h := range casus.Private.Authority {
		all = append(all, Option{string(h.ID), h.Label})
	}
	return all
}

// submitClassification decides on a file once its poster said what is in it.
func (b *Bot) submitClassification(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	w := text.Wrong
	var answer FormAnswer
	var drop bool
	err := b.update(ctx, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		casus, f, err := b.held(tx, ticket, s.User)
		if err != nil {
			return err
		}
		f.Kinds, f.Affects = nil, nil
		for _, k := range s.Values[fieldKinds] {
			if !slices.Contains([]DataKind{Ordinary, Sensitive, Health, Criminal, BSN}, DataKind(k)) {
				return &InvalidError{Field: fieldKinds, Reason: w.Kinds.Say(text.None{})}
			}
			f.Kinds = append(f.Kinds, DataKind(k))
		}
		if len(f.Kinds) == 0 {
			return &InvalidError{Field: fieldKinds, Reason: w.Kinds.Say(text.None{})}
		}
		for _, id := range s.Values[fieldAffects] {
			if !slices.ContainsFunc(casus.Private.Authority, func(h Holder) bool { return string(h.ID) == id }) {
				return &InvalidError{Field: fieldAffects, Reason: w.Giver.Say(text.None{})}
			}
			f.Affects = append(f.Affects, PersonID(id))
		}
		if f.Absence, err = b.readAbsence(casus, s); err != nil {
			return err
		}
		f.Download = b.Pages != "" && s.Value(fieldDownload) == "true"
		f.Text = strings.TrimSpace(s.Value(fieldText))
		if len(FindKnown(casus, f.Text)) > 0 {
			return &InvalidError{Field: fieldText, Reason: text.WrongNamed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
		}
		if len([]rune(f.Text)) > 3000 {
			return &InvalidError{Field: fieldText, Reason: w.TooLong.Say(text.None{})}
		}
		who, err := b.whoIn(tx, casus, s.Platform, s.User)
		if err != nil {
			return err
		}
		answer, drop, err = b.decideFile(ctx, tx, who, casus, f)
		return err
	})
	if err != nil {
		return FormAnswer{}, err
	}
	fault.Hit("classify.committed")
	if drop {
		err = b.Store.DropBlob(ctx, ticket.Casus, FileID(ticket.Object))
	}
	return answer, err
}
