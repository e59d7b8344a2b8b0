package bottest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// MemStore is a bot.Store that keeps everything in memory, for tests of use
// cases. It keeps every promise of the port but surviving the process and
// sealing. Updates take turns; a view sees the picture of its beginning.
type MemStore struct {
	now   func() time.Time
	turn  sync.Mutex
	state atomic.Pointer[memState]
}

var _ bot.Store = (*MemStore)(nil)

// NewMemStore returns an empty store. now is the clock by which leases lapse.
func NewMemStore(now func() time.Time) *MemStore {
	s := &MemStore{now: now}
	s.state.Store(&memState{
		People: memMap{}, Orgs: memMap{}, Casussen: memMap{}, Receipts: memMap{}, Agreements: memMap{}, Consents: memMap{}, Files: memMap{},
		Verdicts: memMap{}, Policies: memMap{}, Holds: memMap{}, Circles: memMap{}, Matters: memMap{}, Cards: memMap{}, Dues: memMap{}, Jobs: memMap{}, Events: memMap{}, Tickets: memMap{}, Nonces: memMap{},
		Talks: memMap{}, Counts: memMap{}, Released: memMap{}, Leases: memMap{}, Sessions: memMap{}, Adoptions: memMap{}, Proposals: memMap{}, SignedOut: memMap{},
		blobs: map[bot.FileID]memBlob{}, codes: map[int]int{}, decoded: &sync.Map{},
	})
	return s
}

// memMap holds records as JSON, so that nothing that a caller keeps can change
// what is stored. A record that is changed is replaced.
type memMap map[string][]byte

// memState is one picture of the store. It is never changed once it is shown.
type memState struct {
	People, Orgs, Casussen, Receipts, Agreements, Consents, Files, Verdicts, Holds, Jobs, Events, Tickets, Nonces, Policies,
	Talks, Counts, Released, Matters, Cards, Dues, Circles, Leases, Sessions, Adoptions, Proposals, SignedOut memMap

	blobs   map[bot.FileID]memBlob
	codes   map[int]int // newest number by year
	entries []bot.Entry
	order   int // of records that come back in the order of adding

	decoded *sync.Map // jobs by the first byte of their record; shared by every picture
}

type memBlob struct {
	ref  bot.Ref
	data []byte
}

func (s *memState) clone() *memState {
	next := *s
	for _, m := range []*memMap{&next.People, &next.Orgs, &next.Casussen, &next.Receipts, &next.Agreements, &next.Consents, &next.Files,
		&next.Verdicts, &next.Holds, &next.Jobs, &next.Events, &next.Tickets, &next.Nonces, &next.Policies,
		&next.Talks, &next.Counts, &next.Released, &next.Matters, &next.Cards, &next.Dues, &next.Circles, &next.Leases,
		&next.Sessions, &next.Adoptions, &next.Proposals, &next.SignedOut} {
		*m = maps.Clone(*m)
	}
	next.blobs, next.codes = maps.Clone(s.blobs), maps.Clone(s.codes)
	next.entries = slices.Clone(s.entries)
	return &next
}

// ordered is a record with its place in the order of adding.
type ordered[T any] struct {
	Order int
	Value T
}

type memJob struct {
	Job   bot.Job
	State string
	Until time.Time
	Cause string
}

type memTicket struct {
	Ticket bot.Ticket
	Used   bool
}

func get[T any](m memMap, key string) (T, error) {
	var v T
	data, ok := m[key]
	if !ok {
		return v, bot.ErrNotFound
	}
	return v, json.Unmarshal(data, &v)
}

func put(m memMap, key string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	m[key] = data
}

// all returns every record that keep wants, in the order of their keys.
func all[T any](m memMap, keep func(T) bool) ([]T, error) {
	var out []T
	for _, key := range slices.Sorted(maps.Keys(m)) {
		v, err := get[T](m, key)
		if err != nil {
			return nil, err
		}
		if keep(v) {
			out = append(out, v)
		}
	}
	return out, nil
}

