package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/cmd/convenantbot/storybook"
)

func TestTheStorybookIsWrittenIntoAFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "boek")
	if said := mustSay(t, "storybook", "--out", dir); !strings.Contains(said, "index.html") {
		t.Errorf("it said %q", said)
	}
	for _, name := range []string{"index.html", "storybook.css", "storybook.js", "chat.css", "icon.svg", "tekst-say.html", "regels.html"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheStorybookIsShownToThisMachineAlone(t *testing.T) {
	for _, args := range [][]string{{}, {"--listen", "0.0.0.0:0"}, {"--listen", "192.0.2.1:8080"}, {"--listen", ":0"}, {"--listen", "nergens"}} {
		var errs bytes.Buffer
		code := run(t.Context(), append([]string{"storybook"}, args...), &IO{In: strings.NewReader(""), Out: io.Discard, Err: &errs})
		if code != exitBadInput {
			t.Errorf("storybook %v ended with %d: %s", args, code, errs.String())
		}
	}
	people, err := readSamples()
	if err != nil {
		t.Fatal(err)
	}
	book, err := storybook.Make(people)
	if err != nil {
		t.Fatal(err)
	}
	h := storybookHandler(book)
	for path, want := range map[string]int{"/": 200, "/index.html": 200, "/regels.html": 200, "/storybook.js": 200, "/niets.html": 404, "/../main.go": 404} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != want {
			t.Errorf("GET %s is %d, want %d", path, w.Code, want)
		}
		if kind := w.Header().Get("Content-Type"); want == 200 && (kind == "" || strings.HasSuffix(path, ".js") && !strings.Contains(kind, "javascript")) {
			t.Errorf("GET %s is of the type %q", path, kind)
		}
	}
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil)); w.Code == 200 {
		t.Error("something can be sent to the storybook")
	}
}
