package bottest

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// watched lists the casussen of a watch, ordered by code.
func (tx *memTx) watched(w bot.Watch) ([]bot.Casus, error) {
	if (w.Organisation == "") == (w.Leads == "") {
		return nil, &bot.InvalidError{Field: "watch", Reason: "want an organisation or who leads"}
	}
	return all(tx.state.Casussen, func(c bot.Casus) bool {
		if c.Status == bot.Erased {
			return false
		}
		if w.Leads != "" {
			return c.Coordinator == w.Leads || c.Deputy == w.Leads
		}
		return slices.Contains(c.Organisations(), w.Organisation)
	})
}

// WatchedCounts implements bot.Tx.
func (tx *memTx) WatchedCounts(w bot.Watch) ([]bot.WatchedCount, error) {
	found, err := tx.watched(w)
	n := map[bot.WatchedCount]int{}
	for _, c := range found {
		n[bot.WatchedCount{Status: c.Status, Kind: c.Kind, Phase: c.Phase}]++
	}
	var out []bot.WatchedCount
	for c, count := range n {
		c.Count = count
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b bot.WatchedCount) int {
		return cmp.Or(cmp.Compare(a.Status, b.Status), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Phase, b.Phase))
	})
	return out, err
}

// Watched implements bot.Tx.
func (tx *memTx) Watched(w bot.Watch, after bot.Ref, limit int, statuses ...bot.Status) ([]bot.Watched, error) {
	found, err := tx.watched(w)
	if err != nil {
		return nil, err
	}
	var out []bot.Watched
	for _, c := range found {
		if c.Ref <= after || len(statuses) > 0 && !slices.Contains(statuses, c.Status) || len(out) == limit {
			continue
		}
		one := bot.Watched{}
		one.Casus = c
		var err1, err2, err3, err4 error
		one.Holds, err1 = tx.Holds(c.Ref)
		one.Matters, err2 = tx.Matters(c.Ref)
		one.Agreements, err3 = tx.Agreements(c.Ref)
		one.Consents, err4 = tx.Consents(c.Ref)
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// WatchedDue implements bot.Tx.
func (tx *memTx) WatchedDue(w bot.Watch, until time.Time) (due []bot.DueAt, held int, err error) {
	found, err := tx.watched(w)
	if err != nil {
		return nil, 0, err
	}
	refs, err := tx.DueRefs(until)
	for _, ref := range refs {
		if slices.ContainsFunc(found, func(c bot.Casus) bool { return c.Ref == ref }) {
			at, failed := tx.Due(ref)
			due, err = append(due, bot.DueAt{Ref: ref, At: at}), errors.Join(err, failed)
		}
	}
	for _, c := range found {
		holds, failed := tx.Holds(c.Ref)
		err = errors.Join(err, failed)
		if slices.ContainsFunc(holds, func(h bot.Hold) bool { return h.ReleasedAt.IsZero() }) {
			held++
		}
	}
	return due, held, err
}

// WatchedReasons implements bot.Tx.
func (tx *memTx) WatchedReasons(w bot.Watch, from, to time.Time) ([]bot.ReasonCount, error) {
	found, err := tx.watched(w)
	if err != nil {
		return nil, err
	}
	taken, err := tx.VerdictsSince(from, 0)
	n := map[bot.ReasonCount]int{}
	for _, v := range taken {
		if !v.At.Before(to) || !slices.ContainsFunc(found, func(c bot.Casus) bool { return c.Ref == v.Casus }) {
			continue
		}
		c := bot.ReasonCount{About: v.About, Effect: v.Effect}
		if len(v.Codes) > 0 {
			c.Reason = v.Codes[0]
		}
		n[c]++
	}
	var out []bot.ReasonCount
	for c, count := range n {
		c.Count = count
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b bot.ReasonCount) int {
		return cmp.Or(cmp.Compare(a.About, b.About), cmp.Compare(a.Effect, b.Effect), cmp.Compare(a.Reason, b.Reason))
	})
	return out, err
}

// WatchedEntries implements bot.Tx.
func (tx *memTx) WatchedEntries(w bot.Watch, since time.Time, limit int) ([]bot.Entry, error) {
	found, err := tx.watched(w)
	var out []bot.Entry
	for _, e := range slices.Backward(tx.state.entries) {
		if len(out) < limit && !e.At.Before(since) && slices.ContainsFunc(found, func(c bot.Casus) bool { return c.Ref == e.Casus }) {
			out = append(out, e)
		}
	}
	return out, err
}

// AddSession implements bot.Tx.
func (tx *memTx) AddSession(s bot.Session) error {
	if !tx.write {
		return errView
	}
	if s.Token == "" {
		return &bot.InvalidError{Field: "session", Reason: "no token"}
	}
	if _, ok := tx.state.Sessions[s.Token]; ok {
		return bot.ErrConflict
	}
	put(tx.state.Sessions, s.Token, s)
	return nil
}

// Session implements bot.Tx.
func (tx *memTx) Session(token string, now time.Time) (bot.Session, error) {
	s, err := get[bot.Session](tx.state.Sessions, token)
	if err == nil && !s.Expires.After(now) {
		return bot.Session{}, bot.ErrNotFound
	}
	s.Token = ""
	return s, err
}

// TouchSession implements bot.Tx.
func (tx *memTx) TouchSession(token string, at time.Time) error {
	if !tx.write {
		return errView
	}
	s, err := get[bot.Session](tx.state.Sessions, token)
	if err != nil {
		return err
	}
	s.SeenAt = at
	put(tx.state.Sessions, token, s)
	return nil
}

// EndSession implements bot.Tx.
func (tx *memTx) EndSession(token string) error {
	if !tx.write {
		return errView
	}
	delete(tx.state.Sessions, token)
	return nil
}

// EndProofs implements bot.Tx.
func (tx *memTx) EndProofs(name string, at, expires time.Time) error {
	if !tx.write {
		return errView
	}
	if name == "" {
		return &bot.InvalidError{Field: "proof", Reason: "no name"}
	}
	known, err := get[endedProofs](tx.state.SignedOut, name)
	if err != nil && !errors.Is(err, bot.ErrNotFound) {
		return err
	}
	if known.At.Before(at) {
		known.At = at
	}
	if known.Expires.Before(expires) {
		known.Expires = expires
	}
	put(tx.state.SignedOut, name, known)
	return nil
}

// endedProofs is up to when, and until when that is remembered.
type endedProofs struct{ At, Expires time.Time }

// ProofsEnded implements bot.Tx.
func (tx *memTx) ProofsEnded(name string) (time.Time, error) {
	known, err := get[endedProofs](tx.state.SignedOut, name)
	if errors.Is(err, bot.ErrNotFound) || err == nil && known.Expires.Before(tx.now()) {
		return time.Time{}, nil
	}
	return known.At, err
}

// SaveAdopted implements bot.Tx.
func (tx *memTx) SaveAdopted(a bot.Adopted) error {
	if !tx.write {
		return errView
	}
	if a.Rule == "" {
		return &bot.InvalidError{Field: "rule", Reason: "no code"}
	}
	put(tx.state.Adoptions, a.Rule, a)
	return nil
}

// Adopted implements bot.Tx.
func (tx *memTx) Adopted() ([]bot.Adopted, error) {
	return all(tx.state.Adoptions, func(bot.Adopted) bool { return true })
}

// AddProposal implements bot.Tx.
func (tx *memTx) AddProposal(p bot.PlanProposal) error {
	if !tx.write {
		return errView
	}
	if p.ID == "" || p.Organisation == "" {
		return &bot.InvalidError{Field: "proposal", Reason: "no id or organisation"}
	}
	if _, ok := tx.state.Proposals[p.ID]; ok {
		return bot.ErrConflict
	}
	put(tx.state.Proposals, p.ID, p)
	return nil
}

// Proposals implements bot.Tx.
func (tx *memTx) Proposals(org bot.OrgID, now time.Time) ([]bot.PlanProposal, error) {
	out, err := all(tx.state.Proposals, func(p bot.PlanProposal) bool { return p.Organisation == org && p.Expires.After(now) })
	slices.SortStableFunc(out, func(a, b bot.PlanProposal) int { return a.Expires.Compare(b.Expires) })
	return out, err
}

// DropProposal implements bot.Tx.
func (tx *memTx) DropProposal(id string) error {
	if !tx.write {
		return errView
	}
	if _, ok := tx.state.Proposals[id]; !ok {
		return bot.ErrNotFound
	}
	delete(tx.state.Proposals, id)
	return nil
}
