package vault_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

// A store that is away, slow or full is a no that says what became of it, what one
// can do, and whom to tell.
func TestAVaultThatIsAwaySlowOrFullSaysWhatToDo(t *testing.T) {
	full := fmt.Errorf("/secret/path: %w: %w", bot.ErrFull, bot.ErrUnavailable)
	for _, c := range []struct {
		name string
		err  error
		code int
		read string // what who reads is told
		come string // and who brings something in
	}{
		{"away", fmt.Errorf("/secret/path: %w", bot.ErrUnavailable), 503, "daarom dicht", "dan is het niet ingebracht"},
		{"slow", context.DeadlineExceeded, 503, "daarom dicht", "dan is het niet ingebracht"},
		{"full", full, 507, "Daarom blijft het dicht", "Van je bestand is niets bewaard"},
	} {
		f := newFake()
		f.download = true
		open := mustServe(t, f, drawer{kind: "text/html", pages: 1})
		b := open()
		_, _, _, reads := b.do("POST", "/kluis/l1", nil)
		_, _, _, brings := b.do("POST", "/breng/b1", nil)
		f.shut(c.err)
		f.links["l2"], f.links["b2"] = "s2", "u2"
		for _, r := range []struct{ method, path, body, want string }{
			{"GET", "/kluis/l2", "", c.read}, {"POST", "/kluis/l2", "", c.read}, {"GET", reads, "", c.read}, {"GET", reads + "blad/1", "", c.read}, {"GET", reads + "bestand", "", c.read}, {"GET", reads + "leeft", "", c.read},
			{"POST", "/breng/b2", "", c.come}, {"GET", brings, "", c.come}, {"GET", brings + "stand", "", c.come}, {"PUT", brings + "deel?vanaf=0", "abc", c.come},
			{"POST", brings + "klaar", `{"name":"a.pdf","size":3}`, c.come},
		} {
			code, body, _, _ := b.do(r.method, r.path, strings.NewReader(r.body))
			if code != c.code || !strings.Contains(body, r.want) || !strings.Contains(body, "aarschuw de") && !strings.Contains(body, "waarschuw dan de beheerder") || !strings.Contains(body, "in de chat") {
				t.Errorf("%s: %s %s = %d %q", c.name, r.method, r.path, code, body)
			}
			if strings.Contains(body, canary) || strings.Contains(body, "secret") {
				t.Errorf("%s: %s %s tells too much: %q", c.name, r.method, r.path, body)
			}
		}
		if len(f.brought) > 0 || f.name != "" {
			t.Errorf("%s: something came in: %v %q", c.name, f.brought, f.name)
		}
	}
}
