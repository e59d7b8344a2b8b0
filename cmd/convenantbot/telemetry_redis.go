package main

import (
	"context"
	"errors"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/telemetry"
)

// measuredMeeting is the coordination, counted and timed call by call.
type measuredMeeting struct {
	bot.Coordination
	t *telemetry.Telemetry
}

// measureMeeting returns c, measured by t; c itself when either is nil.
func measureMeeting(c bot.Coordination, t *telemetry.Telemetry) bot.Coordination {
	if c == nil || t == nil {
		return c
	}
	return measuredMeeting{c, t}
}

// done counts one call; a full queue is an answer and no failure.
func (m measuredMeeting) done(call string, start time.Time, err error) {
	outcome := outcomeDone
	switch {
	case errors.Is(err, bot.ErrBusy):
		outcome = outcomeRefused
	case err != nil && !errors.Is(err, context.Canceled):
		outcome = outcomeFailed
	}
	m.t.Count(telemetry.RedisCalls, call, outcome)
	m.t.Took(telemetry.RedisDuration, time.Since(start), call)
}

func (m measuredMeeting) Heard(ctx context.Context, event string) (bool, error) {
	start := time.Now()
	known, err := m.Coordination.Heard(ctx, event)
	m.done("heard", start, err)
	return known, err
}

func (m measuredMeeting) Remember(ctx context.Context, term time.Duration, events ...string) error {
	start := time.Now()
	err := m.Coordination.Remember(ctx, term, events...)
	m.done("remember", start, err)
	return err
}

func (m measuredMeeting) Put(ctx context.Context, entries ...bot.IntakeEntry) error {
	start := time.Now()
	err := m.Coordination.Put(ctx, entries...)
	m.done("put", start, err)
	return err
}

// Take waits for work, which is no slowness: only its failures are timed.
func (m measuredMeeting) Take(ctx context.Context, shard, n int, wait time.Duration) ([]bot.IntakeEntry, error) {
	start := time.Now()
	all, err := m.Coordination.Take(ctx, shard, n, wait)
	switch {
	case err != nil:
		m.done("take", start, err)
	case len(all) > 0:
		m.t.Count(telemetry.RedisCalls, "take", outcomeDone)
	}
	return all, err
}

func (m measuredMeeting) Done(ctx context.Context, entries ...bot.IntakeEntry) error {
	start := time.Now()
	err := m.Coordination.Done(ctx, entries...)
	m.done("done", start, err)
	return err
}

func (m measuredMeeting) Aside(ctx context.Context, shard int) ([]string, error) {
	start := time.Now()
	ids, err := m.Coordination.Aside(ctx, shard)
	m.done("aside", start, err)
	return ids, err
}

func (m measuredMeeting) TakeTurn(ctx context.Context, name, owner string, term time.Duration) (bool, error) {
	start := time.Now()
	mine, err := m.Coordination.TakeTurn(ctx, name, owner, term)
	m.done("take_turn", start, err)
	return mine, err
}

func (m measuredMeeting) EndTurn(ctx context.Context, name, owner string) error {
	start := time.Now()
	err := m.Coordination.EndTurn(ctx, name, owner)
	m.done("end_turn", start, err)
	return err
}

func (m measuredMeeting) Spend(ctx context.Context, name string, rate bot.Rate) (time.Duration, error) {
	start := time.Now()
	wait, err := m.Coordination.Spend(ctx, name, rate)
	m.done("spend", start, err)
	return wait, err
}

func (m measuredMeeting) Rest(ctx context.Context, name string, d time.Duration) error {
	start := time.Now()
	err := m.Coordination.Rest(ctx, name, d)
	m.done("rest", start, err)
	return err
}

func (m measuredMeeting) Signal(ctx context.Context, topic string) error {
	start := time.Now()
	err := m.Coordination.Signal(ctx, topic)
	m.done("signal", start, err)
	return err
}

func (m measuredMeeting) Present(ctx context.Context, owner string, term time.Duration) ([]string, error) {
	start := time.Now()
	all, err := m.Coordination.Present(ctx, owner, term)
	m.done("present", start, err)
	return all, err
}
