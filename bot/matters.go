package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// outcomesOf is how each kind of matter may end.
var outcomesOf = map[MatterKind][]string{
	AccessRequest:     {"provided", "rejected"},
	CorrectionRequest: {"corrected", "rejected"},
	ErasureRequest:    {"granted", "rejected"},
	Objection:         {"upheld", "rejected"},
	Incident:          {"reported", "not_reported"},
}

// raise stores a new matter, tells those who watch over the casus with the
// buttons that go with it, and plans to remind them.
func (b *Bot) raise(tx Tx, casus Casus, who caller, m Matter, act Act) error {
	if err := tx.AddMatter(m); err != nil {
		return err
	}
	if err := b.record(tx, who, Entry{Casus: casus.Ref, Act: act, Object: m.ID, Reasons: []string{string(m.Kind)}}); err != nil {
		return err
	}
	args := b.matterArgs(tx, casus, m)
	_, err := b.toGuardians(tx, casus, "matter:"+m.ID, func(g guardian) (Message, bool, error) {
		buttons, err := b.matterButtons(tx, m, g)
		return Message{Text: text.MatterNew.Say(args), Buttons: buttons}, true, err
	})
	if err != nil {
		return err
	}
	if m.Kind == Objection {
		// From now on nobody goes on with these data, and everybody there hears it.
		if err := b.tellObjection(tx, casus, m, args); err != nil {
			return err
		}
	}
	return tx.AddJob(Job{ID: matterJob(m), Kind: JobMatter, Casus: casus.Ref, Object: m.ID, RunAt: m.nextReminder(b.Now())})
}

// tellObjection tells the room that there is an objection, not why.
func (b *Bot) tellObjection(tx Tx, casus Casus, m Matter, args text.MatterArgs) error {
	if casus.Room == "" || casus.Status == Archived {
		return nil
	}
	told := Message{Text: text.ObjectionStops.Say(args)}
	// Who objects is nothing for another of the family to read.
	if !slices.ContainsFunc(casus.Private.Members, func(p Member) bool { return p.Role != Professional && p.Ended == "" && p.ID != m.About }) {
		return b.later(tx, casus.Ref, "objection:"+m.ID, speech{Platform: casus.Platform, Channel: casus.Room, Message: told})
	}
	for _, p := range casus.Private.Members {
		if p.Role != Professional || p.Account == "" || p.Ended != "" {
			continue
		}
		if err := b.later(tx, casus.Ref, "objection:"+m.ID+":"+string(p.Account), speech{Platform: casus.Platform, User: p.Account, Message: told}); err != nil {
			return err
		}
	}
	return nil
}

func matterJob(m Matter) string { return "matter:" + string(m.Casus) + ":" + m.ID }

// matterButtons are for one of those who may deal with m. Who noted a request
// does not agree to it themselves.
func (b *Bot) matterButtons(tx Tx, m Matter, g guardian) ([]Button, error) {
	var buttons []Button
	add := func(action, label string) error {
		token, err := b.ticket(tx, Ticket{Action: action, Casus: m.Casus, Object: m.ID, For: g.Account, Expires: m.DueAt.AddDate(1, 0, 0)})
		buttons = append(buttons, Button{Label: label, Ticket: token})
		return err
	}
	if m.Kind == AccessRequest && m.ApprovedAt.IsZero() && g.ID != m.By {
		if err := add(actApproveMatter, text.MatterApprove.Say(text.None{})); err != nil {
			return nil, err
		}
	}
	return buttons, add(actFinishMatter, text.MatterFinish.Say(text.None{}))
}

// nextReminder is when somebody is reminded of an open matter after now: half of
// the time that is left each time, then at its end, then every day.
func (m Matter) nextReminder(now time.Time) time.Time {
	left := m.DueAt.Sub(now)
	switch {
	case left <= 0:
		return now.Add(24 * time.Hour)
	case left <= 6*time.Hour:
		return m.DueAt
	}
	return now.Add(left / 2)
}

