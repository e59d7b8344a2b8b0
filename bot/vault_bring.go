package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/textscan"
)

// A file that is brought in by a page of ours comes in parts, so that a line that
// breaks costs one part, and passes the gate as a whole when the last part is
// there. Until then each part lies sealed with the key of the casus under a name
// of its own; the parts of an upload that nobody finishes belong to no file and are
// swept away.

const (
	// BringTerm is how long a browser may take to bring in a file.
	BringTerm = time.Hour
	// BringPart is how many bytes each part has but the last.
	BringPart = 4 << 20
)

// Bringing is what somebody is bringing in.
type Bringing struct {
	Casus   Ref
	Purpose string
	Had     int64     // bytes that are here; the next part begins there
	Ends    time.Time // when the browser has to ask again
}

// bringLink is a press on "bring in a file": a link that works once.
func (b *Bot) bringLink(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		casus, err := tx.Casus(ticket.Casus)
		if err != nil {
			return gone(err)
		}
		if _, err := b.at(tx, e.Platform, casus, e.User, MayShare); err != nil {
			return err
		}
		if b.Pages == "" {
			return &InvalidError{Reason: text.VaultNoPages.Say(text.None{})}
		}
		if casus.Status != Open {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
		}
		token, err := b.ticket(tx, Ticket{Action: actBringLink, Casus: casus.Ref, Object: b.NewID(), For: e.User,
			Body: encode(vaultReader{Platform: e.Platform}), Expires: b.Now().Add(VaultLinkTerm)})
		if err != nil {
			return err
		}
		return b.whisper(tx, casus.Ref, e, Message{Text: text.VaultBringLink.Say(b.linkTo("/breng/", token))})
	})
}

// PeekBring is PeekVault for a link to bring in a file.
func (b *Bot) PeekBring(ctx context.Context, link string) error {
	return b.Store.View(ctx, func(tx Tx) error {
		_, err := b.vaultTicket(tx, link, actBringLink)
		return err
	})
}

// EnterBring follows a link: it is used up, and session is what the browser shows
// from then on.
func (b *Bot) EnterBring(ctx context.Context, link string) (session string, in Bringing, err error) {
	err = b.Store.Update(ctx, func(tx Tx) error {
		ticket, err := b.vaultTicket(tx, link, actBringLink)
		if err != nil {
			return err
		}
		if err := tx.UseTicket(link, b.Now()); errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
			return closed(vaultLink)
		} else if err != nil {
			return err
		}
		if in, _, err = b.bringer(tx, ticket); err != nil {
			return err
		}
		in.Ends = b.Now().Add(BringTerm)
		session, err = b.ticket(tx, Ticket{Action: actBringFile, Casus: ticket.Casus, Object: ticket.Object, For: ticket.For, Body: ticket.Body, Expires: in.Ends})
		return err
	})
	return session, in, err
}

// bringer says who brings in a file, as it is now.
func (b *Bot) bringer(tx Tx, ticket Ticket) (in Bringing, u Upload, err error) {
	who, err := decode[vaultReader](ticket.Body)
	if err != nil {
		return in, u, err
	}
	casus, err := tx.Casus(ticket.Casus)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return in, u, closed(vaultGone)
	}
	if err != nil {
		return in, u, err
	}
	if _, err := b.at(tx, who.Platform, casus, ticket.For, MayShare); errors.Is(err, ErrForbidden) {
		return in, u, closed(vaultNotMember)
	} else if err != nil {
		return in, u, err
	}
	if casus.Status != Open {
		return in, u, closed(vaultGone)
	}
	return Bringing{Casus: casus.Ref, Purpose: casus.Private.Purpose, Ends: ticket.Expires},
		Upload{Platform: who.Platform, Channel: casus.Room, User: ticket.For, Protected: true}, nil
}

// bringing reads the session of an upload.
func (b *Bot) bringing(ctx context.Context, session string) (in Bringing, u Upload, id string, err error) {
	err = b.Store.View(ctx, func(tx Tx) error {
		ticket, err := b.vaultTicket(tx, session, actBringFile)
		if err != nil {
			return err
		}
		id = ticket.Object
		in, u, err = b.bringer(tx, ticket)
		return err
	})
	return in, u, id, err
}

func partOf(id string, n int64) FileID { return FileID(fmt.Sprintf("%s-part-%d", id, n)) }

