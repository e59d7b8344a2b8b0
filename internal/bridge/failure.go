package bridge

import (
	"errors"
	"fmt"
	"net/http"
)

// The kinds of failure that cross the bridge. Each side translates its own
// errors to and from these; everything else is KindInternal.
const (
	KindNotFound    = "not_found"
	KindForbidden   = "forbidden"
	KindConflict    = "conflict"
	KindBusy        = "busy"
	KindInvalid     = "invalid"
	KindUnavailable = "unavailable"
	KindInternal    = "internal"
)

// Failure is an error that crossed the bridge: a kind and where it happened,
// never content.
type Failure struct {
	Kind  string `json:"kind"`
	Where string `json:"where,omitempty"`
}

func (f *Failure) Error() string { return "bridge: " + f.Where + ": " + f.Kind }

// Fail returns a failure of this kind.
func Fail(kind, where string) *Failure { return &Failure{Kind: kind, Where: where} }

// Kind returns the kind of an error: that of a *Failure in its chain,
// KindUnavailable for the other side not answering, else KindInternal.
func Kind(err error) string {
	var f *Failure
	switch {
	case errors.As(err, &f):
		return f.Kind
	case errors.Is(err, ErrAway):
		return KindUnavailable
	}
	return KindInternal
}

// ErrAway is the other side not answering, or not in time, or an answer that
// it did not sign.
var ErrAway = errors.New("bridge: the other side does not answer")

// away wraps the cause of an ErrAway.
func away(call string, cause error) error {
	return fmt.Errorf("%s: %w: %w", call, ErrAway, cause)
}

// status is the HTTP status of a failure's kind.
func status(kind string) int {
	switch kind {
	case KindNotFound:
		return http.StatusNotFound
	case KindForbidden:
		return http.StatusForbidden
	case KindConflict:
		return http.StatusConflict
	case KindBusy, KindUnavailable:
		return http.StatusServiceUnavailable
	case KindInvalid:
		return http.StatusUnprocessableEntity
	}
	return http.StatusInternalServerError
}
