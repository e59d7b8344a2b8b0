package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/seal"
)

func jobPlace(casus, id string) seal.Place {
	p := place("jobs", scope(bot.Ref(casus)), id, casus)
	p.Column = "body"
	return p
}

// AddJob implements bot.Jobs.
func (t *tx) AddJob(j bot.Job) error {
	if j.ID == "" || j.Kind == "" {
		return &bot.InvalidError{Field: "job", Reason: "no id"}
	}
	var body []byte
	var err error
	if j.Body != nil {
		// One that is there keeps what it carries, and then nothing has to be sealed.
		var known int
		if err := t.row(`SELECT count(*) FROM jobs WHERE id = $1`, j.ID).Scan(&known); err != nil || known > 0 {
			return wrap("add job", err)
		}
		if body, err = t.sealJSON(jobPlace(string(j.Casus), j.ID), j.Body); err != nil {
			return wrap("add job", err)
		}
	}
	_, err = t.exec(`INSERT INTO jobs (id, kind, casus, object, body, run_at, attempts, token, state, lease_until, cause)
		VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 'waiting', 0, '') ON CONFLICT DO NOTHING`,
		j.ID, string(j.Kind), string(j.Casus), j.Object, body, micro(j.RunAt))
	return wrap("add job", err)
}

// turn ends the turn of j: the job moves on only for the claim with the newest
// token.
func (t *tx) turn(what string, j bot.Job, set string, args ...any) error {
	n, err := t.exec(`UPDATE jobs SET lease_until = 0, `+set+` WHERE id = $1 AND token = $2 AND state IN ('waiting', 'leased')`, append([]any{j.ID, j.Token}, args...)...)
	if err != nil || n > 0 {
		return wrap(what, err)
	}
	var known int
	if err := t.row(`SELECT count(*) FROM jobs WHERE id = $1`, j.ID).Scan(&known); err != nil {
		return wrap(what, err)
	}
	if known == 0 {
		return wrap(what, bot.ErrNotFound)
	}
	return fmt.Errorf("%s %s: somebody else has or had the turn: %w", what, j.ID, bot.ErrConflict)
}

// FinishJob implements bot.Jobs.
func (t *tx) FinishJob(j bot.Job) error {
	if err := t.turn("finish job", j, `state = 'done'`); err != nil {
		return err
	}
	if j.Body == nil && j.Casus == "" {
		return nil // it carried nothing; what an erased casus carried only looks so
	}
	if t.finished == nil {
		t.finished = map[string]bool{}
	}
	t.finished[j.ID] = true
	return nil
}

// RetryJob implements bot.Jobs.
func (t *tx) RetryJob(j bot.Job, at time.Time, cause string) error {
	return t.turn("retry job", j, `state = 'waiting', attempts = attempts + 1, run_at = $3, cause = $4`, micro(at), cause)
}

// BuryJob implements bot.Jobs.
func (t *tx) BuryJob(j bot.Job, cause string) error {
	return t.turn("bury job", j, `state = 'buried', attempts = attempts + 1, cause = $3`, cause)
}

// MoveJob implements bot.Jobs. A job that somebody is doing keeps its turn and
// runs again at at when it is given back.
func (t *tx) MoveJob(id string, at time.Time) error {
	delete(t.finished, id)
	return wrap("move job", t.one(bot.ErrNotFound, `UPDATE jobs SET run_at = $2,
		attempts = CASE WHEN state IN ('done', 'buried') THEN 0 ELSE attempts END,
		state = CASE WHEN state = 'leased' THEN 'leased' ELSE 'waiting' END WHERE id = $1`, id, micro(at)))
}

// dropBodies removes what finished jobs carried; only their ids are needed any
// more.
func (t *tx) dropBodies() error {
	for id := range t.finished {
		if _, err := t.exec(`UPDATE jobs SET body = NULL WHERE id = $1`, id); err != nil {
			return wrap("finish job", err)
		}
	}
	return nil
}

const jobColumns = `id, kind, casus, object, body, run_at, attempts, token`

type jobRow struct {
	id, kind, casus, object string
	body                    []byte
	runAt, attempts, token  int64
}

func (r *jobRow) scan(scan func(...any) error) error {
	return scan(&r.id, &r.kind, &r.casus, &r.object, &r.body, &r.runAt, &r.attempts, &r.token)
}

// openJob opens the body; that of an erased casus is gone and stays nil.
func (t *tx) openJob(r jobRow) (bot.Job, error) {
	j := bot.Job{ID: r.id, Kind: bot.JobKind(r.kind), Casus: bot.Ref(r.casus), Object: r.object,
		RunAt: moment(r.runAt), Attempts: int(r.attempts), Token: r.token}
	if r.body == nil {
		return j, nil
	}
	err := t.openJSON(jobPlace(r.casus, r.id), r.body, &j.Body)
	if errors.Is(err, bot.ErrGone) {
		err = nil
	}
	return j, err
}