// BringState says how far an upload is.
func (b *Bot) BringState(ctx context.Context, session string) (Bringing, error) {
	in, _, id, err := b.bringing(ctx, session)
	if err != nil {
		return in, err
	}
	for n := int64(0); n*BringPart < MaxFile; n++ {
		r, err := b.Store.OpenBlob(ctx, in.Casus, partOf(id, n))
		if errors.Is(err, ErrNotFound) {
			break
		}
		if err != nil {
			return in, err
		}
		size, err := r.Seek(0, io.SeekEnd)
		if err := errors.Join(err, r.Close()); err != nil {
			return in, err
		}
		in.Had += size
		if size < BringPart {
			break
		}
	}
	return in, nil
}

// BringPartOf takes in the part of a file that begins at byte at. A part is sent
// again as a whole; the second replaces the first.
func (b *Bot) BringPartOf(ctx context.Context, session string, at int64, part io.Reader) (Bringing, error) {
	in, _, id, err := b.bringing(ctx, session)
	if err != nil {
		return in, err
	}
	if at < 0 || at%BringPart != 0 || at >= MaxFile {
		return in, &InvalidError{Field: "at", Reason: "not where a part begins"}
	}
	n, err := b.Store.PutBlob(ctx, in.Casus, partOf(id, at/BringPart), &capped{r: part, left: BringPart})
	in.Had = at + n
	if errors.Is(err, ErrFull) { // what came before would lie there until it is swept, and there is no room
		err = errors.Join(err, b.dropParts(ctx, in.Casus, id, at/BringPart+1))
	}
	return in, err
}

// dropParts removes the first count parts of an upload, also when ctx is over.
func (b *Bot) dropParts(ctx context.Context, ref Ref, id string, count int64) (err error) {
	for n := range count {
		err = errors.Join(err, b.Store.DropBlob(context.WithoutCancel(ctx), ref, partOf(id, n)))
	}
	return err
}

// FinishBring puts the file of size bytes, called name in the browser, through the
// gate. The session is over then, whatever the answer is; the parts are gone.
func (b *Bot) FinishBring(ctx context.Context, session, name string, size int64) (Answer, error) {
	in, u, id, err := b.bringing(ctx, session)
	if err != nil {
		return Answer{}, err
	}
	if size <= 0 || size > MaxFile {
		return Answer{}, &InvalidError{Field: "size", Reason: "not the size of a file"}
	}
	if err := b.Store.Update(ctx, func(tx Tx) error { return tx.UseTicket(session, b.Now()) }); errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
		return Answer{}, closed(vaultLink)
	} else if err != nil {
		return Answer{}, err
	}
	u.Name, u.Size, u.At = broughtName(name), size, b.Now()
	parts := &joinedParts{bot: b, ctx: ctx, ref: in.Casus, id: id, count: (size + BringPart - 1) / BringPart}
	answer, err := b.judgeUpload(ctx, u, parts, true)
	answer.Text = b.forOne(ctx, u.Platform, u.User, answer.Text)
	return answer, errors.Join(err, parts.Close(), b.dropParts(ctx, in.Casus, id, parts.count))
}

// broughtName is under which name a file goes on: its own is not needed any more,
// and would be told in the chat. One with a BSN in it stays, to be refused for it.
func broughtName(name string) string {
	name = plain.FileName(name)
	if textscan.FindBSN(name) {
		return name
	}
	ending := strings.ToLower(path.Ext(name))
	if sortsOf[strings.TrimPrefix(ending, ".")] == "" {
		ending = ""
	}
	return text.For(text.NL, text.FileSort("document")) + ending
}

// joinedParts reads the parts of an upload one after another.
type joinedParts struct {
	bot   *Bot
	ctx   context.Context
	ref   Ref
	id    string
	n     int64
	count int64
	open  io.ReadCloser
}

// Read implements io.Reader.
func (j *joinedParts) Read(p []byte) (int, error) {
	for {
		if j.open == nil {
			if j.n == j.count {
				return 0, io.EOF
			}
			r, err := j.bot.Store.OpenBlob(j.ctx, j.ref, partOf(j.id, j.n))
			if errors.Is(err, ErrNotFound) {
				err = io.ErrUnexpectedEOF // a part is missing
			}
			if err != nil {
				return 0, err
			}
			j.open = r
			j.n++
		}
		n, err := j.open.Read(p)
		if !errors.Is(err, io.EOF) {
			return n, err
		}
		err = j.Close()
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// Close implements io.Closer.
func (j *joinedParts) Close() error {
	if j.open == nil {
		return nil
	}
	r := j.open
	j.open = nil
	return r.Close()
}
