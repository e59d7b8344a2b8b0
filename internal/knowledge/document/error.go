package document

import "fmt"

// Reason says why a file was refused.
type Reason string

// The reasons, a closed list.
const (
	Unsupported Reason = "unsupported" // a kind of file that isn't read
	Mismatch    Reason = "mismatch"    // its content is not what its name says
	Encrypted   Reason = "encrypted"   // it needs a password
	Scanned     Reason = "scanned"     // pictures of pages, without text
	Broken      Reason = "broken"      // damaged, or not whole
	TooLarge    Reason = "too_large"   // over Limits, as it is or unpacked
	Empty       Reason = "empty"       // no text in it
)

// Error says which file was refused and why. Detail is in Dutch, for whoever
// gave the file; it holds nothing of what the file says.
type Error struct {
	File   string
	Reason Reason
	Detail string
}

func (e *Error) Error() string { return e.File + ": " + e.Detail }

func refuse(reason Reason, format string, args ...any) *Error {
	return &Error{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}
