//go:build faults

package main

import (
	"fmt"
	"os"
	"time"
)

// ahead is how far the clock of the process runs ahead, so that a story can see
// a term pass. A release has no such clock: the code that reads the variable
// isn't in it.
var ahead = mustReadAhead(os.Getenv("CONVENANTBOT_TEST_CLOCK"))

// mustReadAhead reads a duration such as +720h. What it can't read ends the
// process: a story must not pass because its clock was misspelt.
func mustReadAhead(s string) time.Duration {
	if s == "" {
		return 0
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		fmt.Fprintf(os.Stderr, "CONVENANTBOT_TEST_CLOCK: %q: want a duration that is not negative, for example +720h\n", s)
		os.Exit(2)
	}
	return d
}

// now is the clock of the process, by which facts and terms are judged.
func now() time.Time { return time.Now().Add(ahead) }
