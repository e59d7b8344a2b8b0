package bot

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// maxCardRequests is how many requests of one reader may be open at a time. Each
// one keeps several people busy.
const maxCardRequests = 8

// cardRequests are what may be asked on a card; an objection has a page of its own.
var cardRequests = []MatterKind{AccessRequest, CorrectionRequest, ErasureRequest}

// AskCard notes a request of the reader about their own data, which a person
// answers within a month. *InvalidError: "kind" or "text".
//
// Source: AVG art. 12(3), 15, 16 and 17.
func (b *Bot) AskCard(ctx context.Context, pass, csrf string, kind MatterKind, said string) (CardPass, error) {
	return b.onCard(ctx, pass, csrf, func(tx Tx, r cardReader) error {
		if !slices.Contains(cardRequests, kind) {
			return &InvalidError{Field: "kind", Reason: "wrong.choice"}
		}
		return b.raiseOnCard(ctx, tx, r, Matter{Kind: kind, About: r.id()}, said)
	})
}

// ObjectCard notes that the reader objects to the overleg, or to somebody in it
// when seat names one. An objection to the overleg by who decides for the young
// person is one against the use of the young person's data, and stops every file
// until a person decided on it.
//
// Source: AVG art. 18(1)(d) and 21(1).
func (b *Bot) ObjectCard(ctx context.Context, pass, csrf, seat, said string) (CardPass, error) {
	return b.onCard(ctx, pass, csrf, func(tx Tx, r cardReader) error {
		m := Matter{Kind: Objection, About: r.id()}
		if seat == "" {
			if r.young || r.known && !r.grown {
				m.About = r.casus.Private.YoungPerson.ID
			}
			return b.raiseOnCard(ctx, tx, r, m, said)
		}
		if !r.table || !slices.ContainsFunc(b.seats(tx, r.casus), func(s CardSeat) bool { return s.ID == seat }) {
			return &InvalidError{Field: "seat", Reason: "wrong.choice"}
		}
		if m.Object = seat; plain.Readable(said) && plain.LongEnough(strings.TrimSpace(said)) {
			said = text.CardAgainst.In(text.NL, text.CardArgs{Who: b.seatName(tx, r.casus, PersonID(seat))}) + " " + said
		}
		return b.raiseOnCard(ctx, tx, r, m, said)
	})
}

func (b *Bot) raiseOnCard(ctx context.Context, tx Tx, r cardReader, m Matter, said string) error {
	said = strings.TrimSpace(strings.ReplaceAll(said, "\r\n", "\n"))
	if !plain.Readable(said) || !plain.LongEnough(said) {
		return &InvalidError{Field: "text", Reason: "wrong.text"}
	}
	all, err := tx.Matters(r.casus.Ref)
	if err != nil {
		return err
	}
	open := 0
	for _, old := range all {
		if old.By == r.id() && old.Open() {
			open++
		}
	}
	if open >= maxCardRequests {
		return &InvalidError{Field: "text", Reason: "wrong.many"}
	}
	now := b.Now()
	m.ID, m.Casus, m.By, m.Text, m.At, m.DueAt = b.NewID(), r.casus.Ref, r.id(), said, now, now.In(amsterdam).AddDate(0, 1, 0)
	casus := r.casus
	if m.Kind == ErasureRequest && casus.ErasureRequestedAt.IsZero() {
		casus.ErasureRequestedAt = now
		if casus, err = tx.SaveCasus(casus); err != nil {
			return err
		}
	}
	if err := b.raise(tx, casus, r.who(), m, ActRequestReceived); err != nil {
		return err
	}
	told := Message{Text: text.MatterRemind.Say(b.matterArgs(tx, casus, m))}
	return errors.Join(b.toCoordinator(tx, casus, "matter:"+m.ID+":led", told), b.planRetention(ctx, tx, casus))
}

// SetParentsSee is what a young person of 16 or older lets their parents see on
// their own cards.
func (b *Bot) SetParentsSee(ctx context.Context, pass, csrf, what string) (CardPass, error) {
	return b.onCard(ctx, pass, csrf, func(tx Tx, r cardReader) error {
		if !r.young || !r.grown {
			return ErrForbidden
		}
		if !slices.Contains([]string{ParentsSeeNothing, ParentsSeeTable, ParentsSeeShared}, what) {
			return &InvalidError{Field: "parents", Reason: "wrong.choice"}
		}
		casus := r.casus
		casus.Private.ParentsSee = what
		_, err := tx.SaveCasus(casus)
		return errors.Join(err, b.record(tx, r.who(), Entry{Casus: casus.Ref, Act: ActParentsSee, Object: string(r.id())}))
	})
}

// CardReceipt is the receipt of one yes or no in the reader's name, as a PDF.
func (b *Bot) CardReceipt(ctx context.Context, pass, csrf, value string) (name string, content []byte, next CardPass, err error) {
	next, err = b.onCard(ctx, pass, csrf, func(tx Tx, r cardReader) error {
		y, err := b.mineCalled(tx, r, value)
		if err != nil {
			return err
		}
		var out bytes.Buffer
		if err := onPaperNL(b.receiptPaper(tx, r.casus, y)).Write(&out); err != nil {
			return err
		}
		name, content = text.ReceiptFile.In(text.NL, text.CasusArgs{Ref: string(r.casus.Ref)}), out.Bytes()
		return b.record(tx, r.who(), Entry{Casus: r.casus.Ref, Act: ActReceiptMade, Object: y.ID})
	})
	return name, content, next, err
}