// openJobs is all for the jobs that are not done. After a busy test there are many
// and each is looked at at every turn, so what was decoded once is remembered by
// its bytes, which never change.
func (s *memState) openJobs(keep func(memJob) bool) ([]memJob, error) {
	var out []memJob
	for _, key := range slices.Sorted(maps.Keys(s.Jobs)) {
		data := s.Jobs[key]
		j, known := s.decoded.Load(&data[0])
		if !known {
			one, err := get[memJob](s.Jobs, key)
			if err != nil {
				return nil, err
			}
			j = one
			s.decoded.Store(&data[0], j)
		}
		one := j.(memJob)
		if one.State != "done" && keep(one) {
			one.Job.Body = slices.Clone(one.Job.Body)
			out = append(out, one)
		}
	}
	return out, nil
}

// View implements bot.Store.
func (s *MemStore) View(ctx context.Context, f func(tx bot.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return f(&memTx{state: s.state.Load(), now: s.now})
}

// Update implements bot.Store.
func (s *MemStore) Update(ctx context.Context, f func(tx bot.Tx) error) error {
	return s.update(ctx, func(tx *memTx) error { return f(tx) })
}

func (s *MemStore) update(ctx context.Context, f func(tx *memTx) error) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	tx := &memTx{state: s.state.Load().clone(), now: s.now, write: true}
	if err := f(tx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	tx.dropBodies()
	s.state.Store(tx.state)
	return nil
}

// ClaimJob implements bot.Store.
func (s *MemStore) ClaimJob(ctx context.Context, now time.Time, lease time.Duration) (job bot.Job, err error) {
	err = s.update(ctx, func(tx *memTx) error {
		due, err := tx.due(now)
		if err != nil {
			return err
		}
		for _, j := range due {
			if job, err = tx.lease(j, lease); err != nil || job.ID != "" {
				return err
			}
		}
		return nil
	})
	if err == nil && job.ID == "" {
		err = bot.ErrNotFound
	}
	return job, err
}

// PutBlob implements bot.Store.
func (s *MemStore) PutBlob(ctx context.Context, ref bot.Ref, id bot.FileID, r io.Reader) (int64, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return 0, err
	}
	return int64(len(data)), s.update(ctx, func(tx *memTx) error {
		if err := tx.known(ref); err != nil {
			return err
		}
		if old, ok := tx.state.blobs[id]; ok && old.ref != ref {
			return bot.ErrConflict
		}
		tx.state.blobs[id] = memBlob{ref, data}
		return nil
	})
}

// OpenBlob implements bot.Store.
func (s *MemStore) OpenBlob(ctx context.Context, ref bot.Ref, id bot.FileID) (io.ReadSeekCloser, error) {
	tx := &memTx{state: s.state.Load()}
	if err := errors.Join(ctx.Err(), tx.there(ref)); err != nil {
		return nil, err
	}
	b, ok := tx.state.blobs[id]
	if !ok || b.ref != ref {
		return nil, bot.ErrNotFound
	}
	return heldBytes{bytes.NewReader(b.data)}, nil
}

// heldBytes is the bytes of a file, to be read.
type heldBytes struct{ *bytes.Reader }

// Close implements io.Closer.
func (heldBytes) Close() error { return nil }

// DropBlob implements bot.Store.
func (s *MemStore) DropBlob(ctx context.Context, ref bot.Ref, id bot.FileID) error {
	return s.update(ctx, func(tx *memTx) error {
		if tx.state.blobs[id].ref == ref {
			delete(tx.state.blobs, id)
		}
		return nil
	})
}

// memTx is one transaction: a picture of its own, shown when it ends well.
type memTx struct {
	state    *memState
	now      func() time.Time
	write    bool
	finished map[string]bool
}

var errView = errors.New("a view cannot write")

// there reports whether a casus can be read: ErrNotFound, or ErrGone once erased.
func (tx *memTx) there(ref bot.Ref) error {
	c, err := get[bot.Casus](tx.state.Casussen, string(ref))
	if err == nil && c.Status == bot.Erased {
		err = bot.ErrGone
	}
	return err
}

// known is the same for writing.
func (tx *memTx) known(ref bot.Ref) error {
	if !tx.write {
		return errView
	}
	return tx.there(ref)
}

// add stores a new record of a casus in the order of adding.
func add[T any](tx *memTx, m memMap, ref bot.Ref, key string, v T) error {
	if err := tx.known(ref); err != nil {
		return err
	}
	if _, ok := m[key]; ok {
		return bot.ErrConflict
	}
	tx.state.order++
	put(m, key, ordered[T]{tx.state.order, v})
	return nil
}

