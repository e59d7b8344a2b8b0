package playground

import (
	"context"
	"database/sql"
	"strings"
)

// The steps of the guided tour. Each is checked off by what happens in the
// chat, whoever does it: in a try-out one person plays everybody.
const (
	stepAsked    = "asked"    // somebody asked the bot something
	stepAnswered = "answered" // and it answered
	stepNew      = "new"      // /casus nieuw
	stepRoom     = "room"     // the bot made a room
	stepOutsider = "outsider" // the bot put somebody out
	stepPhase    = "phase"    // /casus fase
	stepRefused  = "refused"  // a file was not let through
	stepForm     = "form"     // consent, or another form, was sent after that
	stepPosted   = "posted"   // the bot posted a file that passed
	stepClosed   = "closed"   // /casus sluit
	stepClock    = "clock"    // the clock was set forward
	stepArchived = "archived" // a room was archived
	stepErased   = "erased"   // a room was erased
)

// after holds the steps that only count once another was done.
var after = map[string]string{
	stepAnswered: stepAsked,
	stepForm:     stepRefused,
	stepClock:    stepClosed,
}

// mark checks off a step, once.
func (c *Chat) mark(tx *sql.Tx, step string) error {
	_, err := tx.Exec(`INSERT INTO tour (step, at) SELECT ?1, ?2 WHERE ?3 = '' OR EXISTS (SELECT 1 FROM tour WHERE step = ?3) ON CONFLICT DO NOTHING`,
		step, c.clock.Now().UnixMilli(), after[step])
	return err
}

// markNow checks off a step in a transaction of its own. The tour is a help: a
// failure is logged and stops nothing.
func (c *Chat) markNow(ctx context.Context, step string) {
	if err := c.change(ctx, func(tx *sql.Tx) error { return c.mark(tx, step) }); err != nil {
		c.log.Warn("a step of the tour could not be checked off", "step", step, "error", err)
	}
}

func (c *Chat) markAnswer(tx *sql.Tx) error { return c.mark(tx, stepAnswered) }

// markCommand checks off what a command means for the tour.
func (c *Chat) markCommand(tx *sql.Tx, name, rest string) error {
	verb, _, _ := strings.Cut(rest, " ")
	switch {
	case name == "convenant" && verb == "vraag":
		return c.mark(tx, stepAsked)
	case name == "casus" && verb == "nieuw":
		return c.mark(tx, stepNew)
	case name == "casus" && verb == "fase":
		return c.mark(tx, stepPhase)
	case name == "casus" && verb == "sluit":
		return c.mark(tx, stepClosed)
	}
	return nil
}

func stepsDone(tx *sql.Tx) (map[string]bool, error) {
	steps, err := list(tx, column[string], `SELECT step FROM tour`)
	done := map[string]bool{}
	for _, s := range steps {
		done[s] = true
	}
	return done, err
}
