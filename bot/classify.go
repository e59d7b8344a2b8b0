package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/judge"
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

// decideFile judges a classified file, stores the verdict with what follows from
// it, and returns what its poster reads. drop: its bytes must go now.
func (b *Bot) decideFile(ctx context.Context, tx Tx, who caller, casus Casus, f File) (answer FormAnswer, drop bool, err error) {
	if b.vaulted(f) {
		if f, err = b.intoVault(tx, casus, f); err != nil {
			return answer, false, err
		}
	}
	v, err := b.judgeShare(ctx, tx, casus, f)
	if err != nil {
		return answer, false, err
	}
	if err := b.decided(tx, who, &f, v); err != nil {
		return answer, false, err
	}
	switch {
	case v.allows():
		if err := f.Move(Approved); err != nil {
			return answer, false, err
		}
		if f.RestsOn, err = b.restsOn(tx, casus, f); err != nil {
			return answer, false, err
		}
		answer.Text = text.FileComing.Say(text.None{})
		if f.Vault {
			consents, err := tx.Consents(casus.Ref)
			if err != nil {
				return answer, false, err
			}
			f.Until, answer.Text = vaultUntil(consents, f), text.VaultComing.Say(text.None{})
		}
		return answer, false, errors.Join(tx.SaveFile(f), b.planPosting(tx, f))
	case v.needsConsent():
		m, err := b.consentInvitation(tx, casus, f, v)
		if err != nil {
			return answer, false, err
		}
		if _, err := b.offerCircle(ctx, tx, casus, f, &m); err != nil {
			return answer, false, err
		}
		if _, err := b.offerException(ctx, tx, casus, f, &m); err != nil {
			return answer, false, err
		}
		answer.Text = text.FileNeedsConsent.Say(text.None{})
		return answer, false, errors.Join(tx.SaveFile(f),
			b.later(tx, casus.Ref, fmt.Sprintf("needs:%s:%d", f.ID, b.Now().UnixNano()), speech{Platform: casus.Platform, User: f.Account, Message: m}))
	}
	why, err := b.whyButton(tx, f)
	if err != nil {
		return answer, false, err
	}
	m := Message{Text: text.FileRefused.Say(text.RefusedArgs{Ref: string(casus.Ref), Name: plain.Escape(f.Name), Why: v.text()}), Buttons: []Button{why}}
	answer.Text = v.text()
	smaller, err := b.offerCircle(ctx, tx, casus, f, &m)
	if err != nil {
		return answer, false, err
	}
	excepted, err := b.offerException(ctx, tx, casus, f, &m)
	if err != nil {
		return answer, false, err
	}
	if smaller || excepted {
		// It waits as long as any file, for the one press that it takes.
		return answer, false, errors.Join(tx.SaveFile(f),
			b.later(tx, casus.Ref, fmt.Sprintf("circle:%s:%d", f.ID, b.Now().UnixNano()), speech{Platform: casus.Platform, User: f.Account, Message: m}))
	}
	if err := f.Move(Denied); err != nil {
		return answer, false, err
	}
	return answer, true, errors.Join(tx.SaveFile(f),
		b.later(tx, casus.Ref, "denied:"+string(f.ID), speech{Platform: casus.Platform, User: f.Account, Message: m}))
}

// consentInvitation tells a poster who still has to say yes, and offers to
// record it. The file stays in quarantine until its time is over.
func (b *Bot) consentInvitation(tx Tx, casus Casus, f File, v verdict) (Message, error) {
	token, err := b.ticket(tx, Ticket{Action: actConsent, Casus: casus.Ref, Object: string(f.ID), For: f.Account})
	if err != nil {
		return Message{}, err
	}
	args := text.NeedsArgs{Ref: string(casus.Ref), Name: plain.Escape(f.Name), Missing: b.labels(casus, v.Missing), Why: v.text(), Until: f.ExpiresAt}
	why, err := b.whyButton(tx, f)
	if err != nil {
		return Message{}, err
	}
	m := Message{Text: text.NeedsConsent.Say(args), Buttons: []Button{{Label: text.ConsentButton.Say(text.None{}), Ticket: token}, why}}
	if poster, ok := casus.Member(f.Account); !ok || poster.Role != Professional {
		return m, nil // only a professional asks for a signature
	}
	form, err := b.formButton(tx, casus, f.Account, f.ID, f.Kinds)
	m.Buttons = append(m.Buttons, form)
	return m, err
}

