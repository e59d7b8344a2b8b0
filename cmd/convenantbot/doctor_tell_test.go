package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
)

// The administrator hears what is not well at the start, when it changes, and when
// what was well again breaks again; not otherwise, and never half.
func TestTheAdministratorHearsWhatChanges(t *testing.T) {
	var found []mattermost.Finding
	var away, deaf error
	var heard, keys []string
	c := consultant{log: slog.New(slog.DiscardHandler),
		look: func(context.Context) ([]mattermost.Finding, error) { return found, away },
		tell: func(_ context.Context, words, key string) error {
			if deaf != nil {
				return deaf
			}
			heard, keys = append(heard, words), append(keys, key)
			return nil
		}}
	finding := func(level mattermost.Level, have string) []mattermost.Finding {
		return []mattermost.Finding{{Code: "public_links", Level: level, Have: have}, {Code: "plugin", Level: mattermost.Good, Have: "3"}}
	}
	for _, step := range []struct {
		name  string
		found []mattermost.Finding
		away  error
		deaf  error
		told  int
		soon  bool
	}{
		{"the server is away", nil, errors.New("away"), nil, 0, true},
		{"at the start", finding(mattermost.Broken, "true"), nil, nil, 1, false},
		{"nothing changed", finding(mattermost.Broken, "true"), nil, nil, 1, false},
		{"only a value that moves", finding(mattermost.Broken, "yes"), nil, nil, 1, false},
		{"it is put right, and nobody can be told", finding(mattermost.Good, "false"), nil, errors.New("deaf"), 1, true},
		{"it is put right", finding(mattermost.Good, "false"), nil, nil, 2, false},
		{"it breaks again", finding(mattermost.Broken, "true"), nil, nil, 3, false},
		{"it cannot be looked at", finding(mattermost.Unknown, ""), nil, nil, 4, false},
	} {
		found, away, deaf = step.found, step.away, step.deaf
		wait := c.once(t.Context())
		if len(heard) != step.told || (wait < lookEvery) != step.soon {
			t.Errorf("%s: told %d times and waits %s, want %d times and soon %v", step.name, len(heard), wait, step.told, step.soon)
		}
	}
	seen := map[string]bool{}
	for _, k := range keys {
		if seen[k] {
			t.Errorf("the key %s is used twice: then the second message is never said", k)
		}
		seen[k] = true
	}
	if len(heard) > 0 && !strings.Contains(heard[0], "public_links") {
		t.Errorf("at the start they hear %q", heard[0])
	}
	if c := (consultant{log: slog.New(slog.DiscardHandler), look: c.look}); c.once(t.Context()) != lookEvery {
		t.Error("without an administrator it does not look")
	}
}
