package main

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/cmd/convenantbot/storybook"
)

// noPage are the routes that are read and give no page, and why. What gives a page is
// in the storybook, where axe-core looks at it in a browser.
var noPage = map[string]string{
	"GET /kaart/stijl.css":                            "how it looks",
	"GET /kluis/static/{name}":                        "how it looks and moves",
	"GET /kluis/s/{id}/bestand":                       "the document itself, to be kept",
	"GET /kluis/s/{id}/leeft":                         "whether it may still be read, for the page's script",
	"GET /breng/s/{id}/stand":                         "how much of a file is there, for the page's script",
	"GET /overzicht/stijl.css":                        "how it looks",
	"GET /overzicht/levend.js":                        "how it moves",
	"GET /overzicht/{$}":                              "leads to the first view",
	"GET /overzicht/{hat}/{org}/{view}/json":          "a view for a program",
	"GET /overzicht/{hat}/{org}/{view}/csv/{table}":   "a table for a spreadsheet",
	"GET /overzicht/{hat}/{org}/logboek/bewijs/{seq}": "a proof for a program",
	"GET /overzicht/inloggen/start":                   "leads to the provider; its no is looked at in adapters/web/dashboard",
	"GET /overzicht/inloggen/terug":                   "the end of signing in, looked at in adapters/web/dashboard, where a provider is",
}

// Every route that is read, as the code has it: a page without a sample fails here.
func TestEveryRouteThatGivesAPageIsInTheStorybook(t *testing.T) {
	mux := http.NewServeMux()
	var read []string
	for _, dir := range []string{"card", "vault", "dashboard"} {
		for _, pattern := range patternsIn(t, "../../adapters/web/"+dir) {
			mux.Handle(pattern, http.NotFoundHandler())
			if strings.HasPrefix(pattern, "GET ") {
				read = append(read, pattern)
			}
		}
	}
	if len(read) < 25 {
		t.Fatalf("%d routes are found: %q", len(read), read)
	}
	shown := map[string]bool{}
	for _, path := range mustBook(t).Asked {
		_, pattern := mux.Handler(httptest.NewRequest(http.MethodGet, path, nil))
		if pattern == "" || noPage[pattern] != "" {
			t.Errorf("the storybook shows %s, which is the route %q", path, pattern)
		}
		shown[pattern] = true
	}
	for _, pattern := range read {
		if !shown[pattern] && noPage[pattern] == "" {
			t.Errorf("%s gives a page that is not in the storybook; show it in storybook/pages.go, or say in this test why it is no page", pattern)
		}
	}
	for pattern := range noPage {
		if !slices.Contains(read, pattern) {
			t.Errorf("there is no route %s any more", pattern)
		}
	}
}

func mustBook(t *testing.T) storybook.Book {
	t.Helper()
	people, err := readSamples()
	if err != nil {
		t.Fatal(err)
	}
	book, err := storybook.Make(people)
	if err != nil {
		t.Fatal(err)
	}
	return book
}
