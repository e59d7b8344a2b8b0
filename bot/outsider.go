package bot

import (
	"context"
	"errors"

	"github.com/convenantbot/convenantbot/bot/text"
)

// Outsider says why an account that is active may be in no room all the same.
type Outsider string

// The kinds of outsiders.
const (
	OutsiderGuest     Outsider = "guest"     // a guest, where the installation lets none in
	OutsiderElsewhere Outsider = "elsewhere" // an account of another organisation, shared with this one
	OutsiderProgram   Outsider = "program"   // not a person
)

// Doorkeeper is a platform on which people of other organisations, guests or
// programs can have an active account.
type Doorkeeper interface {
	// Outsider says why this account may be in no room; blank: it may. ErrNotFound.
	Outsider(ctx context.Context, user UserID) (Outsider, error)
}

// activeInside is p.Active, with an *InvalidError at field for an account that may
// be in no room: whoever chose it reads why at once, and not after the room was
// made without it.
func activeInside(ctx context.Context, p Platform, user UserID, field string) (bool, error) {
	active, err := p.Active(ctx, user)
	if err != nil || !active {
		return active, err
	}
	d, ok := p.(Doorkeeper)
	if !ok {
		return true, nil
	}
	switch kind, err := d.Outsider(ctx, user); {
	case errors.Is(err, ErrNotFound):
		return false, nil
	case err != nil:
		return false, err
	case kind != "":
		return false, &InvalidError{Field: field, Reason: text.OutsiderName(string(kind))}
	}
	return true, nil
}
