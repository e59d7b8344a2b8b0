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

// ActReopened is that a closed casus was opened again, in the phase that is its
// object.
const ActReopened Act = "casus_reopened"

const actReopen = "reopen" // send the form that opens a casus again

// Reopening is why a closed casus was opened again. It is sealed.
type Reopening struct {
	At     time.Time
	By     PersonID
	Ground string
}

// reopens says why a casus cannot be opened again; nil: it can. It can for as
// long as nothing of it was erased.
func reopens(c Casus) error {
	if (c.Status != Closed && c.Status != Archived) || !c.ErasingSince.IsZero() {
		return &InvalidError{Reason: text.ReopenNot.Say(text.CasusArgs{Ref: string(c.Ref)})}
	}
	return nil
}

// commandReopen is "/casus heropen", for an archived casus with its code.
func (b *Bot) commandReopen(ctx context.Context, t *turn, e Event, rest string) error {
	return b.askIn(ctx, t, e, rest, MayReopen, Ticket{Action: actReopen}, func(_ Tx, h here, _ *Ticket) (Form, error) {
		if err := reopens(h.casus); err != nil {
			return Form{}, err
		}
		w, none := text.ReopenForm, text.None{}
		return Form{Title: w.Title.Say(none), Intro: w.Intro.Say(text.CasusArgs{Ref: string(h.casus.Ref)}), Send: w.Send.Say(none), Fields: []Field{
			{Name: "reason", Label: w.Reason.Say(none), Help: w.ReasonHelp.Say(none), Kind: LongText},
			{Name: "phase", Label: w.Phase.Say(none), Kind: Choice, Options: options(texts(phases[:7]), text.PhaseName), Default: []string{"F2"}},
		}}, nil
	})
}

// submitReopen opens it. The terms begin anew from the next closing, and every
// organisation is asked again to take over what it must keep.
func (b *Bot) submitReopen(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.submitIn(ctx, ticket, s, MayReopen, func(tx Tx, h here) error {
		casus := h.casus
		if err := reopens(casus); err != nil {
			return err
		}
		reason, phase := strings.TrimSpace(s.Value("reason")), Phase(s.Value("phase"))
		if !plain.LongEnough(reason) {
			return &InvalidError{Field: "reason", Reason: text.Wrong.Reason.Say(text.None{})}
		}
		if !slices.Contains(phases[:7], phase) {
			return &InvalidError{Field: "phase", Reason: text.PhaseUnknown.Say(text.None{})}
		}
		archived := casus.Status == Archived
		if archived {
			if err := b.leaveRoom(tx, &casus); err != nil { // what was archived stays archived
				return err
			}
		}
		casus.Status, casus.Phase, casus.LastActivityAt = Open, phase, b.Now()
		casus.ClosedAt, casus.ArchivedAt, casus.ErasureAnnouncedAt = time.Time{}, time.Time{}, time.Time{}
		for i := range casus.Private.Handovers {
			casus.Private.Handovers[i].ConfirmedAt = time.Time{}
		}
		casus.Private.Reopened = append(casus.Private.Reopened, Reopening{b.Now(), h.who.ID, reason})
		casus, err := tx.SaveCasus(casus)
		if err != nil {
			return err
		}
		if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActReopened, Object: string(phase)}); err != nil {
			return err
		}
		if archived {
			if err := b.planFresh(tx, casus, "reopened"); err != nil {
				return err
			}
		}
		args := text.ReopenArgs{Ref: string(casus.Ref), Room: casus.RoomName(), Phase: text.PhaseName(string(phase)), Archived: archived}
		answer.Text = text.Reopened.Say(args)
		return errors.Join(b.planRetention(ctx, tx, casus),
			b.toEverybody(tx, casus, fmt.Sprintf("reopened:%s:%d", casus.Ref, casus.Version), Message{Text: text.Reopened.Say(args)}))
	})
	return answer, err
}
