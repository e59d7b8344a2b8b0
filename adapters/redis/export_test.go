package redis

import "time"

// Patient is o for a test that is not about how soon a call is given up: on a machine
// that does much else an answer may take longer than any person would wait.
func (o Options) Patient() Options {
	o.callTerm = time.Minute
	return o
}
