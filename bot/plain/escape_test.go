package plain

import (
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot/text"
)

func TestEscapedTextLooksLikeNothingOfOurs(t *testing.T) {
	for s, want := range map[string]string{
		"Jan":                 "Jan",
		"**vet** _en_ `code`": `\*\*vet\*\* \_en\_ \` + "`" + `code\` + "`",
		"[hier](x)":           `\[hier\](x)`,
		"<script>":            "&lt;script&gt;",
		"# kop\r\n! beeld":    `\# kop  \! beeld`,
		"@all":                "@\u200ball",
		"a\u202eb\x00c":       "abc",
		`\*`:                  `\\\*`,
	} {
		if got := Escape(s); got != want {
			t.Errorf("Escape(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestATextInTwoLanguagesIsEscapedInEach(t *testing.T) {
	said := Escape(text.TheYoungPerson.Say(text.None{}) + "*")
	for _, l := range []text.Lang{text.NL, text.EN} {
		if got := text.For(l, said); !strings.HasSuffix(got, `\*`) || strings.Contains(got, `\\`) {
			t.Errorf("in %s it reads %q", l, got)
		}
	}
}
