package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// The vault: files whose bytes never go to the chat. They pass the same gate as
// every file; then they stay with us, sealed with the key of their casus, and the
// room gets a card. Who opens a card gets a link that works once, and everything
// is judged again at that moment, at every part of the file and while its page is
// open: who sits in the casus, who said yes, the phase and the term. An error is a
// no.
//
// Who may open a file stands in the file itself (For) and is settled when it is
// decided on. Somebody who comes later was no part of that and cannot open it,
// and does not close it for the others either: the rules see those for whom it is
// and nobody else. So a file can also be for some of the room alone, see
// vault_circle.go.

// The acts on the vault.
const (
	ActVaultOpened Act = "vault_opened" // somebody began to read; the object is the file
	ActVaultTaken  Act = "vault_taken"  // somebody took the bytes along
)

// The actions of the vault's tickets.
const (
	actVault     = "vault"       // press "open" on a card
	actVaultLink = "vault_link"  // follow a one-time link to a document
	actVaultRead = "vault_read"  // read it, with the browser that followed the link
	actBring     = "vault_bring" // press "bring in a file"
	actBringLink = "bring_link"  // follow a one-time link to the page for that
	actBringFile = "bring_file"  // send the parts of a file, with that browser
	actCircleFor = "vault_for"   // press "share with who may"
)

const (
	// VaultLinkTerm is how long a one-time link works: as long as it takes to
	// press it.
	VaultLinkTerm = 2 * time.Minute
	// VaultReadTerm is how long a document stays open in a browser.
	VaultReadTerm = 30 * time.Minute
	// vaultCardTerm is how long the button of a card works where nothing ends it
	// sooner: longer than any casus is open.
	vaultCardTerm = 2 * 366 * 24 * time.Hour
)

// Why a document in the vault cannot be opened.
const (
	vaultGone      = "gone"
	vaultExpired   = "expired"
	vaultNotMember = "not_member"
	vaultRules     = "rules"
	vaultLink      = "link" // the link or session is used up
)

// ClosedError is a document that cannot be opened now. Reason is a code, Text is
// what a person reads.
type ClosedError struct{ Reason, Text string }

func (e *ClosedError) Error() string { return "the vault is closed: " + e.Reason }

// Is makes it an ErrForbidden.
func (e *ClosedError) Is(target error) bool { return target == ErrForbidden }

func closed(reason string) error {
	return &ClosedError{reason, text.For(text.NL, text.VaultClosed(reason))}
}

// vaulted reports whether f belongs in the vault. Without pages there is none, and
// everything is posted.
func (b *Bot) vaulted(f File) bool {
	return f.Vault || b.Pages != "" && slices.ContainsFunc(f.Kinds, func(k DataKind) bool { return slices.Contains(b.Region.Vault, string(k)) })
}

// intoVault prepares f to be decided on as a file for the vault: for everybody who
// is in the casus now, unless its poster chose for whom.
func (b *Bot) intoVault(tx Tx, casus Casus, f File) (File, error) {
	f.Vault = true
	if f.Chosen {
		return f, nil
	}
	f.For = nil
	for _, m := range casus.Private.Members {
		here, err := b.stillHere(tx, casus, m)
		if err != nil {
			return f, err
		}
		if here && m.ID != f.Poster {
			f.For = append(f.For, m.ID)
		}
	}
	return f, nil
}

// stillHere reports whether m takes part now, did not leave the room, and is nobody
// with whom contact was stopped.
func (b *Bot) stillHere(tx Tx, casus Casus, m Member) (bool, error) {
	if m.Account == "" || slices.Contains(casus.Private.LeftRoom, m.Account) || stopped(casus, m.ID) {
		return false, nil
	}
	why, err := b.endedBecause(tx, m)
	return err == nil && why == "", err
}

// audience is the casus as the rules see it for a file in the vault: with its
// poster and those for whom it is, as far as they still take part.
//
// What somebody brought in was brought in by their organisation, which had a yes for
// it. That they leave, or that their organisation leaves the convenant, does not undo
// it: earlier sharing stays lawful, as with a file that was posted. So the rules go
// on seeing the poster as they were, and the file keeps to its term, to the yes that
// it rests on, and to the end of the casus. The poster themselves, and everybody of
// an organisation that left, reads nothing any more from that moment: see whyClosed.
func (b *Bot) audience(tx Tx, casus Casus, f File) (Casus, error) {
	all := casus.Private.Members
	casus.Private.Members = nil
	for _, m := range all {
		if m.ID == f.Poster {
			if f.State == Posted {
				m.Until, m.Ended = time.Time{}, ""
			}
		} else if here, err := b.stillHere(tx, casus, m); err != nil {
			return casus, err
		} else if !here || !slices.Contains(f.For, m.ID) {
			continue
		}
		casus.Private.Members = append(casus.Private.Members, m)
	}
	return casus, nil
}

