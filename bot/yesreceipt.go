package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/paper"
)

// receiptFor is what the job of a receipt remembers.
type receiptFor struct {
	User  UserID
	Giver bool // it is the giver's own account: they are also asked whether it is right
}

// planReceipt leaves a receipt to be given to user. id makes a repeat harmless.
func (b *Bot) planReceipt(tx Tx, casus Casus, y yes, user UserID, giver bool, id string) error {
	return tx.AddJob(Job{ID: "yes_receipt:" + id, Kind: JobYesReceipt, Casus: casus.Ref, Object: y.value(),
		Body: encode(receiptFor{User: user, Giver: giver}), RunAt: b.Now()})
}

// yesNoted tells of a yes or no that was noted: its giver gets a receipt when
// they have an account here, and who noted it can have one for them on paper.
func (b *Bot) yesNoted(tx Tx, casus Casus, who caller, y yes) error {
	if account := accountOf(casus, y.Giver); account != "" && account != who.Account && !stopped(casus, y.Giver) {
		if err := b.planReceipt(tx, casus, y, account, true, string(casus.Ref)+":"+y.value()); err != nil {
			return err
		}
	}
	token, err := b.ticket(tx, Ticket{Action: actYesReceipt, Casus: casus.Ref, Object: y.value(), For: who.Account})
	if err != nil {
		return err
	}
	m := Message{Text: text.YesReceiptOffer.Say(text.CasusArgs{Ref: string(casus.Ref)}), Buttons: []Button{{Label: text.YesReceiptButton.Say(text.None{}), Ticket: token}}}
	return b.later(tx, casus.Ref, "yes_noted:"+y.value(), speech{Platform: casus.Platform, User: who.Account, Message: m})
}

// commandReceipt is "/casus bewijs": what was noted of a yes or no, on paper.
func (b *Bot) commandReceipt(ctx context.Context, t *turn, e Event, rest string) error {
	return b.askIn(ctx, t, e, rest, MayRead, Ticket{Action: actYesReceipt}, func(tx Tx, h here, _ *Ticket) (Form, error) {
		all, err := b.yesses(tx, h.casus)
		if err != nil {
			return Form{}, err
		}
		var mine []Option
		for _, y := range all {
			if b.mayEnd(h, y) {
				mine = append(mine, Option{y.value(), b.yesLabel(tx, h.casus, y)})
			}
		}
		if len(mine) == 0 {
			return Form{}, &InvalidError{Reason: text.NoReceipt.Say(text.None{})}
		}
		w, none := text.ReceiptForm, text.None{}
		return Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none),
			Fields: []Field{{Name: "yes", Label: w.Yes.Say(none), Kind: Choice, Options: mine, Default: []string{mine[0].Value}}}}, nil
	})
}

// submitReceipt leaves the receipt that was chosen to be given.
func (b *Bot) submitReceipt(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	err := b.submitIn(ctx, ticket, s, MayRead, func(tx Tx, h here) error {
		return b.giveReceipt(tx, h, s.Value("yes"), ticket.Token)
	})
	return FormAnswer{Text: text.ReceiptComing.Say(text.None{})}, err
}

// receiptByButton is the same from below what was noted.
func (b *Bot) receiptByButton(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		casus, err := tx.Casus(ticket.Casus)
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
			return errNoCasus
		}
		if err != nil {
			return err
		}
		h, err := b.at(tx, e.Platform, casus, e.User, MayRead)
		if err != nil {
			return err
		}
		return errors.Join(b.giveReceipt(tx, h, ticket.Object, eventKey(e)),
			b.reply(tx, casus.Ref, e, Message{Text: text.ReceiptComing.Say(text.None{})}))
	})
}

func (b *Bot) giveReceipt(tx Tx, h here, value, id string) error {
	y, err := b.findYes(tx, h.casus, value)
	if errors.Is(err, ErrNotFound) {
		return &InvalidError{Field: "yes", Reason: text.WrongChoice.Say(text.None{})}
	}
	if err != nil {
		return err
	}
	if !b.mayEnd(h, y) {
		return ErrForbidden
	}
	if err := b.planReceipt(tx, h.casus, y, h.who.Account, false, id); err != nil {
		return err
	}
	return b.record(tx, h.who, Entry{Casus: h.casus.Ref, Act: ActReceiptMade, Object: y.ID})
}

// handReceipt makes a receipt and gives it to one person alone.
func (b *Bot) handReceipt(ctx context.Context, t *turn) error {
	to, err := decode[receiptFor](t.job.Body)
	if err != nil {
		return fmt.Errorf("receipt of a yes: %w", err)
	}
	var doc *paper.Document
	var casus Casus
	var said string
	err = b.Store.View(ctx, func(tx Tx) (err error) {
		if casus, err = tx.Casus(t.job.Casus); err != nil {
			return err
		}
		y, err := b.findYes(tx, casus, t.job.Object)
		if err != nil {
			return err
		}
		if to.Giver && stopped(casus, y.Giver) {
			return ErrNotFound // contact was stopped while the receipt was on its way
		}
		doc = b.receiptPaper(tx, casus, y)
		said = text.ReceiptHere.Say(text.ReceiptArgs{Ref: string(casus.Ref), Giver: to.Giver, Yes: y.Decision == Given})
		return nil
	})
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return nil
	}
	if err != nil {
		return err
	}
	var content bytes.Buffer
	if err := onPaperNL(doc).Write(&content); err != nil {
		return fmt.Errorf("receipt for %s: %w", casus.Ref, err)
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return err
	}
	file := document(content.Bytes(), text.ReceiptFile.In(text.NL, text.CasusArgs{Ref: string(casus.Ref)}), b.forOne(ctx, casus.Platform, to.User, said))
	id, err := p.TellFile(ctx, to.User, file, &content, t.job.ID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("receipt for %s: %w", casus.Ref, err)
	}
	return t.Commit(ctx, func(tx Tx) error {
		err := b.remember(tx, casus.Ref, id)
		if err != nil || !to.Giver {
			return err
		}
		token, err := b.ticket(tx, Ticket{Action: actAffirm, Casus: casus.Ref, Object: t.job.Object, For: to.User, Expires: b.Now().AddDate(0, 1, 0)})
		if err != nil {
			return err
		}
		m := Message{Text: text.AffirmAsk.Say(text.CasusArgs{Ref: string(casus.Ref)}), Buttons: []Button{{Label: text.AffirmButton.Say(text.None{}), Ticket: token}}}
		return b.later(tx, casus.Ref, "affirm:"+t.job.Object, speech{Platform: casus.Platform, User: to.User, Message: m})
	})
}

