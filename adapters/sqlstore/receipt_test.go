package sqlstore_test

import (
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/audit"
)

func TestAReceiptIsSignedWithAKeyOfItsOwnAndAChangedOneDoesNotHold(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		ref := w.mustCasus(t)
		w.erase(t, ref)
		key := w.store.ReceiptKey()
		if key == "" || key == w.store.PublicKey() {
			t.Fatalf("key of receipts %q, of checkpoints %q", key, w.store.PublicKey())
		}
		w.open(t)
		w.mustView(t, func(tx bot.Tx) error {
			r, err := tx.Receipt(ref)
			if text, err := audit.OpenNote(r.Signed, w.store.ReceiptKey()); err != nil || text != r.Text() || !strings.Contains(text, string(ref)) {
				t.Errorf("receipt %q: %v", r.Signed, err)
			}
			if w.store.ReceiptKey() != key {
				t.Error("another key after a restart")
			}
			if _, err := audit.OpenNote(strings.Replace(r.Signed, "records: ", "records: 1", 1), key); err == nil {
				t.Error("a changed receipt holds")
			}
			if _, err := audit.OpenNote(r.Signed, w.store.PublicKey()); err == nil {
				t.Error("a receipt holds under the key of checkpoints")
			}
			return err
		})
	})
}
