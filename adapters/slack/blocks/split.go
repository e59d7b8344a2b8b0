package blocks

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"
)

// maxPiece is how much of a line is translated at a time when the line is too
// long for a section: escaping makes at most five of one character.
const maxPiece = 550

// length is how long s is as Slack's own programs count, in UTF-16 units: never
// less than the characters.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// clip cuts s at a limit and shows that it did.
func clip(s string, limit int) string {
	if length(s) <= limit {
		return s
	}
	n := 0
	for i, r := range s {
		if n += max(utf16.RuneLen(r), 1); n > limit-1 {
			return s[:i] + "…"
		}
	}
	return s
}

// sections shows a Markdown text in as many sections as it takes.
func sections(md string) []slackgo.Block {
	var out []slackgo.Block
	for _, part := range parts(md, maxSection) {
		out = append(out, section(part))
	}
	return out
}

func section(mrkdwn string) slackgo.Block {
	// Verbatim: names of channels and addresses in a person's words become no links.
	return slackgo.NewSectionBlock(&slackgo.TextBlockObject{Type: slackgo.MarkdownType, Text: mrkdwn, Verbatim: true}, nil, nil)
}

// parts translates md and cuts it at the ends of lines into parts of at most
// limit. A part is never blank.
func parts(md string, limit int) []string {
	var out []string
	var part strings.Builder
	size := 0
	flush := func() {
		if text := strings.Trim(part.String(), "\n"); strings.TrimSpace(text) != "" {
			out = append(out, text)
		}
		part.Reset()
		size = 0
	}
	for _, line := range strings.Split(strings.ReplaceAll(md, "\r\n", "\n"), "\n") {
		shown := mrkdwnLine(line)
		lines := []string{shown}
		if length(shown) > limit {
			lines = nil
			for _, piece := range pieces(line) {
				lines = append(lines, inline(piece))
			}
		}
		for _, one := range lines {
			n := length(one)
			if size > 0 && size+1+n > limit {
				flush()
			}
			if size > 0 {
				part.WriteByte('\n')
				size++
			}
			if part.WriteString(one); n == 0 && part.Len() == 0 {
				continue // nothing begins with an empty line
			}
			size += n
		}
	}
	flush()
	return out
}

// pieces cuts a long line, at spaces where it can and never in the middle of
// something that is written with several characters.
func pieces(line string) []string {
	var out []string
	for utf8.RuneCountInString(line) > maxPiece {
		end, count, space := 0, 0, 0
		for i, r := range line {
			if count++; count > maxPiece {
				break
			}
			end = i + utf8.RuneLen(r)
			if r == utf8.RuneError {
				end = i + 1
			}
			if r == ' ' {
				space = end
			}
		}
		if space > 0 {
			end = space
		} else if at := strings.LastIndexAny(line[:end], "\\&"); at > 0 && end-at < 10 {
			end = at
		}
		out = append(out, line[:end])
		line = line[end:]
	}
	return append(out, line)
}
