//go:build !faults

package main

import "time"

// now is the clock of the process, by which facts and terms are judged.
func now() time.Time { return time.Now() }

// ahead is how far the clock of the whole world is set ahead: not at all.
const ahead = time.Duration(0)

// leaseClock is the clock by which leases lapse: the database's own.
func leaseClock() func() time.Time { return nil }
