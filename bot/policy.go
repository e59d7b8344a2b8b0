package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/rules"
)

// replayDays is how far back a proposed bundle is tried on decisions that were
// really taken.
const replayDays = 30

// approvalMonths is how long a bundle may wait for a second person.
const approvalMonths = 1

// Proposal is what became of a bundle that was proposed.
type Proposal struct {
	Hash    string         `json:"hash"`
	State   string         `json:"state"` // "same", "active" or "waiting"
	Changes []rules.Change `json:"changes"`

	// Differed counts, of a bundle that waits, the decisions really taken since
	// it was proposed that it would have taken otherwise.
	Differed int `json:"differed"`
}

// The states of a proposal.
const (
	PolicySame    = "same"    // it is the active one already
	PolicyActive  = "active"  // it is the active one from now on
	PolicyWaiting = "waiting" // it loosens something and waits for a second person
)

// ProposePolicy puts another bundle of rules forward. It is all or nothing: the
// bundle loads whole, its own cases pass with full coverage, or it is an error
// and the active one stays. One that only tightens takes effect at once; one that
// would let through anything the active one does not waits for a FG, who is asked
// with a button. by is who proposes.
func (b *Bot) ProposePolicy(ctx context.Context, files fs.FS, by string) (Proposal, error) {
	candidate, err := rules.Load(files)
	if err != nil {
		return Proposal{}, err
	}
	if r := candidate.Test(ctx); !r.OK() {
		return Proposal{}, fmt.Errorf("propose rules: %d of its own cases fail and %d clauses are not covered: %w",
			len(r.Failures), len(r.Uncovered), ErrForbidden)
	}
	active := b.Judge.Bundle()
	p := Proposal{Hash: candidate.Identity(), State: PolicySame}
	if p.Hash == active.Identity() {
		return p, nil
	}
	past, err := b.PastCases(ctx, b.Now().AddDate(0, 0, -replayDays))
	if err != nil {
		return p, err
	}
	cases := append(append(active.Cases(), candidate.Cases()...), past...)
	p.Changes = rules.Diff(ctx, active, candidate, cases)
	stored, err := rules.Files(files)
	if err != nil {
		return p, err
	}
	policy := Policy{Hash: p.Hash, Files: stored, ProposedBy: by, ProposedAt: b.Now()}
	for _, c := range p.Changes {
		policy.Loosens = policy.Loosens || c.Loosens
	}
	if p.Differed, err = b.Compared(ctx, policy.Hash); err != nil {
		return p, err
	}
	err = b.update(ctx, func(tx Tx) error {
		if err := tx.AddPolicy(policy); err != nil {
			return err
		}
		entry := Entry{At: b.Now(), Act: ActRulesProposed, Object: policy.Hash, Policy: active.Identity(), Outcome: outcomeDone}
		if _, err := tx.Record(entry); err != nil {
			return err
		}
		if policy.Loosens {
			p.State = PolicyWaiting
			return b.askForApproval(tx, policy, p)
		}
		p.State = PolicyActive
		return b.activate(tx, policy, caller{})
	})
	switch {
	case err != nil:
	case p.State == PolicyActive:
		err = b.Judge.Use(candidate)
	case p.State == PolicyWaiting:
		b.waiting.Store(candidate)
	}
	return p, err
}

// StartPolicy brings the rules in line with the store when the bot starts: the
// bundle that was active last stays so. The one that the bot was built or
// configured with is the first, and later a proposal like any other, so that an
// upgrade does not loosen anything by itself.
func (b *Bot) StartPolicy(ctx context.Context, files fs.FS) error {
	var active Policy
	err := b.Store.View(ctx, func(tx Tx) (err error) {
		active, err = tx.ActivePolicy()
		return err
	})
	if errors.Is(err, ErrNotFound) {
		stored, err := rules.Files(files)
		if err != nil {
			return err
		}
		policy := Policy{Hash: b.Judge.Bundle().Identity(), Files: stored, ProposedBy: "start", ProposedAt: b.Now()}
		return b.update(ctx, func(tx Tx) error {
			return errors.Join(tx.AddPolicy(policy), b.activate(tx, policy, caller{}))
		})
	}
	if err != nil {
		return fmt.Errorf("start the rules: %w", err)
	}
	if err := b.use(active); err != nil {
		return fmt.Errorf("start the rules: %w", err)
	}
	p, err := b.ProposePolicy(ctx, files, "start")
	if err != nil {
		return fmt.Errorf("start the rules: %w", err)
	}
	if p.State == PolicyWaiting {
		b.Log.Warn("the bundle of this start loosens the rules and waits for a second person", "bundle", p.Hash)
	}
	return nil
}

