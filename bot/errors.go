package bot

import (
	"errors"

	"github.com/convenantbot/convenantbot/bot/text"
)

// The few failures on which a caller acts. Everything else is internal: logged
// with a reference number, and the person sees only the number.
var (
	// ErrNotFound means that the thing named is not there, or not for this person.
	ErrNotFound = errors.New("not found")
	// ErrForbidden means that this person may not do this.
	ErrForbidden = errors.New("forbidden")
	// ErrConflict means that the thing changed meanwhile, or is in another state
	// than the act needs. Read again before another try.
	ErrConflict = errors.New("conflict")
	// ErrBusy means that somebody else has the turn. Try again later.
	ErrBusy = errors.New("busy")
	// ErrGone means that the key of a casus was destroyed: nothing personal of it
	// can be read any more.
	ErrGone = errors.New("gone")
	// ErrUnavailable means that a system the act needs cannot be reached.
	ErrUnavailable = errors.New("unavailable")
	// ErrFull means that a store has no room left; nothing half is kept. It comes
	// along with ErrUnavailable: somebody has to make room first.
	ErrFull = errors.New("full")
)

// InvalidError says which field of somebody's input is wrong, and why. Reason
// is a code of the message catalogue, so that the person reads it in Dutch.
type InvalidError struct {
	Field  string
	Reason string
}

func (e *InvalidError) Error() string { return e.Field + ": " + text.For(text.NL, e.Reason) }
