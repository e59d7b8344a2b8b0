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

// Proof is what somebody showed elsewhere: that an account is theirs.
type Proof struct {
	Account Account
	Once    string    // names this proof, which works once
	At      time.Time // when it was given, by the clock there
	Names   []string  // by which it can be ended from there; none: it cannot
}

// EnterOverviewAs begins a session for whoever proved elsewhere that the account is
// theirs, and returns its token: the same session as by a link, for the same people,
// until it is ended there. old is as with EnterOverview. ErrConflict: the proof was
// used before. ErrForbidden: nobody has the account, or they watch over nothing. Both
// are recorded.
func (b *Bot) EnterOverviewAs(ctx context.Context, p Proof, old string) (token string, err error) {
	account := p.Account
	if account.Platform == "" || account.User == "" || p.Once == "" {
		return "", &InvalidError{Field: "account", Reason: "not known"}
	}
	var no error
	err = b.update(ctx, func(tx Tx) error {
		no, token = nil, ""
		if err := tx.UseNonce(actSignIn+p.Once, b.Now().Add(signInTerm)); errors.Is(err, ErrConflict) {
			no = ErrConflict
			return b.recordRefusal(tx, "", account.Platform, account.User, "used")
		} else if err != nil {
			return err
		}
		var err error
		token, no, err = b.enter(tx, p, old)
		return err
	})
	if err = errors.Join(err, no); err != nil {
		token = ""
	}
	return token, err
}
