package sqlstore

import (
	"fmt"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// SetDue implements bot.Casussen.
func (t *tx) SetDue(ref bot.Ref, at time.Time) error {
	return wrap("set due", t.one(bot.ErrNotFound, `UPDATE casussen SET due_at = $2 WHERE ref = $1`, string(ref), micro(at)))
}

// Due implements bot.Casussen.
func (t *tx) Due(ref bot.Ref) (time.Time, error) {
	var at int64
	err := t.row(`SELECT due_at FROM casussen WHERE ref = $1`, string(ref)).Scan(&at)
	return moment(at), wrap("read due", err)
}

// DueRefs implements bot.Casussen.
func (t *tx) DueRefs(at time.Time) ([]bot.Ref, error) {
	refs, err := t.refs(`SELECT ref FROM casussen WHERE due_at > 0 AND due_at <= $1 ORDER BY due_at, ref`, micro(at))
	return refs, wrap("list due casussen", err)
}

// CountCasussen implements bot.Casussen.
func (t *tx) CountCasussen(statuses ...bot.Status) (int, error) {
	in, args := statusIn(nil, statuses)
	var n int
	err := t.row(`SELECT count(*) FROM casussen WHERE true`+in, args...).Scan(&n)
	return n, wrap("count casussen", err)
}

// RefsWithoutJob implements bot.Casussen.
func (t *tx) RefsWithoutJob(prefix string, limit int, statuses ...bot.Status) ([]bot.Ref, error) {
	in, args := statusIn([]any{prefix, limit}, statuses)
	refs, err := t.refs(`SELECT ref FROM casussen WHERE true`+in+` AND NOT EXISTS (SELECT 1 FROM jobs j
		WHERE j.id = $1 || casussen.ref AND j.state IN ('waiting', 'leased')) ORDER BY ref LIMIT $2`, args...)
	return refs, wrap("list casussen without a job", err)
}

// statusIn is the condition that the status is one of these; none: any.
func statusIn(args []any, statuses []bot.Status) (string, []any) {
	if len(statuses) == 0 {
		return "", args
	}
	in := " AND status IN ("
	for i, status := range statuses {
		args = append(args, string(status))
		if i > 0 {
			in += ", "
		}
		in += fmt.Sprintf("$%d", len(args))
	}
	return in + ")", args
}

func (t *tx) refs(query string, args ...any) ([]bot.Ref, error) {
	var refs []bot.Ref
	err := t.rows(query, args, func(scan func(...any) error) error {
		var ref string
		err := scan(&ref)
		refs = append(refs, bot.Ref(ref))
		return err
	})
	return refs, err
}
