package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// importing is what the job that takes documents in remembers.
type importing struct {
	Platform string
	User     UserID
	By       PersonID
	OnBehalf OrgID
	Giving   giving
}

// progressEvery is how long a person waits at most for a word about a large
// import.
const progressEvery = 10 * time.Second

// importDocuments takes in what a keeper agreed to, and tells them how it goes.
// The library itself is all or nothing, and a repeat after a crash finds what was
// taken in and only records it.
func (b *Bot) importDocuments(ctx context.Context, t *turn) error {
	w, err := decode[importing](t.job.Body)
	if err != nil {
		return fmt.Errorf("import documents: %w", err)
	}
	p, err := b.platform(w.Platform)
	if err != nil {
		return err
	}
	at, ok := p.(Attachments)
	if !ok || b.Library == nil {
		return b.importEnded(ctx, t, w, nil, text.DocumentsNotHere.Say(text.None{}))
	}
	// Said here and not by a job of its own, which could come after the end.
	if _, err := p.Tell(ctx, w.User, Message{Text: text.DocumentsTaking.In(b.langOf(ctx, w.Platform, w.User), text.None{})}, t.job.ID+":start"); err != nil {
		return fmt.Errorf("import documents: %w", err)
	}
	var list []GivenDocument
	for _, f := range w.Giving.Files {
		_, err := b.fetchGiven(ctx, at, w.Giving.Message, f.ID, func(g GivenDocument, hash string) error {
			if hash != f.Hash {
				return &InvalidError{Field: "file", Reason: text.DocumentTorn.Say(text.None{})}
			}
			data, err := io.ReadAll(io.NewSectionReader(g.Content, 0, g.Size))
			list = append(list, GivenDocument{Name: f.Name, Content: bytes.NewReader(data), Size: g.Size})
			return err
		})
		var bad *InvalidError
		switch {
		case errors.As(err, &bad):
			return b.importEnded(ctx, t, w, nil, text.DocumentsFailed.Say(text.DocumentsFailedArgs{Why: plain.Escape(f.Name) + ": " + bad.Reason}))
		case errors.Is(err, ErrNotFound), errors.Is(err, ErrForbidden):
			return b.importEnded(ctx, t, w, nil, text.DocumentsFailed.Say(text.DocumentsFailedArgs{Why: plain.Escape(f.Name) + ": " + text.DocumentGone.Say(text.None{})}))
		case err != nil:
			return fmt.Errorf("import documents: %w", err)
		}
	}
	told, n := b.Now(), 0
	done, err := b.Library.Import(ctx, list, func(done, total int) {
		if b.Now().Sub(told) < progressEvery || done == total {
			return
		}
		told, n = b.Now(), n+1
		// A word that gets lost is no reason to stop.
		_, _ = p.Tell(ctx, w.User, Message{Text: text.DocumentsProgress.In(b.langOf(ctx, w.Platform, w.User), text.ProgressArgs{Done: done, Total: total})}, fmt.Sprintf("%s:%d:%d", t.job.ID, t.job.Attempts, n))
	})
	var bad *InvalidError
	switch {
	case errors.As(err, &bad):
		return b.importEnded(ctx, t, w, nil, text.DocumentsFailed.Say(text.DocumentsFailedArgs{Why: bad.Reason}))
	case errors.Is(err, context.DeadlineExceeded):
		return b.importEnded(context.WithoutCancel(ctx), t, w, nil, text.DocumentsFailed.Say(text.DocumentsFailedArgs{Why: text.DocumentsTooSlow.Say(text.None{})}))
	case err != nil:
		return fmt.Errorf("import documents: %w", err) // also ErrBusy: another try comes
	}
	b.tellLibrary()
	args := text.DocumentsTakenArgs{}
	for _, d := range done {
		args.Taken = append(args.Taken, documentLine(d))
	}
	return b.importEnded(ctx, t, w, done, text.DocumentsTaken.Say(args))
}

// importEnded ends the job with what is told to the keeper and an entry for each
// document that was taken in.
func (b *Bot) importEnded(ctx context.Context, t *turn, w importing, done []OwnDocument, words string) error {
	return t.Commit(ctx, func(tx Tx) error {
		for _, d := range done {
			if _, err := tx.Record(Entry{At: b.Now(), Actor: w.By, OnBehalf: w.OnBehalf, Act: ActDocumentTaken, Object: documentObject(d.Hash, d.Version), Outcome: outcomeDone}); err != nil {
				return err
			}
		}
		if len(done) == 0 {
			if _, err := tx.Record(Entry{At: b.Now(), Actor: w.By, OnBehalf: w.OnBehalf, Act: ActRefused, Reasons: []string{"unreadable_document"}, Outcome: outcomeRefused}); err != nil {
				return err
			}
		}
		return b.later(tx, "", t.job.ID, speech{Platform: w.Platform, User: w.User, Message: Message{Text: words}})
	})
}

// documentObject names a version in the log without its file's name. The region
// publishes these documents itself, so a piece of their hash gives nothing away.
func documentObject(hash string, version int) string {
	return fmt.Sprintf("document-%.16s-v%d", hash, version)
}
