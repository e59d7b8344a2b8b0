package bot

import (
	"errors"
	"slices"
	"time"
)

// How long a conversation is remembered: a thread for a working day, and what is
// said directly without a thread, where any next question may be a new one, for
// a quarter of an hour.
const (
	threadTerm = 8 * time.Hour
	directTerm = 15 * time.Minute
)

// maxBefore is how many questions of a conversation are remembered.
const maxBefore = 5

// conversation is the key under which a conversation is remembered; blank for a
// question by a command, which is in none.
func conversation(e Event, a asked) string {
	switch {
	case e.Kind != Said:
		return ""
	case e.Direct && e.Thread == "":
		return e.Platform + "|" + string(e.Channel) + "|direct"
	case e.Direct:
		return e.Platform + "|" + string(e.Channel) + "|" + string(e.Thread)
	}
	return e.Platform + "|" + string(e.Channel) + "|" + string(a.Root)
}

// saidBefore returns what was asked before in the conversation. A question that
// a button asks again brings its own.
func (b *Bot) saidBefore(tx Tx, ref Ref, e Event, a asked) ([]string, error) {
	key := conversation(e, a)
	if key == "" {
		return a.Before, nil
	}
	body, err := tx.Talk(ref, key, b.Now())
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return decode[[]string](body)
}

// rememberQuestion keeps a question for what may follow it: sealed, and with the
// key of the casus when it was asked in the room of one.
func (b *Bot) rememberQuestion(tx Tx, ref Ref, e Event, a asked) error {
	key := conversation(e, a)
	if key == "" || a.Text == "" {
		return nil
	}
	term := threadTerm
	if e.Direct && e.Thread == "" {
		term = directTerm
	}
	all := append(slices.Clone(a.Before), a.Text)
	if len(all) > maxBefore {
		// The first is what the others follow.
		all = append(all[:1], all[len(all)-maxBefore+1:]...)
	}
	return tx.KeepTalk(ref, key, encode(all), b.Now().Add(term))
}
