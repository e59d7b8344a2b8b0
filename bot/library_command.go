package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// The limits of what is shown at once.
const (
	mostDocuments = 20  // in the list, each with its button to remove it
	mostNear      = 3   // passages of a preview
	mostShown     = 400 // characters of one
)

// commandLibrary is "/convenant kennis": the region's own documents, and with
// words behind it which passages come near to them.
func (b *Bot) commandLibrary(ctx context.Context, t *turn, e Event, rest string) error {
	err := b.Store.View(ctx, func(tx Tx) error {
		_, err := b.keeper(tx, e.Platform, e.User)
		return err
	})
	if err != nil {
		return err
	}
	if b.Library == nil {
		return b.finish(ctx, t, e, func(tx Tx) error {
			return b.reply(tx, "", e, Message{Text: text.DocumentsNotHere.Say(text.None{})})
		})
	}
	if word, words, _ := strings.Cut(rest, " "); strings.EqualFold(word, "zoek") && strings.TrimSpace(words) != "" {
		return b.near(ctx, t, e, strings.TrimSpace(words))
	}
	list, err := b.Library.Documents(ctx)
	if err != nil {
		return fmt.Errorf("library: %w", err)
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		if err := b.recordRead(tx, e, "library"); err != nil {
			return err
		}
		var args text.DocumentListArgs
		var buttons []Button
		for _, d := range list {
			if d.Replaced {
				if n := len(args.Lines); n > 0 {
					args.Lines[n-1].Older++
				}
				continue
			}
			if len(args.Lines) == mostDocuments {
				args.More++
				continue
			}
			args.Lines = append(args.Lines, documentLine(d))
			token, err := b.ticket(tx, Ticket{Action: actDropOwn, For: e.User, Body: encode(dropping{Name: d.Name})})
			if err != nil {
				return err
			}
			buttons = append(buttons, Button{Label: plain.Short(text.DropDocumentButton.Say(text.DropArgs{Name: d.Name}), maxLabel), Ticket: token, Danger: true})
		}
		return b.reply(tx, "", e, Message{Text: text.DocumentList.Say(args), Buttons: buttons})
	})
}

// near shows which passages come near to words, and whether an answer would
// quote them.
func (b *Bot) near(ctx context.Context, t *turn, e Event, words string) error {
	found, err := b.Library.Near(ctx, words)
	if err != nil {
		return fmt.Errorf("library: %w", err)
	}
	var args text.NearArgs
	for i, p := range found {
		if i == mostNear {
			break
		}
		shown := p.Text
		if utf8.RuneCountInString(shown) > mostShown {
			shown = plain.Short(shown, mostShown)
		}
		args.Lines = append(args.Lines, text.NearLine{Name: plain.Escape(p.Name), Place: p.Place, Text: plain.Escape(shown), Quoted: p.Quoted})
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		if err := b.recordRead(tx, e, "library"); err != nil {
			return err
		}
		return b.reply(tx, "", e, Message{Text: text.DocumentsNear.Say(args)})
	})
}

func (b *Bot) recordRead(tx Tx, e Event, object string) error {
	who, err := b.who(tx, e.Platform, e.User)
	if err != nil {
		return err
	}
	_, err = tx.Record(Entry{At: b.Now(), Actor: who.ID, OnBehalf: who.Organisation, Act: ActRead, Object: object, Outcome: outcomeDone})
	return err
}

// dropping is what the buttons that remove a document remember.
type dropping struct {
	Name string
	Sure bool // the second button: yes, remove it
}

// dropDocument asks once more, and then removes every version of a document.
func (b *Bot) dropDocument(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	d, err := decode[dropping](ticket.Body)
	if err != nil {
		return err
	}
	if b.Library == nil {
		return ErrForbidden
	}
	if !d.Sure {
		return b.finish(ctx, t, e, func(tx Tx) error {
			if _, err := b.keeper(tx, e.Platform, e.User); err != nil {
				return err
			}
			if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
				return err
			}
			token, err := b.ticket(tx, Ticket{Action: actDropOwn, For: e.User, Body: encode(dropping{d.Name, true})})
			if err != nil {
				return err
			}
			return b.reply(tx, "", e, Message{Text: text.DocumentDropAsk.Say(text.DropArgs{Name: plain.Escape(d.Name)}),
				Buttons: []Button{{Label: text.DropSureButton.Say(text.None{}), Ticket: token, Danger: true}}})
		})
	}
	// Rights are those of this moment; only then is anything removed.
	var who caller
	if err := b.Store.View(ctx, func(tx Tx) (err error) {
		who, err = b.keeper(tx, e.Platform, e.User)
		return err
	}); err != nil {
		return err
	}
	n, err := b.Library.Remove(ctx, d.Name)
	if errors.Is(err, ErrNotFound) {
		// By somebody else, or by this very press before a crash: it is gone.
		n, err = 0, nil
	}
	if err != nil {
		return fmt.Errorf("library: %w", err)
	}
	b.tellLibrary()
	return b.finish(ctx, t, e, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		if _, err := tx.Record(Entry{At: b.Now(), Actor: who.ID, OnBehalf: who.Organisation, Act: ActDocumentDropped, Object: "document", Outcome: outcomeDone}); err != nil {
			return err
		}
		return b.reply(tx, "", e, Message{Text: text.DocumentDropped.Say(text.DroppedArgs{Name: plain.Escape(d.Name), Versions: n})})
	})
}
