package render_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/convenantbot/convenantbot/internal/knowledge/document"
	"github.com/convenantbot/convenantbot/internal/render"
)

// packed makes a zip of its parts, in pairs of name and content.
func packed(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err == nil {
			_, err = w.Write([]byte(parts[i+1]))
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

const (
	wordNS = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	odfNS  = `xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"`
)

func docx(t testing.TB, body string, more ...string) []byte {
	return packed(t, append([]string{"word/document.xml", `<w:document ` + wordNS + `><w:body>` + body + `</w:body></w:document>`}, more...)...)
}

func odt(t testing.TB, body string, more ...string) []byte {
	return packed(t, append([]string{"mimetype", "application/vnd.oasis.opendocument.text", "content.xml",
		`<office:document-content ` + odfNS + `><office:body><office:text>` + body + `</office:text></office:body></office:document-content>`}, more...)...)
}

const elsewhere = "https://elders.example/pixel.png"

// hostile are documents that were made to do something, or to cost much.
func hostile(t testing.TB) map[string][]byte {
	para := func(s string) string { return `<w:p><w:r><w:t>` + s + `</w:t></w:r></w:p>` }
	active := `&lt;script&gt;fetch("` + elsewhere + `")&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&lt;a href="javascript:alert(1)"&gt;&lt;svg onload=x&gt;--&gt;]]&gt;{{.}}`
	return map[string][]byte{
		"script.docx":   docx(t, para(active), "word/media/image1.png", "\x89PNG\r\n\x1a\nkapot"),
		"script.odt":    odt(t, `<text:p>`+active+`</text:p><text:h text:outline-level="99">`+active+`</text:h>`),
		"external.docx": docx(t, `<w:p><w:hyperlink r:id="rId1"><w:r><w:t>lees meer</w:t></w:r></w:hyperlink><w:r><w:instrText>INCLUDEPICTURE "`+elsewhere+`"</w:instrText></w:r></w:p>`, "word/_rels/document.xml.rels", `<Relationships><Relationship Id="rId1" TargetMode="External" Target="`+elsewhere+`"/></Relationships>`, "word/settings.xml", `<w:attachedTemplate r:id="rId2"/>`),
		"external.odt":  odt(t, `<text:p>zie<draw:frame><draw:image xlink:href="`+elsewhere+`"/></draw:frame><text:a xlink:href="javascript:alert(1)">hier</text:a></text:p><text:section><office:event-listeners/><text:p>a</text:p></text:section>`),
		"svg.docx":      docx(t, para("tekst"), "word/media/image1.svg", `<svg xmlns="http://www.w3.org/2000/svg" onload="x"><image href="`+elsewhere+`"/></svg>`),
		"entities.docx": packed(t, "word/document.xml", `<!DOCTYPE a [<!ENTITY b "xxxxxxxxxx"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><w:document `+wordNS+`><w:body>`+para("&c;")+`</w:body></w:document>`),
		"entity.odt":    packed(t, "content.xml", `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><office:document-content `+odfNS+`><office:body><office:text><text:p>&b;</text:p></office:text></office:body></office:document-content>`),
		"deep.docx":     docx(t, strings.Repeat("<w:sdt>", 3000)+para("x")+strings.Repeat("</w:sdt>", 3000)),
		"deep.odt":      odt(t, strings.Repeat("<text:section>", 3000)+`<text:p>x</text:p>`+strings.Repeat("</text:section>", 3000)),
		"bomb.docx":     docx(t, strings.Repeat(para("aaaaaaaaaaaaaaaa"), 200_000)),
		"bomb.odt":      odt(t, `<text:p>`+strings.Repeat(" ", 8<<20)+`</text:p>`),
		"pictures.docx": docx(t, para("x"), "word/media/a.png", strings.Repeat("\x00", 8<<20)),
		"paths.docx":    docx(t, para("x"), "word/media/../../../etc/passwd", "root", "../word/media/a.png", "\x89PNG", "/word/media/b.png", "\x89PNG", `word\media\c.png`, "\x89PNG", "word/media/\x00.png", "x"),
		"twice.docx":    docx(t, para("een"), "word/document.xml", `<w:document `+wordNS+`><w:body>`+para("twee")+`</w:body></w:document>`),
		"labels.docx": docx(t, strings.Repeat(`<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>x</w:t></w:r></w:p>`, 2000),
			"word/numbering.xml", `<w:numbering `+wordNS+`><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/><w:lvlText w:val="`+strings.Repeat("%1 x", 100_000)+`"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num></w:numbering>`),
		"labels.odt": packed(t, "content.xml", `<office:document-content `+odfNS+`><office:automatic-styles><text:list-style text:name="L"><text:list-level-style-number text:level="1" text:num-format="1" text:num-prefix="`+strings.Repeat("%", 200_000)+`"/></text:list-style></office:automatic-styles><office:body><office:text><text:list text:style-name="L">`+
			strings.Repeat(`<text:list-item><text:p>x</text:p></text:list-item>`, 2000)+`</text:list></office:text></office:body></office:document-content>`),
		"nodes.docx":   docx(t, para("x")+strings.Repeat("<a/>", 900_000)),
		"active.html":  []byte(`<html><body onload=x><p onclick=y>a<script>fetch("` + elsewhere + `")</script><svg><style>@import "x"</style></svg><a href=javascript:x>b</a><iframe srcdoc="<script>1</script>">c</iframe><math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`),
		"deep.html":    []byte("<html><body>" + strings.Repeat("<div><b>", 3000) + "x"),
		"active.md":    []byte("# a <script>x</script>\n\n[b](javascript:alert(1)) ![c](" + elsewhere + ")\n\n<img src=x onerror=y>\n\n| a | b |\n|---|---|\n| <b> | </p> |\n"),
		"active.txt":   []byte("Een regel\n\n<img src=x onerror=alert(1)> \xe2\x80\xae \x01\n\njavascript:alert(1)"),
		"begin.docx":   []byte("PK\x03\x04"),
		"end.docx":     []byte("PK\x05\x06" + strings.Repeat("\xff", 18)),
		"no-body.docx": packed(t, "word/document.xml", `<w:document `+wordNS+`/>`),
	}
}

// shown draws a text as the renderer does.
func shown(t testing.TB, name string, data []byte, limits document.Limits) (render.Sheet, error) {
	read, err := document.Blocks(t.Context(), name, bytes.NewReader(data), int64(len(data)), limits)
	if err != nil {
		return render.Sheet{}, err
	}
	kinds := map[string]render.BlockKind{"heading": render.Heading, "item": render.Item, "row": render.Row}
	var blocks []render.Block
	for _, b := range read {
		blocks = append(blocks, render.Block{Kind: kinds[b.Kind], Level: b.Level, Label: b.Label, Text: b.Text})
	}
	var pictures []render.Sheet
	if bytes.HasPrefix(data, []byte("PK")) {
		within, _, err := document.Pictures(data, 40, limits.Expanded)
		if err != nil {
			return render.Sheet{}, err
		}
		for _, p := range within {
			if size, _, err := image.DecodeConfig(bytes.NewReader(p)); err == nil && size.Width*size.Height > 1<<20 {
				continue // FuzzPicture looks at large ones
			}
			if s, err := render.Picture(p); err == nil {
				pictures = append(pictures, s)
			}
		}
	}
	return render.Text(blocks, pictures)
}

func TestADocumentMadeToDoSomethingDoesNothing(t *testing.T) {
	for name, data := range hostile(t) {
		spending(t, 3<<30, func() {
			s, err := shown(t, name, data, document.DefaultLimits)
			if err != nil {
				if len(s.Body) > 0 {
					t.Errorf("%s: a sheet with an error: %v", name, err)
				}
				return
			}
			if what := unknown(s.Body); what != "" {
				t.Errorf("%s has %s", name, what)
			}
			if strings.HasPrefix(name, "external") && bytes.Contains(s.Body, []byte("elders.example")) {
				t.Errorf("%s leads elsewhere", name)
			}
		})
	}
}

func FuzzDocument(f *testing.F) {
	for name, data := range hostile(f) {
		if len(data) < 64<<10 {
			f.Add(name, data)
		}
	}
	small := document.Limits{Size: 1 << 20, Expanded: 4 << 20, Ratio: 200, Passages: 5000, Pages: 20}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if render.IsPDF(data[:min(len(data), 1024)]) {
			return // another program draws those
		}
		spending(t, 2<<30, func() {
			s, err := shown(t, name, data, small)
			if err != nil {
				return
			}
			if what := unknown(s.Body); what != "" || s.Type != "text/html" {
				t.Errorf("%q as %q has %s", data, name, what)
			}
		})
	})
}

