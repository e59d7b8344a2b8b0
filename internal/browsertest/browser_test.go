package browsertest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"
)

// noted is a test that remembers what was said against it.
type noted struct {
	testing.TB
	said []string
}

func (n *noted) Helper()                         {}
func (n *noted) Errorf(format string, a ...any)  { n.said = append(n.said, fmt.Sprintf(format, a...)) }
func (n *noted) has(t *testing.T, part string)   { t.Helper(); n.count(t, part, true) }
func (n *noted) lacks(t *testing.T, part string) { t.Helper(); n.count(t, part, false) }

func (n *noted) heard(part string) bool {
	return slices.ContainsFunc(n.said, func(s string) bool { return strings.Contains(s, part) })
}

func (n *noted) count(t *testing.T, part string, want bool) {
	t.Helper()
	if got := n.heard(part); got != want {
		t.Errorf("said %q: %v, want %v, in %q", part, got, want, n.said)
	}
}

const good = `<!doctype html><html lang="nl"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Goed</title></head>
<body><main><h1>Goed</h1><form action="/verder"><label for="a">Naam</label><input id="a" name="a"><button>Verder</button></form></main></body></html>`

// bad complains, asks elsewhere and cannot be read; what it asks stands in a frame
// too.
const bad = `<!doctype html><html><head><title>Slecht</title></head><body><div style="width:900px;color:#ccc">Slecht</div><input>
<img src="/weg.png" alt=""><img src="http://volg.example.org/a.png" alt="">
<iframe sandbox srcdoc="<img src='http://volg.example.org/b.png'>"></iframe>
<script>console.error("kapot"); throw new Error("stuk")</script></body></html>`

func TestWhatIsWrongWithAPageIsSeen(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		switch r.URL.Path {
		case "/slecht":
			fmt.Fprint(w, bad)
		case "/goed", "/verder":
			http.SetCookie(w, &http.Cookie{Name: "hier", Value: "ja"})
			w.Header().Set("Content-Security-Policy", "default-src 'none'")
			fmt.Fprint(w, good)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	b := Start(t)

	n := &noted{TB: t}
	p := b.For(n).Open(server.URL+"/slecht", 360, 740)
	p.Until("the pictures were tried", `() => [...document.images].every((i) => i.complete)`)
	p.Axe("slecht")
	p.Fits("slecht")
	for end := time.Now().Add(Patience); len(b.Outside()) < 2 && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	all := []string{"html-has-lang", "color-contrast", "label:", "pixels wide in a tab of 360", "kapot", "stuk", "answer 404: " + server.URL + "/weg.png",
		"asks elsewhere: http://volg.example.org/a.png", "asks another machine: GET volg.example.org/a.png", "asks another machine: GET volg.example.org/b.png"}
	// A browser tells of what it asked when it suits it.
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if p.Calm(); !slices.ContainsFunc(all, func(part string) bool { return !n.heard(part) }) {
			break
		}
	}
	for _, part := range all {
		n.has(t, part)
	}

	n = &noted{TB: t}
	p = b.For(n).Open(server.URL+"/goed", 360, 740)
	p.Fill("#a", "Ilse")
	p.Axe("goed")
	p.Fits("goed")
	p.Follow("button", "Verder")
	p.Sees("h1", "Goed")
	p.Calm()
	n.lacks(t, "")
	if !strings.HasSuffix(p.MustInfo().URL, "/verder?a=Ilse") {
		t.Errorf("the form led to %s", p.MustInfo().URL)
	}
	if got := b.Another().Open(server.URL+"/goed", 800, 600).MustEval(`() => document.cookie`).Str(); got != "hier=ja" {
		t.Errorf("the other browser has %q", got)
	}
	p.Press(input.Tab)
	if got := p.Focused(); !strings.Contains(got, "#a") {
		t.Errorf("the first thing to reach is %q", got)
	}
}
