//go:build faults

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
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
func now() time.Time { return time.Now().Add(ahead + skew()) }

// skewFile holds how far the clock of this one process is wrong, a duration. It
// may change while the process runs, as a clock does that jumps. Blank: never.
var skewFile = os.Getenv("CONVENANTBOT_TEST_SKEW")

// skew is how far the clock is wrong now. A file that isn't there is no skew.
func skew() time.Duration {
	if skewFile == "" {
		return 0
	}
	text, err := os.ReadFile(skewFile)
	if err != nil {
		return 0
	}
	d, _ := time.ParseDuration(strings.TrimSpace(string(text)))
	return d
}

// leasesFaster is how many times faster than real time leases lapse, so that a
// run needs not wait two minutes for every process that was killed with work in
// its hands. All processes of a run must have the same.
var leasesFaster = mustReadFaster(os.Getenv("CONVENANTBOT_TEST_LEASES"))

// mustReadFaster reads a whole number from 1 to 100; blank: the database's own
// clock. What it can't read ends the process.
func mustReadFaster(s string) int64 {
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 || n > 100 {
		fmt.Fprintf(os.Stderr, "CONVENANTBOT_TEST_LEASES: %q: want a whole number from 1 to 100\n", s)
		os.Exit(2)
	}
	return n
}

// leaseClock is the clock by which leases lapse; nil: the database's own.
func leaseClock() func() time.Time {
	if leasesFaster == 0 {
		return nil
	}
	origin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return func() time.Time { return origin.Add(time.Since(origin) * time.Duration(leasesFaster)) }
}