// What a document says, wherever it stands in it, stays text.
func FuzzTextOfAPage(f *testing.F) {
	for _, s := range []string{"<script>", "</p><img src=x onerror=y>", `"><svg onload=x>`, "</style>", "</title><base href=//x>", "{{.}}", "<!--", "]]>", "&lt;b&gt;", "\x00\xff", "\u202e", "&#60;script&#62;", "<math><mi//xlink:href=\"data:x,<script>\">"} {
		for kind := range 4 {
			f.Add(kind, kind, s, s)
		}
	}
	f.Fuzz(func(t *testing.T, kind, level int, label, text string) {
		s, err := render.Text([]render.Block{{Kind: render.BlockKind(kind), Level: level, Label: label, Text: text}, {Text: "na"}}, nil)
		if err != nil {
			return
		}
		if what := unknown(s.Body); what != "" {
			t.Errorf("%q, %q has %s", label, text, what)
		}
	})
}

// pngSaying is a png that says it has w by h points and has almost none of them.
func pngSaying(w, h uint32) []byte {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	head := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)...)
	head = append(head, 8, 6, 0, 0, 0)
	for _, c := range [][]byte{head, append([]byte("IDAT"), 0x78, 0x9c, 0x63), []byte("IEND")} {
		_ = binary.Write(&b, binary.BigEndian, uint32(len(c)-4)) // a Buffer takes everything
		b.Write(c)
		_ = binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(c))
	}
	return b.Bytes()
}

