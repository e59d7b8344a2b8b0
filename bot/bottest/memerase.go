package bottest

import (
	"cmp"
	"encoding/json"
	"maps"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

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
