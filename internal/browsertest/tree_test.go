package browsertest_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/internal/browsertest"
)

func TestWhatIsUnclearToWhoHearsAPageIsTold(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<!doctype html><html lang="nl"><title>t</title><body>` + r.URL.Query().Get("body")))
	}))
	defer site.Close()
	p := browsertest.Start(t).Open(site.URL, 800, 600)
	for body, want := range map[string]string{
		`<main><h1>A</h1><h2>B</h2><h3>C</h3><h2>D</h2></main>`:                                                                                 "",
		`<main><h1>A</h1><h3>C</h3></main>`:                                                                                                     `"C" is of level 3, after one of level 1`,
		`<main><h2>B</h2></main>`:                                                                                                               `"B" is of level 2, after one of level 0`,
		`<main><h1>A</h1><button aria-label="Sluit">x</button></main>`:                                                                          "",
		`<main><h1>A</h1><button><svg viewBox="0 0 1 1"></svg></button></main>`:                                                                 "a button has no name",
		`<main><h1>A</h1><input></main>`:                                                                                                        "a textbox has no name",
		`<main><h1>A</h1><a href="#x"></a></main>`:                                                                                              "a link has no name",
		`<main><h1>A</h1><button>Weg</button><button>Weg</button></main>`:                                                                       `two of button "Weg"`,
		`<main><h1>A</h1><ul><li>een <button>Weg</button><li>twee <button>Weg</button></ul></main>`:                                             "",
		`<main><h1>A</h1><a href="#x">Lees</a> <a href="#x">Lees</a></main>`:                                                                    "",
		`<main><h1>A</h1><a href="#x">Lees</a> <a href="#y">Lees</a></main>`:                                                                    `two of link "Lees"`,
		`<main><h1>A</h1></main><dialog id=d aria-label="Vraag"><h2>B</h2><button>Ja</button></dialog><script>d.showModal()</script>`:           "",
		`<main><h1>A</h1></main><dialog id=d><button>Ja</button></dialog><script>d.showModal()</script>`:                                        "a dialog has no name",
		`<main><h1>A</h1></main><div hidden><button></button></div><div aria-hidden="true"><h3>C</h3></div><div inert><input></div>`:            "",
		`<main><h1>A</h1><fieldset><legend>Wie</legend><label><input type=radio name=a>Ja</label></fieldset><label>Ja<input type=radio></main>`: "",
	} {
		p.Go(site.URL + "/?body=" + strings.NewReplacer("%", "%25", "#", "%23", "&", "%26", "+", "%2B", " ", "%20", "\"", "%22", "<", "%3C", ">", "%3E").Replace(body))
		got := browsertest.Unclear(p.Tree())
		if want == "" && len(got) > 0 || want != "" && !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	p.Calm()
}
