package bot

import (
	"context"
	"errors"
	"slices"

	"github.com/convenantbot/convenantbot/rules"
)

// While a bundle waits for a second person, every decision that is recorded is
// taken with it too. Only that it would have differed is kept, as codes in the
// log; the answer that people get is that of the active bundle alone. So who has
// to approve it sees what it does to real decisions, and not to cases that
// somebody thought of.

// comparison is how the waiting bundle decides otherwise.
type comparison struct{ bundle, from, to string }

// outcomeOf is what two bundles are compared on: the effect or action and the
// rule that decided.
func outcomeOf(effect, rule string) string {
	if rule == "" {
		return effect
	}
	return effect + "/" + rule
}

// compareVerdict decides v once more with the waiting bundle. nil: none waits, or
// it decides the same.
func (b *Bot) compareVerdict(ctx context.Context, v verdict) *comparison {
	waiting := b.waiting.Load()
	if waiting == nil || v.share == nil && v.join == nil {
		return nil
	}
	var other rules.Verdict
	var err error
	if v.share != nil {
		other, err = waiting.Share(ctx, v.share)
	} else {
		other, err = waiting.Join(ctx, v.join)
	}
	return b.compared(waiting, v.ruled, outcomeOf(other.Effect.String(), other.Rule), err)
}

// compareRetention does the same for what should happen to a casus.
func (b *Bot) compareRetention(ctx context.Context, tx Tx, c Casus, r rules.Retention) (*comparison, error) {
	waiting := b.waiting.Load()
	if waiting == nil {
		return nil, nil
	}
	in, err := b.retainInput(tx, c)
	if err != nil {
		return nil, err
	}
	facts, err := b.Judge.RetainFacts(in)
	if err != nil {
		return nil, err
	}
	other, err := waiting.Retain(ctx, facts)
	return b.compared(waiting, outcomeOf(r.Action.String(), r.Rule), outcomeOf(other.Action.String(), other.Rule), err), nil
}

// compared is the difference. A bundle that fails differs from any other, and
// that is all that comes of it.
func (b *Bot) compared(waiting *rules.Bundle, from, to string, err error) *comparison {
	if err != nil {
		to = rules.PolicyError
	}
	if from == to {
		return nil
	}
	return &comparison{waiting.Identity(), from, to}
}

// recordComparison leaves the difference in the log; nil leaves nothing.
func (b *Bot) recordComparison(tx Tx, ref Ref, decision DecisionID, policy string, c *comparison) error {
	if c == nil {
		return nil
	}
	_, err := tx.Record(Entry{Casus: ref, At: b.Now(), Act: ActRulesCompared, Object: c.bundle, Decision: decision, Policy: policy,
		Reasons: []string{"from:" + c.from, "to:" + c.to}, Outcome: outcomeDone})
	return err
}

// recordRetentionOnce records a difference about what should happen to a casus
// once for as long as a bundle may wait: a casus is looked at every day.
func (b *Bot) recordRetentionOnce(ctx context.Context, ref Ref, policy string, c *comparison) error {
	if c == nil {
		return nil
	}
	err := b.Store.Update(ctx, func(tx Tx) error {
		nonce := "compared:" + c.bundle + ":" + string(ref) + ":" + c.from + ":" + c.to
		if err := tx.UseNonce(nonce, b.Now().AddDate(0, approvalMonths, 0)); err != nil {
			return err
		}
		return b.recordComparison(tx, ref, "", policy, c)
	})
	if errors.Is(err, ErrConflict) {
		return nil // recorded before
	}
	return err
}

// followWaiting looks which bundle waits for a second person: the one that was
// proposed last, for as long as the button to approve it works.
func (b *Bot) followWaiting(ctx context.Context) error {
	var last Policy
	err := b.Store.View(ctx, func(tx Tx) error {
		all, err := tx.WaitingPolicies()
		since := b.Now().AddDate(0, -approvalMonths, 0)
		all = slices.DeleteFunc(all, func(p Policy) bool { return !p.Loosens || p.ProposedAt.Before(since) })
		if n := len(all); n > 0 {
			last = all[n-1]
		}
		return err
	})
	if err != nil {
		return err
	}
	now := b.waiting.Load()
	switch {
	case last.Hash == "" || last.Hash == b.Judge.Bundle().Identity():
		b.waiting.Store(nil)
	case now == nil || now.Identity() != last.Hash:
		loaded, err := rules.LoadFiles(last.Files)
		if err != nil {
			return err
		}
		b.waiting.Store(loaded)
	}
	return nil
}

// Compared counts the recorded decisions that the bundle with this hash would
// have taken otherwise.
func (b *Bot) Compared(ctx context.Context, hash string) (int, error) {
	const page = 2000
	n, after := 0, int64(0)
	for {
		var entries []Entry
		if err := b.Store.View(ctx, func(tx Tx) (err error) {
			entries, err = tx.Entries("", after, page)
			return err
		}); err != nil {
			return n, err
		}
		for _, e := range entries {
			if e.Act == ActRulesCompared && e.Object == hash {
				n++
			}
			after = e.Seq
		}
		if len(entries) < page {
			return n, nil
		}
	}
}