// matterArgs is what people read of m.
func (b *Bot) matterArgs(tx Tx, casus Casus, m Matter) text.MatterArgs {
	args := text.MatterArgs{Ref: string(casus.Ref), Room: casus.Ref.Room(), Kind: text.MatterKindName(string(m.Kind)),
		Text: plain.Escape(m.Text), At: m.At, DueAt: m.DueAt, Late: !b.Now().Before(m.DueAt), Approve: m.Kind == AccessRequest,
		Export: "convenantbot casus export " + string(casus.Ref)}
	if m.About != "" {
		args.About = b.labels(casus, []string{string(m.About)})[0]
	}
	for _, id := range m.Seen {
		args.Seen = append(args.Seen, b.functionOf(tx, casus, id))
	}
	return args
}

// functionOf names somebody in a casus without a name: by function and
// organisation, or as their place in the family.
func (b *Bot) functionOf(tx Tx, casus Casus, id PersonID) string {
	i := slices.IndexFunc(casus.Private.Members, func(m Member) bool { return m.ID == id })
	if i < 0 || casus.Private.Members[i].Role != Professional {
		return b.labels(casus, []string{string(id)})[0]
	}
	m := casus.Private.Members[i]
	name := string(m.Organisation)
	if org, err := tx.Organisation(m.Organisation); err == nil {
		name = org.Name
	}
	return m.Function + ", " + name
}

// remindMatter is the job that keeps an open matter before those who must act.
func (b *Bot) remindMatter(ctx context.Context, t *turn) error {
	var m Matter
	err := b.Store.View(ctx, func(tx Tx) (err error) {
		m, _, err = b.matter(tx, t.job.Casus, t.job.Object)
		return err
	})
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) || err == nil && !m.Open() {
		return nil
	}
	if err != nil {
		return err
	}
	now := b.Now()
	return t.Replan(ctx, m.nextReminder(now), func(tx Tx) error {
		m, casus, err := b.matter(tx, t.job.Casus, t.job.Object)
		if err != nil || !m.Open() {
			return err
		}
		args := b.matterArgs(tx, casus, m)
		say, reasons := text.MatterRemind, []string{string(m.Kind)}
		if args.Late {
			say, reasons = text.MatterOverdue, append(reasons, "overdue")
		}
		_, err = b.toGuardians(tx, casus, fmt.Sprintf("matter:%s:%d", m.ID, now.Unix()), func(g guardian) (Message, bool, error) {
			buttons, err := b.matterButtons(tx, m, g)
			return Message{Text: say.Say(args), Buttons: buttons}, true, err
		})
		if err != nil {
			return err
		}
		_, err = tx.Record(Entry{Casus: casus.Ref, At: now, Act: ActReminded, Object: m.ID, Reasons: reasons, Outcome: outcomeDone})
		return err
	})
}

// matter reads one matter with its casus.
func (b *Bot) matter(tx Tx, ref Ref, id string) (Matter, Casus, error) {
	casus, err := tx.Casus(ref)
	if err != nil {
		return Matter{}, casus, err
	}
	all, err := tx.Matters(ref)
	if err != nil {
		return Matter{}, casus, err
	}
	i := slices.IndexFunc(all, func(m Matter) bool { return m.ID == id })
	if i < 0 {
		return Matter{}, casus, ErrNotFound
	}
	return all[i], casus, nil
}

// openMatter is matter for somebody who may deal with it.
func (b *Bot) openMatter(tx Tx, platform string, user UserID, ticket Ticket) (Matter, here, error) {
	m, casus, err := b.matter(tx, ticket.Casus, ticket.Object)
	if err != nil {
		return m, here{}, err
	}
	h, err := b.at(tx, platform, casus, user, MayHold)
	if err != nil {
		return m, h, err
	}
	if !m.Open() {
		return m, h, &InvalidError{Field: "outcome", Reason: text.MatterClosed.Say(text.None{})}
	}
	return m, h, nil
}

// approveMatter is the second pair of eyes on a request for access: without it
// nothing is handed over.
func (b *Bot) approveMatter(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		m, h, err := b.openMatter(tx, e.Platform, e.User, ticket)
		if err != nil {
			return err
		}
		if m.Kind != AccessRequest || h.who.ID == m.By || h.who.ID == "" {
			return ErrForbidden
		}
		if m.ApprovedAt.IsZero() {
			m.ApprovedBy, m.ApprovedAt = h.who.ID, b.Now()
			if err := tx.SaveMatter(m); err != nil {
				return err
			}
			if err := b.record(tx, h.who, Entry{Casus: m.Casus, Act: ActRequestApproved, Object: m.ID, Reasons: []string{string(m.Kind)}}); err != nil {
				return err
			}
		}
		return b.reply(tx, m.Casus, e, Message{Text: text.MatterApproved.Say(b.matterArgs(tx, h.casus, m))})
	})
}

