package bot

import (
	"context"
	"errors"
	"time"
)

const (
	// actSignOut tells its names apart from other nonces.
	actSignOut = "overview_sign_out:"
	// signOutTerm is how long a sign-out elsewhere is remembered: longer than any
	// session lasts that was begun, or is being begun, with what it ends.
	signOutTerm = OverviewSession + signInTerm
)

// Ended is what was proved elsewhere and counts no longer.
type Ended struct {
	Name string    // that it has there
	At   time.Time // up to when, by the clock there; zero: also what is still to be proved
}

// SignOutElsewhere ends the sessions that rest on what was ended elsewhere: at their
// next look, in whichever browser they are. once names this sign-out, which works
// once. ErrConflict: it was used before; nothing changes.
//
// It does not look for sessions: one that is begun a moment later with an older proof
// is over as well.
func (b *Bot) SignOutElsewhere(ctx context.Context, once string, ended ...Ended) error {
	if once == "" || len(ended) == 0 {
		return &InvalidError{Field: "sign_out", Reason: "not known"}
	}
	var no error
	err := b.update(ctx, func(tx Tx) error {
		until := b.Now().Add(signOutTerm)
		if no = tx.UseNonce(actSignOut+once, until); errors.Is(no, ErrConflict) {
			return nil
		} else if no != nil {
			return no
		}
		for _, e := range ended {
			if e.At.IsZero() {
				e.At = until
			}
			if err := tx.EndProofs(e.Name, e.At, until); err != nil {
				return err
			}
		}
		return b.record(tx, caller{}, Entry{Act: ActOverviewOut})
	})
	return errors.Join(err, no)
}

// endedElsewhere is a SignedOutError when what a session rests on was ended there.
func endedElsewhere(tx Tx, s Session) error {
	for _, name := range s.Names {
		at, err := tx.ProofsEnded(name)
		if err != nil {
			return err
		}
		// In the same second it may have been before or after: then it is over.
		if !at.IsZero() && !at.Before(s.ProvedAt) {
			return SignedOutError{}
		}
	}
	return nil
}