// FollowPolicy puts the bundle in use that is active in the store, as another
// replica or an earlier life may have made it.
func (b *Bot) FollowPolicy(ctx context.Context) error {
	var active Policy
	err := b.Store.View(ctx, func(tx Tx) (err error) {
		active, err = tx.ActivePolicy()
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return b.followAdopted(ctx)
	}
	if err == nil && active.Hash != b.Judge.Bundle().Identity() {
		err = b.use(active)
	}
	if err != nil {
		return err
	}
	return errors.Join(b.followAdopted(ctx), b.followWaiting(ctx))
}

// use loads a stored bundle whole and then puts it in use in one step.
func (b *Bot) use(p Policy) error {
	loaded, err := rules.LoadFiles(p.Files)
	if err != nil {
		return err
	}
	if loaded.Identity() != p.Hash {
		return fmt.Errorf("the stored bundle %s has become another one: %w", p.Hash, ErrConflict)
	}
	if w := b.waiting.Load(); w != nil && w.Identity() == p.Hash {
		b.waiting.Store(nil)
	}
	return b.Judge.Use(loaded)
}

// activate makes policy the active one in this transaction. The caller puts it in
// use after the commit.
func (b *Bot) activate(tx Tx, policy Policy, who caller) error {
	if err := tx.ActivatePolicy(policy.Hash, who.ID, b.Now()); err != nil {
		return err
	}
	if err := b.planReplan(tx, fmt.Sprintf("%s:%d", policy.Hash, b.Now().Unix())); err != nil {
		return err
	}
	return b.record(tx, who, Entry{Act: ActRulesActivated, Object: policy.Hash, Policy: policy.Hash})
}

// askForApproval asks every FG whether a bundle that loosens may take effect. One
// that somebody proposes again on another day is asked again, with what it would
// have done to the decisions since.
func (b *Bot) askForApproval(tx Tx, policy Policy, p Proposal) error {
	orgs, err := tx.Organisations()
	if err != nil {
		return err
	}
	id := "approve:" + policy.Hash
	if policy.ProposedBy != "start" {
		id += ":" + b.today()
	}
	asked := map[UserID]bool{}
	for _, org := range orgs {
		if org.DPO == "" {
			continue
		}
		dpo, err := tx.Person(org.DPO)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		for _, a := range dpo.Accounts {
			if asked[a.User] || b.platforms[a.Platform] == nil {
				continue
			}
			asked[a.User] = true
			token, err := b.ticket(tx, Ticket{Action: actApproveRules, Object: policy.Hash, For: a.User, Expires: b.Now().AddDate(0, approvalMonths, 0)})
			if err != nil {
				return err
			}
			m := Message{Text: text.RulesLoosen.Say(text.RulesArgs{Hash: policy.Hash, Changes: len(p.Changes), Differed: p.Differed, By: plain.Escape(policy.ProposedBy)}),
				Buttons: []Button{{Label: text.RulesApprove.Say(text.None{}), Ticket: token}}}
			if err := b.later(tx, "", id+":"+string(a.User), speech{Platform: a.Platform, User: a.User, Message: m}); err != nil {
				return err
			}
		}
	}
	return nil
}

// approveRules is the second person's yes to a bundle that loosens.
func (b *Bot) approveRules(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	var policy Policy
	err := b.finish(ctx, t, e, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return &InvalidError{Reason: text.ButtonUsed.Say(text.None{})}
		}
		who, err := b.who(tx, e.Platform, e.User)
		if err != nil {
			return err
		}
		if ok, err := b.isDPO(tx, who); err != nil || !ok {
			return errors.Join(ErrForbidden, err)
		}
		if policy, err = tx.Policy(ticket.Object); err != nil {
			return err
		}
		if err := b.activate(tx, policy, who); err != nil {
			return err
		}
		return b.reply(tx, "", e, Message{Text: text.RulesApproved.Say(text.None{})})
	})
	if err != nil {
		return err
	}
	return b.use(policy)
}

// isDPO reports whether who is the FG of some organisation.
func (b *Bot) isDPO(tx Tx, who caller) (bool, error) {
	orgs, err := tx.Organisations()
	if err != nil || who.ID == "" {
		return false, err
	}
	for _, org := range orgs {
		if org.DPO == who.ID {
			return true, nil
		}
	}
	return false, nil
}

// PastCases turns the verdicts since t into cases that another bundle can be
// tried on.
func (b *Bot) PastCases(ctx context.Context, t time.Time) ([]rules.Case, error) {
	var cases []rules.Case
	err := b.Store.View(ctx, func(tx Tx) error {
		past, err := tx.VerdictsSince(t, 0)
		if err != nil {
			return err
		}
		for _, v := range past {
			c := rules.Case{Name: string(v.ID), Question: v.About}
			switch v.About {
			case "share":
				err = json.Unmarshal(v.Facts, &c.Share)
			case "join":
				err = json.Unmarshal(v.Facts, &c.Join)
			default:
				continue
			}
			if err != nil {
				return fmt.Errorf("replay %s: %w", v.ID, err)
			}
			cases = append(cases, c)
		}
		return nil
	})
	return cases, err
}