// affirm is a giver's own word that a yes or no is theirs. It is then marked as
// given by themselves.
func (b *Bot) affirm(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
			return &InvalidError{Reason: text.ButtonUsed.Say(text.None{})}
		} else if err != nil {
			return err
		}
		casus, err := tx.Casus(ticket.Casus)
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
			return errNoCasus
		}
		if err != nil {
			return err
		}
		y, err := b.findYes(tx, casus, ticket.Object)
		if errors.Is(err, ErrNotFound) {
			return &InvalidError{Reason: text.ButtonUsed.Say(text.None{})}
		}
		if err != nil {
			return err
		}
		if accountOf(casus, y.Giver) != e.User {
			return ErrForbidden
		}
		who, err := b.who(tx, e.Platform, e.User)
		if err != nil {
			return err
		}
		if who.ID == "" {
			who.ID = y.Giver
		}
		if !slices.ContainsFunc(casus.Private.Affirmed, func(a Affirmed) bool { return a.Yes == y.value() }) {
			casus.Private.Affirmed = append(casus.Private.Affirmed, Affirmed{Yes: y.value(), At: b.Now()})
			if _, err := tx.SaveCasus(casus); err != nil {
				return err
			}
		}
		return errors.Join(b.record(tx, who, Entry{Casus: casus.Ref, Act: ActYesAffirmed, Object: y.ID}),
			b.reply(tx, casus.Ref, e, Message{Text: text.AffirmDone.Say(text.CasusArgs{Ref: string(casus.Ref)})}))
	})
}

// receiptPaper is what was noted of a yes or no, for who gave it. It names
// nobody but by their part in the casus.
func (b *Bot) receiptPaper(tx Tx, casus Casus, y yes) *paper.Document {
	none, w, r := text.None{}, text.Paper, text.ReceiptPaper
	base := text.PaperArgs{Ref: string(casus.Ref), Made: b.Now(), Until: y.Until, Days: b.termOf(casus.Kind), Organisation: b.plainOrg(tx, y.Discloser)}
	var who []string
	for _, id := range y.Recipients {
		who = append(who, b.onPaper(tx, casus, string(id)))
	}
	answer := w.Yes.NL(none)
	if y.Decision == Refused {
		answer = w.No.NL(none)
	}
	fact := func(label text.Message[text.None], s string) paper.Fact {
		return paper.Fact{Label: label.NL(none), Text: s}
	}
	facts := []paper.Fact{fact(w.Casus, string(casus.Ref)), fact(w.Kind, text.KindName(string(casus.Kind))), fact(r.Giver, b.plainLabel(casus, y.Giver)), fact(r.Answer, answer)}
	title, withdraw := r.ConsentTitle, w.ConsentWithdraw
	if y.Agreement {
		title, withdraw = r.AgreementTitle, w.AgreementWithdraw
		base.Organisation = r.AnyParty.NL(none)
		facts = append(facts, fact(w.Parties, text.ListNL(who)))
	} else {
		to := text.ListNL(who)
		if to == "" {
			to = w.Nobody.NL(none)
		}
		var kinds []string
		for _, k := range y.Kinds {
			kinds = append(kinds, text.DataKindName(string(k)))
		}
		facts = append(facts, fact(r.Capacity, text.CapacityName(y.Capacity)), fact(w.Discloser, base.Organisation), fact(w.Recipients, to), fact(r.Kinds, text.ListNL(kinds)))
	}
	facts = append(facts, fact(w.Purpose, y.Purpose), fact(r.Given, text.DateNL(y.Given)), fact(r.How, markOf(casus, y)), fact(r.NotedBy, b.functionOf(tx, casus, y.NotedBy)))
	if !y.Until.IsZero() {
		facts = append(facts, fact(w.Until, text.DateNL(y.Until)))
	}
	if !y.Withdrawn.IsZero() {
		facts = append(facts, fact(r.Withdrawn, text.DateNL(y.Withdrawn)))
	}
	return &paper.Document{Title: r.FileTitle.NL(base), Lang: "nl-NL", Footer: w.Footer.NL(base), Made: b.Now(), Sheets: []paper.Sheet{{
		Title: title.NL(none), Intro: []string{r.Intro.NL(none)}, Facts: facts,
		Sections: []paper.Section{{Heading: w.Withdraw.NL(none), Text: withdraw.NL(base)}, {Heading: w.Know.NL(none), Text: r.Know.NL(base)}},
	}}}
}
