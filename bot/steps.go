package bot

import (
	"slices"
	"time"
)

// guide is what a phase asks: the lines of its checklist, in order.
//
// Source: domain/overlegvormen 2 and 6, mark I: a model to work with, until the
// region adopts its own.
var guide = map[Phase][]string{
	"F0": {"needed", "circle"},
	"F1": {"informed", "invited", "consents"},
	"F2": {"inform_each", "planned"},
	"F3": {"heard", "picture"},
	"F4": {"points", "told"},
	"F5": {"progress", "points_done"},
	"F6": {"goal_reached", "follow_up"},
	"F7": {"handed_over"},
}

// Steps lists every line of the checklist, in the order of the phases.
func Steps() []string {
	var all []string
	for _, p := range phases {
		all = append(all, guide[p]...)
	}
	return all
}

// stepState is a line of the checklist as it stands now.
type stepState struct {
	Step
	Phase Phase
	Auto  bool // the bot sees for itself whether it is done
}

// checklist lists the lines up to and including the phase of the casus.
func (b *Bot) checklist(casus Casus) []stepState {
	if !b.aboutSomebody(casus.Kind) {
		return nil // a list or a policy table has no phases
	}
	var all []stepState
	for _, p := range phases {
		for _, code := range guide[p] {
			s := stepState{Step: Step{Code: code, Owner: casus.Coordinator}, Phase: p}
			if i := slices.IndexFunc(casus.Private.Steps, func(k Step) bool { return k.Code == code }); i >= 0 {
				s.Step = casus.Private.Steps[i]
			}
			if done, auto := b.sees(casus, code); auto {
				s.Auto, s.DoneAt = true, time.Time{}
				if done {
					s.DoneAt = b.Now()
				}
			}
			all = append(all, s)
		}
		if p == casus.Phase {
			break
		}
	}
	return all
}

// sees reports whether a line is done by what the bot knows itself, and whether
// it is one that it can know.
func (b *Bot) sees(casus Casus, code string) (done, auto bool) {
	switch code {
	case "circle":
		return len(casus.Organisations()) > 1, true
	case "invited":
		return casus.Private.Invitation.Invited || casus.Private.Invitation.Reason != "", true
	case "heard":
		return heard(casus), true
	case "planned":
		return len(casus.Private.Meetings) > 0, true
	case "points":
		return len(casus.Private.ActionPoints) > 0, true
	case "points_done":
		return len(casus.Private.ActionPoints) > 0 && len(casus.OpenPoints()) == 0, true
	case "handed_over":
		return !slices.ContainsFunc(casus.Private.Handovers, func(h Handover) bool { return h.ConfirmedAt.IsZero() }), true
	}
	return false, false
}

// openSteps keeps the lines of a checklist that are not done.
func openSteps(all []stepState) []stepState {
	return slices.DeleteFunc(slices.Clone(all), func(s stepState) bool { return !s.DoneAt.IsZero() })
}
