package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/internal/config"
)

// mustSay runs a command and returns what it writes.
func mustSay(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(t.Context(), args, &IO{In: strings.NewReader(""), Out: &out, Err: &errs}); code != exitDone {
		t.Fatalf("convenantbot %s = %d\n%s", strings.Join(args, " "), code, errs.String())
	}
	return out.String()
}

func TestHelpConfigIsTheTableAndTheSample(t *testing.T) {
	if got := mustSay(t, "help", "config"); got != config.Reference() {
		t.Errorf("help config is not the table:\n%s", got)
	}
	if got := mustSay(t, "help", "config", "--sample"); got != config.Sample() {
		t.Errorf("help config --sample is not the sample:\n%s", got)
	}
}

func TestHelpOfACommandIsItsOwnHelp(t *testing.T) {
	for _, args := range [][]string{{"serve"}, {"audit", "verify"}, {"rules", "diff"}} {
		got, want := mustSay(t, append([]string{"help"}, args...)...), mustSay(t, append(slices.Clone(args), "--help")...)
		if got != want || !strings.Contains(got, "convenantbot "+strings.Join(args, " ")) {
			t.Errorf("help %q:\n%s\nwant:\n%s", args, got, want)
		}
	}
	if got, want := mustSay(t, "help"), mustSay(t, "--help"); got != want || mustSay(t) != want {
		t.Errorf("help alone:\n%s\nwant:\n%s", got, want)
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"help", "dansen"}, &IO{Out: &out, Err: &errs}); code != exitBadInput {
		t.Errorf("help on a command that there is not = %d, want %d\n%s", code, exitBadInput, out.String())
	}
}
