package render_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/convenantbot/convenantbot/internal/render"
)

// known are the elements that a page of text may have, each with its attributes and
// the one value that each may have; blank: any.
var known = map[string]map[string]string{
	"html": {"lang": "nl"}, "head": {}, "meta": {"charset": "utf-8", "name": "referrer", "content": "no-referrer"}, "title": {}, "style": {}, "body": {},
	"h2": {}, "h3": {}, "h4": {}, "p": {"class": "item"}, "div": {"class": "row"}, "img": {"src": "", "alt": ""},
}

// unknown says what a page of text has that could do something or ask for something,
// as a browser reads it; blank: nothing.
func unknown(body []byte) string {
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return err.Error()
	}
	for n := range root.Descendants() {
		switch n.Type {
		case html.TextNode, html.DoctypeNode:
			continue
		case html.ElementNode:
		default:
			return "a node of another kind: " + n.Data
		}
		attrs, ok := known[n.Data]
		if !ok || n.Namespace != "" {
			return "an element " + n.Data
		}
		for _, a := range n.Attr {
			want, ok := attrs[a.Key]
			if !ok || want != "" && a.Val != want || a.Namespace != "" {
				return "an attribute " + n.Data + " " + a.Key + "=" + a.Val
			}
			if a.Key == "src" && !ownPicture(a.Val) {
				return "a picture that is not ours: " + a.Val[:min(len(a.Val), 60)]
			}
		}
		if n.Data == "style" && strings.ContainsAny(n.FirstChild.Data, "@\\") || n.Data == "style" && strings.Contains(n.FirstChild.Data, "url(") {
			return "a style that asks for something"
		}
		if n.Data == "title" && n.FirstChild.Data != "Document" {
			return "a title of its own"
		}
	}
	return ""
}

// ownPicture reports whether an address holds a picture of the two kinds that are
// drawn here, and leads nowhere.
func ownPicture(src string) bool {
	for _, kind := range []string{"png", "jpeg"} {
		if packed, ok := strings.CutPrefix(src, "data:image/"+kind+";base64,"); ok {
			data, err := base64.StdEncoding.DecodeString(packed)
			_, is, picture := image.DecodeConfig(bytes.NewReader(data))
			return err == nil && picture == nil && is == kind
		}
	}
	return false
}

// spending fails the test when f asks for more than most bytes of memory in all. That
// is a bound on the time it takes as well, and one that no slow machine breaks.
func spending(t *testing.T, most uint64, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	if spent := after.TotalAlloc - before.TotalAlloc; spent > most {
		t.Errorf("it took %d MB, want at most %d", spent>>20, most>>20)
	}
}

func TestTheListOfWhatAPageMayHaveFindsWhatItMayNot(t *testing.T) {
	page := func(in string) []byte { return []byte(`<!DOCTYPE html><html lang="nl"><body>` + in + `</body></html>`) }
	for _, in := range []string{
		`<script>1</script>`, `<p onclick="x">a</p>`, `<a href="javascript:x">a</a>`, `<img src="https://a.example/b.png">`, `<img src="data:image/svg+xml;base64,PHN2Zz4=">`,
		`<img src="//a.example/">`, `<img src="data:image/png;base64,PHN2Zz4=">`, `<p style="background:url(x)">a</p>`, `<svg><p>a</p></svg>`, `<!-- a -->`, `<iframe></iframe>`,
		`<p class="x">a</p>`, `<style>@import "x"</style>`, `<link rel="stylesheet" href="x">`, `<form></form>`, `<img srcset="x">`, `<meta name="referrer" content="always">`,
	} {
		if unknown(page(in)) == "" {
			t.Errorf("%s is found to be harmless", in)
		}
	}
	s, err := render.Text([]render.Block{{Text: "a"}, {Kind: render.Heading, Level: 2, Text: "b"}, {Kind: render.Item, Label: "1.", Text: "c"}, {Kind: render.Row, Text: "d"}}, nil)
	if what := unknown(s.Body); err != nil || what != "" {
		t.Errorf("an ordinary page has %s, %v", what, err)
	}
}
