package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

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
