package bot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/paper"
)

// givePaper hands a paper about a casus to whoever asked for it, in their direct
// conversation, and records it as act. A repeat after a crash hands over nothing
// twice: the key is that of the event.
func (b *Bot) givePaper(ctx context.Context, t *turn, e Event, ref Ref, doc *paper.Document, name, said string, act Act) error {
	var content bytes.Buffer
	if err := onPaperNL(doc).Write(&content); err != nil {
		return fmt.Errorf("paper about %s: %w", ref, err)
	}
	p, err := b.platform(e.Platform)
	if err != nil {
		return err
	}
	file := document(content.Bytes(), name, b.forOne(ctx, e.Platform, e.User, said))
	told, err := p.TellFile(ctx, e.User, file, &content, string(act)+":"+eventKey(e))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("paper about %s: %w", ref, err)
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		casus, err := tx.Casus(ref)
		if err != nil {
			return err
		}
		h, err := b.at(tx, e.Platform, casus, e.User, MayRead)
		if err != nil {
			return err
		}
		if told != "" {
			if err := b.remember(tx, ref, told); err != nil {
				return err
			}
		}
		if err := b.record(tx, h.who, Entry{Casus: ref, Act: act}); err != nil || e.Direct {
			return err
		}
		return b.reply(tx, ref, e, Message{Text: text.PaperSent.Say(text.None{})})
	})
}

// document is a file that the bot itself made.
func document(content []byte, name, said string) Document {
	sum := sha256.Sum256(content)
	return Document{Name: name, Size: int64(len(content)), Hash: hex.EncodeToString(sum[:]), Text: said}
}
