package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/convenantbot/convenantbot/bot/text"
)

// FileForms is a platform whose forms can ask for files, by a field of the kind
// FilesIn. There a file reaches the bot before anybody else could see it, also
// where the platform itself asks nobody before it shows a file.
type FileForms interface {
	// HandedFile opens a file that user handed over by a form. The name and the size
	// are those that the platform has. One that is gone, or that somebody else
	// owns, is ErrNotFound; one that has no bytes to read is an *InvalidError.
	HandedFile(ctx context.Context, user UserID, id string) (PlatformFile, io.ReadCloser, error)
}

// fieldFiles is the field of the form.
const fieldFiles = "files"

// handedIn is what the job remembers of one file.
type handedIn struct {
	Platform string
	User     UserID
	File     string // the platform's id
}

// commandHandIn is "/casus deel": a form for files. Where the platform's forms
// take none, the bot says how a file is shared there.
func (b *Bot) commandHandIn(ctx context.Context, t *turn, e Event, rest string) error {
	p, err := b.platform(e.Platform)
	if err != nil {
		return err
	}
	if _, ok := p.(FileForms); !ok {
		return b.finish(ctx, t, e, func(tx Tx) error {
			h, err := b.pointed(tx, e, rest, MayShare)
			if err != nil {
				return err
			}
			return b.reply(tx, h.casus.Ref, e, Message{Text: text.HandInHere.Say(text.None{})})
		})
	}
	none := text.None{}
	return b.askIn(ctx, t, e, rest, MayShare, Ticket{Action: actHandIn}, func(_ Tx, h here, _ *Ticket) (Form, error) {
		if err := b.takesFiles(h.casus); err != nil {
			return Form{}, err
		}
		return Form{Title: text.HandInForm.Title.Say(none), Intro: text.HandInForm.Intro.Say(none), Send: text.HandInForm.Send.Say(none),
			Fields: []Field{{Name: fieldFiles, Label: text.HandInForm.Files.Say(none), Help: text.HandInForm.FilesHelp.Say(none), Kind: FilesIn, Many: true}}}, nil
	})
}

// takesFiles is an *InvalidError for a casus in which no file is shared.
func (b *Bot) takesFiles(casus Casus) error {
	switch {
	case casus.Status != Open:
		return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
	case !b.aboutSomebody(casus.Kind):
		return &InvalidError{Reason: text.NoFilesHere.Say(text.None{})}
	}
	return nil
}

// submitHandIn leaves each file to a job: fetching and scanning may take longer
// than a form waits, and is done again after a crash.
func (b *Bot) submitHandIn(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	files := slices.Compact(slices.Sorted(slices.Values(s.Values[fieldFiles])))
	if len(files) == 0 || len(files) > mostGiven {
		return FormAnswer{}, &InvalidError{Field: fieldFiles, Reason: text.HandInNone.Say(text.None{})}
	}
	err := b.submitIn(ctx, ticket, s, MayShare, func(tx Tx, h here) error {
		if err := b.takesFiles(h.casus); err != nil {
			return err
		}
		for i, id := range files {
			if err := tx.AddJob(Job{ID: fmt.Sprintf("hand_in:%s:%d", ticket.Token, i), Kind: JobHandIn, Casus: h.casus.Ref,
				Body: encode(handedIn{s.Platform, s.User, id}), RunAt: b.Now()}); err != nil {
				return err
			}
		}
		return nil
	})
	return FormAnswer{Text: text.HandInTaken.Say(text.None{})}, err
}

// handIn takes one file in as an upload: it is judged, scanned and kept in
// quarantine like any other, and the bot posts it once that is decided. A repeat
// finds what an earlier try kept.
func (b *Bot) handIn(ctx context.Context, t *turn) error {
	w, err := decode[handedIn](t.job.Body)
	if err != nil {
		return fmt.Errorf("hand in: %w", err)
	}
	p, err := b.platform(w.Platform)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(t.job.ID))
	id := FileID("h" + hex.EncodeToString(sum[:16]))
	var casus Casus
	var kept File
	err = b.Store.View(ctx, func(tx Tx) (err error) {
		if casus, err = tx.Casus(t.job.Casus); err != nil {
			return err
		}
		if kept, err = tx.File(id); errors.Is(err, ErrNotFound) {
			err = nil
		}
		return err
	})
	switch {
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrGone):
		return nil // the casus is no more: nothing is taken in
	case err != nil:
		return fmt.Errorf("hand in: %w", err)
	case kept.ID != "":
		if kept.State != Denied {
			return nil // an earlier try got this far, and its poster has heard
		}
		return b.toldOfHandIn(ctx, t, w, text.HandInDenied.Say(text.None{}))
	}
	said, err := b.takeHanded(ctx, p, w, casus, id)
	if err != nil {
		return fmt.Errorf("hand in: %w", err)
	}
	return b.toldOfHandIn(ctx, t, w, said)
}

// takeHanded fetches a file and has it judged; it returns what its poster is told.
func (b *Bot) takeHanded(ctx context.Context, p Platform, w handedIn, casus Casus, id FileID) (string, error) {
	forms, ok := p.(FileForms)
	if !ok {
		return text.HandInGone.Say(text.None{}), nil
	}
	known, content, err := forms.HandedFile(ctx, w.User, w.File)
	var invalid *InvalidError
	switch {
	case errors.As(err, &invalid):
		return text.HandInForeign.Say(text.None{}), nil
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrForbidden):
		return text.HandInGone.Say(text.None{}), nil
	case err != nil:
		return "", err
	}
	defer content.Close()
	answer, err := b.judgeUpload(ctx, Upload{Platform: w.Platform, Channel: casus.Room, User: w.User, Name: known.Name, Size: known.Size,
		At: b.Now(), Protected: true, ID: id}, content, false)
	return answer.Text, err
}

// toldOfHandIn tells a poster what became of a file, with the end of the job.
func (b *Bot) toldOfHandIn(ctx context.Context, t *turn, w handedIn, said string) error {
	return t.Commit(ctx, func(tx Tx) error {
		if said == "" {
			return nil
		}
		return b.later(tx, t.job.Casus, t.job.ID, speech{Platform: w.Platform, User: w.User, Message: Message{Text: said}})
	})
}
