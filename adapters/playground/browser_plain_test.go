package playground_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/proto"

	"github.com/convenantbot/convenantbot/adapters/playground"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/internal/browsertest"
)

// noPage are the routes that are read and give no page, and why. What gives a page is
// looked at below, as it is before any script runs.
var noPage = map[string]string{
	"GET /static/{version}/{name}":       "how it looks and moves",
	"GET /als/{person}/{$}":              "leads to the first channel",
	"GET /als/{person}/met/{other}":      "leads to the channel with somebody",
	"GET /als/{person}/bestand/{file}":   "a file, to be kept",
	"GET /als/{person}/voorbeeld/{name}": "likewise",
	"GET /als/{person}/live":             "what changes, for the page's script",
}

// without turns the scripts of a page off, or on again: those that it had are not run
// then, and axe-core's can be.
func (p *page) without(scripts bool) {
	p.t.Helper()
	if err := (proto.EmulationSetScriptExecutionDisabled{Value: scripts}).Call(p); err != nil {
		p.t.Fatal(err)
	}
}

// Every page of the chat as it is without its script: while it is fetched, or where it
// may not run. The door of a training is one of them.
func TestEveryPageOfTheChatIsReadByEverybodyWithoutItsScript(t *testing.T) {
	code, err := os.ReadFile("routes.go")
	if err != nil {
		t.Fatal(err)
	}
	mux, left := http.NewServeMux(), map[string]bool{}
	for _, m := range registered.FindAllStringSubmatch(string(code), -1) {
		mux.Handle(m[1], http.NotFoundHandler())
		if strings.HasPrefix(m[1], "GET ") && noPage[m[1]] == "" {
			left[m[1]] = true
		}
	}
	b := browsertest.Start(t)
	chat, _ := mustScripted(t)
	p := mustPage(t, b, chat.URL(), 1360, 860)
	look := func(p *page, where, at string) {
		t.Helper()
		for _, width := range []int{1360, 390} {
			p.Resize(width, 860)
			p.without(true)
			p.Go(at)
			p.without(false)
			p.fit(where + map[int]string{390: "-telefoon"}[width])
		}
		now, err := url.Parse(p.MustInfo().URL)
		if err != nil {
			t.Fatal(err)
		}
		_, pattern := mux.Handler(httptest.NewRequest(http.MethodGet, now.Path, nil))
		delete(left, pattern)
	}
	look(p, "zonder-script-start", chat.URL())
	p.Resize(1360, 860)
	p.Go(chat.URL())
	p.be("Sanne")
	p.say("Een bericht.")
	p.Sees("#berichten .msg", "Een bericht.")
	for where, more := range map[string]string{"kanaal": "", "leden": "?paneel=leden", "rondleiding": "?paneel=rondleiding"} {
		look(p, "zonder-script-"+where, chat.URL()+"als/sanne/kanaal/algemeen"+more)
		if p.Is(`() => document.body.dataset.live === "yes"`) {
			t.Errorf("the script of %s ran", where)
		}
	}
	p.Calm()
	for pattern := range left {
		t.Errorf("%s gives a page that axe-core does not look at; look at it here, or say why it is no page", pattern)
	}

	training, _ := mustTraining(t, bottest.NewClock())
	door := mustPage(t, b, chat.URL(), 1360, 860)
	if err := (proto.SecuritySetIgnoreCertificateErrors{Ignore: true}).Call(door); err != nil {
		t.Fatal(err)
	}
	door.May(training.URL())
	look(door, "deur", training.URL())
	door.Fill("#code", "AAAA-AAAA")
	door.Follow("button", "")
	door.Sees("[role=alert]", "")
	door.fit("deur-fout")
	door.Prefers("prefers-color-scheme", "dark", "prefers-reduced-motion", "reduce")
	door.fit("deur-fout-donker")
	door.Resize(1360, 860)
	codes := training.Codes()
	trainer := slices.IndexFunc(codes, func(c playground.Code) bool { return c.Person == "" })
	door.Fill("#code", codes[trainer].Code)
	door.Follow("button", "")
	door.Sees("h1", "")
	door.fit("training-start")
	door.Calm("403", "401", "422")
}
