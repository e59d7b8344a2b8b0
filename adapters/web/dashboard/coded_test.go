package dashboard

import "testing"

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
