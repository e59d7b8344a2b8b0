package main

import (
	"errors"

	"github.com/convenantbot/convenantbot/bot"
)

// The exit codes, the same for every command.
const (
	exitDone        = 0 // also when the answer is a no
	exitNegative    = 1 // the command's own negative result, or a failure of ours
	exitBadInput    = 2
	exitUnreachable = 3
)

// exitError is an error with its exit code. An error without one is a failure
// of ours.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// exitCode turns an error into the exit code of the process.
func exitCode(err error) int {
	var coded *exitError
	var invalid *bot.InvalidError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, &invalid):
		return exitBadInput
	case errors.Is(err, bot.ErrUnavailable), errors.Is(err, bot.ErrBusy):
		return exitUnreachable
	}
	return exitNegative
}
