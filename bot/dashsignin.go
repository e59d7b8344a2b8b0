package bot

import (
	"context"
	"errors"
	"time"
)

// signInTerm is how long a sign-in elsewhere is remembered, so that it is used once.
// It is far longer than one may take.
const signInTerm = time.Hour

// actSignIn tells its names apart from other nonces.
const actSignIn = "overview_sign_in:"

// EnterOverviewAs begins a session for whoever proved elsewhere that the account is
// theirs, and returns its token: the same session as by a link, for the same people.
// once names that proof, which works once; old is as with EnterOverview.
// ErrConflict: it was used before. ErrForbidden: nobody has the account, or they
// watch over nothing. Both are recorded.
func (b *Bot) EnterOverviewAs(ctx context.Context, account Account, once, old string) (token string, err error) {
	if account.Platform == "" || account.User == "" || once == "" {
		return "", &InvalidError{Field: "account", Reason: "not known"}
	}
	var no error
	err = b.update(ctx, func(tx Tx) error {
		no, token = nil, ""
		if err := tx.UseNonce(actSignIn+once, b.Now().Add(signInTerm)); errors.Is(err, ErrConflict) {
			no = ErrConflict
			return b.recordRefusal(tx, "", account.Platform, account.User, "used")
		} else if err != nil {
			return err
		}
		var err error
		token, no, err = b.enter(tx, account, old)
		return err
	})
	if err = errors.Join(err, no); err != nil {
		token = ""
	}
	return token, err
}
