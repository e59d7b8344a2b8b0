package dashboard

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
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

// A name of the catalogue comes in both languages, told apart by characters that only
// the program reads. They used to stand on the page and in the files.
func TestANameOfTheCatalogueIsInDutchOnThePageAndInTheFiles(t *testing.T) {
	both := []bot.DashTable{{Code: "x", Rows: []bot.DashRow{{Cells: []bot.DashCell{{Text: text.KindName("mdo")}, {Text: "C-2026-0042"}}}}}}
	given := both[0].Rows[0].Cells[0].Text
	got := inDutch(both)[0].Rows[0].Cells
	if got[0].Text != "Multidisciplinair overleg (MDO)" || got[1].Text != "C-2026-0042" {
		t.Errorf("inDutch = %+v", got)
	}
	if both[0].Rows[0].Cells[0].Text != given {
		t.Error("what the bot gave was changed")
	}
	w := httptest.NewRecorder()
	(&pages{}).render(w, 200, "inloggen", (&pages{}).signInPage("title", "text", Root))
	if body := w.Body.String(); !strings.Contains(body, "<h1>Inloggen</h1>") || strings.ContainsAny(body, "\x1c\x1d\x1e") {
		t.Errorf("the page to sign in: %q", body)
	}
}