// somePictures are pictures of every kind, whole, cut off, and with sizes they do not
// have.
func somePictures(t testing.TB) map[string][]byte {
	m := image.NewPaletted(image.Rect(0, 0, 40, 30), palette.WebSafe)
	for i := range m.Pix {
		m.Pix[i] = byte(i * 7 % 200)
	}
	var p, j, g, b, ti bytes.Buffer
	if err := errors.Join(png.Encode(&p, m), jpeg.Encode(&j, m, nil), gif.Encode(&g, m, nil), bmp.Encode(&b, m), tiff.Encode(&ti, m, &tiff.Options{Compression: tiff.Deflate})); err != nil {
		t.Fatal(err)
	}
	webp := "RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"
	all := map[string][]byte{
		"png": p.Bytes(), "jpeg": j.Bytes(), "gif": g.Bytes(), "bmp": b.Bytes(), "tiff": ti.Bytes(), "webp": []byte(webp),
		"png of 100000 by 100000": pngSaying(100_000, 100_000), "png of 2 billion by 1": pngSaying(1<<31-1, 1), "png of nothing": pngSaying(0, 0),
		"webp of 16384 by 16384":             []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\xff\xff\xff\x0f\x07\x10\x11\x11\x88\x88\xfe\x07\x00"),
		"webp of one point with a large one": []byte("RIFF\x2c\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00VP8L\x0d\x00\x00\x00\x2f\xff\xff\xff\x0f\x07\x10\x11\x11\x88\x88\xfe\x07\x00"),
		"svg":                                []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`),
	}
	large := bytes.Clone(b.Bytes())
	binary.LittleEndian.PutUint32(large[18:], 100_000)
	binary.LittleEndian.PutUint32(large[22:], 100_000)
	all["bmp of 100000 by 100000"] = large
	wide := bytes.Clone(j.Bytes())
	if at := bytes.Index(wide, []byte("\xff\xc0")); at > 0 {
		copy(wide[at+5:], "\xff\xff\xff\xff")
	}
	all["jpeg of 65535 by 65535"] = wide
	for _, kind := range []string{"png", "jpeg", "gif", "bmp", "tiff", "webp"} {
		for _, part := range []int{2, 3, 5} {
			all[fmt.Sprintf("%s, 1 part of %d", kind, part)] = all[kind][:len(all[kind])/part]
		}
	}
	return all
}

func TestAPictureThatSaysItIsLargerThanItIsTakesNoRoom(t *testing.T) {
	for name, data := range somePictures(t) {
		spending(t, 64<<20, func() {
			s, err := render.Picture(data)
			if whole := !strings.Contains(name, " ") && name != "svg"; (err == nil) != whole && !strings.Contains(name, ", 1 part") {
				t.Errorf("%s: %v, want it shown: %v", name, err, whole)
			}
			if err != nil && (!errors.Is(err, render.Unreadable) || len(s.Body) > 0) {
				t.Errorf("%s: %v with %d bytes", name, err, len(s.Body))
			}
		})
	}
}

func FuzzPicture(f *testing.F) {
	for _, data := range somePictures(f) {
		f.Add(data)
	}
	f.Add([]byte("GIF89a\xff\xff\xff\xff"))
	f.Add([]byte("II*\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		spending(t, 2<<30, func() {
			s, err := render.Picture(data)
			if err != nil {
				return
			}
			m, kind, err := image.Decode(bytes.NewReader(s.Body))
			if err != nil || "image/"+kind != s.Type || kind != "png" && kind != "jpeg" || s.Pages != 1 || m.Bounds().Dx() > 2200 || m.Bounds().Dy() > 2200 {
				t.Errorf("%q is shown as %s, %v", data, s.Type, err)
			}
		})
	})
}

// A pdf is drawn in a process that holds to its bounds, or not at all.
func FuzzPDF(f *testing.F) {
	one := "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>endobj\n4 0 obj<</Length 30>>stream\n10 10 100 100 re f            \nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
	f.Add([]byte(one))
	f.Add([]byte(one[:200]))
	f.Add([]byte(strings.Replace(one, "Kids[3 0 R]", "Kids[2 0 R]", 1)))
	f.Add([]byte(strings.Replace(one, "595 842", "1e30 1", 1)))
	f.Add([]byte(strings.Replace(one, "Count 1", "Count 2147483647", 1)))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := draw(t, "pdf", data)
		if err != nil {
			if len(s.Body) > 0 || !errors.Is(err, render.Unreadable) && !errors.Is(err, render.NoPDF) && !errors.Is(err, render.Busy) {
				t.Errorf("%q: %v with %d bytes", data, err, len(s.Body))
			}
			return
		}
		if m, kind, err := image.Decode(bytes.NewReader(s.Body)); err != nil || kind != "jpeg" || max(m.Bounds().Dx(), m.Bounds().Dy()) > 1501 {
			t.Errorf("%q is drawn as %s, %v", data, kind, err)
		}
	})
}
