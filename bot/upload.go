package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/fault"
	"github.com/convenantbot/convenantbot/internal/textscan"
)

// Upload judges a file on its way into a channel; see Incoming.
//
// In the room of a casus the answer is always no: a file that may come in at
// all is taken into the quarantine, and the bot posts it for its poster once it
// is decided. So nobody else can have seen it when the answer stays no.
func (b *Bot) Upload(ctx context.Context, u Upload, content io.Reader) (Answer, error) {
	a, err := b.judgeUpload(ctx, u, content, false)
	a.Text = b.forOne(ctx, u.Platform, u.User, a.Text)
	return a, err
}

// judgeUpload is Upload for every way in. vault: it came in by a page of ours, and goes
// to the chat in no case.
func (b *Bot) judgeUpload(ctx context.Context, u Upload, content io.Reader, vault bool) (Answer, error) {
	no := func(m text.Message[text.None]) (Answer, error) { return Answer{Text: m.Say(text.None{})}, nil }
	casus, err := b.casusOfRoom(ctx, u.Platform, u.Channel)
	switch {
	case errors.Is(err, ErrNotFound) && !u.Protected:
		return Answer{Allow: true}, nil // an ordinary channel
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrGone):
		return no(text.RoomUnknown)
	case err != nil:
		return Answer{}, fmt.Errorf("upload: %w", err)
	}
	if u.Size == 0 {
		return no(text.FileEmpty)
	}
	if u.Size > MaxFile {
		return no(text.FileTooLarge)
	}
	member, ok, err := b.takesPart(ctx, casus, u.User)
	if err != nil {
		return Answer{}, fmt.Errorf("upload: %w", err)
	}
	if !ok {
		err := b.update(ctx, func(tx Tx) error {
			return b.recordRefusal(tx, casus.Ref, u.Platform, u.User, "not_a_member")
		})
		return Answer{Text: text.FileNotMember.Say(text.None{})}, err
	}
	if !b.aboutSomebody(casus.Kind) {
		err := b.update(ctx, func(tx Tx) error {
			return b.recordRefusal(tx, casus.Ref, u.Platform, u.User, "no_files_here")
		})
		return Answer{Text: text.NoFilesHere.Say(text.None{})}, err
	}
	file := File{ID: FileID(b.NewID()), Casus: casus.Ref, State: Quarantined, At: b.Now(),
		ExpiresAt: b.Now().Add(QuarantineTerm), Poster: member.ID, Account: u.User, Name: plain.FileName(u.Name)}
	if u.ID != "" {
		file.ID = u.ID
	}

	// What is refused whatever it holds is refused unread (A17).
	var first verdict
	var who caller
	err = b.Store.View(ctx, func(tx Tx) error {
		if who, err = b.whoIn(tx, casus, u.Platform, u.User); err != nil {
			return err
		}
		if vault {
			if file, err = b.intoVault(tx, casus, file); err != nil {
				return err
			}
		}
		first, err = b.judgeShare(ctx, tx, casus, file)
		return err
	})
	if err != nil {
		return Answer{}, fmt.Errorf("upload: %w", err)
	}
	if first.refuses() {
		return b.refuseUpload(ctx, who, file, first)
	}
	file.Size, file.Hash, err = b.quarantine(ctx, file, content)
	if err != nil {
		return Answer{}, fmt.Errorf("upload: %w", err)
	}
	fault.Hit("upload.after_quarantine")
	if file.Size != u.Size && u.Size > 0 {
		return b.dropUpload(ctx, file, text.FileBroken)
	}
	if answer, err := b.checkVirus(ctx, who, file); err != nil || answer.Text != "" {
		return answer, err
	}
	found, known, err := b.scan(ctx, file)
	if err != nil {
		return Answer{}, errors.Join(err, b.Store.DropBlob(ctx, file.Casus, file.ID))
	}
	if found {
		file.Kinds = []DataKind{BSN}
		if err := b.Store.View(ctx, func(tx Tx) error {
			first, err = b.judgeShare(ctx, tx, casus, file)
			return err
		}); err != nil {
			return Answer{}, fmt.Errorf("upload: %w", err)
		}
		if err := b.Store.DropBlob(ctx, file.Casus, file.ID); err != nil {
			return Answer{}, fmt.Errorf("upload: %w", err)
		}
		return b.refuseUpload(ctx, who, file, first)
	}
	return b.keepUpload(ctx, who, casus, file, first, known)
}

// takesPart is presentMember in a view of its own.
func (b *Bot) takesPart(ctx context.Context, casus Casus, user UserID) (m Member, ok bool, err error) {
	err = b.Store.View(ctx, func(tx Tx) error {
		m, ok, err = b.presentMember(tx, casus, user)
		return err
	})
	return m, ok && err == nil, err
}

// quarantine takes the bytes in and returns how many there were and their hash.
func (b *Bot) quarantine(ctx context.Context, f File, content io.Reader) (int64, string, error) {
	sum := sha256.New()
	n, err := b.Store.PutBlob(ctx, f.Casus, f.ID, io.TeeReader(&capped{r: content, left: MaxFile}, sum))
	return n, hex.EncodeToString(sum.Sum(nil)), err
}

// capped fails when more than left bytes come, whatever was announced.
type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, errors.New("more bytes than a file may have")
	}
	return n, err
}

func (b *Bot) dropUpload(ctx context.Context, f File, why text.Message[text.None]) (Answer, error) {
	return Answer{Text: why.Say(text.None{})}, b.Store.DropBlob(ctx, f.Casus, f.ID)
}

