package bot

import "context"

// JudgeShare is judgeShare, for measuring the way from the store to the verdict.
func (b *Bot) JudgeShare(ctx context.Context, tx Tx, casus Casus, f File) (effect string, err error) {
	v, err := b.judgeShare(ctx, tx, casus, f)
	return v.Effect.String(), err
}

// AllowedIn is allowed, for a property over the directory.
func (b *Bot) AllowedIn(tx Tx, casus Casus) ([]UserID, error) { return b.allowed(tx, casus) }
