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
	"time"

	"github.com/convenantbot/convenantbot/bot/dossier"
	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

const (
	// maxTakenSize is how many bytes of files go in one private message.
	maxTakenSize = 6 << 20
	// plainTerm is how long a message that is not sealed stands before it is taken
	// back.
	plainTerm = 24 * time.Hour
)

// Fetcher is a platform from which the bot can read back a file that it posted.
type Fetcher interface {
	// Fetch gives the bytes of the file of a message; the caller closes.
	// ErrNotFound: it is not there.
	Fetch(ctx context.Context, message MessageID) (io.ReadCloser, error)
}

// handTakenOver is the job that gives an organisation what it chose: a page, the
// same as JSON and the files, in a private message. Sealed for the key that was
// given; without one the message is taken back after a day.
func (b *Bot) handTakenOver(ctx context.Context, t *turn) error {
	order, err := decode[takeOver](t.job.Body)
	if err != nil {
		return err
	}
	var casus Casus
	var d dossier.Dossier
	var files []File
	var args text.TakeOverArgs
	err = b.Store.View(ctx, func(tx Tx) (err error) {
		if casus, err = tx.Casus(t.job.Casus); err != nil {
			return err
		}
		// Who left the casus or the organisation meanwhile gets nothing.
		_, m, err := b.ofOrganisation(tx, casus.Platform, casus, order.User, order.Org)
		if err != nil {
			return err
		}
		if args, err = b.takeOverArgs(tx, casus, order); err != nil {
			return err
		}
		d, files, err = b.takenDossier(tx, casus, order, args, m)
		return err
	})
	var invalid *InvalidError
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) || errors.Is(err, ErrForbidden) || errors.As(err, &invalid) {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return err
	}
	attached, left := b.readBack(ctx, p, files, order.Key != "")
	args.TooLarge = left
	for i, item := range d.Items {
		if id, ok := strings.CutPrefix(item.ID, itemFile); ok {
			if a, ok := attached[FileID(id)]; ok {
				d.Items[i].Contents = a.Name
			} else {
				said := text.TakeOverFetch
				if slices.ContainsFunc(files, func(f File) bool { return f.Vault && string(f.ID) == id }) {
					said = text.TakeOverVaultLeft
				}
				d.Items[i].Lines = append(d.Items[i].Lines, line(text.Dossier.State, said.Say(text.None{})))
			}
		}
	}
	var all []dossier.Attachment
	for _, f := range files {
		if a, ok := attached[f.ID]; ok {
			all = append(all, a)
		}
	}
	var content bytes.Buffer
	name := text.TakeOverFileName.In(text.NL, text.CasusArgs{Ref: string(casus.Ref)}) + ".zip"
	if order.Key != "" {
		name += ".age"
		err = d.Seal(&content, order.Key, all...)
	} else {
		err = d.Archive(&content, all...)
	}
	if err != nil {
		return fmt.Errorf("take over %s: %w", casus.Ref, err)
	}
	doc := document(content.Bytes(), name, text.TakeOverHere.In(b.langOf(ctx, casus.Platform, order.User), args))
	id, err := p.TellFile(ctx, order.User, doc, &content, t.job.ID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("take over %s: %w", casus.Ref, err)
	}
	return t.Commit(ctx, func(tx Tx) error {
		who, err := b.who(tx, casus.Platform, order.User)
		if err != nil {
			return err
		}
		until := time.Time{}
		if order.Key == "" {
			until = b.Now().Add(plainTerm)
		}
		what := []string{"take_over", fmt.Sprintf("items:%d", len(order.Items)), fmt.Sprintf("files:%d", len(all)), fmt.Sprintf("left:%d", left)}
		for _, f := range files {
			if _, ok := attached[f.ID]; !ok || !f.Vault {
				continue
			}
			// Whoever brought it in sees that it was taken along.
			if err := b.record(tx, who, Entry{Casus: casus.Ref, Act: ActVaultTaken, Object: string(f.ID)}); err != nil {
				return err
			}
		}
		return errors.Join(b.rememberUntil(tx, casus.Ref, id, until),
			b.record(tx, who, Entry{Casus: casus.Ref, Act: ActExported, Object: string(order.Org), Reasons: what}))
	})
}

