package bot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// mostGiven is how many files of one message are looked at.
const mostGiven = 10

// giving is what the button below "I can read this" remembers.
type giving struct {
	Message MessageID
	Files   []PlatformFile // with the hash of what was looked at
}

// given handles files that somebody sent the bot in their direct conversation.
// A keeper of the library hears what each of them is and may take it in; to
// everybody else the bot says that it keeps no files. What is said with the files
// is heard as well: a child that is not safe goes before any document.
func (b *Bot) given(ctx context.Context, t *turn, e Event) error {
	refusal := text.DocumentsNotHere
	err := b.Store.View(ctx, func(tx Tx) error {
		_, err := b.keeper(tx, e.Platform, e.User)
		return err
	})
	p, perr := b.platform(e.Platform)
	if perr != nil {
		return perr
	}
	at, reads := p.(Attachments)
	allowed := err == nil
	switch {
	case errors.Is(err, ErrForbidden):
		refusal = text.DocumentsNotYou
	case err != nil:
		return fmt.Errorf("given documents: %w", err)
	}
	if said := strings.TrimSpace(e.Text); said != "" {
		note := text.DocumentsNotTaken
		r, err := b.Answers.Answer(ctx, Question{Text: said, Region: b.Region.ID})
		if err != nil {
			return fmt.Errorf("given documents: %w", err)
		}
		if !allowed || !reads || b.Library == nil {
			note = refusal
		}
		if r.Safety || note == refusal {
			return b.answer(ctx, t, e, asked{Text: e.Text, Root: e.Thread, note: note.Say(text.None{})})
		}
	}
	if !allowed || !reads || b.Library == nil {
		return b.finish(ctx, t, e, func(tx Tx) error {
			if !allowed {
				if err := b.recordRefusal(tx, "", e.Platform, e.User, "not_a_keeper"); err != nil {
					return err
				}
			}
			return b.reply(tx, "", e, Message{Text: refusal.Say(text.None{})})
		})
	}
	args, taken, err := b.look(ctx, at, e)
	if err != nil {
		return fmt.Errorf("given documents: %w", err)
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		m := Message{Text: text.DocumentsLook.Say(args)}
		if len(taken.Files) > 0 {
			take, err := b.ticket(tx, Ticket{Action: actTakeOwn, For: e.User, Body: encode(taken)})
			if err != nil {
				return err
			}
			leave, err := b.ticket(tx, Ticket{Action: actLeaveOwn, For: e.User})
			if err != nil {
				return err
			}
			m.Buttons = []Button{{Label: text.TakeButton.Say(text.None{}), Ticket: take}, {Label: text.LeaveButton.Say(text.None{}), Ticket: leave}}
		}
		return b.reply(tx, "", e, m)
	})
}

// look reads the files of e and says of each what it is. Nothing is kept.
func (b *Bot) look(ctx context.Context, at Attachments, e Event) (text.DocumentsLookArgs, giving, error) {
	args := text.DocumentsLookArgs{}
	out := giving{Message: e.Message}
	for i, f := range e.Files {
		if i == mostGiven {
			args.Bad = append(args.Bad, text.BadDocument{Name: fmt.Sprintf("%d", len(e.Files)-mostGiven), Why: text.DocumentsTooMany.Say(text.None{})})
			break
		}
		var d OwnDocument
		known, err := b.fetchGiven(ctx, at, e.Message, f.ID, func(g GivenDocument, _ string) (err error) {
			if err := b.cleanDocument(ctx, g); err != nil {
				return err
			}
			d, err = b.Library.Look(ctx, g)
			return err
		})
		var bad *InvalidError
		switch {
		case errors.As(err, &bad):
			args.Bad = append(args.Bad, text.BadDocument{Name: plain.Escape(known.Name), Why: bad.Reason})
			continue
		case errors.Is(err, ErrNotFound), errors.Is(err, ErrForbidden):
			args.Bad = append(args.Bad, text.BadDocument{Name: plain.Escape(known.Name), Why: text.DocumentGone.Say(text.None{})})
			continue
		case err != nil:
			return args, out, err
		}
		if slices.ContainsFunc(out.Files, func(o PlatformFile) bool { return strings.EqualFold(o.Name, known.Name) }) {
			args.Bad = append(args.Bad, text.BadDocument{Name: plain.Escape(known.Name), Why: text.DocumentTwice.Say(text.None{})})
			continue
		}
		args.Good = append(args.Good, documentLine(d))
		if !d.Unchanged {
			out.Files = append(out.Files, known)
		}
	}
	args.Offered = len(out.Files)
	return args, out, nil
}

func documentLine(d OwnDocument) text.DocumentLine {
	return text.DocumentLine{Name: plain.Escape(d.Name), Title: plain.Escape(d.Title), Version: d.Version, Passages: d.Passages,
		Articles: d.Articles, Unchanged: d.Unchanged, Imported: d.Imported}
}

// cleanDocument is an *InvalidError when a BSN stands in a document: what is
// quoted to everybody names nobody.
func (b *Bot) cleanDocument(ctx context.Context, g GivenDocument) error {
	found, _, err := b.Scan.Scan(ctx, g.Name, g.Content, g.Size)
	if err == nil && found {
		err = &InvalidError{Field: "file", Reason: text.DocumentBSN.Say(text.None{})}
	}
	return err
}

// fetchGiven hands the bytes of a given file to do, and forgets them afterwards. The
// result names the file, with the hash of the bytes.
func (b *Bot) fetchGiven(ctx context.Context, at Attachments, message MessageID, id string, do func(g GivenDocument, hash string) error) (PlatformFile, error) {
	f, content, err := at.Attachment(ctx, message, id)
	if err != nil {
		return f, err
	}
	defer content.Close()
	f.ID, f.Name = id, plain.FileName(f.Name)
	if f.Size > MaxGiven {
		return f, &InvalidError{Field: "file", Reason: text.DocumentTooLarge.Say(text.SizeArgs{Size: int(f.Size >> 20), Most: MaxGiven >> 20})}
	}
	data, err := io.ReadAll(io.LimitReader(content, MaxGiven+1))
	if err != nil {
		return f, err
	}
	defer clear(data)
	if int64(len(data)) != f.Size {
		return f, &InvalidError{Field: "file", Reason: text.DocumentTorn.Say(text.None{})}
	}
	sum := sha256.Sum256(data)
	f.Hash = hex.EncodeToString(sum[:])
	return f, do(GivenDocument{Name: f.Name, Content: bytes.NewReader(data), Size: f.Size}, f.Hash)
}

// leaveDocuments is that a keeper does not want the files taken in.
func (b *Bot) leaveDocuments(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		return b.reply(tx, "", e, Message{Text: text.DocumentsLeft.Say(text.None{})})
	})
}

// takeDocuments plans the import of files that a keeper looked at.
func (b *Bot) takeDocuments(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	g, err := decode[giving](ticket.Body)
	if err != nil {
		return err
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		who, err := b.keeper(tx, e.Platform, e.User)
		if err != nil {
			return err
		}
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		w := importing{Platform: e.Platform, User: e.User, By: who.ID, OnBehalf: who.Organisation, Giving: g}
		return tx.AddJob(Job{ID: "import:" + ticket.Token, Kind: JobImport, Body: encode(w), RunAt: b.Now()})
	})
}
