package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/convenantbot/convenantbot/internal/config"
)

func mustModel(t *testing.T) *kong.Application {
	t.Helper()
	parser, err := kong.New(&cli{}, kong.Name("convenantbot"))
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model
}

func TestTheManualHasEveryCommandFlagAndSetting(t *testing.T) {
	page := mustSay(t, "help", "man")
	plain := strings.NewReplacer(`\-`, "-", `\e`, `\`, `\&`, "").Replace(page)
	for _, leaf := range mustModel(t).Leaves(true) {
		at := strings.Index(plain, "\n.SS "+leaf.Path())
		if at < 0 {
			t.Errorf("no section for %s", leaf.Path())
			continue
		}
		section, _, _ := strings.Cut(plain[at+5:], "\n.S")
		for _, f := range flagsOf(leaf) {
			if !strings.Contains(section, "--"+f.Name) || !strings.Contains(section, f.Help) {
				t.Errorf("%s says nothing of --%s", leaf.Path(), f.Name)
			}
		}
	}
	for _, s := range config.Table() {
		if !strings.Contains(plain, ".B "+s.Name+"\n"+s.Meaning) {
			t.Errorf("nothing of the setting %s", s.Name)
		}
	}
	// What begins with a dot or a quote is a request to the reader of the page.
	for line := range strings.Lines(page) {
		word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if strings.HasPrefix(line, "'") || strings.HasPrefix(line, ".") && !slices.Contains([]string{".TH", ".SH", ".SS", ".TP", ".B", ".I", ".PP"}, word) {
			t.Errorf("a line that is read as a request: %s", line)
		}
	}
	for text, want := range map[string]string{".env": `\&.env`, "'s avonds": `\&'s avonds`, "a-b": `a\-b`, `C:\x`: `C:\ex`, "a.b": "a.b"} {
		if got := roff(text); got != want {
			t.Errorf("roff(%s) = %s, want %s", text, got, want)
		}
	}
}

// bash itself is asked what it would offer.
func TestBashCompletesCommandsFlagsAndTheirValues(t *testing.T) {
	script := filepath.Join(t.TempDir(), "convenantbot")
	if err := os.WriteFile(script, []byte(mustSay(t, "help", "completion", "bash")), 0o600); err != nil {
		t.Fatal(err)
	}
	offered := func(words ...string) []string {
		quotedWords := make([]string, len(words))
		for i, w := range words {
			quotedWords[i] = quoted(w)
		}
		out, err := exec.Command("bash", "--noprofile", "--norc", "-uc", "source "+quoted(script)+
			"; COMP_WORDS=(convenantbot "+strings.Join(quotedWords, " ")+"); COMP_CWORD=${#COMP_WORDS[@]}; COMP_CWORD=$((COMP_CWORD - 1)); _convenantbot; echo \"${COMPREPLY[@]}\"").CombinedOutput()
		if err != nil {
			t.Fatalf("bash: %v\n%s", err, out)
		}
		return strings.Fields(string(out))
	}
	for _, test := range []struct {
		typed []string
		want  string // all that is offered
	}{
		{[]string{"hel"}, "help"},
		{[]string{"rul"}, "rules"},
		{[]string{"audit", "ver"}, "verify"},
		{[]string{"help", "completion", ""}, "bash zsh fish --help"},
		{[]string{"doctor", "--la"}, "--lang"},
		{[]string{"doctor", "--lang", ""}, "nl en"},
		{[]string{"doctor", "--lang", "e"}, "en"},
		{[]string{"doctor", "--config", "/etc/x", "--fi"}, "--fix"},
		{[]string{"doctor", "--json", "--fi"}, "--fix"},
		{[]string{"dansen", "x"}, ""},
		{[]string{"serve", "--f"}, ""}, // a flag of another command
	} {
		if got := strings.Join(offered(test.typed...), " "); got != test.want {
			t.Errorf("after %q it offers %q, want %q", test.typed, got, test.want)
		}
	}
	var tops []string
	for _, c := range mustModel(t).Children {
		tops = append(tops, c.Name)
	}
	if got := offered(""); !slices.Equal(got, append(tops, "--help")) {
		t.Errorf("at the beginning it offers %q, want %q", got, tops)
	}
}

func TestEveryShellKnowsEveryCommandAndFlag(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		script := mustSay(t, "help", "completion", shell)
		for _, leaf := range mustModel(t).Leaves(true) {
			for word := range strings.FieldsSeq(leaf.Path()) {
				if !strings.Contains(script, word) {
					t.Errorf("%s does not know %s", shell, leaf.Path())
				}
			}
			for _, f := range flagsOf(leaf) {
				if !strings.Contains(script, "--"+f.Name) && !strings.Contains(script, "-l "+f.Name) {
					t.Errorf("%s does not know --%s of %s", shell, f.Name, leaf.Path())
				}
			}
		}
		for _, hidden := range []string{scanCommand, "render-document"} {
			if strings.Contains(script, hidden) {
				t.Errorf("%s tells of %s, which is nothing for people", shell, hidden)
			}
		}
	}
}
