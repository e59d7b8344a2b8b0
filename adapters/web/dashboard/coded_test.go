package dashboard

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot/text"
)

func TestACommandOnAPageHasNoBackticksAroundIt(t *testing.T) {
	for given, want := range map[string]string{
		"Typ `/casus status` en de code.": "Typ <code>/casus status</code> en de code.",
		"`een` en `twee`":                 "<code>een</code> en <code>twee</code>",
		"Niets.":                          "Niets.",
		"een ` los":                       "een ` los",
		"<b>`<script>`</b>":               "&lt;b&gt;<code>&lt;script&gt;</code>&lt;/b&gt;",
		"":                                "",
	} {
		if got := string(coded(given)); got != want {
			t.Errorf("coded(%q) = %q, want %q", given, got, want)
		}
	}
}

// The words of the catalogue come in both languages, told apart by characters that only
// the program reads.
func TestThePageToSignInIsInDutchAlone(t *testing.T) {
	w := httptest.NewRecorder()
	(&pages{}).render(w, 200, "inloggen", (&pages{}).signInPage("title", "text", Root))
	if body := w.Body.String(); !strings.Contains(body, "<h1>Inloggen</h1>") || text.Unread(body) {
		t.Errorf("the page to sign in: %q", body)
	}
}
