// Package fault holds failpoints: named places in the code where a test can
// make the process die, panic, wait or fail, to prove that what was promised
// survives it.
//
// A place is marked with one line, always with a literal name:
//
//	if err := fault.Point("open.after_create"); err != nil {
//		return err
//	}
//
// or, where no error can be returned, fault.Hit("open.after_create").
//
// In a release build both are empty functions that the compiler removes; no
// setting can wake them, since the code that reads the setting isn't there.
// Built with the tag faults, they obey the environment variable
// CONVENANTBOT_FAULT, a list separated by commas of name=act:
//
//	open.after_create=exit        the process ends at once, as by kill -9: no
//	                              deferred call runs, nothing is flushed
//	open.after_create=panic       a panic with the point's name
//	open.after_create=sleep:2s    waits, then goes on
//	open.after_create=error       Point returns ErrInjected; Hit panics with it
//	open.after_create=error@3     the same, but only at the third passing
//
// Without @n the act happens at every passing. An unreadable list ends the
// process at its start: a test must not pass because its fault was misspelt.
//
// points.txt lists every point in the code with the file it stands in. It is
// generated (go generate ./internal/fault) and a test keeps it fresh, so that
// a story that kills the bot everywhere can go by the list.
//
// This package knows nothing of the product and imports nothing of it.
package fault

//go:generate go run ./points -root ../.. -out points.txt
