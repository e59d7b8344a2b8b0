package story

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/internal/browsertest"
	"github.com/convenantbot/convenantbot/internal/testserver/program"
)

// Every page of the handbook, as the program writes it, on a desk, on a phone by night,
// and as narrow as a page is at 400%.
func TestEveryPageOfTheHandbookIsReadByEverybody(t *testing.T) {
	dir := t.TempDir()
	if said, err := exec.Command(program.Binary(t), "handbook", "--out", dir).CombinedOutput(); err != nil {
		t.Fatalf("handbook: %v: %s", err, said)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(server.Close)
	b := browsertest.Start(t)
	desk, phone := b.Open(server.URL+"/stijl.css", 1280, 900), b.Open(server.URL+"/stijl.css", 320, 740)
	phone.Prefers("prefers-color-scheme", "dark", "prefers-reduced-motion", "reduce")
	seen := 0
	for _, f := range files {
		name, is := strings.CutSuffix(f.Name(), ".html")
		if !is {
			continue
		}
		seen++
		at := server.URL + "/" + strings.TrimPrefix(filepath.Base(f.Name()), "index.html")
		desk.Go(at)
		desk.Until("the pictures are there", `() => [...document.images].every((i) => i.complete && i.naturalWidth > 0)`)
		desk.Axe("the handbook: " + name)
		desk.Heard("handboek-" + name)
		desk.Fits("the handbook: " + name)
		desk.Shoot("handboek-" + name)
		phone.Go(at)
		if name == "index" || name == "delen" || name == "rol-fg" { // one of each kind
			phone.Axe("the handbook by night, on a phone: " + name)
		}
		phone.Fits("the handbook on a phone: " + name)
		phone.Shoot("handboek-" + name + "-telefoon")
	}
	if seen < 15 {
		t.Errorf("the handbook has %d pages", seen)
	}
	desk.Calm()
	phone.Calm()
	if out := b.Outside(); len(out) > 0 {
		t.Errorf("the handbook asks elsewhere: %v", out)
	}
}