// takenDossier is the overview of what was chosen, with the files that go along.
func (b *Bot) takenDossier(tx Tx, casus Casus, o takeOver, args text.TakeOverArgs, m Member) (dossier.Dossier, []File, error) {
	c := collector{bot: b, tx: tx, casus: casus, all: true}
	c.Dossier = dossier.Dossier{Schema: dossier.TakeOver, Casus: string(casus.Ref), For: text.TakeOverPageFor.NL(args), Made: b.Now()}
	w, none := text.Dossier, text.None{}
	matters, err := tx.Matters(casus.Ref)
	if err != nil {
		return c.Dossier, nil, err
	}
	c.beside = corrections(matters)
	c.about()
	if slices.Contains(o.Items, itemTalk) {
		c.Items = append(c.Items, dossier.Item{ID: itemTalk, Chapter: w.Decisions.NL(), Lines: []dossier.Line{
			line(w.Name, text.TakeOverTalk.NL(none)), line(w.State, text.TakeOverFetch.NL(none))}})
	}
	if slices.Contains(o.Items, itemYesses) {
		if err := c.yesses(); err != nil {
			return c.Dossier, nil, err
		}
	}
	files, err := tx.FilesOf(casus.Ref)
	if err != nil {
		return c.Dossier, nil, err
	}
	var chosen []File
	for _, f := range files {
		// What was withdrawn since it was chosen is not handed over any more.
		if !slices.Contains(o.Items, itemFile+string(f.ID)) || !b.mayTake(f, m) {
			continue
		}
		chosen = append(chosen, f)
		c.put(dossier.Item{ID: itemFile + string(f.ID), Chapter: w.Files.NL(), At: f.At, Lines: []dossier.Line{
			line(w.Name, shownName(f)), line(w.Poster, b.functionOf(tx, casus, f.Poster)), line(w.Kinds, c.kinds(f.Kinds)), line(w.Text, f.Text)}})
	}
	return c.Dossier, chosen, nil
}

// mayTake reports whether m can take f over for their organisation: what stands in
// the room, and of the vault what they brought in or what is for them, until its
// term. That a casus is closed ends reading and not taking over: an organisation
// keeps what it must on a ground of its own.
func (b *Bot) mayTake(f File, m Member) bool {
	if f.State != Posted || !f.Vault {
		return f.State == Posted
	}
	return (m.ID == f.Poster || slices.Contains(f.For, m.ID)) && (f.Until.IsZero() || f.Until.After(b.Now()))
}

// someInVault reports whether one of the items is a file in the vault.
func someInVault(tx Tx, items []string) (bool, error) {
	for _, item := range items {
		id, ok := strings.CutPrefix(item, itemFile)
		if !ok {
			continue
		}
		if f, err := tx.File(FileID(id)); err != nil || f.Vault {
			return err == nil, err
		}
	}
	return false, nil
}

// readBack reads the posted files back: those of the vault from our own store, and
// only to be sealed for a key, since the chat never has them in the clear; others
// from the platform. left counts those that do not fit, are not there or are not the
// bytes that were decided on.
func (b *Bot) readBack(ctx context.Context, p Platform, files []File, sealed bool) (all map[FileID]dossier.Attachment, left int) {
	all = map[FileID]dossier.Attachment{}
	fetcher, ok := p.(Fetcher)
	room := int64(maxTakenSize)
	for i, f := range files {
		data, err := []byte(nil), ErrNotFound
		switch {
		case f.Size > room:
		case f.Vault && sealed:
			data, err = checked(f, func() (io.ReadCloser, error) { return b.Store.OpenBlob(ctx, f.Casus, f.ID) })
		case !f.Vault && ok:
			data, err = checked(f, func() (io.ReadCloser, error) { return fetcher.Fetch(ctx, f.Message) })
		}
		if err != nil {
			left++
			continue
		}
		room -= f.Size
		name := f.Name
		if f.Vault {
			name = shownName(f)
		}
		all[f.ID] = dossier.Attachment{Name: fmt.Sprintf("bestanden/%02d-%s", i+1, plain.EntryName(name)),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
	}
	return all, left
}

// checked reads what open opens, which must be the bytes that f was decided on.
func checked(f File, open func() (io.ReadCloser, error)) ([]byte, error) {
	r, err := open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, f.Size+1))
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != f.Hash {
		return nil, ErrConflict
	}
	return data, nil
}
