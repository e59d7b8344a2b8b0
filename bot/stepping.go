package bot

import (
	"context"
	"slices"

	"github.com/convenantbot/convenantbot/bot/text"
)

// phaseGuide is what a phase is for, what may be shared in it at most, what each
// side brings in, and what is still open.
func (b *Bot) phaseGuide(casus Casus) string {
	p := b.Region.Phases[string(casus.Phase)]
	args := text.GuideArgs{Ref: string(casus.Ref), Phase: text.PhaseName(string(casus.Phase)), Goal: p.Goal, Interpretation: p.Origin.Mark == "I",
		AdoptedBy: p.Origin.AdoptedBy, AdoptedAt: p.Origin.AdoptedAt}
	if ceiling := b.ceiling(casus); ceiling != "" {
		args.Ceiling = text.DataKindName(string(ceiling))
	}
	var seen []Sector
	for _, m := range casus.Private.Members {
		if m.Role == Professional && !slices.Contains(seen, m.Sector) && (casus.Phase == "F2" || casus.Phase == "F3") {
			seen = append(seen, m.Sector)
			args.Brings = append(args.Brings, text.BringsText(string(m.Sector)))
		}
	}
	for _, s := range openSteps(b.checklist(casus)) {
		args.Open = append(args.Open, text.StepName(s.Code))
	}
	return text.Guide.Say(args)
}

// ceiling is the heaviest kind of data that the casus takes in its phase: the
// lower of what the kind of casusoverleg and what the phase take; blank for
// nothing new at all.
func (b *Bot) ceiling(casus Casus) DataKind {
	kind := slices.Index(intended, DataKind(b.Region.Kinds[string(casus.Kind)].Ceiling))
	phase := slices.Index(intended, DataKind(b.Region.Phases[string(casus.Phase)].Ceiling))
	if i := min(kind, phase); i >= 0 {
		return intended[i]
	}
	return ""
}

// showGuide is "/casus fase" without a phase.
func (b *Bot) showGuide(ctx context.Context, t *turn, e Event) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		h, err := b.room(tx, e.Platform, e.Channel, e.User, MayRead)
		if err != nil {
			return err
		}
		return b.reply(tx, h.casus.Ref, e, Message{Text: b.phaseGuide(h.casus)})
	})
}

// commandSteps is "/casus stappen": the checklist with who has what, and a form to
// divide it and to tick off.
func (b *Bot) commandSteps(ctx context.Context, t *turn, e Event, rest string) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		h, err := b.pointed(tx, e, rest, MayRead)
		if err != nil {
			return err
		}
		args := text.StepsArgs{Ref: string(h.casus.Ref), Phase: text.PhaseName(string(h.casus.Phase))}
		for _, s := range b.checklist(h.casus) {
			args.Steps = append(args.Steps, text.StepLine{Name: text.StepName(s.Code), Owner: b.personName(tx, h.casus, s.Owner), Done: !s.DoneAt.IsZero(), Auto: s.Auto})
		}
		m := Message{Text: text.StepsOf.Say(args)}
		if h.May(MayWork) && h.casus.Status == Open {
			token, err := b.ticket(tx, Ticket{Action: actStep, Casus: h.casus.Ref, For: e.User})
			if err != nil {
				return err
			}
			m.Buttons = []Button{{Label: text.StepsButton.Say(text.None{}), Ticket: token}}
		}
		if err := b.record(tx, h.who, Entry{Casus: h.casus.Ref, Act: ActRead}); err != nil {
			return err
		}
		return b.reply(tx, h.casus.Ref, e, m)
	})
}

// The fields of the form for a line of the checklist.
const (
	fieldStep  = "step"
	fieldOwner = "owner"
	fieldDone  = "done"
)

// askStep opens the form that divides the checklist.
func (b *Bot) askStep(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	return b.askIn(ctx, t, e, string(ticket.Casus), MayWork, Ticket{Action: actStep}, func(tx Tx, h here, _ *Ticket) (Form, error) {
		w, none := text.StepForm, text.None{}
		var steps []Option
		for _, s := range openSteps(b.checklist(h.casus)) {
			if !s.Auto {
				steps = append(steps, Option{s.Code, text.StepName(s.Code)})
			}
		}
		if len(steps) == 0 {
			return Form{}, &InvalidError{Reason: text.StepsDone.Say(none)}
		}
		return Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none), Fields: []Field{
			{Name: fieldStep, Label: w.Step.Say(none), Kind: Choice, Options: steps, Default: []string{steps[0].Value}},
			{Name: fieldOwner, Label: w.Owner.Say(none), Kind: Choice, Options: b.owners(tx, h.casus), Default: []string{string(h.who.ID)}},
			{Name: fieldDone, Label: w.Done.Say(none), Help: w.DoneHelp.Say(none), Kind: Tick, Optional: true},
		}}, nil
	})
}

// owners lists who can take on a line of the checklist: the professionals.
func (b *Bot) owners(tx Tx, casus Casus) []Option {
	var all []Option
	for _, m := range casus.Private.Members {
		if m.Role == Professional && m.Account != "" && b.isPresent(tx, m) {
			all = append(all, Option{string(m.ID), b.personName(tx, casus, m.ID)})
		}
	}
	return all
}

// submitStep gives a line of the checklist to somebody, or ticks it off.
func (b *Bot) submitStep(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.submitIn(ctx, ticket, s, MayWork, func(tx Tx, h here) error {
		casus := h.casus
		if casus.Status != Open {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
		}
		state := b.checklist(casus)
		i := slices.IndexFunc(state, func(k stepState) bool { return k.Code == s.Value(fieldStep) && !k.Auto && k.DoneAt.IsZero() })
		if i < 0 {
			return &InvalidError{Field: fieldStep, Reason: text.WrongChoice.Say(text.None{})}
		}
		step := state[i].Step
		step.Owner = PersonID(s.Value(fieldOwner))
		if !slices.ContainsFunc(b.owners(tx, casus), func(o Option) bool { return o.Value == string(step.Owner) }) {
			return &InvalidError{Field: fieldOwner, Reason: text.WrongChoice.Say(text.None{})}
		}
		act := ActStepTaken
		answer.Text = text.StepTaken.Say(text.StepLine{Name: text.StepName(step.Code), Owner: b.personName(tx, casus, step.Owner)})
		if s.Value(fieldDone) == "true" {
			step.DoneAt, step.DoneBy, act = b.Now(), h.who.ID, ActStepDone
			answer.Text = text.StepTicked.Say(text.StepLine{Name: text.StepName(step.Code)})
		}
		casus.Private.Steps = append(slices.DeleteFunc(casus.Private.Steps, func(k Step) bool { return k.Code == step.Code }), step)
		casus.LastActivityAt = b.Now()
		casus, err := tx.SaveCasus(casus)
		if err != nil {
			return err
		}
		return b.record(tx, h.who, Entry{Casus: casus.Ref, Act: act, Object: step.Code})
	})
	return answer, err
}