// labels turns ids of a casus into what people call them.
func (b *Bot) labels(casus Casus, ids []string) []string {
	var all []string
	for _, id := range ids {
		label := id
		if id == string(casus.Private.YoungPerson.ID) {
			label = text.TheYoungPerson.Say(text.None{})
		}
		for _, h := range slices.Concat(casus.Private.Authority, casus.Private.Supporters) {
			if string(h.ID) == id {
				label = plain.Escape(h.Label)
			}
		}
		all = append(all, label)
	}
	return all
}

// planPosting leaves an approved file to be posted.
func (b *Bot) planPosting(tx Tx, f File) error {
	return tx.AddJob(Job{ID: "post_file:" + string(f.ID), Kind: JobPostFile, Casus: f.Casus, Object: string(f.ID), RunAt: b.Now()})
}

// judgePosting is judgeShare for a file that is to stand in the room, or stands there.
// Where there is not even a question, since whoever shared it takes no part any more,
// the answer is no.
func (b *Bot) judgePosting(ctx context.Context, tx Tx, casus Casus, f File) (verdict, error) {
	v, err := b.judgeShare(ctx, tx, casus, f)
	var wrong *judge.FieldError
	if errors.As(err, &wrong) {
		return verdict{Verdict: b.Judge.Bundle().Refusal(), about: "share", failed: true, region: b.Region}, nil
	}
	return v, err
}

// postFile posts an approved file for its poster. It is judged again at this
// moment: a consent that was withdrawn since its approval stops it. And once more
// when it stands there, in the transaction that notes it: what ended in between, of
// whatever kind, takes it out of sight again.
func (b *Bot) postFile(ctx context.Context, t *turn) error {
	id := FileID(t.job.Object)
	var casus Casus
	var f File
	var v verdict
	err := b.Store.View(ctx, func(tx Tx) (err error) {
		if f, err = tx.File(id); err != nil {
			return err
		}
		if casus, err = tx.Casus(f.Casus); err != nil {
			return err
		}
		others, err := tx.FilesOf(f.Casus)
		if err != nil {
			return err
		}
		if f.Shown == "" {
			f.Shown = neutralName(casus, f, others, b.Now())
		}
		if f.State == Approved {
			v, err = b.judgePosting(ctx, tx, casus, f)
		}
		return err
	})
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("post file %s: %w", id, err)
	}
	if f.State != Approved {
		return nil
	}
	if !v.allows() {
		return b.takeBack(ctx, t, casus, f, v)
	}
	if f.Vault {
		return b.postCard(ctx, t, casus, f)
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return err
	}
	content, err := b.Store.OpenBlob(ctx, f.Casus, f.ID)
	if err != nil {
		return fmt.Errorf("post file %s: %w", id, err)
	}
	defer content.Close()
	fault.Hit("post_file.before_post")
	doc := Document{Poster: f.Account, Name: f.Shown, Size: f.Size, Hash: f.Hash, Text: f.Text}
	message, err := p.PostFile(ctx, casus.Room, doc, content, postKey(f))
	if err != nil {
		return fmt.Errorf("post file %s: %w", id, err)
	}
	fault.Hit("post_file.after_post")
	err = t.Commit(ctx, func(tx Tx) error {
		shown := f.Shown
		if f, err = tx.File(id); err != nil {
			return err
		}
		if f.State == Withdrawn && f.Message == message {
			return nil // and it is out of sight already
		}
		f.Message, f.Shown = message, shown
		if f.State == Withdrawn {
			// A consent was withdrawn while the file was being posted: out of sight with it.
			return errors.Join(tx.SaveFile(f), b.planHiding(tx, f))
		}
		casus, err := tx.Casus(f.Casus)
		if err != nil {
			return err
		}
		v, err := b.judgePosting(ctx, tx, casus, f)
		if err != nil {
			return err
		}
		if !v.allows() {
			return b.takeBackIn(tx, casus, f, v)
		}
		if err := f.Move(Posted); err != nil {
			return err
		}
		casus.LastActivityAt = b.Now()
		if _, err := tx.SaveCasus(casus); err != nil {
			return err
		}
		_, err = tx.Record(Entry{Casus: f.Casus, At: b.Now(), Actor: f.Poster, Act: ActFilePosted, Object: string(f.ID), Outcome: outcomeDone})
		return errors.Join(err, tx.SaveFile(f))
	})
	if err != nil {
		return err
	}
	fault.Hit("post_file.committed")
	// The room has the bytes now; ours were only for the wait.
	return b.Store.DropBlob(ctx, f.Casus, f.ID)
}

// takeBack withdraws an approval that does not hold any more.
func (b *Bot) takeBack(ctx context.Context, t *turn, casus Casus, f File, v verdict) error {
	return t.Commit(ctx, func(tx Tx) error { return b.takeBackIn(tx, casus, f, v) })
}

