package embed

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func serve(t *testing.T, f http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return &Client{URL: s.URL + "/v1/", Model: "m", Token: func() string { return "geheim" }}
}

func TestTextsComeBackAsDirectionsInTheirOrder(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path != "/v1/embeddings" || r.Header.Get("Authorization") != "Bearer geheim" || !strings.Contains(string(body), `"input":["een","twee"]`) {
			t.Errorf("%s %s", r.URL.Path, body)
		}
		io.WriteString(w, `{"data":[{"index":1,"embedding":[0,2]},{"index":0,"embedding":[3,0]}]}`)
	})
	got, err := c.Embed(t.Context(), []string{"een", "twee"})
	if err != nil || len(got) != 2 || got[0][0] != 1 || got[1][1] != 1 {
		t.Errorf("Embed = %v, %v", got, err)
	}
}

func TestWhatCannotBeUsedIsAnErrorThatTellsNothing(t *testing.T) {
	for name, body := range map[string]string{
		"not json":                  `nee`,
		"too few":                   `{"data":[{"index":0,"embedding":[1,0]}]}`,
		"one twice":                 `{"data":[{"index":0,"embedding":[1,0]},{"index":0,"embedding":[1,0]}]}`,
		"out of range":              `{"data":[{"index":0,"embedding":[1,0]},{"index":7,"embedding":[1,0]}]}`,
		"of two sizes":              `{"data":[{"index":0,"embedding":[1,0]},{"index":1,"embedding":[1,0,0]}]}`,
		"empty":                     `{"data":[{"index":0,"embedding":[]},{"index":1,"embedding":[]}]}`,
		"without a direction":       `{"data":[{"index":0,"embedding":[0,0]},{"index":1,"embedding":[1,0]}]}`,
		"larger than there can be":  `{"data":[{"index":0,"embedding":[1e300,1e300]},{"index":1,"embedding":[1,0]}]}`,
		"an answer without an end ": `{"data":[`,
	} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) })
		got, err := c.Embed(t.Context(), []string{"geheime tekst", "twee"})
		if !errors.Is(err, ErrUnused) || got != nil || strings.Contains(err.Error(), "geheime tekst") {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for name, f := range map[string]http.HandlerFunc{
		"an error": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "nee", http.StatusTeapot) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elders.example", http.StatusTemporaryRedirect)
		},
		"silence": func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body); <-r.Context().Done() },
	} {
		c := serve(t, f)
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		if _, err := c.Embed(ctx, []string{"een"}); !errors.Is(err, ErrUnused) {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
	}
}

// A model whose size changes is another model: what was kept is worth nothing.
func TestAnotherSizeThanBeforeIsRefused(t *testing.T) {
	size := `[1,0]`
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"data":[{"index":0,"embedding":`+size+`}]}`)
	})
	if _, err := c.Embed(t.Context(), []string{"een"}); err != nil {
		t.Fatal(err)
	}
	size = `[1,0,0]`
	if _, err := c.Embed(t.Context(), []string{"een"}); !errors.Is(err, ErrUnused) {
		t.Errorf("err = %v", err)
	}
}
