package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
)

// vaultReader is who got a link, as the platform showed them at that moment.
type vaultReader struct{ Platform, Name string }

// Reading is a document that somebody has open.
type Reading struct {
	Casus    Ref
	File     FileID
	Name     string // neutral; its ending says what it is
	Size     int64  // bytes
	Reader   string // the name of who reads, for the page
	By       string // who brought it in, by function
	Purpose  string
	Text     string    // what was written along with it
	Until    time.Time // zero: as long as the casus
	Ends     time.Time // when the browser has to ask again
	Download bool      // the bytes may be taken along
}

// openCard is a press on the button of a card: whoever may open it now gets a link
// for themselves. The link is whispered, so that the chat server does not keep it.
func (b *Bot) openCard(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	p, err := b.platform(e.Platform)
	if err != nil {
		return err
	}
	name, err := p.DisplayName(ctx, e.User)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("open a card: %w", err)
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		casus, f, err := vaultFile(tx, FileID(ticket.Object))
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
			return &InvalidError{Reason: closedText(vaultGone)}
		}
		if err != nil {
			return err
		}
		why, err := b.whyClosed(ctx, tx, casus, f, e.Platform, e.User)
		if err != nil {
			return err
		}
		if why != "" {
			return errors.Join(b.recordRefusal(tx, casus.Ref, e.Platform, e.User, "vault_"+why),
				b.whisper(tx, casus.Ref, e, Message{Text: closedText(why)}))
		}
		if b.Pages == "" {
			return b.whisper(tx, casus.Ref, e, Message{Text: text.VaultNoPages.Say(text.None{})})
		}
		if name == "" {
			name = b.functionOf(tx, casus, casus.personOf(e.User))
		}
		token, err := b.ticket(tx, Ticket{Action: actVaultLink, Casus: casus.Ref, Object: string(f.ID), For: e.User,
			Body: encode(vaultReader{e.Platform, name}), Expires: b.Now().Add(VaultLinkTerm)})
		if err != nil {
			return err
		}
		return b.whisper(tx, casus.Ref, e, Message{Text: text.VaultLink.Say(b.linkTo("/kluis/", token))})
	})
}

// closedText is a reason as a sentence of its own.
func closedText(reason string) string {
	return text.VaultShut.Say(text.VaultShutArgs{Why: text.VaultClosed(reason)})
}

func (b *Bot) linkTo(path, token string) text.VaultLinkArgs {
	return text.VaultLinkArgs{URL: b.Pages + path + token, Minutes: int(VaultLinkTerm / time.Minute)}
}

// whisper answers for the eyes of who pressed a button alone, also where they are
// alone with the bot: what is whispered is kept nowhere.
func (b *Bot) whisper(tx Tx, ref Ref, e Event, m Message) error {
	return b.later(tx, ref, "reply:"+eventKey(e), speech{Platform: e.Platform, Channel: e.Channel, User: e.User, Message: m})
}

// personOf is the member with an account; blank: none.
func (c Casus) personOf(user UserID) PersonID {
	m, _ := c.Member(user)
	return m.ID
}

// PeekVault reports whether a link can still be followed, and uses nothing up:
// programs that look behind a link do no harm. ErrForbidden: it cannot.
func (b *Bot) PeekVault(ctx context.Context, link string) error {
	return b.Store.View(ctx, func(tx Tx) error {
		_, err := b.vaultTicket(tx, link, actVaultLink)
		return err
	})
}

// vaultTicket is the ticket of a link or session that does action.
func (b *Bot) vaultTicket(tx Tx, token, action string) (Ticket, error) {
	ticket, err := tx.Ticket(token, b.Now())
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrConflict) || errors.Is(err, ErrGone) || err == nil && ticket.Action != action {
		return ticket, closed(vaultLink)
	}
	return ticket, err
}

// EnterVault follows a link: it is used up whatever comes of it. session is what
// the browser that followed it shows from then on. Each opening, and each that was
// refused, stands in the log.
func (b *Bot) EnterVault(ctx context.Context, link string) (session string, r Reading, err error) {
	var no error
	err = b.update(ctx, func(tx Tx) error {
		no = nil
		ticket, err := b.vaultTicket(tx, link, actVaultLink)
		if err != nil {
			return err
		}
		if err := tx.UseTicket(link, b.Now()); errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
			return closed(vaultLink)
		} else if err != nil {
			return err
		}
		var platform string
		if r, platform, no = b.reading(ctx, tx, ticket); no != nil {
			var why *ClosedError
			if !errors.As(no, &why) {
				return no
			}
			return b.recordRefusal(tx, ticket.Casus, platform, ticket.For, "vault_"+why.Reason)
		}
		r.Ends = b.Now().Add(VaultReadTerm)
		if !r.Until.IsZero() && r.Until.Before(r.Ends) {
			r.Ends = r.Until
		}
		session, err = b.ticket(tx, Ticket{Action: actVaultRead, Casus: ticket.Casus, Object: ticket.Object, For: ticket.For, Body: ticket.Body, Expires: r.Ends})
		if err != nil {
			return err
		}
		return b.recordReader(tx, ticket, platform, ActVaultOpened)
	})
	if err = errors.Join(err, no); err != nil {
		return "", Reading{}, err
	}
	return session, r, nil
}

