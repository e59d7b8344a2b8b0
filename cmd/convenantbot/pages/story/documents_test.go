package story

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"
)

// elsewhere is what documents of these stories try to fetch. Nobody may ever ask
// for it.
const elsewhere = "http://volg.example.org/pixel.png"

// sentence is what every page has many of.
const sentence = "Noor komt op tijd en werkt rustig; met de juf is afgesproken dat zij in de pauze even naar buiten mag."

func mustPacked(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err == nil {
			_, err = io.WriteString(w, parts[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// aDocx is a report of twenty pages, with a picture that lies elsewhere and a
// script.
func aDocx(t testing.TB) []byte {
	var body strings.Builder
	body.WriteString(`<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Behandelverslag</w:t></w:r></w:p><w:p><w:r><w:t>&lt;script&gt;document.title="stuk"&lt;/script&gt;</w:t></w:r></w:p>`)
	for n := range 20 {
		fmt.Fprintf(&body, `<w:p><w:pPr><w:pStyle w:val="Heading2"/></w:pPr><w:r><w:t>Week %d</w:t></w:r></w:p>`, n+1)
		for range 30 {
			fmt.Fprintf(&body, `<w:p><w:r><w:t>%s</w:t></w:r></w:p>`, sentence)
		}
	}
	body.WriteString(`<w:p><w:r><w:drawing><a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:link="rId9"/></w:drawing></w:r></w:p>`)
	return mustPacked(t, "[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"word/document.xml", `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`+body.String()+`</w:body></w:document>`,
		"word/_rels/document.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="`+elsewhere+`" TargetMode="External"/></Relationships>`)
}

func anODT(t testing.TB) []byte {
	var body strings.Builder
	for n := range 20 {
		fmt.Fprintf(&body, `<text:h text:outline-level="1">Week %d</text:h>`, n+1)
		for range 30 {
			fmt.Fprintf(&body, `<text:p>%s</text:p>`, sentence)
		}
	}
	return mustPacked(t, "mimetype", "application/vnd.oasis.opendocument.text",
		"content.xml", `<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"><office:body><office:text>`+
			body.String()+`<text:p><draw:frame><draw:image xlink:href="`+elsewhere+`"/></draw:frame></text:p></office:text></office:body></office:document-content>`)
}

// aPDF has twenty pages of text.
func aPDF(t testing.TB) []byte {
	t.Helper()
	doc := fpdf.New("P", "mm", "A4", "")
	doc.SetFont("Helvetica", "", 11)
	for n := range 20 {
		doc.AddPage()
		doc.LinkString(10, 10, 40, 10, elsewhere)
		for line := range 40 {
			doc.CellFormat(0, 6, fmt.Sprintf("Blad %d, regel %d: Noor komt op tijd en werkt rustig.", n+1, line+1), "", 1, "L", false, 0, "")
		}
	}
	var b bytes.Buffer
	if err := doc.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// aPicture is a photo of a page.
func aPicture(t testing.TB) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 1200, 1600))
	for y := range 1600 {
		for x := range 1200 {
			v := uint8(245)
			if y%60 > 40 && x > 100 && x < 1000+y%97 {
				v = 40
			}
			m.SetGray(x, y, color.Gray{v})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