// JobsOf implements bot.Jobs.
func (t *tx) JobsOf(ref bot.Ref) ([]bot.Job, error) {
	var rows []jobRow
	err := t.rows(`SELECT `+jobColumns+` FROM jobs WHERE casus = $1 AND state <> 'done' ORDER BY run_at, id`, []any{string(ref)}, func(scan func(...any) error) error {
		var r jobRow
		err := r.scan(scan)
		rows = append(rows, r)
		return err
	})
	var jobs []bot.Job
	for _, r := range rows {
		if err != nil {
			break
		}
		var j bot.Job
		j, err = t.openJob(r)
		jobs = append(jobs, j)
	}
	return jobs, wrap("list jobs", err)
}

// claimable tells the jobs that may be claimed: due, nobody's or lapsed, and of
// a casus in which nobody else works. $1 is now, $2 the clock of leases.
const claimable = `j.state IN ('waiting', 'leased') AND j.run_at <= $1
	AND (j.state = 'waiting' OR j.lease_until <= $2)
	AND NOT EXISTS (SELECT 1 FROM jobs b WHERE b.casus = j.casus AND b.casus <> '' AND b.state = 'leased' AND b.lease_until > $2)`

// DueJobs implements bot.Jobs.
func (t *tx) DueJobs(now time.Time) (due, buried int, err error) {
	clock, err := t.store.leaseClock(t)
	if err != nil {
		return 0, 0, wrap("count jobs", err)
	}
	if err := t.row(`SELECT count(*) FROM jobs j WHERE `+claimable, micro(now), clock).Scan(&due); err != nil {
		return 0, 0, wrap("count jobs", err)
	}
	err = t.row(`SELECT count(*) FROM jobs WHERE state = 'buried'`).Scan(&buried)
	return due, buried, wrap("count jobs", err)
}

// leaseClock is the time by which leases lapse, in microseconds.
func (s *Store) leaseClock(t *tx) (int64, error) {
	switch {
	case s.LeaseClock != nil:
		return micro(s.LeaseClock()), nil
	case s.dialect == sqlite:
		return micro(s.Now()), nil
	}
	var n int64
	err := t.row(`SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`).Scan(&n)
	return n, err
}

// lapsed is the cause of a job whose worker did not come back.
const lapsed = "lapsed"

// ClaimJob implements bot.Store.
func (s *Store) ClaimJob(ctx context.Context, now time.Time, lease time.Duration) (bot.Job, error) {
	for {
		var job bot.Job
		err := s.run(ctx, turns, func(t *tx) (err error) {
			job, err = t.claim(now, lease)
			return err
		})
		if err == nil && job.ID == "" {
			continue // one that never came back was buried; look for the next
		}
		return job, wrap("claim job", err)
	}
}

func (t *tx) claim(now time.Time, lease time.Duration) (bot.Job, error) {
	clock, err := t.store.leaseClock(t)
	if err != nil {
		return bot.Job{}, err
	}
	var r jobRow
	var state string
	err = t.row(`SELECT `+jobColumns+`, state FROM jobs j WHERE `+claimable+` ORDER BY j.run_at, j.id LIMIT 1`+t.store.dialect.skipLocked(),
		micro(now), clock).Scan(&r.id, &r.kind, &r.casus, &r.object, &r.body, &r.runAt, &r.attempts, &r.token, &state)
	if err != nil {
		return bot.Job{}, err
	}
	return t.lease(r, state, clock, lease)
}

// lease gives the turn at a job that may be claimed. A blank one was buried: it
// never came back.
func (t *tx) lease(r jobRow, state string, clock int64, lease time.Duration) (bot.Job, error) {
	if state == "leased" {
		r.attempts++
	}
	if r.attempts >= bot.MaxAttempts {
		// Whoever did it died each time: trying again would kill the next one too.
		_, err := t.exec(`UPDATE jobs SET state = 'buried', attempts = $2, cause = $3, lease_until = 0 WHERE id = $1`, r.id, r.attempts, lapsed)
		return bot.Job{}, err
	}
	if r.casus != "" {
		// The turn at the casus goes over: a lapsed holder of another job of it has
		// an old token from here on.
		if _, err := t.exec(`UPDATE jobs SET state = 'waiting', token = token + 1, attempts = attempts + 1, lease_until = 0, cause = $3
			WHERE casus = $1 AND state = 'leased' AND id <> $2 AND lease_until <= $4`, r.casus, r.id, lapsed, clock); err != nil {
			return bot.Job{}, err
		}
	}
	r.token++
	if _, err := t.exec(`UPDATE jobs SET state = 'leased', token = $2, attempts = $3, lease_until = $4 WHERE id = $1`,
		r.id, r.token, r.attempts, clock+lease.Microseconds()); err != nil {
		return bot.Job{}, err
	}
	return t.openJob(r)
}

// ClaimThese implements bot.Store.
func (s *Store) ClaimThese(ctx context.Context, ids []string, now time.Time, lease time.Duration) (claimed []bot.Job, busy []string, err error) {
	if len(ids) == 0 {
		return nil, nil, nil
	}
	err = s.run(ctx, turns, func(t *tx) (err error) {
		claimed, busy, err = t.claimThese(ids, now, lease)
		return err
	})
	return claimed, busy, wrap("claim jobs", err)
}

