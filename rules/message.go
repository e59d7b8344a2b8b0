package rules

import (
	"strings"

	"github.com/convenantbot/convenantbot/rules/yamlfile"
)

// PolicyError is the reason of every answer that could not be worked out.
const PolicyError = "policy_error"

// Excepted is the reason that goes with what an exception opened.
const Excepted = "exception"

// builtin are the reason codes that the engine gives by itself; each bundle
// has a message for them.
var builtin = []string{PolicyError, Excepted}

// message is what a person reads for a reason code, in plain Dutch (B1).
type message struct {
	At yamlfile.Pos `yaml:"-"`
	// Text says what is the matter, in one or two sentences.
	Text string `yaml:"text,required"`
	// Next says what one can do now.
	Next string `yaml:"next"`
	// Allowed is the sentence for when the same rule lets it through.
	Allowed string `yaml:"allowed"`
}

// check complains about a message that would leave a reader with nothing. next
// says whether the message must show the way out.
func (m message) check(code string, next bool, cs *yamlfile.Complaints) {
	if strings.TrimSpace(m.Text) == "" {
		cs.Add(m.At, "the message of %s is empty", code)
	}
	if next && strings.TrimSpace(m.Next) == "" {
		cs.Add(m.At, "the message of %s has no next, so a no would have no way out", code)
	}
}

// sameMessages complains where the English of a bundle, which it need not have, does
// not say what the Dutch says: half a translation would leave somebody without the
// way out.
func sameMessages(dutch, english map[string]message, cs *yamlfile.Complaints) {
	for code, m := range dutch {
		e, ok := english[code]
		if !ok {
			cs.Add(yamlfile.Pos{File: englishFile, Line: 1, Column: 1}, "the message of %s is missing", code)
			continue
		}
		for field, has := range map[string][2]string{"text": {m.Text, e.Text}, "next": {m.Next, e.Next}, "allowed": {m.Allowed, e.Allowed}} {
			if nl, en := strings.TrimSpace(has[0]) != "", strings.TrimSpace(has[1]) != ""; nl && !en {
				cs.Add(e.At, "the message of %s has no %s, and in Dutch it has", code, field)
			} else if en && !nl {
				cs.Add(e.At, "the message of %s has a %s that it does not have in Dutch", code, field)
			}
		}
	}
	for code, e := range english {
		if _, ok := dutch[code]; !ok {
			cs.Add(e.At, "%s has no message in %s", code, messagesFile)
		}
	}
}
