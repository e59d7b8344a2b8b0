package vault_test

import (
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

// Found by breaking it: drawing takes a while, and nothing noticed when what was drawn
// went out although the right to read it had ended meanwhile.
func TestWhatIsDrawnWhileTheRightEndsIsNotGivenOut(t *testing.T) {
	f := newFake()
	ends := false
	open := mustServe(t, f, drawer{kind: "image/png", pages: 3, hook: func() {
		if ends {
			f.shut(&bot.ClosedError{Reason: "gone", Text: "het document is er niet meer"})
		}
	}})
	b := open()
	code, _, _, at := b.do("POST", "/kluis/l1", nil)
	if code != 200 {
		t.Fatalf("enter: %d", code)
	}
	if code, body, _, _ := b.do("GET", at+"blad/2", nil); code != 200 || !strings.Contains(body, canary) {
		t.Fatalf("while it may: %d", code)
	}
	ends = true
	for _, path := range []string{"blad/2", ""} {
		f.shut(nil)
		if code, body, _, _ := b.do("GET", at+path, nil); code != 403 || strings.Contains(body, canary) || strings.Contains(body, "Bakker") {
			t.Errorf("%q, which ends while it is drawn: %d", path, code)
		}
	}
}

// Found by breaking it: each document has an address of its own, so that a browser with
// two of them open shows each session its own document. Nothing noticed when they had
// one address, and the second took the place of the first.
func TestTwoDocumentsInOneBrowserDoNotMix(t *testing.T) {
	f := newFake()
	f.links["l1"], f.links["l2"] = "een", "twee"
	b := mustServe(t, f, drawer{kind: "image/png", pages: 2})()
	_, _, _, first := b.do("POST", "/kluis/l1", nil)
	_, _, _, second := b.do("POST", "/kluis/l2", nil)
	if first == second || !strings.HasPrefix(first, "/kluis/s/") || !strings.HasPrefix(second, "/kluis/s/") {
		t.Fatalf("the two are at %q and %q", first, second)
	}
	// The first is closed; the second stays open, and the first shows nothing of it.
	if code, _, _, _ := b.do("POST", first+"dicht", nil); code != 200 {
		t.Fatalf("close the first: %d", code)
	}
	if code, body, _, _ := b.do("GET", first+"blad/1", nil); code != 403 || strings.Contains(body, canary) {
		t.Errorf("the one that was closed: %d", code)
	}
	if code, _, _, _ := b.do("GET", second+"blad/1", nil); code != 200 {
		t.Errorf("the other one: %d", code)
	}
}