// of returns the records of a casus in the order of adding.
func of[T any](tx *memTx, m memMap, ref bot.Ref, casus func(T) bot.Ref) ([]T, error) {
	if err := tx.there(ref); err != nil {
		return nil, err
	}
	records, err := all(m, func(r ordered[T]) bool { return casus(r.Value) == ref })
	slices.SortFunc(records, func(a, b ordered[T]) int { return a.Order - b.Order })
	var out []T
	for _, r := range records {
		out = append(out, r.Value)
	}
	return out, err
}

// end sets a moment of a record, once.
func end[T any](tx *memTx, m memMap, ref bot.Ref, id string, at time.Time, moment func(*T) *time.Time) error {
	if err := tx.known(ref); err != nil {
		return err
	}
	r, err := get[ordered[T]](m, keyOf(ref, id))
	if err != nil {
		return err
	}
	if !moment(&r.Value).IsZero() {
		return bot.ErrConflict
	}
	*moment(&r.Value) = at
	put(m, keyOf(ref, id), r)
	return nil
}

func keyOf(ref bot.Ref, id string) string { return string(ref) + "/" + id }

// PersonByAccount implements bot.Tx.
func (tx *memTx) PersonByAccount(a bot.Account) (bot.Person, error) {
	people, err := all(tx.state.People, func(p bot.Person) bool { return slices.Contains(p.Accounts, a) })
	if err == nil && len(people) == 0 {
		err = bot.ErrNotFound
	}
	if err != nil {
		return bot.Person{}, err
	}
	return people[0], nil
}

// Person implements bot.Tx.
func (tx *memTx) Person(id bot.PersonID) (bot.Person, error) {
	return get[bot.Person](tx.state.People, string(id))
}

// People implements bot.Tx.
func (tx *memTx) People() ([]bot.Person, error) {
	return all(tx.state.People, func(p bot.Person) bool { return len(p.Appointments) > 0 })
}

// SavePerson implements bot.Tx.
func (tx *memTx) SavePerson(p bot.Person) error {
	if !tx.write {
		return errView
	}
	if p.ID == "" {
		return &bot.InvalidError{Field: "person", Reason: "no id"}
	}
	for _, a := range p.Accounts {
		if other, err := tx.PersonByAccount(a); err == nil && other.ID != p.ID {
			return bot.ErrConflict
		}
	}
	put(tx.state.People, string(p.ID), p)
	return nil
}

// Organisation implements bot.Tx.
func (tx *memTx) Organisation(id bot.OrgID) (bot.Organisation, error) {
	return get[bot.Organisation](tx.state.Orgs, string(id))
}

// Organisations implements bot.Tx.
func (tx *memTx) Organisations() ([]bot.Organisation, error) {
	return all(tx.state.Orgs, func(bot.Organisation) bool { return true })
}

// SaveOrganisation implements bot.Tx.
func (tx *memTx) SaveOrganisation(o bot.Organisation) error {
	if !tx.write {
		return errView
	}
	if o.ID == "" {
		return &bot.InvalidError{Field: "organisation", Reason: "no id"}
	}
	put(tx.state.Orgs, string(o.ID), o)
	return nil
}

// AddCasus implements bot.Tx.
func (tx *memTx) AddCasus(c bot.Casus, year int) (bot.Casus, error) {
	if !tx.write {
		return bot.Casus{}, errView
	}
	if c.Status == bot.Erased {
		return bot.Casus{}, bot.ErrConflict
	}
	tx.state.codes[year]++
	c.Ref, c.Version = bot.Ref(fmt.Sprintf("C-%04d-%04d", year, tx.state.codes[year])), 1
	if err := tx.freeRoom(c); err != nil {
		return bot.Casus{}, err
	}
	put(tx.state.Casussen, string(c.Ref), c)
	return c, nil
}

func (tx *memTx) freeRoom(c bot.Casus) error {
	other, err := tx.CasusByRoom(c.Platform, c.Room)
	if err == nil && other.Ref != c.Ref {
		return bot.ErrConflict
	}
	return nil
}

// Casus implements bot.Tx.
func (tx *memTx) Casus(ref bot.Ref) (bot.Casus, error) {
	return get[bot.Casus](tx.state.Casussen, string(ref))
}

