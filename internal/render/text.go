package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
)

// BlockKind is what a block of text is.
type BlockKind int

// The kinds of block.
const (
	Paragraph BlockKind = iota
	Heading
	Item
	Row
)

// Block is a piece of text in reading order.
type Block struct {
	Kind  BlockKind
	Level int    // of a heading from 1, of a list item from 0
	Label string // of a list item as it is shown, such as "1."
	Text  string
}

// maxText is how many bytes a page of text may have with its pictures.
const maxText = 24 << 20

// textStyle is the one style that a page of text may have.
const textStyle = `body{font:1rem/1.6 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff;overflow-wrap:anywhere}
h1,h2,h3,h4{line-height:1.25}.item{margin:.2rem 0 .2rem 1.5rem}.row{border-bottom:1px solid #999;padding:.3rem 0}img{max-width:100%;height:auto;display:block;margin:1rem 0}`

// Policy is the Content-Security-Policy of a page of text: it shows the pictures
// that stand in it, and does nothing else. Its own style is named by what it is, so
// that no other one counts.
var Policy = func() string {
	sum := sha256.Sum256([]byte(textStyle))
	return "default-src 'none'; img-src data:; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
}()

var textPage = template.Must(template.New("text").Parse(`<!DOCTYPE html>
<html lang="nl"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>Document</title>
<style>` + textStyle + `</style></head><body>
{{range .Blocks}}{{if eq .Kind 1}}{{if le .Level 1}}<h2>{{.Text}}</h2>{{else if eq .Level 2}}<h3>{{.Text}}</h3>{{else}}<h4>{{.Text}}</h4>{{end}}
{{else if eq .Kind 2}}<p class="item">{{if .Label}}{{.Label}}{{else}}•{{end}} {{.Text}}</p>
{{else if eq .Kind 3}}<div class="row">{{.Text}}</div>
{{else}}<p>{{.Text}}</p>
{{end}}{{end}}{{range .Pictures}}<img src="{{.}}" alt="">
{{end}}</body></html>
`))

// Text writes blocks down as a page, with pictures below them. Each picture is one
// that Picture made. What is too large is Unreadable.
func Text(blocks []Block, pictures []Sheet) (Sheet, error) {
	var sources []template.URL
	for _, p := range pictures {
		// Ours: Picture made it, and its type is one of two.
		sources = append(sources, template.URL("data:"+p.Type+";base64,"+base64.StdEncoding.EncodeToString(p.Body)))
	}
	page := bounded{most: maxText}
	if err := textPage.Execute(&page, map[string]any{"Blocks": blocks, "Pictures": sources}); err != nil {
		return Sheet{}, Unreadable
	}
	return Sheet{Type: "text/html", Pages: 1, Body: page.b.Bytes()}, nil
}

// IsPicture reports whether a file begins as a picture that Picture may know.
func IsPicture(head []byte) bool {
	switch http.DetectContentType(head) {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp":
		return true
	}
	return bytes.HasPrefix(head, []byte("II*\x00")) || bytes.HasPrefix(head, []byte("MM\x00*"))
}

// IsPDF reports whether a file begins as a pdf.
func IsPDF(head []byte) bool { return bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")) }