func (t *tx) claimThese(ids []string, now time.Time, lease time.Duration) (claimed []bot.Job, busy []string, err error) {
	clock, err := t.store.leaseClock(t)
	if err != nil {
		return nil, nil, err
	}
	of := map[string][]string{} // by casus
	for part := range slices.Chunk(ids, named) {
		err := t.rows(`SELECT id, casus FROM jobs WHERE id IN (`+namedFrom2+`) AND state IN ('waiting', 'leased') AND run_at <= $1`,
			append([]any{micro(now)}, padded(part)...), func(scan func(...any) error) error {
				var id, casus string
				err := scan(&id, &casus)
				of[casus] = append(of[casus], id)
				return err
			})
		if err != nil {
			return nil, nil, err
		}
	}
	if claimed, err = t.claimLoose(of[""], now, clock, lease); err != nil {
		return nil, nil, err
	}
	delete(of, "")
	one := func(casus string) error {
		var r jobRow
		var state string
		err := t.row(`SELECT `+jobColumns+`, state FROM jobs j WHERE j.casus = $3 AND `+claimable+` ORDER BY j.run_at, j.id LIMIT 1`+t.store.dialect.skipLocked(),
			micro(now), clock, casus).Scan(&r.id, &r.kind, &r.casus, &r.object, &r.body, &r.runAt, &r.attempts, &r.token, &state)
		if errors.Is(err, bot.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		job, err := t.lease(r, state, clock, lease)
		if err == nil && job.ID != "" {
			claimed = append(claimed, job)
		}
		return err
	}
	// In the order of the casussen, so that two that claim at once never wait for
	// each other.
	for _, casus := range slices.Sorted(maps.Keys(of)) {
		before := len(claimed)
		if err := one(casus); err != nil {
			return nil, nil, err
		}
		for _, id := range of[casus] {
			if len(claimed) == before || claimed[before].ID != id {
				busy = append(busy, id)
			}
		}
	}
	return claimed, busy, nil
}

// named is how many jobs one statement names, and namedFrom2 their places.
const (
	named      = 8
	namedFrom2 = `$2, $3, $4, $5, $6, $7, $8, $9`
	namedFrom3 = `$3, $4, $5, $6, $7, $8, $9, $10`
)

// padded fills up to named by naming the last one again, so that the statement is
// always the same.
func padded(ids []string) []any {
	out := make([]any, named)
	for i := range out {
		out[i] = ids[min(i, len(ids)-1)]
	}
	return out
}

// claimLoose claims jobs of no casus by name.
func (t *tx) claimLoose(ids []string, now time.Time, clock int64, lease time.Duration) (claimed []bot.Job, err error) {
	for part := range slices.Chunk(slices.Sorted(slices.Values(ids)), named) {
		var found []jobRow
		states := map[string]string{}
		err := t.rows(`SELECT `+jobColumns+`, state FROM jobs j WHERE j.id IN (`+namedFrom3+`) AND j.casus = '' AND j.state IN ('waiting', 'leased')
			AND j.run_at <= $1 AND (j.state = 'waiting' OR j.lease_until <= $2) ORDER BY j.id`+t.store.dialect.skipLocked(),
			append([]any{micro(now), clock}, padded(part)...), func(scan func(...any) error) error {
				var r jobRow
				var state string
				err := r.scan(func(to ...any) error { return scan(append(to, &state)...) })
				found = append(found, r)
				states[r.id] = state
				return err
			})
		if err != nil {
			return nil, err
		}
		var fresh []string
		for _, r := range found {
			if states[r.id] == "waiting" && r.attempts < bot.MaxAttempts {
				fresh = append(fresh, r.id)
				r.token++
				job, err := t.openJob(r)
				if err != nil {
					return nil, err
				}
				claimed = append(claimed, job)
				continue
			}
			job, err := t.lease(r, states[r.id], clock, lease)
			if err != nil {
				return nil, err
			}
			if job.ID != "" {
				claimed = append(claimed, job)
			}
		}
		if len(fresh) == 0 {
			continue
		}
		if _, err := t.exec(`UPDATE jobs SET state = 'leased', token = token + 1, lease_until = $1 WHERE id IN (`+namedFrom2+`)`,
			append([]any{clock + lease.Microseconds()}, padded(fresh)...)...); err != nil {
			return nil, err
		}
	}
	return claimed, nil
}

// KeepJob implements bot.Store.
func (s *Store) KeepJob(ctx context.Context, j bot.Job, lease time.Duration) error {
	return wrap("keep job", s.run(ctx, turns, func(t *tx) error {
		clock, err := s.leaseClock(t)
		if err != nil {
			return err
		}
		return t.one(bot.ErrConflict, `UPDATE jobs SET lease_until = $3 WHERE id = $1 AND token = $2 AND state = 'leased'`, j.ID, j.Token, clock+lease.Microseconds())
	}))
}
