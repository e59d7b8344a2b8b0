//go:build !faults

package main

import "time"

// now is the clock of the process, by which facts and terms are judged.
func now() time.Time { return time.Now() }

// leaseClock is the clock by which leases lapse: the database's own.
func leaseClock() func() time.Time { return nil }
