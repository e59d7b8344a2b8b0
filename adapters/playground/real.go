package playground

import (
	"context"
	"regexp"
	"strings"

	"github.com/convenantbot/convenantbot/internal/textscan"
)

// Only invented people live here, and somebody in a hurry forgets that. What looks
// like a number or an address of a real person goes nowhere: it is not stored, not
// handed to the bot, and nobody else sees it. It is a help against mistakes, no
// gate: names, and whatever stands in a file, are the bot's to judge.

// mailbox finds e-mail addresses well enough to notice them.
var mailbox = regexp.MustCompile(`(?i)[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+`)

// nowhere are the domains that exist nowhere, so that nobody lives under them.
var nowhere = regexp.MustCompile(`(?i)(?:[.@](?:example|test|invalid|localhost)|[.@]example\.(?:com|net|org))$`)

// realAddress reports whether text has an e-mail address under which somebody could
// be reached.
func realAddress(text string) bool {
	for _, found := range mailbox.FindAllString(text, -1) {
		if !nowhere.MatchString(strings.TrimRight(found, ".")) {
			return true
		}
	}
	return false
}

// real says what is wrong with text that could be about a real person, blank when
// nothing is. A number in a room that the bot guards is left to the bot, which
// refuses it in its own words: that is what a try-out shows.
func (c *Chat) real(ctx context.Context, u utterance) string {
	w := c.wordsFor(u.Who)
	if realAddress(u.Text) {
		return w.RealAddress
	}
	if !textscan.FindBSN(u.Text) {
		return ""
	}
	if guarded, err := c.guarded(ctx, u); err == nil && guarded && !strings.HasPrefix(u.Text, "/") {
		return ""
	}
	return w.RealNumber
}

// realFields are the fields of a form whose text could be about a real person.
func (w *wordsOf) realFields(values map[string][]string) map[string]string {
	wrong := map[string]string{}
	for name, all := range values {
		for _, v := range all {
			switch {
			case realAddress(v):
				wrong[name] = w.RealAddress
			case textscan.FindBSN(v):
				wrong[name] = w.RealNumber
			}
		}
	}
	return wrong
}