// askFinish opens the form with which a matter ends.
func (b *Bot) askFinish(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	var m Matter
	var items []Option
	err := b.Store.View(ctx, func(tx Tx) (err error) {
		var h here
		if m, h, err = b.openMatter(tx, e.Platform, e.User, ticket); err != nil || m.Kind != CorrectionRequest {
			return err
		}
		items, err = b.correctable(tx, h.casus)
		return err
	})
	if err != nil {
		return err
	}
	w, none := text.DoneForm, text.None{}
	form := Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none), Fields: []Field{
		{Name: "outcome", Label: w.Outcome.Say(none), Kind: Choice, Options: options(outcomesOf[m.Kind], text.OutcomeName)},
		{Name: "note", Label: w.Note.Say(none), Help: w.NoteHelp.Say(none), Kind: LongText},
	}}
	if m.Kind == CorrectionRequest {
		form.Fields = append(form.Fields,
			Field{Name: "item", Label: w.Item.Say(none), Help: w.ItemHelp.Say(none), Kind: Choice, Options: items, Optional: true},
			Field{Name: "correction", Label: w.Correction.Say(none), Help: w.CorrectionHelp.Say(none), Kind: LongText, Optional: true})
	}
	return b.openForm(ctx, t, e, form, Ticket{Action: actFinishMatter, Casus: ticket.Casus, Object: ticket.Object})
}

// submitFinish ends a matter. What was asked and decided stays with the casus;
// the terms of the casus start to count again.
func (b *Bot) submitFinish(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.update(ctx, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		m, h, err := b.openMatter(tx, s.Platform, s.User, ticket)
		if err != nil {
			return err
		}
		note := strings.TrimSpace(s.Value("note"))
		if !slices.Contains(outcomesOf[m.Kind], s.Value("outcome")) {
			return &InvalidError{Field: "outcome", Reason: text.WrongChoice.Say(text.None{})}
		}
		if !plain.LongEnough(note) {
			return &InvalidError{Field: "note", Reason: text.Wrong.Reason.Say(text.None{})}
		}
		if err := b.readCorrection(tx, h.casus, &m, s); err != nil {
			return err
		}
		m.Outcome, m.Note, m.DoneBy, m.DoneAt = s.Value("outcome"), note, h.who.ID, b.Now()
		if err := tx.SaveMatter(m); err != nil {
			return err
		}
		if err := b.record(tx, h.who, Entry{Casus: m.Casus, Act: ActMatterDone, Object: m.ID, Reasons: []string{string(m.Kind), m.Outcome}}); err != nil {
			return err
		}
		if m.Correction != "" {
			if err := b.tellCorrection(tx, h.casus, m); err != nil {
				return err
			}
		}
		if err := b.answerRequester(tx, h.casus, m); err != nil {
			return err
		}
		casus, err := b.requestOver(tx, h.casus)
		if err != nil {
			return err
		}
		said := text.MatterDone.Say(text.MatterDoneArgs{Ref: string(casus.Ref), Kind: text.MatterKindName(string(m.Kind)), Outcome: text.OutcomeName(m.Outcome)})
		answer.Text = said
		return errors.Join(b.planRetention(ctx, tx, casus), b.toCoordinator(tx, casus, "done:"+m.ID, Message{Text: said}))
	})
	return answer, err
}

// requestOver takes the mark of a request for erasure off a casus when none is
// open any more.
func (b *Bot) requestOver(tx Tx, casus Casus) (Casus, error) {
	if casus.ErasureRequestedAt.IsZero() {
		return casus, nil
	}
	all, err := tx.Matters(casus.Ref)
	if err != nil {
		return casus, err
	}
	if slices.ContainsFunc(all, func(m Matter) bool { return m.Kind == ErasureRequest && m.Open() }) {
		return casus, nil
	}
	casus.ErasureRequestedAt = time.Time{}
	return tx.SaveCasus(casus)
}
