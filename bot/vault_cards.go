package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/text"
)

// A file that is for some of the room has no card in the room: each of them gets one
// alone. Such cards go out of sight with the file, so that nothing invites to what
// is not there any more.
const (
	JobVaultCard JobKind = "vault_card" // give one person the card of a file
	JobVaultBack JobKind = "vault_back" // take the cards of a file out of sight
)

// cardFor is for whom a card is.
type cardFor struct {
	Member PersonID
	User   UserID
}

// planCards leaves the cards of a file that is for some of the room to be given to
// them and to its poster.
func (b *Bot) planCards(tx Tx, casus Casus, f File) error {
	if !f.Chosen {
		return nil
	}
	for _, m := range casus.Private.Members {
		if m.Account == "" || m.ID != f.Poster && !slices.Contains(f.For, m.ID) {
			continue
		}
		if err := tx.AddJob(Job{ID: fmt.Sprintf("vault_card:%s:%s", f.ID, m.ID), Kind: JobVaultCard, Casus: f.Casus, Object: string(f.ID),
			Body: encode(cardFor{m.ID, m.Account}), RunAt: b.Now()}); err != nil {
			return err
		}
	}
	return nil
}

// keptCard is the id of the job that remembers where somebody's card stands, until
// the casus is erased.
func keptCard(f FileID, m PersonID) string { return fmt.Sprintf("unsay:card:%s:%s", f, m) }

// tellCard gives one person the card of a file.
func (b *Bot) tellCard(ctx context.Context, t *turn) error {
	to, err := decode[cardFor](t.job.Body)
	if err != nil {
		return fmt.Errorf("card: %w", err)
	}
	var casus Casus
	var m Message
	err = b.Store.Update(ctx, func(tx Tx) error {
		var f File
		casus, f, err = vaultFile(tx, FileID(t.job.Object))
		if err != nil {
			return err
		}
		if f.State != Posted {
			// Of a card that was tried to be given nobody knows whether it was. What is
			// said in its place goes out of sight together with it.
			m = Message{}
			if t.job.Attempts > 0 {
				m.Text = closedText(vaultGone)
			}
			return nil
		}
		m, err = b.cardOf(tx, casus, f, to.User)
		return err
	})
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) || err == nil && m.Text == "" {
		return nil
	}
	if err != nil {
		return fmt.Errorf("card for one: %w", err)
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return err
	}
	id, err := p.Tell(ctx, to.User, readMessage(b.langOf(ctx, casus.Platform, to.User), m), t.job.ID)
	if errors.Is(err, ErrNotFound) {
		return nil // nobody is there to have it
	}
	if err != nil {
		return fmt.Errorf("card for one: %w", err)
	}
	return t.Commit(ctx, func(tx Tx) error {
		kept := Job{ID: keptCard(FileID(t.job.Object), to.Member), Kind: JobUnsay, Casus: casus.Ref, Object: string(id), RunAt: b.Now().AddDate(unsayYears, 0, 0)}
		err := tx.AddJob(kept)
		if errors.Is(err, ErrGone) {
			return nil
		}
		f, err2 := tx.File(FileID(t.job.Object))
		if err := errors.Join(err, err2); err != nil || f.State == Posted {
			return err
		}
		return b.planCardsBack(tx, f, ":"+string(to.Member))
	})
}

// planCardsBack leaves the cards of a file to be taken out of sight; cause tells one
// time from another.
func (b *Bot) planCardsBack(tx Tx, f File, cause string) error {
	return tx.AddJob(Job{ID: "vault_back:" + string(f.ID) + cause, Kind: JobVaultBack, Casus: f.Casus, Object: string(f.ID), RunAt: b.Now()})
}

// takeCardsBack is the job that does it.
func (b *Bot) takeCardsBack(ctx context.Context, t *turn) error {
	var casus Casus
	var f File
	var kept []Job
	err := b.Store.View(ctx, func(tx Tx) (err error) {
		if casus, f, err = vaultFile(tx, FileID(t.job.Object)); err != nil {
			return err
		}
		kept, err = tx.JobsOf(f.Casus)
		return err
	})
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) || err == nil && f.State == Posted {
		return nil
	}
	if err != nil {
		return fmt.Errorf("take cards back: %w", err)
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return err
	}
	for _, j := range kept {
		if j.Kind != JobUnsay || !strings.HasPrefix(j.ID, keptCard(f.ID, "")) {
			continue
		}
		if err := p.Hide(ctx, MessageID(j.Object)); err != nil {
			return fmt.Errorf("take cards back: %w", err)
		}
	}
	return t.Commit(ctx, func(tx Tx) error {
		_, err := tx.Record(Entry{Casus: f.Casus, At: b.Now(), Act: ActFileWithdrawn, Object: string(f.ID), Outcome: outcomeDone})
		return err
	})
}

// hideCard takes the card of a withdrawn file out of the room. Where nobody wrote
// down which message it is, who posts under its key again is told.
func (b *Bot) hideCard(ctx context.Context, p Platform, casus Casus, f File) (MessageID, error) {
	if f.Message == "" {
		id, err := p.Post(ctx, casus.Room, Message{Text: text.For(text.NL, closedText(vaultGone))}, cardKey(f))
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrConflict) {
			return "", nil // the room takes nothing any more
		}
		if err != nil {
			return "", err
		}
		f.Message = id
	}
	return f.Message, p.Hide(ctx, f.Message)
}