// refuseUpload records the refusal; no bytes are kept.
func (b *Bot) refuseUpload(ctx context.Context, who caller, f File, v verdict) (Answer, error) {
	f.State = Denied
	err := b.update(ctx, func(tx Tx) error {
		if err := b.decided(tx, who, &f, v); err != nil {
			return err
		}
		return tx.AddFile(f)
	})
	return Answer{Text: v.text()}, err
}

// keepUpload stores the file in quarantine and asks its poster what is in it, or,
// when it may be shared as it is, has it posted.
func (b *Bot) keepUpload(ctx context.Context, who caller, casus Casus, f File, v verdict, known bool) (Answer, error) {
	answer := text.FileHeld
	err := b.update(ctx, func(tx Tx) error {
		if v.allows() {
			answer = text.FileComing
			if err := f.Move(Approved); err != nil {
				return err
			}
			f.Kinds = []DataKind{Ordinary}
			if b.vaulted(f) {
				var err error
				if f, err = b.intoVault(tx, casus, f); err != nil {
					return err
				}
				answer = text.VaultComing
			}
		}
		if err := tx.AddFile(f); err != nil {
			return err
		}
		if err := b.record(tx, who, Entry{Casus: f.Casus, Act: ActFileReceived, Object: string(f.ID)}); err != nil {
			return err
		}
		if v.allows() {
			if err := b.decided(tx, who, &f, v); err != nil {
				return err
			}
			return errors.Join(tx.SaveFile(f), b.planPosting(tx, f))
		}
		m, err := b.classifyInvitation(tx, f, known)
		if err != nil {
			return err
		}
		if len(FindKnown(casus, f.Name)) > 0 {
			m.Text += "\n\n" + text.FileNamed.Say(text.None{})
		}
		return b.later(tx, f.Casus, "classify:"+string(f.ID), speech{Platform: casus.Platform, User: f.Account, Message: m})
	})
	if err != nil {
		return Answer{}, errors.Join(err, b.Store.DropBlob(context.WithoutCancel(ctx), f.Casus, f.ID))
	}
	fault.Hit("upload.committed")
	return Answer{Text: answer.Say(text.None{})}, nil
}

// scan looks for a BSN inside the bytes of f.
func (b *Bot) scan(ctx context.Context, f File) (found, known bool, err error) {
	r, err := b.Store.OpenBlob(ctx, f.Casus, f.ID)
	if err != nil {
		return false, false, err
	}
	defer r.Close()
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return false, false, err
	}
	if size != f.Size {
		return false, false, fmt.Errorf("the quarantine has %d of %d bytes", size, f.Size)
	}
	at := &blobAt{r: r, at: -1}
	found, known, err = b.Scan.Scan(ctx, f.Name, at, f.Size)
	return found, known, errors.Join(err, at.failed)
}

// Posting judges a message on its way into a channel; see Incoming.
func (b *Bot) Posting(ctx context.Context, p Posting) (Answer, error) {
	a, err := b.judgeMessage(ctx, p)
	a.Text = b.forOne(ctx, p.Platform, p.User, a.Text)
	return a, err
}

func (b *Bot) judgeMessage(ctx context.Context, p Posting) (Answer, error) {
	casus, err := b.casusOfRoom(ctx, p.Platform, p.Channel)
	switch {
	case errors.Is(err, ErrNotFound) && !p.Protected:
		return Answer{Allow: true}, nil
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrGone):
		return Answer{Text: text.RoomUnknown.Say(text.None{})}, nil
	case err != nil:
		return Answer{}, fmt.Errorf("posting: %w", err)
	}
	if casus.Status != Open {
		return Answer{Text: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}, nil
	}
	refuse := func(reason, said string) (Answer, error) {
		err := b.update(ctx, func(tx Tx) error { return b.recordRefused(tx, casus, p.Platform, p.User, reason) })
		return Answer{Text: said}, err
	}
	// Whoever was let in by hand, or whose part is over, may be in the room for a
	// moment still; they say nothing in it.
	if _, ok, err := b.takesPart(ctx, casus, p.User); err != nil {
		return Answer{}, fmt.Errorf("posting: %w", err)
	} else if !ok {
		return refuse("not_a_member", text.FileNotMember.Say(text.None{}))
	}
	if textscan.FindBSN(p.Text) {
		return refuse("bsn", text.MessageBSN.Say(text.None{}))
	}
	if code, why := b.shapeRefuses(casus, p); code != "" {
		return refuse(code, why)
	}
	if !b.aboutSomebody(casus.Kind) {
		return Answer{Allow: true}, nil // nobody's secrecy is at stake where nothing is about anybody
	}
	if a, err := b.linked(ctx, casus, p); err != nil || a.Text != "" {
		return a, err
	}
	if len(p.Files) == 0 {
		return b.said(ctx, casus, p)
	}
	var files []File
	if err := b.Store.View(ctx, func(tx Tx) error {
		files, err = tx.FilesOf(casus.Ref)
		return err
	}); err != nil {
		return Answer{}, fmt.Errorf("posting: %w", err)
	}
	for _, want := range p.Files {
		if !approved(casus, files, p.User, want.Hash) {
			return refuse("file_without_approval", text.FileNotApproved.Say(text.None{}))
		}
	}
	return b.said(ctx, casus, p)
}

// approved reports whether these bytes were approved for this poster in this
// room. Files of other casussen are not in the list; one that was posted before a
// new party came in was not decided on for them.
func approved(casus Casus, files []File, poster UserID, hash string) bool {
	for _, f := range files {
		counts := f.State == Approved || f.State == Posted && (casus.CircleAt.IsZero() || f.At.After(casus.CircleAt))
		if f.Vault {
			continue // approved for the vault, which is not the room
		}
		if counts && f.Account == poster && hash != "" && f.Hash == hash {
			return true
		}
	}
	return false
}