// vaultUntil is when the first of the consents that f rests on ends for good:
// until then it can be read, if nothing else closes it. Of several of one giver
// the last counts. Zero: it rests on none.
func vaultUntil(consents []Consent, f File) time.Time {
	last := map[PersonID]time.Time{}
	for _, c := range consents {
		if slices.Contains(f.RestsOn, c.ID) && c.ExpiresAt.After(last[c.Giver]) {
			last[c.Giver] = c.ExpiresAt
		}
	}
	var first time.Time
	for _, at := range last {
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first
}

// whyClosed says why user cannot open f now; blank: they can. It is the one place
// that lets anybody read.
func (b *Bot) whyClosed(ctx context.Context, tx Tx, casus Casus, f File, platform string, user UserID) (string, error) {
	switch {
	case !f.Vault || f.State != Posted || casus.Platform != platform:
		return vaultGone, nil
	case !f.Until.IsZero() && !f.Until.After(b.Now()):
		return vaultExpired, nil
	}
	m, ok := casus.Member(user)
	if !ok || m.ID != f.Poster && !slices.Contains(f.For, m.ID) {
		return vaultNotMember, nil
	}
	here, err := b.stillHere(tx, casus, m)
	if err != nil {
		return "", err
	}
	if !here {
		return vaultNotMember, nil
	}
	v, err := b.judgeShare(ctx, tx, casus, f)
	if err != nil {
		return "", err
	}
	if !v.allows() {
		return vaultRules, nil
	}
	return "", nil
}

// vaultFile reads a file of the vault with its casus.
func vaultFile(tx Tx, id FileID) (Casus, File, error) {
	f, err := tx.File(id)
	if err != nil {
		return Casus{}, f, err
	}
	casus, err := tx.Casus(f.Casus)
	return casus, f, err
}

// cardKey is under which a card is posted in the room, once.
func cardKey(f File) string { return "card:" + string(f.ID) }

// cardOf is the card of f with a button for user; blank: for everybody in the room.
func (b *Bot) cardOf(tx Tx, casus Casus, f File, user UserID) (Message, error) {
	until := f.Until
	if until.IsZero() {
		until = b.Now().Add(vaultCardTerm)
	}
	token, err := b.ticket(tx, Ticket{Action: actVault, Casus: casus.Ref, Object: string(f.ID), For: user, Expires: until})
	if err != nil {
		return Message{}, err
	}
	args := text.VaultCardArgs{Ref: string(casus.Ref), By: plain.Escape(b.functionOf(tx, casus, f.Poster)),
		Purpose: plain.Escape(casus.Private.Purpose), Until: f.Until, Only: f.Chosen}
	for _, id := range f.For {
		args.For = append(args.For, plain.Escape(b.functionOf(tx, casus, id)))
	}
	return Message{Text: text.VaultCard.Say(args), Buttons: []Button{{Label: text.VaultOpen.Say(text.None{}), Ticket: token}}}, nil
}

// postCard puts the card of an approved file into the room, or leaves it to be given
// to those for whom it is alone. The bytes stay here.
func (b *Bot) postCard(ctx context.Context, t *turn, casus Casus, f File) error {
	p, err := b.platform(casus.Platform)
	if err != nil {
		return err
	}
	var message MessageID
	if !f.Chosen {
		var m Message
		if err := b.Store.Update(ctx, func(tx Tx) (err error) {
			m, err = b.cardOf(tx, casus, f, "")
			return err
		}); err != nil {
			return fmt.Errorf("card of %s: %w", f.ID, err)
		}
		if message, err = p.Post(ctx, casus.Room, text.Read(text.NL, m), cardKey(f)); err != nil {
			return fmt.Errorf("card of %s: %w", f.ID, err)
		}
	}
	return t.Commit(ctx, func(tx Tx) error {
		casus, now, err := vaultFile(tx, f.ID)
		if err != nil {
			return err
		}
		if now.State == Withdrawn && now.Message != "" {
			return nil // and it is out of sight already
		}
		now.Message, now.Shown = message, f.Shown
		if now.State == Withdrawn {
			return errors.Join(tx.SaveFile(now), b.planHiding(tx, now))
		}
		if err := now.Move(Posted); err != nil {
			return err
		}
		if err := b.planCards(tx, casus, now); err != nil {
			return err
		}
		casus.LastActivityAt = b.Now()
		if _, err := tx.SaveCasus(casus); err != nil {
			return err
		}
		_, err = tx.Record(Entry{Casus: f.Casus, At: b.Now(), Actor: f.Poster, Act: ActFilePosted, Object: string(f.ID), Reasons: []string{"vault"}, Outcome: outcomeDone})
		return errors.Join(err, tx.SaveFile(now))
	})
}
