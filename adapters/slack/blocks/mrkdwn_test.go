package blocks

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMarkdownIsSaidInSlacksOwnWay(t *testing.T) {
	const b = blunt
	for in, want := range map[string]string{
		"Hallo **Noor**, dag":                   "Hallo *Noor*, dag",
		"_scheef_ en *ook*":                     "_scheef_ en _ook_",
		"typ `/casus *x*`":                      "typ `/casus *x*`",
		"- een\n- twee":                         "• een\n• twee",
		"1. een":                                "1. een",
		"> Hij zei":                             "> Hij zei",
		"> - in een lijst":                      "> • in een lijst",
		"# Kop":                                 "*Kop*",
		"[de gids](https://x.nl/a?b=1&c=2)":     "<https://x.nl/a?b=1&amp;c=2|de gids>",
		"[mail](mailto:fg@x.nl)":                "<mailto:fg@x.nl|mail>",
		"[klik](javascript:alert(1))":           "klik)",
		"[a|b](https://x.nl)":                   "<https://x.nl|a¦b>",
		"mag_ik_delen en 2*3*4":                 "mag_ik_delen en 2*3*4",
		"<!channel> let op":                     "&lt;!channel&gt; let op",
		"&lt;@U123&gt;":                         "&lt;@U123&gt;",
		"&amp;lt;!here&amp;gt;":                 "&amp;lt;!here&amp;gt;",
		"\\<!everyone\\>":                       "&lt;!everyone&gt;",
		"\\*niet vet\\*":                        "*" + b + "niet vet*" + b,
		"A & B":                                 "A &amp; B",
		"`<!channel>`":                          "`&lt;!channel&gt;`",
		"**open":                                "*" + b + "*" + b + "open",
		"[<!here>](https://x.nl)":               "<https://x.nl|&lt;!here&gt;>",
		"[x](https://x.nl|<!channel>)":          "x",
		"~weg~":                                 "~" + b + "weg~" + b,
		"**a _b_ c**":                           "*a _b_ c*",
		"[<https://x.nl|y>](https://x.nl/<!a>)": "&lt;https://x.nl¦y&gt;",
	} {
		if got := Markdown(in); got != want {
			t.Errorf("Markdown(%q) =\n%q, want\n%q", in, got, want)
		}
	}
}

// Whatever people write, in whatever Markdown, it addresses nobody: not everybody
// in a channel, not a person, not a channel, and no link is made but to the web.
func TestNothingThatPeopleWriteAddressesAnybody(t *testing.T) {
	pieces := rapid.SampledFrom([]string{"<!channel>", "<!here>", "<!everyone|x>", "<@U123>", "<#C1|x>", "<!subteam^S1>", "<!date^1^{date}|x>", "&lt;!channel&gt;", "&#60;!here&#62;",
		"\\<!here>", "[", "](https://x.nl", ")", "](", "<https://x.nl|y>", "|", ">", "<", "`", "**", "_", "\\", "\n", "> ", "- ", "# ", "a", "&", ";", "&amp", "![", "https://x.nl"})
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(pieces, 0, 30).Draw(t, "pieces"), "") + words.Draw(t, "words")
		if wrong := injected(Markdown(s)); len(wrong) > 0 {
			t.Fatalf("Markdown(%q) = %q: %v", s, Markdown(s), wrong)
		}
	})
}

// bare is what a person reads of a text in mrkdwn that has no links.
func bare(s string) string {
	s = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", blunt, "").Replace(s)
	return strings.Join(strings.Fields(s), "")
}

// A text that is too long for one block goes on in the next, and no word of it is
// lost on the way.
func TestALongTextGoesOnInTheNextBlock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			word := rapid.StringOfN(rapid.RuneFrom([]rune("abcé😀<&>")), 1, 30, -1).Draw(t, "word")
			gap := rapid.SampledFrom([]string{"", " "}).Draw(t, "gap")
			return strings.Repeat(word+gap, rapid.IntRange(1, 400).Draw(t, "times"))
		}), 1, 12).Draw(t, "lines")
		s := strings.Join(lines, "\n")
		var got strings.Builder
		for _, part := range parts(s, maxSection) {
			if length(part) > maxSection || strings.TrimSpace(part) == "" {
				t.Fatalf("a part of %d", length(part))
			}
			if wrong := injected(part); len(wrong) > 0 {
				t.Fatalf("%v", wrong)
			}
			got.WriteString(part)
		}
		if bare(got.String()) != strings.Join(strings.Fields(strings.NewReplacer("&", "&").Replace(s)), "") {
			t.Fatalf("words are lost: %d of %d characters are left", len(bare(got.String())), len(s))
		}
	})
}
