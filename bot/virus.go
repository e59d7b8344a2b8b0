package bot

import (
	"context"
	"errors"
	"io"

	"github.com/convenantbot/convenantbot/bot/text"
)

// VirusScanner looks for viruses in what comes in.
type VirusScanner interface {
	// Clean reads r to its end and reports whether nothing was found. An error: it
	// could not be looked at, which is no yes.
	Clean(ctx context.Context, r io.Reader) (bool, error)
}

// checkVirus looks for viruses in a file that just came in, where a scanner is
// configured. What is not known to be clean is not kept: then the answer says so.
// The zero Answer: it may go on.
func (b *Bot) checkVirus(ctx context.Context, who caller, f File) (Answer, error) {
	if b.Virus == nil {
		return Answer{}, nil
	}
	r, err := b.Store.OpenBlob(ctx, f.Casus, f.ID)
	if err != nil {
		return Answer{}, errors.Join(err, b.Store.DropBlob(context.WithoutCancel(ctx), f.Casus, f.ID))
	}
	clean, err := b.Virus.Clean(ctx, r)
	_ = r.Close() // it was only read
	if err == nil && clean {
		return Answer{}, nil
	}
	reason, said := "virus", text.FileVirus
	if err != nil {
		reason, said = "virus_unknown", text.FileUnchecked
		b.Log.Error("the virus scanner does not answer; files are refused", "error", err)
	}
	err = b.update(ctx, func(tx Tx) error {
		return b.record(tx, who, Entry{Casus: f.Casus, Act: ActRefused, Object: string(f.ID), Reasons: []string{reason}, Outcome: outcomeRefused})
	})
	return Answer{Text: said.Say(text.None{})}, errors.Join(err, b.Store.DropBlob(context.WithoutCancel(ctx), f.Casus, f.ID))
}