func (b *Bot) takeBackIn(tx Tx, casus Casus, f File, v verdict) error {
	if err := f.Move(Withdrawn); err != nil {
		return err
	}
	if err := b.decided(tx, caller{}, &f, v); err != nil {
		return err
	}
	why, err := b.whyButton(tx, f)
	if err != nil {
		return err
	}
	m := Message{Buttons: []Button{why}, Text: text.FileRefused.Say(text.RefusedArgs{Ref: string(casus.Ref), Name: plain.Escape(f.Name), Why: v.text()})}
	return errors.Join(tx.SaveFile(f), b.planHiding(tx, f),
		b.later(tx, casus.Ref, "back:"+string(f.ID), speech{Platform: casus.Platform, User: f.Account, Message: m}))
}

// postKey is under which a file is posted, once.
func postKey(f File) string { return "file:" + string(f.ID) }

// planHiding leaves a file to be taken out of sight. That it has no message yet
// says only that nobody could write down whether it stands there.
func (b *Bot) planHiding(tx Tx, f File) error {
	if f.Vault && f.Chosen {
		return b.planCardsBack(tx, f, "")
	}
	return tx.AddJob(Job{ID: "hide_file:" + string(f.ID) + ":" + string(f.Message), Kind: JobHideFile, Casus: f.Casus, Object: string(f.ID), RunAt: b.Now()})
}

// hideFile takes a withdrawn file out of sight for everybody. Of one that was
// approved and has no message nobody knows whether it was posted: who posted it
// may have died, or be paused with the bytes in its hands. So the platform is
// told that nothing may stand there, nor come.
func (b *Bot) hideFile(ctx context.Context, t *turn) error {
	var f File
	var casus Casus
	err := b.Store.View(ctx, func(tx Tx) (err error) {
		if f, err = tx.File(FileID(t.job.Object)); err != nil {
			return err
		}
		casus, err = tx.Casus(f.Casus)
		return err
	})
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) || (err == nil && f.State != Withdrawn) {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return err
	}
	found := false
	if f.Vault {
		found = f.Message == ""
		f.Message, err = b.hideCard(ctx, p, casus, f)
	} else if f.Message == "" {
		f.Message, err = p.Retract(ctx, casus.Room, postKey(f))
		found = f.Message != ""
	} else {
		err = p.Hide(ctx, f.Message)
	}
	if err != nil {
		return fmt.Errorf("hide file %s: %w", f.ID, err)
	}
	fault.Hit("hide_file.after_hide")
	if f.Message == "" {
		return nil // it never stood there, and will not
	}
	return t.Commit(ctx, func(tx Tx) error {
		if found {
			now, err := tx.File(f.ID)
			if err != nil {
				return err
			}
			now.Message = f.Message
			if err := tx.SaveFile(now); err != nil {
				return err
			}
		}
		_, err := tx.Record(Entry{Casus: f.Casus, At: b.Now(), Act: ActFileWithdrawn, Object: string(f.ID), Outcome: outcomeDone})
		return err
	})
}

// dropFile throws a waiting file away because its poster says so.
func (b *Bot) dropFile(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	done := false
	err := b.finish(ctx, t, e, func(tx Tx) error {
		m := text.FileWaitsNoMore
		_, f, err := b.held(tx, ticket, e.User)
		if err == nil {
			m, done = text.FileDropped, true
			if err := b.forget(tx, f); err != nil {
				return err
			}
		} else if !errors.Is(err, ErrNotFound) {
			return err
		}
		return b.reply(tx, ticket.Casus, e, Message{Text: m.Say(text.None{})})
	})
	if err != nil || !done {
		return err
	}
	return b.Store.DropBlob(ctx, ticket.Casus, FileID(ticket.Object))
}

// forget marks a waiting file as gone; its bytes are dropped after the
// transaction.
func (b *Bot) forget(tx Tx, f File) error {
	if err := f.Move(Gone); err != nil {
		return err
	}
	_, err := tx.Record(Entry{Casus: f.Casus, At: b.Now(), Actor: f.Poster, Act: ActFileErased, Object: string(f.ID), Outcome: outcomeDone})
	return errors.Join(err, tx.SaveFile(f))
}

// sweepFile removes a file that waited too long in quarantine.
func (b *Bot) sweepFile(ctx context.Context, t *turn) error {
	if err := t.Commit(ctx, func(tx Tx) error {
		f, err := tx.File(FileID(t.job.Object))
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
			return nil
		}
		if err != nil || f.State != Quarantined || f.ExpiresAt.After(b.Now()) {
			return err
		}
		return b.forget(tx, f)
	}); err != nil {
		return err
	}
	return b.Store.DropBlob(ctx, t.job.Casus, FileID(t.job.Object))
}