func (b *Bot) recordReader(tx Tx, ticket Ticket, platform string, act Act) error {
	who, err := b.who(tx, platform, ticket.For)
	if err != nil {
		return err
	}
	if casus, err := tx.Casus(ticket.Casus); err == nil {
		if m, ok := casus.Member(ticket.For); ok {
			who.ID, who.Organisation = m.ID, m.Organisation
		}
	}
	return b.record(tx, who, Entry{Casus: ticket.Casus, Act: act, Object: ticket.Object})
}

// reading is what the holder of a ticket reads, judged as it is now. platform is
// told also with a *ClosedError.
func (b *Bot) reading(ctx context.Context, tx Tx, ticket Ticket) (r Reading, platform string, err error) {
	who, err := decode[vaultReader](ticket.Body)
	if err != nil {
		return r, "", err
	}
	casus, f, err := vaultFile(tx, FileID(ticket.Object))
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return r, who.Platform, closed(vaultGone)
	}
	if err != nil {
		return r, who.Platform, err
	}
	why, err := b.whyClosed(ctx, tx, casus, f, who.Platform, ticket.For)
	if err == nil && why != "" {
		err = closed(why)
	}
	if err != nil {
		return r, who.Platform, err
	}
	return Reading{Casus: f.Casus, File: f.ID, Name: shownName(f), Size: f.Size, Reader: who.Name, By: text.For(text.NL, b.functionOf(tx, casus, f.Poster)),
		Purpose: casus.Private.Purpose, Text: f.Text, Until: f.Until, Ends: ticket.Expires, Download: f.Download}, who.Platform, nil
}

// ReadVault says what the browser with this session reads, judged as it is at this
// moment. A *ClosedError: nothing any more.
func (b *Bot) ReadVault(ctx context.Context, session string) (r Reading, err error) {
	err = b.Store.View(ctx, func(tx Tx) error {
		ticket, err := b.vaultTicket(tx, session, actVaultRead)
		if err == nil {
			r, _, err = b.reading(ctx, tx, ticket)
		}
		return err
	})
	return r, err
}

// LeaveVault ends a session: the reader closed the document.
func (b *Bot) LeaveVault(ctx context.Context, session string) error {
	err := b.Store.Update(ctx, func(tx Tx) error {
		if _, err := b.vaultTicket(tx, session, actVaultRead); err != nil {
			return err
		}
		return tx.UseTicket(session, b.Now())
	})
	if errors.Is(err, ErrForbidden) || errors.Is(err, ErrConflict) {
		return nil // it is over already
	}
	return err
}

// VaultBytes returns the bytes of what the session reads. It is judged again
// before every part of them: who may not read any more gets a *ClosedError in the
// middle. The caller closes.
func (b *Bot) VaultBytes(ctx context.Context, session string) (io.ReadSeekCloser, Reading, error) {
	r, err := b.ReadVault(ctx, session)
	if err != nil {
		return nil, r, err
	}
	content, err := b.Store.OpenBlob(ctx, r.Casus, r.File)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		err = closed(vaultGone)
	}
	if err != nil {
		return nil, r, err
	}
	return &guarded{ReadSeekCloser: content, look: func() error { _, err := b.ReadVault(ctx, session); return err }}, r, nil
}

// TakeFromVault is VaultBytes for somebody who takes the bytes along, where the
// discloser allowed that. It stands in the log before the first byte goes.
func (b *Bot) TakeFromVault(ctx context.Context, session string) (io.ReadSeekCloser, Reading, error) {
	r, err := b.ReadVault(ctx, session)
	if err != nil {
		return nil, r, err
	}
	if !r.Download {
		return nil, r, ErrForbidden
	}
	if err := b.update(ctx, func(tx Tx) error {
		ticket, err := b.vaultTicket(tx, session, actVaultRead)
		if err != nil {
			return err
		}
		who, err := decode[vaultReader](ticket.Body)
		if err != nil {
			return err
		}
		return b.recordReader(tx, ticket, who.Platform, ActVaultTaken)
	}); err != nil {
		return nil, r, err
	}
	return b.VaultBytes(ctx, session)
}

// watchedPart is how many bytes are given between two looks.
const watchedPart = 256 << 10

// guarded gives bytes for as long as look finds that they may be read.
type guarded struct {
	io.ReadSeekCloser
	look func() error
	left int
}

// Read implements io.Reader.
func (w *guarded) Read(p []byte) (int, error) {
	if w.left == 0 {
		if err := w.look(); err != nil {
			return 0, err
		}
		w.left = watchedPart
	}
	n, err := w.ReadSeekCloser.Read(p[:min(len(p), w.left)])
	w.left -= n
	return n, err
}
