package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/rules"
)

// decided stores the verdict on a file and remembers with the file which it was.
// The caller keeps the file.
func (b *Bot) decided(tx Tx, who caller, f *File, v verdict) error {
	id, err := b.addVerdict(tx, who, f.Casus, ActFileDecided, string(f.ID), v)
	f.Decision = id
	return err
}

// whyButton opens the explanation of what was decided on a file.
func (b *Bot) whyButton(tx Tx, f File) (Button, error) {
	token, err := b.ticket(tx, Ticket{Action: actWhy, Casus: f.Casus, Object: string(f.ID), For: f.Account})
	return Button{Label: text.WhyButton.Say(text.None{}), Ticket: token}, err
}

// commandWhy is "/casus waarom": how the last decision came about on something
// that this person wanted to share in this casus.
func (b *Bot) commandWhy(ctx context.Context, t *turn, e Event, _ string) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		h, err := b.room(tx, e.Platform, e.Channel, e.User, MayRead)
		if err != nil {
			return err
		}
		files, err := tx.FilesOf(h.casus.Ref)
		if err != nil {
			return err
		}
		last := -1
		for i, f := range files {
			if f.Account == e.User && f.Decision != "" && (last < 0 || f.At.After(files[last].At)) {
				last = i
			}
		}
		if last < 0 {
			return &InvalidError{Reason: text.WhyNothing.Say(text.CasusArgs{Ref: string(h.casus.Ref)})}
		}
		return b.tellWhy(ctx, tx, e, h.who, h.casus, files[last])
	})
}

// whyByButton is the same for one file. It can be pressed again.
func (b *Bot) whyByButton(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		casus, err := tx.Casus(ticket.Casus)
		if err != nil {
			return err
		}
		f, err := tx.File(FileID(ticket.Object))
		if err != nil {
			return err
		}
		who, err := b.whoIn(tx, casus, e.Platform, e.User)
		if err != nil {
			return err
		}
		if _, ok, err := b.presentMember(tx, casus, e.User); err != nil || !ok || f.Account != e.User {
			return errors.Join(ErrForbidden, err)
		}
		return b.tellWhy(ctx, tx, e, who, casus, f)
	})
}

// tellWhy answers with what was looked at, what was missing and which rules bore
// the decision, and records that it was read.
func (b *Bot) tellWhy(ctx context.Context, tx Tx, e Event, who caller, casus Casus, f File) error {
	v, err := tx.Verdict(f.Decision)
	if errors.Is(err, ErrNotFound) {
		return &InvalidError{Reason: text.WhyNothing.Say(text.CasusArgs{Ref: string(casus.Ref)})}
	}
	if err != nil {
		return err
	}
	var facts rules.ShareFacts
	if err := json.Unmarshal(v.Facts, &facts); err != nil {
		return fmt.Errorf("verdict %s: its facts: %w", v.ID, err)
	}
	args := text.WhyArgs{Ref: string(casus.Ref), At: v.At, Effect: text.WhyEffectName(v.Effect), Rule: v.Rule, Rules: v.Policy[:min(12, len(v.Policy))], Number: string(v.ID),
		Kind: text.KindName(facts.CasusKind), Phase: text.PhaseName(facts.Phase), Inside: facts.Audience == "binnen", About: f.Name != "", Name: plain.Escape(f.Name)}
	if facts.Age != "unknown" {
		args.Age = text.BandName(facts.Age)
	}
	if facts.Sector != "none" {
		args.Sector = text.SectorName(facts.Sector)
	}
	for _, p := range facts.Parts {
		args.Parts = append(args.Parts, text.WhyPart{Kind: text.DataKindName(p.Kind), Ceiling: text.WhyCeilingName(p.Ceiling), Within: p.Ceiling == "within",
			Consent: b.labels(casus, p.ConsentMissing), Agreement: b.labels(casus, p.AgreementMissing)})
	}
	reasons, changed, err := b.reasonsOf(ctx, v, &facts)
	if err != nil {
		return err
	}
	args.Changed = changed && v.Policy != b.Judge.Bundle().Identity()
	for _, r := range reasons {
		args.Reasons = append(args.Reasons, text.WhyReason{Text: saysWhat(r), Next: saysNext(r), Origin: text.ReasonSource.Say(sourceOf(r, b.Region))})
	}
	if err := b.record(tx, who, Entry{Casus: casus.Ref, Act: ActRead, Object: string(f.ID), Decision: v.ID}); err != nil {
		return err
	}
	return b.reply(tx, casus.Ref, e, Message{Text: text.Why.Say(args)})
}

// reasonsOf are the reasons of a verdict in the words of the rules that are in
// force: the facts are judged once more, and what was no reason then is left out.
// changed: these rules give other reasons, or not all of them.
func (b *Bot) reasonsOf(ctx context.Context, v Verdict, facts *rules.ShareFacts) (all []rules.Reason, changed bool, err error) {
	again, err := b.Judge.Bundle().Share(ctx, facts)
	if _, err = b.ruled(err); err != nil {
		return nil, false, err
	}
	told := map[string]bool{}
	for _, r := range again.Reasons {
		if slices.Contains(v.Codes, r.Code) {
			all, told[r.Code] = append(all, r), true
		}
	}
	return all, slices.ContainsFunc(v.Codes, func(code string) bool { return !told[code] }), nil
}
