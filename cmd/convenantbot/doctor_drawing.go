package main

import (
	"fmt"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/internal/render"
)

// drawingCode is what doctor finds about the process that draws documents.
const drawingCode = "drawing"

// drawing is the finding for what a kernel offers. Without a filter of system calls
// nothing is drawn at all; without Landlock it is drawn, by a process that could read
// what the bot may read, and nobody should find that out later.
func drawing(c render.Confinement) mattermost.Finding {
	f := mattermost.Finding{Code: drawingCode, Level: mattermost.Good, Have: fmt.Sprintf("bounds, seccomp, landlock %d", c.Landlock)}
	switch {
	case !c.Seccomp:
		f.Level, f.Have = mattermost.Broken, "no seccomp"
	case c.Landlock == 0:
		f.Level, f.Have = mattermost.Advice, "bounds, seccomp, no landlock"
	}
	return f
}