// CasusByRoom implements bot.Tx.
func (tx *memTx) CasusByRoom(platform string, room bot.ChannelID) (bot.Casus, error) {
	found, err := all(tx.state.Casussen, func(c bot.Casus) bool { return c.Platform == platform && c.Room == room && room != "" })
	if err == nil && len(found) == 0 {
		err = bot.ErrNotFound
	}
	if err != nil {
		return bot.Casus{}, err
	}
	return found[0], nil
}

// SaveCasus implements bot.Tx.
func (tx *memTx) SaveCasus(c bot.Casus) (bot.Casus, error) {
	if err := tx.known(c.Ref); err != nil {
		return bot.Casus{}, err
	}
	stored, err := tx.Casus(c.Ref)
	if err != nil {
		return bot.Casus{}, err
	}
	if stored.Version != c.Version || c.Status == bot.Erased {
		return bot.Casus{}, bot.ErrConflict
	}
	if err := tx.freeRoom(c); err != nil {
		return bot.Casus{}, err
	}
	c.Version++
	put(tx.state.Casussen, string(c.Ref), c)
	return c, nil
}

// CasusRefs implements bot.Tx.
func (tx *memTx) CasusRefs(after bot.Ref, limit int, statuses ...bot.Status) ([]bot.Ref, error) {
	found, err := all(tx.state.Casussen, func(c bot.Casus) bool {
		return c.Ref > after && (len(statuses) == 0 || slices.Contains(statuses, c.Status))
	})
	var refs []bot.Ref
	for _, c := range found {
		if limit <= 0 || len(refs) < limit {
			refs = append(refs, c.Ref)
		}
	}
	return refs, err
}

// EraseCasus implements bot.Tx.
func (tx *memTx) EraseCasus(ref bot.Ref, r bot.Receipt) (int, error) {
	if !tx.write {
		return 0, errView
	}
	c, err := tx.Casus(ref)
	if err != nil || c.Status == bot.Erased {
		return 0, err
	}
	holds, err := tx.Holds(ref)
	if err != nil {
		return 0, err
	}
	for _, h := range holds {
		if h.ReleasedAt.IsZero() {
			return 0, bot.ErrConflict
		}
	}
	records := 0
	drop := func(m memMap, casus func([]byte) bot.Ref) {
		maps.DeleteFunc(m, func(_ string, data []byte) bool {
			if casus(data) != ref {
				return false
			}
			records++
			return true
		})
	}
	for _, m := range []memMap{tx.state.Agreements, tx.state.Consents, tx.state.Holds, tx.state.Matters, tx.state.Cards, tx.state.Files, tx.state.Verdicts, tx.state.Tickets} {
		drop(m, func(data []byte) bot.Ref {
			var v struct{ Value, Ticket struct{ Casus bot.Ref } }
			if json.Unmarshal(data, &v) != nil {
				return ""
			}
			return cmp.Or(v.Value.Casus, v.Ticket.Casus)
		})
	}
	records += tx.dropTalks(ref)
	maps.DeleteFunc(tx.state.blobs, func(_ bot.FileID, b memBlob) bool {
		if b.ref == ref {
			records++
		}
		return b.ref == ref
	})
	jobs, err := all(tx.state.Jobs, func(j memJob) bool { return j.Job.Casus == ref })
	if err != nil {
		return 0, err
	}
	for _, j := range jobs {
		j.Job.Body = nil
		if j.State != "leased" {
			j.State = "done"
		}
		put(tx.state.Jobs, j.Job.ID, j)
	}
	if r.At.IsZero() {
		r.At = tx.now()
	}
	r.Casus, r.Records = ref, records
	r.Kind, r.KeyPrint = cmp.Or(r.Kind, c.Kind), cmp.Or(r.KeyPrint, "memory")
	put(tx.state.Receipts, string(ref), r)
	put(tx.state.Dues, string(ref), time.Time{})
	put(tx.state.Casussen, string(ref), bot.Casus{Ref: ref, Region: c.Region, Kind: c.Kind, Phase: c.Phase, Status: bot.Erased, Version: c.Version + 1,
		OpenedAt: c.OpenedAt, LastActivityAt: c.LastActivityAt, ClosedAt: c.ClosedAt, ArchivedAt: c.ArchivedAt,
		ErasureAnnouncedAt: c.ErasureAnnouncedAt, ErasureRequestedAt: c.ErasureRequestedAt, ErasingSince: c.ErasingSince, ErasedAt: r.At})
	return records, nil
}

