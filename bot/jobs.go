package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/fault"
)

const (
	workers  = 4               // jobs at a time
	jobLease = 2 * time.Minute // how long a job may take before another takes its turn
	idlePoll = 2 * time.Second // how often to look for work that nobody woke us for
)

// Run does the work until ctx ends: jobs as they fall due, and a look at every
// room each minute. It returns after everything it started has stopped.
func (b *Bot) Run(ctx context.Context) error {
	var group sync.WaitGroup
	for range workers {
		group.Go(func() { b.work(ctx) })
	}
	group.Go(func() { b.rounds(ctx) })
	for _, f := range b.meet(ctx) {
		group.Go(f)
	}
	group.Wait()
	return nil
}

// work claims jobs one after another.
func (b *Bot) work(ctx context.Context) {
	for ctx.Err() == nil {
		done, err := b.Step(ctx)
		if err != nil && ctx.Err() == nil {
			b.Log.Error("no job could be claimed", "error", err)
		}
		if done && err == nil {
			b.Wake() // there may be work for another worker too
			continue
		}
		select {
		case <-b.wake:
		case <-time.After(idlePoll):
		case <-ctx.Done():
		}
	}
}

// Step does one job that is due, and reports whether there was one. A job that
// fails is not an error of Step: it is tried again later, and put before a
// person in the end.
func (b *Bot) Step(ctx context.Context) (bool, error) {
	job, err := b.Store.ClaimJob(ctx, b.Now(), jobLease)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	fault.Hit("job.claimed")
	run, cancel := context.WithTimeout(ctx, jobLease)
	err = b.do(run, job)
	cancel()
	fault.Hit("job.done")
	if err == nil {
		return true, nil
	}
	if ctx.Err() != nil {
		return true, nil // stopped half way: the lease lapses and another goes on
	}
	// The turn is given back also when the work was cancelled.
	return true, b.giveBack(context.WithoutCancel(ctx), job, err)
}

// giveBack plans another try of a job that failed, or puts it before a person.
func (b *Bot) giveBack(ctx context.Context, job Job, cause error) error {
	b.Log.Warn("a job failed", "kind", string(job.Kind), "casus", string(job.Casus), "attempts", job.Attempts+1, "error", cause)
	err := b.Store.Update(ctx, func(tx Tx) error {
		if job.Attempts+1 >= MaxAttempts {
			if err := tx.BuryJob(job, errorCode(cause)); err != nil {
				return err
			}
			return b.notSilent(tx, job)
		}
		return tx.RetryJob(job, b.Now().Add(Backoff(job.Attempts+1)), errorCode(cause))
	})
	if errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
		return nil // somebody else has the turn, or the casus is gone
	}
	return err
}

// notSilent tells whoever asked for something that it could not be done, with a
// number by which the log knows it. The reason stays inside.
func (b *Bot) notSilent(tx Tx, job Job) error {
	if job.Kind != JobEvent {
		return nil
	}
	e, err := tx.Event(job.Object)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return nil
	}
	if err != nil {
		return err
	}
	if e.Kind != Said && e.Kind != Command && e.Kind != Pressed {
		return nil // nobody waits for an answer
	}
	number := b.NewID()
	b.Log.Error("a request was given up", "reference", number, "kind", job.Kind, "casus", job.Casus)
	m := Message{Text: text.Internal.NL(text.RemindArgs{Ref: number})}
	return b.later(tx, "", "given_up:"+job.ID, speech{Platform: e.Platform, User: e.User, Message: m})
}

// errorCode is what may be kept of an error: its kind, never its text.
func errorCode(err error) string {
	for code, kind := range map[string]error{"not_found": ErrNotFound, "forbidden": ErrForbidden,
		"conflict": ErrConflict, "busy": ErrBusy, "gone": ErrGone, "unavailable": ErrUnavailable} {
		if errors.Is(err, kind) {
			return code
		}
	}
	return "internal"
}

// turn is one job being done. Commit ends it together with what it changed, so
// that a repeat after a crash finds either both or neither.
type turn struct {
	bot  *Bot
	job  Job
	over bool
}

// Commit runs f and marks the job done in the same transaction.
func (t *turn) Commit(ctx context.Context, f func(tx Tx) error) error {
	return t.end(ctx, f, func(tx Tx) error { return tx.FinishJob(t.job) })
}

// Replan runs f and lets the job come back at at, in the same transaction.
func (t *turn) Replan(ctx context.Context, at time.Time, f func(tx Tx) error) error {
	return t.end(ctx, f, func(tx Tx) error {
		if err := tx.FinishJob(t.job); err != nil {
			return err
		}
		return tx.MoveJob(t.job.ID, at)
	})
}

func (t *turn) end(ctx context.Context, f, last func(tx Tx) error) error {
	err := t.bot.update(ctx, func(tx Tx) error {
		if f != nil {
			if err := f(tx); err != nil {
				return err
			}
		}
		return last(tx)
	})
	if err == nil {
		t.over = true
	}
	return err
}

// do does one job.
func (b *Bot) do(ctx context.Context, job Job) (err error) {
	defer func() {
		// A job that panics is a job that failed; it must not take the others with
		// it. What it panicked with may hold content and is not shown.
		if p := recover(); p != nil {
			err = fmt.Errorf("job %s panicked", job.Kind)
		}
	}()
	t := &turn{bot: b, job: job}
	handlers := map[JobKind]func(context.Context, *turn) error{
		JobInvite:    b.sendInvite,
		JobDigest:    b.digest,
		JobEvent:     b.handleEvent,
		JobTell:      b.speak,
		JobSetUp:     b.setUp,
		JobReconcile: b.lookAtRoom,
		JobReplan:    b.replan,
		JobUnsay:     b.unsay,
		JobTakeOver:  b.handTakenOver,
		JobRemove:    b.removeStranger,
		JobPostFile:  b.postFile,
		JobHideFile:  b.hideFile,
		JobRetain:    b.retain,
		JobErase:     b.erase,
		JobSweep:     b.sweepFile,
		JobMatter:    b.remindMatter,
		JobMembers:   b.checkMembers,

		JobAppointments: b.lookAtAppointments,
		JobImport:       b.importDocuments,

		JobYesReceipt:  b.handReceipt,
		JobSayFor:      b.sayFor,
		JobHideMessage: b.hideMessage,
	}
	handle := handlers[job.Kind]
	if handle == nil {
		return fmt.Errorf("job kind %q is not known", job.Kind)
	}
	if err := handle(ctx, t); err != nil {
		return err
	}
	if !t.over {
		return t.Commit(ctx, nil)
	}
	return nil
}
