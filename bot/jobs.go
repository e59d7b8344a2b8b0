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
	workers  = 4                // jobs at a time that nobody pointed out
	jobTerm  = 2 * time.Minute  // how long a job may take
	jobLease = 20 * time.Second // how long a copy that fell silent keeps its turn at a job
	jobKeep  = 5 * time.Second  // how often a copy prolongs it while it works
	idlePoll = 2 * time.Second  // how often to look for work that nobody woke us for
	// drainTerm is how long jobs that are under way may go on when the bot stops.
	drainTerm = 6 * time.Second
	// giveBackTerm is how long giving a turn back may take; else it lapses.
	giveBackTerm = 3 * time.Second
)

// Run does the work until ctx ends: jobs as they fall due, and a look at every
// room each minute. It returns after everything it started has stopped.
func (b *Bot) Run(ctx context.Context) error {
	var group sync.WaitGroup
	for range workers {
		group.Go(func() { b.work(ctx) })
	}
	group.Go(func() { b.rounds(ctx) })
	group.Go(func() { b.keepLibrary(ctx) })
	for _, f := range b.meet(ctx) {
		group.Go(f)
	}
	group.Wait()
	return nil
}

// work claims jobs one after another. While jobs are pointed out to whoever is to
// do them it leaves them alone for a while, and looks for those that were left
// lying.
func (b *Bot) work(ctx context.Context) {
	for ctx.Err() == nil {
		now, flows := b.Now(), b.flows.Load()
		if flows {
			now = now.Add(-grace)
		}
		done, err := b.step(ctx, now)
		if err != nil && ctx.Err() == nil {
			b.Log.Error("no job could be claimed", "error", err)
		}
		if done && err == nil {
			if !flows {
				b.Wake() // there may be work for another worker too
			}
			continue
		}
		wait := time.After(idlePoll)
		select {
		case <-b.wake:
			if !b.flows.Load() {
				continue
			}
			wait = time.After(grace)
		case <-wait:
			continue
		case <-ctx.Done():
			continue
		}
		select {
		case <-wait:
		case <-ctx.Done():
		}
	}
}

// Step does one job that is due, and reports whether there was one. A job that
// fails is not an error of Step: it is tried again later, and put before a
// person in the end.
func (b *Bot) Step(ctx context.Context) (bool, error) { return b.step(ctx, b.Now()) }

func (b *Bot) step(ctx context.Context, now time.Time) (bool, error) {
	job, err := b.Store.ClaimJob(ctx, now, jobLease)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, b.doClaimed(ctx, job)
}

// doClaimed does a job whose turn this copy has, and gives the turn back. When ctx
// ends the job may go on for drainTerm; what is not done by then is given back for
// another copy to do at once.
func (b *Bot) doClaimed(ctx context.Context, job Job) error {
	fault.Hit("job.claimed")
	outlive := context.WithoutCancel(ctx)
	run, cancel := context.WithTimeout(outlive, jobTerm)
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		defer time.AfterFunc(drainTerm, cancel)
	})()
	kept := make(chan struct{})
	go func() { defer close(kept); b.keepTurn(run, job, cancel) }()
	err := b.do(run, job)
	cancel()
	<-kept
	fault.Hit("job.done")
	if err == nil {
		return nil
	}
	return b.giveBack(outlive, job, err, ctx.Err() != nil)
}

// keepTurn prolongs the turn at a job while it is being done. It stops the work
// when somebody else has the turn.
func (b *Bot) keepTurn(ctx context.Context, job Job, stop context.CancelFunc) {
	tick := time.NewTicker(jobKeep)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		// A job that ended meanwhile has no turn to keep; the work is over then too.
		if err := b.Store.KeepJob(ctx, job, jobLease); errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
			b.Log.Warn("somebody else took over a job", "kind", string(job.Kind), "casus", string(job.Casus))
			stop()
			return
		}
	}
}

// giveBack plans another try of a job that failed, or puts it before a person. One
// that was stopped because the bot stops may be taken up at once.
func (b *Bot) giveBack(ctx context.Context, job Job, cause error, stopping bool) error {
	ctx, cancel := context.WithTimeout(ctx, giveBackTerm)
	defer cancel()
	b.Log.Warn("a job failed", "kind", string(job.Kind), "casus", string(job.Casus), "attempts", job.Attempts+1, "error", cause)
	err := b.Store.Update(ctx, func(tx Tx) error {
		if !stopping && job.Attempts+1 >= MaxAttempts {
			if err := tx.BuryJob(job, errorCode(cause)); err != nil {
				return err
			}
			return b.notSilent(tx, job)
		}
		at := b.Now()
		if !stopping {
			at = at.Add(Backoff(job.Attempts + 1))
		}
		return tx.RetryJob(job, at, errorCode(cause))
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
	m := Message{Text: text.Internal.Say(text.RemindArgs{Ref: number})}
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
	if b.Watch != nil {
		var end func(error)
		ctx, end = b.Watch(ctx, job.Kind)
		defer func() { end(err) }()
	}
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
		JobHandIn:       b.handIn,

		JobYesReceipt:  b.handReceipt,
		JobSayFor:      b.sayFor,
		JobCardPaper:   b.handCard,
		JobLookAgain:   b.lookAgain,
		JobHideMessage: b.hideMessage,
		JobVaultCard:   b.tellCard,
		JobVaultBack:   b.takeCardsBack,
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