// Receipt implements bot.Tx.
func (tx *memTx) Receipt(ref bot.Ref) (bot.Receipt, error) {
	return get[bot.Receipt](tx.state.Receipts, string(ref))
}

// AddAgreement implements bot.Tx.
func (tx *memTx) AddAgreement(a bot.Agreement) error {
	return add(tx, tx.state.Agreements, a.Casus, keyOf(a.Casus, a.ID), a)
}

// Agreements implements bot.Tx.
func (tx *memTx) Agreements(ref bot.Ref) ([]bot.Agreement, error) {
	return of(tx, tx.state.Agreements, ref, func(a bot.Agreement) bot.Ref { return a.Casus })
}

// AddConsent implements bot.Tx.
func (tx *memTx) AddConsent(c bot.Consent) error {
	return add(tx, tx.state.Consents, c.Casus, keyOf(c.Casus, c.ID), c)
}

// Consents implements bot.Tx.
func (tx *memTx) Consents(ref bot.Ref) ([]bot.Consent, error) {
	return of(tx, tx.state.Consents, ref, func(c bot.Consent) bot.Ref { return c.Casus })
}

// WithdrawConsent implements bot.Tx.
func (tx *memTx) WithdrawConsent(ref bot.Ref, id string, at time.Time) error {
	return end(tx, tx.state.Consents, ref, id, at, func(c *bot.Consent) *time.Time { return &c.WithdrawnAt })
}

// WithdrawAgreement implements bot.Tx.
func (tx *memTx) WithdrawAgreement(ref bot.Ref, id string, at time.Time) error {
	return end(tx, tx.state.Agreements, ref, id, at, func(a *bot.Agreement) *time.Time { return &a.WithdrawnAt })
}

// AddFile implements bot.Tx.
func (tx *memTx) AddFile(f bot.File) error {
	return add(tx, tx.state.Files, f.Casus, string(f.ID), f)
}

// File implements bot.Tx.
func (tx *memTx) File(id bot.FileID) (bot.File, error) {
	r, err := get[ordered[bot.File]](tx.state.Files, string(id))
	return r.Value, err
}

// FilesOf implements bot.Tx.
func (tx *memTx) FilesOf(ref bot.Ref) ([]bot.File, error) {
	files, err := of(tx, tx.state.Files, ref, func(f bot.File) bot.Ref { return f.Casus })
	slices.SortStableFunc(files, func(a, b bot.File) int { return a.At.Compare(b.At) })
	return files, err
}

// SaveFile implements bot.Tx.
func (tx *memTx) SaveFile(f bot.File) error {
	if err := tx.known(f.Casus); err != nil {
		return err
	}
	r, err := get[ordered[bot.File]](tx.state.Files, string(f.ID))
	if err != nil {
		return err
	}
	if r.Value.Casus != f.Casus {
		return bot.ErrConflict
	}
	put(tx.state.Files, string(f.ID), ordered[bot.File]{r.Order, f})
	return nil
}

// FilesWaiting implements bot.Tx.
func (tx *memTx) FilesWaiting(state bot.FileState, t time.Time, limit int) ([]bot.File, error) {
	found, err := all(tx.state.Files, func(r ordered[bot.File]) bool { return r.Value.State == state && !r.Value.ExpiresAt.After(t) })
	slices.SortStableFunc(found, func(a, b ordered[bot.File]) int { return a.Value.ExpiresAt.Compare(b.Value.ExpiresAt) })
	var files []bot.File
	for _, r := range found {
		if limit <= 0 || len(files) < limit {
			files = append(files, r.Value)
		}
	}
	return files, err
}

// AddVerdict implements bot.Tx.
func (tx *memTx) AddVerdict(v bot.Verdict) error {
	if !tx.write {
		return errView
	}
	if v.Casus != "" {
		return add(tx, tx.state.Verdicts, v.Casus, string(v.ID), v)
	}
	if _, ok := tx.state.Verdicts[string(v.ID)]; ok {
		return bot.ErrConflict
	}
	put(tx.state.Verdicts, string(v.ID), ordered[bot.Verdict]{Value: v})
	return nil
}

