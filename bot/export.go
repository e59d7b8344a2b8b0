package bot

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/convenantbot/convenantbot/bot/dossier"
)

// ExportOrder asks for the answer to a request for access.
type ExportOrder struct {
	Ref     Ref      `json:"ref"`
	Request string   `json:"request"` // id of the matter; blank: the only one that was agreed to
	To      string   `json:"to"`      // public age key of the requester; blank: the one that was noted
	Include []string `json:"include"` // items held for review that a person let through
	Review  bool     `json:"review"`  // show what is held instead; for who must judge it
	By      string   `json:"by"`      // the operator's account on the machine
}

// Exported is what an order gave.
type Exported struct {
	Sealed  []byte         `json:"sealed,omitempty"` // for the requester alone
	Held    []dossier.Item `json:"held,omitempty"`   // with Review
	Items   int            `json:"items"`
	Review  int            `json:"held_for_review"`
	LeftOut int            `json:"left_out"`
}

// maxExport bounds the files that go along with one answer, in bytes; more of
// them are handed over apart.
const maxExport = 256 << 20

// Export makes the answer to a request for access that a second person agreed
// to. What is only about others stays out; what is about others too waits for a
// person, who lets it through item by item. Every export is in the log, before
// anything leaves. ErrForbidden: nobody agreed yet, or the key is another one
// than was noted; ErrNotFound: there is no such request.
func (b *Bot) Export(ctx context.Context, o ExportOrder) (Exported, error) {
	var out Exported
	var d collected
	var m Matter
	err := b.Store.View(ctx, func(tx Tx) (err error) {
		var casus Casus
		if m, casus, err = b.accessRequest(tx, o); err != nil {
			return err
		}
		d, err = b.collect(tx, casus, m, o.Include)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("export %s: %w", o.Ref, err)
	}
	if !o.Review && m.Key != "" && o.To != "" && o.To != m.Key {
		return out, fmt.Errorf("export %s: the request names another key: %w", o.Ref, ErrForbidden)
	}
	if o.To == "" {
		o.To = m.Key
	}
	if !o.Review {
		if err := dossier.CheckKey(o.To); err != nil {
			return out, &InvalidError{Field: "to", Reason: err.Error()}
		}
	}
	what := []string{"answer", "by:" + o.By}
	if o.Review {
		what[0] = "review"
	}
	for _, id := range o.Include {
		what = append(what, "include:"+id)
	}
	if err := b.update(ctx, func(tx Tx) error {
		// Once more under the transaction that records it: what was agreed to may
		// have been dealt with meanwhile.
		if _, _, err := b.accessRequest(tx, o); err != nil {
			return err
		}
		_, err := tx.Record(Entry{Casus: o.Ref, At: b.Now(), Act: ActExported, Object: m.ID, Reasons: what, Outcome: outcomeDone})
		return err
	}); err != nil {
		return out, fmt.Errorf("export %s: %w", o.Ref, err)
	}
	out.Items, out.Review, out.LeftOut = len(d.Items), d.Held, d.LeftOut
	if o.Review {
		out.Held = d.held
		return out, nil
	}
	var sealed bytes.Buffer
	if err := d.Seal(&sealed, o.To, b.attachments(ctx, o.Ref, d.files)...); err != nil {
		return out, fmt.Errorf("export %s: %w", o.Ref, err)
	}
	out.Sealed = sealed.Bytes()
	return out, nil
}

// accessRequest finds the request that an order is about.
func (b *Bot) accessRequest(tx Tx, o ExportOrder) (Matter, Casus, error) {
	casus, err := tx.Casus(o.Ref)
	if err != nil {
		return Matter{}, casus, err
	}
	all, err := tx.Matters(o.Ref)
	if err != nil {
		return Matter{}, casus, err
	}
	var found []Matter
	waiting := false
	for _, m := range all {
		if m.Kind != AccessRequest || !m.Open() || o.Request != "" && m.ID != o.Request {
			continue
		}
		if m.ApprovedAt.IsZero() || m.ApprovedBy == m.By {
			waiting = true
			continue
		}
		found = append(found, m)
	}
	switch {
	case len(found) > 1:
		return Matter{}, casus, &InvalidError{Field: "request", Reason: "there are several requests for access; name one of " + strings.Join(ids(found), ", ")}
	case len(found) == 1:
		return found[0], casus, nil
	case waiting:
		return Matter{}, casus, fmt.Errorf("the request for access waits for a second person, who presses a button: %w", ErrForbidden)
	}
	return Matter{}, casus, fmt.Errorf("there is no open request for access; note one with /casus gegevens: %w", ErrNotFound)
}

func ids(all []Matter) []string {
	var out []string
	for _, m := range all {
		out = append(out, m.ID)
	}
	return out
}

// attachments are the files whose bytes are still with us.
func (b *Bot) attachments(ctx context.Context, ref Ref, files []File) []dossier.Attachment {
	var all []dossier.Attachment
	for _, f := range files {
		all = append(all, dossier.Attachment{Name: attachmentName(f), Open: func() (io.ReadCloser, error) { return b.Store.OpenBlob(ctx, ref, f.ID) }})
	}
	return all
}

// attachmentName says nothing about anybody: what the file was called stands in
// the overview.
func attachmentName(f File) string { return "bestanden/" + string(f.ID) + ".bin" }
