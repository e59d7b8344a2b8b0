package bot

import (
	"errors"

	"github.com/convenantbot/convenantbot/bot/text"
)

// asInvalid turns the errors of candidate into a mistake at a field of a form.
func asInvalid(err error, field string) error {
	switch {
	case errors.Is(err, ErrNotFound):
		return &InvalidError{Field: field, Reason: text.Wrong.NoCapacity.Say(text.None{})}
	case errors.Is(err, ErrConflict):
		return &InvalidError{Field: field, Reason: text.Wrong.TwoCapacities.Say(text.None{})}
	}
	return err
}