// Verdict implements bot.Tx.
func (tx *memTx) Verdict(id bot.DecisionID) (bot.Verdict, error) {
	r, err := get[ordered[bot.Verdict]](tx.state.Verdicts, string(id))
	return r.Value, err
}

// VerdictsSince implements bot.Tx.
func (tx *memTx) VerdictsSince(t time.Time, limit int) ([]bot.Verdict, error) {
	found, err := all(tx.state.Verdicts, func(v ordered[bot.Verdict]) bool { return !v.Value.At.Before(t) })
	slices.SortStableFunc(found, func(a, b ordered[bot.Verdict]) int { return a.Value.At.Compare(b.Value.At) })
	var verdicts []bot.Verdict
	for _, v := range found {
		if limit > 0 && len(verdicts) == limit {
			break
		}
		verdicts = append(verdicts, v.Value)
	}
	return verdicts, err
}

// AddPolicy implements bot.Tx.
func (tx *memTx) AddPolicy(p bot.Policy) error {
	if !tx.write {
		return errView
	}
	if p.Hash == "" {
		return &bot.InvalidError{Field: "policy", Reason: "no hash"}
	}
	if _, ok := tx.state.Policies[p.Hash]; !ok {
		p.ApprovedBy, p.ActiveFrom = "", time.Time{}
		put(tx.state.Policies, p.Hash, ordered[bot.Policy]{Value: p})
	}
	return nil
}

// Policy implements bot.Tx.
func (tx *memTx) Policy(hash string) (bot.Policy, error) {
	p, err := get[ordered[bot.Policy]](tx.state.Policies, hash)
	return p.Value, err
}

// ActivatePolicy implements bot.Tx.
func (tx *memTx) ActivatePolicy(hash string, by bot.PersonID, at time.Time) error {
	if !tx.write {
		return errView
	}
	p, err := get[ordered[bot.Policy]](tx.state.Policies, hash)
	if err != nil {
		return err
	}
	tx.state.order++
	p.Order, p.Value.ApprovedBy, p.Value.ActiveFrom = tx.state.order, by, at
	put(tx.state.Policies, hash, p)
	return nil
}

// WaitingPolicies implements bot.Tx.
func (tx *memTx) WaitingPolicies() ([]bot.Policy, error) {
	waiting, err := all(tx.state.Policies, func(p ordered[bot.Policy]) bool { return p.Order == 0 })
	slices.SortFunc(waiting, func(a, b ordered[bot.Policy]) int {
		return cmp.Or(a.Value.ProposedAt.Compare(b.Value.ProposedAt), cmp.Compare(a.Value.Hash, b.Value.Hash))
	})
	var out []bot.Policy
	for _, p := range waiting {
		out = append(out, p.Value)
	}
	return out, err
}

// ActivePolicy implements bot.Tx.
func (tx *memTx) ActivePolicy() (bot.Policy, error) {
	active, err := all(tx.state.Policies, func(p ordered[bot.Policy]) bool { return p.Order > 0 })
	if err == nil && len(active) == 0 {
		err = bot.ErrNotFound
	}
	if err != nil {
		return bot.Policy{}, err
	}
	newest := slices.MaxFunc(active, func(a, b ordered[bot.Policy]) int { return cmp.Compare(a.Order, b.Order) })
	return newest.Value, nil
}

// AddHold implements bot.Tx.
func (tx *memTx) AddHold(h bot.Hold) error {
	return add(tx, tx.state.Holds, h.Casus, keyOf(h.Casus, h.ID), h)
}

// Holds implements bot.Tx.
func (tx *memTx) Holds(ref bot.Ref) ([]bot.Hold, error) {
	return of(tx, tx.state.Holds, ref, func(h bot.Hold) bot.Ref { return h.Casus })
}

// ReleaseHold implements bot.Tx.
func (tx *memTx) ReleaseHold(ref bot.Ref, id string, at time.Time) error {
	return end(tx, tx.state.Holds, ref, id, at, func(h *bot.Hold) *time.Time { return &h.ReleasedAt })
}

