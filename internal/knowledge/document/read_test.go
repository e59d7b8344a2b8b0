package document

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// mustZip packs parts, given as name and content in turn.
func mustZip(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func mustRead(t testing.TB, name string, raw []byte) Document {
	t.Helper()
	doc, err := Read(t.Context(), name, bytes.NewReader(raw), int64(len(raw)), DefaultLimits)
	if err != nil {
		t.Fatalf("Read(%s) = %v", name, err)
	}
	return doc
}

// mustPDF writes a pdf with the given lines on each page.
func mustPDF(t testing.TB, pages ...[]string) []byte {
	t.Helper()
	var b bytes.Buffer
	var at []int
	object := func(s string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), s)
	}
	b.WriteString("%PDF-1.4\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	var kids strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", 4+2*i)
	}
	object(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids.String(), len(pages)))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /FirstChar 32 /LastChar 126 /Widths [" + strings.Repeat("500 ", 95) + "] >>")
	for i, lines := range pages {
		object(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", 5+2*i))
		var s strings.Builder
		s.WriteString("BT /F1 11 Tf 60 780 Td 14 TL\n")
		for _, l := range lines {
			if l == "" {
				s.WriteString("0 -14 Td\n")
				continue
			}
			fmt.Fprintf(&s, "(%s) Tj 0 -14 Td\n", strings.NewReplacer("(", `\(`, ")", `\)`).Replace(l))
		}
		s.WriteString("ET")
		object(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", s.Len(), s.String()))
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	return b.Bytes()
}

const docxHead = `<w:document xmlns:w="w"><w:body>`

func para(style, num, text string) string {
	s := "<w:p><w:pPr>"
	if style != "" {
		s += `<w:pStyle w:val="` + style + `"/>`
	}
	if num != "" {
		s += `<w:numPr><w:ilvl w:val="0"/><w:numId w:val="` + num + `"/></w:numPr>`
	}
	return s + "</w:pPr><w:r><w:t>" + text + "</w:t></w:r></w:p>"
}

func mustDocx(t testing.TB) []byte {
	return mustZip(t,
		"word/styles.xml", `<w:styles xmlns:w="w"><w:style w:type="paragraph" w:styleId="Kop1"><w:name w:val="heading 1"/></w:style><w:style w:type="paragraph" w:styleId="Eigen"><w:basedOn w:val="Kop1"/></w:style></w:styles>`,
		"word/numbering.xml", `<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num></w:numbering>`,
		"word/document.xml", docxHead+para("Eigen", "", "Convenant regio Voorbeeld")+para("", "", "Artikel 9 Bewaren")+
			para("", "5", "Verslagen blijven zes maanden.")+
			`<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="5"/></w:numPr></w:pPr><w:del><w:r><w:delText>nooit</w:delText></w:r></w:del><w:r><w:t xml:space="preserve">Daarna worden zij </w:t></w:r><w:ins><w:r><w:t>vernietigd.</w:t></w:r></w:ins></w:p>`+
			para("Kop1", "", "Bijlage")+`<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Partij</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Taak</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>Gemeente</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>leerplicht</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>`)
}

func mustODT(t testing.TB) []byte {
	return mustZip(t, "mimetype", "application/vnd.oasis.opendocument.text",
		"content.xml", `<o:document-content xmlns:o="o" xmlns:t="t" xmlns:tb="tb" xmlns:s="s"><o:automatic-styles><t:list-style s:name="L1"><t:list-level-style-number t:level="1" s:num-format="1" s:num-suffix="."/></t:list-style></o:automatic-styles><o:body><o:text><t:h t:outline-level="1">Convenant regio Voorbeeld</t:h><t:h t:outline-level="2">Artikel 9<t:tab/>Bewaren</t:h><t:list t:style-name="L1"><t:list-item><t:p>Verslagen blijven<t:s/>zes maanden.</t:p></t:list-item><t:list-item><t:p>Daarna worden zij <t:span>vernietigd</t:span>.<t:note>voetnoot</t:note></t:p></t:list-item></t:list><t:h t:outline-level="1">Bijlage</t:h><tb:table><tb:table-row><tb:table-cell><t:p>Partij</t:p></tb:table-cell><tb:table-cell><t:p>Taak</t:p></tb:table-cell></tb:table-row><tb:table-row><tb:table-cell><t:p>Gemeente</t:p></tb:table-cell><tb:table-cell><t:p>leerplicht</t:p></tb:table-cell></tb:table-row></tb:table></o:text></o:body></o:document-content>`)
}

var written = map[string]string{
	"convenant.md":   "# Convenant regio Voorbeeld\n\n## Artikel 9 Bewaren\n\n1. Verslagen blijven **zes maanden**.\n2. Daarna worden zij\n   vernietigd.\n\n# Bijlage\n\n| Partij | Taak |\n| --- | --- |\n| Gemeente | leerplicht |\n",
	"convenant.html": "<!doctype html><title>x</title><nav>menu</nav><h1>Convenant regio Voorbeeld</h1><script>weg()</script><h2>Artikel 9 Bewaren</h2><ol><li>Verslagen blijven <b>zes maanden</b>.<li><p>Daarna worden zij vernietigd.</p></ol><h1>Bijlage</h1><table><tr><th>Partij<th>Taak<tr><td>Gemeente<td>leerplicht</table>",
	"convenant.txt":  "Convenant regio Voorbeeld\r\n\r\nArtikel 9 Bewaren\r\n1. Verslagen blijven\r\nzes maanden.\r\n2. Daarna worden zij vernietigd.\r\n",
}

func TestArticlesAndTheirParagraphsAreKeptInEveryKindOfFile(t *testing.T) {
	files := map[string][]byte{"convenant.docx": mustDocx(t), "convenant.odt": mustODT(t),
		"convenant.pdf": mustPDF(t, []string{"Convenant regio Voorbeeld", "", "Artikel 9 Bewaren", "1. Verslagen blijven", "zes maanden.", "2. Daarna worden zij ver-", "nietigd."})}
	for name, s := range written {
		files[name] = []byte(s)
	}
	for name, raw := range files {
		doc := mustRead(t, name, raw)
		want := map[string]string{"1": "1. Verslagen blijven zes maanden.", "2": "2. Daarna worden zij vernietigd."}
		for _, p := range doc.Passages {
			if p.Article == "9" && want[p.Paragraph] == p.Text {
				delete(want, p.Paragraph)
				if place := "artikel 9 lid " + p.Paragraph; !strings.HasPrefix(p.Place, place) {
					t.Errorf("%s: place %q, want %q", name, p.Place, place)
				}
			}
		}
		if len(want) > 0 {
			t.Errorf("%s: %v not found in %+v", name, want, doc.Passages)
		}
		if name != "convenant.pdf" && doc.Title != "Convenant regio Voorbeeld" {
			t.Errorf("%s: title %q", name, doc.Title)
		}
		if strings.HasSuffix(name, "pdf") || strings.HasSuffix(name, "txt") {
			continue
		}
		if last := doc.Passages[len(doc.Passages)-1]; last.Text != "Partij | Taak\nGemeente | leerplicht" || last.Article != "" || !strings.Contains(last.Place, "Bijlage") {
			t.Errorf("%s: table %+v", name, last)
		}
	}
}

func TestAPageOfAPDFIsThePlace(t *testing.T) {
	body := []string{"De partijen houden zich aan de afspraken die zij in dit stuk maken.", "Zij evalueren elk jaar hoe dat gaat."}
	doc := mustRead(t, "a.pdf", mustPDF(t, append([]string{"Convenant - pagina 1", ""}, body...), append([]string{"Convenant - pagina 2", ""}, "Een andere tekst over beveiliging van bestanden."), []string{"Convenant - pagina 3", "", "En nog wat over toetreden."}))
	if n := len(doc.Passages); n != 3 || doc.Passages[1].Place != "pagina 2" || doc.Passages[1].Page != 2 {
		t.Fatalf("passages %+v", doc.Passages)
	}
	for _, p := range doc.Passages {
		if strings.Contains(p.Text, "Convenant - pagina") {
			t.Errorf("the head of the page is in %q", p.Text)
		}
	}
}

func TestABadFileIsRefusedWithItsReason(t *testing.T) {
	key := strings.Repeat("ab", 32)
	locked := bytes.Replace(mustPDF(t, []string{"tekst"}), []byte("/Root 1 0 R"), []byte("/Root 1 0 R /ID [<"+key+"> <"+key+">] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <"+key+"> /U <"+key+"> >>"), 1)
	bomb := mustZip(t, "word/document.xml", docxHead+strings.Repeat(" ", 80<<20))
	whole := mustDocx(t)
	for _, tt := range []struct {
		why, name string
		raw       []byte
		want      Reason
	}{
		{"a pdf with a password", "a.pdf", locked, Encrypted},
		{"a docx with a password", "a.docx", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...."), Encrypted},
		{"an odt with a password", "a.odt", mustZip(t, "content.xml", "\x01\x02", "META-INF/manifest.xml", "<m><encryption-data/></m>"), Encrypted},
		{"a scan", "a.pdf", bytes.Replace(mustPDF(t, []string{""}), []byte("/Font << /F1 3 0 R >>"), []byte("/XObject << /I 3 0 R>>"), 1), Scanned},
		{"a pdf without anything", "a.pdf", mustPDF(t, []string{""}), Empty},
		{"half a pdf", "a.pdf", mustPDF(t, []string{"tekst"})[:200], Broken},
		{"half a docx", "a.docx", whole[:len(whole)/2], Broken},
		{"a docx whose text breaks off", "a.docx", mustZip(t, "word/document.xml", docxHead+"<w:p>"), Broken},
		{"a bomb", "a.docx", bomb, TooLarge},
		{"elements without end", "a.docx", mustZip(t, "word/document.xml", strings.Repeat("<a>", 5000)), TooLarge},
		{"a pdf called docx", "a.docx", mustPDF(t, []string{"tekst"}), Mismatch},
		{"a docx called pdf", "a.pdf", whole, Mismatch},
		{"a docx called odt", "a.odt", whole, Mismatch},
		{"a docx called txt", "a.txt", whole, Mismatch},
		{"a picture called pdf", "a.pdf", []byte("\x89PNG\r\n"), Mismatch},
		{"html called txt", "a.txt", []byte("<!DOCTYPE html><p>tekst"), Mismatch},
		{"bytes called txt", "a.txt", []byte("a\x00b"), Mismatch},
		{"a zip called docx", "a.docx", mustZip(t, "x", "y"), Mismatch},
		{"a picture", "a.png", []byte("\x89PNG\r\n"), Unsupported},
		{"an old Word file", "a.doc", []byte("\xd0\xcf\x11\xe0"), Unsupported},
		{"nothing", "a.md", nil, Empty},
		{"only white space", "a.md", []byte(" \n\n"), Empty},
	} {
		doc, err := Read(t.Context(), tt.name, bytes.NewReader(tt.raw), int64(len(tt.raw)), DefaultLimits)
		var bad *Error
		if !errors.As(err, &bad) || bad.Reason != tt.want || bad.File != tt.name || bad.Detail == "" || len(doc.Passages) > 0 {
			t.Errorf("%s: Read = %+v, %v, want %s", tt.why, doc, err, tt.want)
		}
	}
}

// endless is a file that is larger than anybody has room for.
type endless struct{}

func (endless) ReadAt(p []byte, _ int64) (int, error) {
	panic("read before its size was looked at")
}

func TestAFileOf500MBIsRefusedUnread(t *testing.T) {
	_, err := Read(t.Context(), "a.pdf", endless{}, 500<<20, DefaultLimits)
	var bad *Error
	if !errors.As(err, &bad) || bad.Reason != TooLarge {
		t.Errorf("Read = %v", err)
	}
}

func TestWhatIsNotShownIsLeftOut(t *testing.T) {
	if got, want := plain(" ja\u202e\u200b,\u00ad \t nee\x07 "), "ja, nee"; got != want {
		t.Errorf("plain = %q, want %q", got, want)
	}
}

func TestOldWindowsTextIsRead(t *testing.T) {
	doc := mustRead(t, "a.txt", []byte("De co\xf6rdinator zegt \x93ja\x94 tegen zes pagina's tekst."))
	if got := doc.Passages[0].Text; got != "De coördinator zegt “ja” tegen zes pagina's tekst." {
		t.Errorf("text %q", got)
	}
}

func TestALongTextIsCutBetweenSentences(t *testing.T) {
	s := strings.Repeat("Dit is een zin van een lange tekst over bewaren. ", 100)
	for _, part := range cut(s) {
		if len(part) > longestText || !strings.HasSuffix(part, ".") {
			t.Errorf("part of %d characters ends in %q", len(part), part[max(0, len(part)-20):])
		}
	}
}

func FuzzRead(f *testing.F) {
	for name, s := range written {
		f.Add(name, []byte(s))
	}
	f.Add("a.docx", mustDocx(f))
	f.Add("a.odt", mustODT(f))
	f.Add("a.pdf", mustPDF(f, []string{"tekst van een bladzijde die ergens over gaat"}))
	small := Limits{Size: 1 << 20, Expanded: 4 << 20, Ratio: 200, Passages: 5000, Pages: 50}
	f.Fuzz(func(t *testing.T, name string, raw []byte) {
		doc, err := Read(t.Context(), name, bytes.NewReader(raw), int64(len(raw)), small)
		if err != nil && len(doc.Passages) > 0 {
			t.Error("an error with a document")
		}
		for _, p := range doc.Passages {
			if p.Text == "" {
				t.Error("a passage without text")
			}
		}
	})
}
