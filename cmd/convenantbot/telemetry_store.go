package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/telemetry"
)

// measuredStore is a store that counts and times its transactions, and what the
// bot does in them: the audit log has an entry of every act.
type measuredStore struct {
	bot.Store
	t    *telemetry.Telemetry
	now  func() time.Time
	mu   sync.Mutex
	duty map[string]bool // the leases that this copy has
}

// measureStore returns s, measured by t; s itself without one.
func measureStore(s bot.Store, t *telemetry.Telemetry, now func() time.Time) bot.Store {
	if t == nil {
		return s
	}
	m := &measuredStore{Store: s, t: t, now: now, duty: map[string]bool{}}
	t.Show(telemetry.Duty, func(context.Context) (out []telemetry.Reading) {
		m.mu.Lock()
		defer m.mu.Unlock()
		for name, has := range m.duty {
			out = append(out, telemetry.Reading{Value: yesNo(has), Labels: []string{name}})
		}
		return out
	})
	return m
}

// measuredTx notes what a transaction does, to be counted when it is kept.
type measuredTx struct {
	bot.Tx
	acts     []bot.Entry
	verdicts []bot.Verdict
	ended    []endedJob
	fenced   bool
}

type endedJob struct {
	bot.Job
	outcome string
}

func (m *measuredTx) Record(e bot.Entry) (bot.Entry, error) {
	out, err := m.Tx.Record(e)
	if err == nil {
		m.acts = append(m.acts, bot.Entry{Act: e.Act, Outcome: e.Outcome})
	}
	return out, err
}

func (m *measuredTx) AddVerdict(v bot.Verdict) error {
	err := m.Tx.AddVerdict(v)
	if err == nil {
		m.verdicts = append(m.verdicts, bot.Verdict{About: v.About, Effect: v.Effect, Codes: v.Codes})
	}
	return err
}

func (m *measuredTx) end(j bot.Job, outcome string, err error) error {
	if err == nil {
		m.ended = append(m.ended, endedJob{bot.Job{Kind: j.Kind, RunAt: j.RunAt}, outcome})
	}
	return err
}

func (m *measuredTx) FinishJob(j bot.Job) error { return m.end(j, outcomeDone, m.Tx.FinishJob(j)) }
func (m *measuredTx) RetryJob(j bot.Job, at time.Time, cause string) error {
	return m.end(j, "retried", m.Tx.RetryJob(j, at, cause))
}
func (m *measuredTx) BuryJob(j bot.Job, cause string) error {
	return m.end(j, "buried", m.Tx.BuryJob(j, cause))
}

func (m *measuredTx) Fence(l bot.Lease) error {
	err := m.Tx.Fence(l)
	m.fenced = errors.Is(err, bot.ErrConflict)
	return err
}

// View implements bot.Store.
func (s *measuredStore) View(ctx context.Context, f func(tx bot.Tx) error) error {
	start := time.Now()
	ctx, end := s.t.Span(ctx, telemetry.SpanView, "", "")
	err := s.Store.View(ctx, f)
	s.over("view", start, err, end)
	return err
}

// Update implements bot.Store.
func (s *measuredStore) Update(ctx context.Context, f func(tx bot.Tx) error) error {
	start := time.Now()
	ctx, end := s.t.Span(ctx, telemetry.SpanUpdate, "", "")
	var last measuredTx
	err := s.Store.Update(ctx, func(tx bot.Tx) error {
		last = measuredTx{Tx: tx} // only the run that was kept counts
		return f(&last)
	})
	s.over("update", start, err, end)
	if last.fenced {
		s.t.Count(telemetry.Fenced)
	}
	if err == nil {
		s.kept(&last, time.Since(start))
	}
	return err
}

// over counts a transaction. What the bot itself said no to is no failure.
func (s *measuredStore) over(what string, start time.Time, err error, end func(bool)) {
	failed := err != nil && !meant(err)
	outcome := outcomeDone
	switch {
	case failed:
		outcome = outcomeFailed
	case err != nil:
		outcome = outcomeRefused
	}
	s.t.Count(telemetry.SQLCalls, what, outcome)
	s.t.Took(telemetry.SQLDuration, time.Since(start), what)
	end(failed)
}

// meant reports whether an error is a no of the bot's own making.
func meant(err error) bool {
	var invalid *bot.InvalidError
	return errors.Is(err, bot.ErrNotFound) || errors.Is(err, bot.ErrForbidden) || errors.Is(err, bot.ErrConflict) || errors.Is(err, bot.ErrBusy) ||
		errors.Is(err, bot.ErrGone) || errors.As(err, &invalid) || errors.Is(err, context.Canceled)
}

// kept counts what a transaction did.
func (s *measuredStore) kept(tx *measuredTx, took time.Duration) {
	strangers := 0
	for _, e := range tx.acts {
		outcome := e.Outcome
		if outcome == "" {
			outcome = outcomeDone
		}
		s.t.Count(telemetry.Acts, string(e.Act), outcome)
		switch e.Act {
		case bot.ActRefused:
			s.t.Count(telemetry.GateRefusals, "attempt")
		case bot.ActStrangerRemoved:
			strangers++
			s.t.Count(telemetry.Strangers)
		case bot.ActErased:
			s.t.Count(telemetry.RetentionErased)
		}
	}
	for _, v := range tx.verdicts {
		s.t.Count(telemetry.Decisions, v.About, v.Effect)
		s.t.Took(telemetry.DecisionDuration, took, v.About)
		for _, code := range v.Codes {
			s.t.Count(telemetry.DecisionReasons, code)
		}
	}
	for _, j := range tx.ended {
		s.t.Count(telemetry.JobsEnded, string(j.Kind), j.outcome)
		if j.Kind == bot.JobEvent {
			s.t.Count(telemetry.EventsOut, j.outcome)
		}
		if j.Kind == bot.JobRemove && strangers > 0 {
			s.t.Took(telemetry.LeakWindow, s.now().Sub(j.RunAt))
		}
	}
}

// ClaimJob implements bot.Store.
func (s *measuredStore) ClaimJob(ctx context.Context, now time.Time, lease time.Duration) (bot.Job, error) {
	start := time.Now()
	ctx, end := s.t.Span(ctx, telemetry.SpanClaim, "", "")
	job, err := s.Store.ClaimJob(ctx, now, lease)
	s.over("claim", start, err, end)
	if err == nil {
		s.t.Took(telemetry.JobWait, s.now().Sub(job.RunAt))
	}
	return job, err
}

// ClaimThese implements bot.Store.
func (s *measuredStore) ClaimThese(ctx context.Context, ids []string, now time.Time, lease time.Duration) ([]bot.Job, []string, error) {
	start := time.Now()
	ctx, end := s.t.Span(ctx, telemetry.SpanClaim, "", "")
	jobs, busy, err := s.Store.ClaimThese(ctx, ids, now, lease)
	s.over("claim", start, err, end)
	for _, job := range jobs {
		s.t.Took(telemetry.JobWait, s.now().Sub(job.RunAt))
	}
	return jobs, busy, err
}

// TakeLease implements bot.Leases.
func (s *measuredStore) TakeLease(ctx context.Context, name, owner string, term time.Duration) (bot.Lease, error) {
	l, err := s.Store.TakeLease(ctx, name, owner, term)
	s.has(name, err == nil)
	return l, err
}

// EndLease implements bot.Leases.
func (s *measuredStore) EndLease(ctx context.Context, l bot.Lease) error {
	s.has(l.Name, false)
	return s.Store.EndLease(ctx, l)
}

func (s *measuredStore) has(name string, has bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.duty[name] = has
}
