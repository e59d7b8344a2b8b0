package main

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/telemetry"
)

// measuredBot is the bot as the chat platform reaches it.
type measuredBot struct {
	*bot.Bot
	t *telemetry.Telemetry
}

var _ bot.Sweeper = measuredBot{}

func outcome(err error) string {
	if err != nil {
		return outcomeFailed
	}
	return outcomeDone
}

// Receive implements bot.Incoming.
func (m measuredBot) Receive(ctx context.Context, e bot.Event) error {
	ctx, end := m.t.Span(ctx, telemetry.SpanReceive, "event", string(e.Kind))
	err := m.Bot.Receive(ctx, e)
	m.t.Count(telemetry.EventsIn, string(e.Kind), outcome(err))
	end(err != nil)
	return err
}

// Upload implements bot.Incoming.
func (m measuredBot) Upload(ctx context.Context, u bot.Upload, content io.Reader) (bot.Answer, error) {
	start := time.Now()
	ctx, end := m.t.Span(ctx, telemetry.SpanUpload, "", "")
	a, err := m.Bot.Upload(ctx, u, content)
	m.t.Took(telemetry.UploadDuration, time.Since(start))
	m.t.Count(telemetry.Uploads, m.gate("upload", a, err))
	end(err != nil)
	return a, err
}

// Posting implements bot.Incoming.
func (m measuredBot) Posting(ctx context.Context, p bot.Posting) (bot.Answer, error) {
	ctx, end := m.t.Span(ctx, telemetry.SpanPosting, "", "")
	a, err := m.Bot.Posting(ctx, p)
	m.gate("posting", a, err)
	end(err != nil)
	return a, err
}

// gate counts a no, an error included.
func (m measuredBot) gate(which string, a bot.Answer, err error) string {
	if err == nil && a.Allow {
		return "allowed"
	}
	m.t.Count(telemetry.GateRefusals, which)
	if err != nil {
		return outcomeFailed
	}
	return outcomeRefused
}

// Submit implements bot.Incoming.
func (m measuredBot) Submit(ctx context.Context, s bot.Submission) (bot.FormAnswer, error) {
	ctx, end := m.t.Span(ctx, telemetry.SpanSubmit, "", "")
	a, err := m.Bot.Submit(ctx, s)
	end(err != nil)
	return a, err
}

// watchJobs times every turn at a job and is the span of what is done in it.
func watchJobs(t *telemetry.Telemetry) func(context.Context, bot.JobKind) (context.Context, func(error)) {
	if t == nil {
		return nil
	}
	return func(ctx context.Context, kind bot.JobKind) (context.Context, func(error)) {
		start := time.Now()
		ctx, end := t.Span(ctx, telemetry.SpanJob, "kind", string(kind))
		return ctx, func(err error) {
			t.Took(telemetry.JobDuration, time.Since(start), string(kind))
			end(err != nil)
		}
	}
}

// measuredAnswers counts how questions fare.
type measuredAnswers struct {
	bot.Answers
	t *telemetry.Telemetry
}

func measureAnswers(a bot.Answers, t *telemetry.Telemetry) bot.Answers {
	if t == nil {
		return a
	}
	return measuredAnswers{a, t}
}

// Answer implements bot.Answers.
func (m measuredAnswers) Answer(ctx context.Context, q bot.Question) (bot.Reply, error) {
	start := time.Now()
	ctx, end := m.t.Span(ctx, telemetry.SpanAnswer, "", "")
	r, err := m.Answers.Answer(ctx, q)
	m.t.Took(telemetry.AnswerDuration, time.Since(start))
	what := "answered"
	switch {
	case err != nil:
		what = outcomeFailed
	case r.Safety:
		what = "safety"
	case r.Abstained:
		what = "abstained"
	}
	m.t.Count(telemetry.Answers, what)
	end(err != nil)
	return r, err
}

// measuredCalls is a transport that counts calls to the chat platform. Where they
// go is not looked at: addresses hold ids of people and rooms.
type measuredCalls struct {
	next http.RoundTripper
	t    *telemetry.Telemetry
}

// measureCalls returns next, measured by t; nil when there is nothing to measure.
func measureCalls(t *telemetry.Telemetry) func(next http.RoundTripper) http.RoundTripper {
	if t == nil {
		return nil
	}
	return func(next http.RoundTripper) http.RoundTripper { return measuredCalls{next, t} }
}

// RoundTrip implements http.RoundTripper.
func (m measuredCalls) RoundTrip(r *http.Request) (*http.Response, error) {
	start := time.Now()
	ctx, end := m.t.Span(r.Context(), telemetry.SpanPlatform, "", "")
	res, err := m.next.RoundTrip(r.WithContext(ctx))
	status := "none"
	if err == nil {
		status = strconv.Itoa(res.StatusCode/100) + "xx"
		if res.StatusCode == http.StatusTooManyRequests {
			status = "429"
		}
	}
	m.t.Count(telemetry.PlatformCalls, status)
	m.t.Took(telemetry.PlatformDuration, time.Since(start))
	end(err != nil || res.StatusCode >= 500)
	return res, err
}
