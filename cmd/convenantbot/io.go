package main

import "io"

// IO is where a command reads and writes. Tests hand in their own.
type IO struct {
	In       io.Reader
	Out, Err io.Writer
	Environ  []string // NAME=value
}
