package bot

import (
	"strings"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/region"
)

// reason and the effects, for who judges what the rules do not.
type reason = rules.Reason

const (
	effectAllow  = rules.Allow
	effectRefuse = rules.Refuse
)

// sourceOf says where a rule comes from. Of an interpretation it says too by whom
// and when the region adopted it, or that it did not yet: people may doubt it, and
// must know whom to ask.
func sourceOf(r rules.Reason, pack *region.Pack) text.SourceArgs {
	args := text.SourceArgs{Source: r.Source, Mark: r.Mark, Reading: strings.Contains(r.Mark, "I")}
	if pack == nil || !args.Reading {
		return args
	}
	if a, ok := pack.AdoptedRule(r.Code); ok {
		args.AdoptedBy, args.AdoptedOn = plain.Escape(a.By), a.On
	}
	return args
}