// AddJob implements bot.Tx.
func (tx *memTx) AddJob(j bot.Job) error {
	if !tx.write {
		return errView
	}
	if j.ID == "" || j.Kind == "" {
		return &bot.InvalidError{Field: "job", Reason: "no id"}
	}
	if _, ok := tx.state.Jobs[j.ID]; ok {
		return nil
	}
	if j.Body != nil && j.Casus != "" {
		if err := tx.there(j.Casus); err != nil {
			return err
		}
	}
	j.Attempts, j.Token = 0, 0
	put(tx.state.Jobs, j.ID, memJob{Job: j, State: "waiting"})
	return nil
}

// turn changes a job of which j is the newest claim.
func (tx *memTx) turn(j bot.Job, change func(*memJob)) error {
	if !tx.write {
		return errView
	}
	stored, err := get[memJob](tx.state.Jobs, j.ID)
	if err != nil {
		return err
	}
	if stored.Job.Token != j.Token || stored.State == "done" || stored.State == "buried" {
		return bot.ErrConflict
	}
	stored.Until = time.Time{}
	change(&stored)
	put(tx.state.Jobs, j.ID, stored)
	return nil
}

// FinishJob implements bot.Tx.
func (tx *memTx) FinishJob(j bot.Job) error {
	if tx.finished == nil {
		tx.finished = map[string]bool{}
	}
	tx.finished[j.ID] = true
	return tx.turn(j, func(m *memJob) { m.State = "done" })
}

// dropBodies forgets what finished jobs carried.
func (tx *memTx) dropBodies() {
	for id := range tx.finished {
		if j, err := get[memJob](tx.state.Jobs, id); err == nil && j.State == "done" {
			j.Job.Body = nil
			put(tx.state.Jobs, id, j)
		}
	}
}

// RetryJob implements bot.Tx.
func (tx *memTx) RetryJob(j bot.Job, at time.Time, cause string) error {
	return tx.turn(j, func(m *memJob) {
		m.State, m.Job.RunAt, m.Cause, m.Job.Attempts = "waiting", at, cause, m.Job.Attempts+1
	})
}

// BuryJob implements bot.Tx.
func (tx *memTx) BuryJob(j bot.Job, cause string) error {
	return tx.turn(j, func(m *memJob) { m.State, m.Cause, m.Job.Attempts = "buried", cause, m.Job.Attempts+1 })
}

// MoveJob implements bot.Tx.
func (tx *memTx) MoveJob(id string, at time.Time) error {
	if !tx.write {
		return errView
	}
	j, err := get[memJob](tx.state.Jobs, id)
	if err != nil {
		return err
	}
	if j.State == "done" || j.State == "buried" {
		j.State, j.Job.Attempts = "waiting", 0
	}
	j.Job.RunAt = at
	put(tx.state.Jobs, id, j)
	return nil
}

// JobsOf implements bot.Tx.
func (tx *memTx) JobsOf(ref bot.Ref) ([]bot.Job, error) {
	found, err := tx.state.openJobs(func(j memJob) bool { return j.Job.Casus == ref && j.State != "done" })
	slices.SortStableFunc(found, func(a, b memJob) int { return a.Job.RunAt.Compare(b.Job.RunAt) })
	var jobs []bot.Job
	for _, j := range found {
		jobs = append(jobs, j.Job)
	}
	return jobs, err
}

// due lists the jobs that may be claimed, earliest first.
func (tx *memTx) due(now time.Time) ([]memJob, error) {
	clock := tx.now()
	live := func(j memJob) bool { return j.State == "leased" && j.Until.After(clock) }
	busy := map[bot.Ref]bool{}
	jobs, err := tx.state.openJobs(func(j memJob) bool {
		if live(j) && j.Job.Casus != "" {
			busy[j.Job.Casus] = true
		}
		return (j.State == "waiting" || j.State == "leased") && !live(j) && !j.Job.RunAt.After(now)
	})
	jobs = slices.DeleteFunc(jobs, func(j memJob) bool { return busy[j.Job.Casus] })
	slices.SortStableFunc(jobs, func(a, b memJob) int { return a.Job.RunAt.Compare(b.Job.RunAt) })
	return jobs, err
}

// shutOut takes the turn from lapsed holders of other jobs of the same casus.
func (tx *memTx) shutOut(j bot.Job) error {
	others, err := tx.state.openJobs(func(o memJob) bool {
		return o.State == "leased" && o.Job.Casus == j.Casus && j.Casus != "" && o.Job.ID != j.ID
	})
	for _, o := range others {
		o.State, o.Cause = "waiting", "lapsed"
		o.Job.Token++
		o.Job.Attempts++
		put(tx.state.Jobs, o.Job.ID, o)
	}
	return err
}

// DueJobs implements bot.Tx.
func (tx *memTx) DueJobs(now time.Time) (due, buried int, err error) {
	jobs, err := tx.due(now)
	if err != nil {
		return 0, 0, err
	}
	dead, err := tx.state.openJobs(func(j memJob) bool { return j.State == "buried" })
	return len(jobs), len(dead), err
}

// PutEvent implements bot.Tx.
func (tx *memTx) PutEvent(e bot.Event) error {
	if !tx.write {
		return errView
	}
	key := e.Platform + ":" + e.ID
	if _, ok := tx.state.Events[key]; ok {
		return bot.ErrConflict
	}
	put(tx.state.Events, key, &e)
	return nil
}

// Event implements bot.Tx.
func (tx *memTx) Event(id string) (bot.Event, error) {
	e, err := get[*bot.Event](tx.state.Events, id)
	if err == nil && e == nil {
		err = bot.ErrNotFound
	}
	if err != nil {
		return bot.Event{}, err
	}
	return *e, nil
}

// DropEvent implements bot.Tx.
func (tx *memTx) DropEvent(id string) error {
	if !tx.write {
		return errView
	}
	if _, ok := tx.state.Events[id]; !ok {
		return bot.ErrNotFound
	}
	put(tx.state.Events, id, nil)
	return nil
}

// AddTicket implements bot.Tx.
func (tx *memTx) AddTicket(k bot.Ticket) error {
	if !tx.write {
		return errView
	}
	if k.Token == "" {
		return &bot.InvalidError{Field: "ticket", Reason: "no token"}
	}
	if k.Casus != "" {
		if err := tx.there(k.Casus); err != nil {
			return err
		}
	}
	if _, ok := tx.state.Tickets[k.Token]; ok {
		return bot.ErrConflict
	}
	put(tx.state.Tickets, k.Token, memTicket{Ticket: k})
	return nil
}

// Ticket implements bot.Tx.
func (tx *memTx) Ticket(token string, now time.Time) (bot.Ticket, error) {
	k, err := get[memTicket](tx.state.Tickets, token)
	if err == nil && (k.Used || !k.Ticket.Expires.After(now)) {
		err = bot.ErrNotFound
	}
	if err != nil {
		return bot.Ticket{}, err
	}
	return k.Ticket, nil
}

// UseTicket implements bot.Tx.
func (tx *memTx) UseTicket(token string, now time.Time) error {
	if !tx.write {
		return errView
	}
	k, err := get[memTicket](tx.state.Tickets, token)
	if err != nil {
		return err
	}
	if k.Used || !k.Ticket.Expires.After(now) {
		return bot.ErrConflict
	}
	k.Used = true
	put(tx.state.Tickets, token, k)
	return nil
}

// UseNonce implements bot.Tx.
func (tx *memTx) UseNonce(nonce string, expires time.Time) error {
	if !tx.write {
		return errView
	}
	if _, ok := tx.state.Nonces[nonce]; ok {
		return bot.ErrConflict
	}
	put(tx.state.Nonces, nonce, expires)
	return nil
}

// Record implements bot.Tx.
func (tx *memTx) Record(e bot.Entry) (bot.Entry, error) {
	if !tx.write {
		return bot.Entry{}, errView
	}
	if e.Act == "" {
		return bot.Entry{}, &bot.InvalidError{Field: "entry", Reason: "no act"}
	}
	if e.At.IsZero() {
		e.At = tx.now()
	}
	e.Reasons = slices.Clone(e.Reasons)
	e.Seq = int64(len(tx.state.entries)) + 1
	tx.state.entries = append(tx.state.entries, e)
	return e, nil
}

// Entries implements bot.Tx.
func (tx *memTx) Entries(ref bot.Ref, after int64, limit int) ([]bot.Entry, error) {
	var out []bot.Entry
	for _, e := range tx.state.entries {
		if e.Seq > after && (ref == "" || e.Casus == ref) && (limit <= 0 || len(out) < limit) {
			e.Reasons = slices.Clone(e.Reasons)
			out = append(out, e)
		}
	}
	return out, nil
}
