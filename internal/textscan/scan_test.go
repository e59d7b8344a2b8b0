package textscan

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

func TestScan(t *testing.T) {
	run := func(texts ...string) string {
		var b strings.Builder
		for _, x := range texts {
			b.WriteString("<w:r><w:rPr><w:b/><w:sz w:val=\"" + bsn + "\"/></w:rPr><w:t>" + x + "</w:t></w:r>")
		}
		return "<w:p>" + b.String() + "</w:p>"
	}
	tests := []struct {
		name, file string
		raw        []byte
		want       Result
		reason     Reason
	}{
		// plain text
		{"text", "a.txt", []byte("bsn: " + bsn), Found, ""},
		{"text with a number that fails the check", "a.txt", []byte("tel: " + wrong), Clean, ""},
		{"an empty file", "a.txt", nil, Clean, ""},
		{"in the file's name", bsn + ".txt", []byte("x"), Found, ""},
		{"a comma-separated list", "a.csv", []byte("naam;nummer\njansen;" + bsn + "\n"), Found, ""},
		{"in UTF-16", "a.txt", utf16LE("nummer " + bsn), Found, ""},
		{"in the letters of Windows", "a.txt", []byte("co\xebrdinator " + bsn), Found, ""},
		{"with a mark at its start", "a.txt", []byte("\xef\xbb\xbf" + bsn), Found, ""},
		{"with soft hyphens in it", "a.txt", []byte("111\u00ad222\u200b333"), Found, ""},
		{"in full-width digits", "a.txt", []byte("１１１２２２３３３"), Found, ""},
		{"with two spaces between", "a.txt", []byte("111  222  333"), Found, ""},
		{"in columns of blanks", "a.txt", []byte("111   222   333"), Clean, ""},
		{"in columns of tabs", "a.txt", []byte("111\t222\t333"), Clean, ""},
		{"over two lines", "a.txt", []byte("111\n222333"), Clean, ""},
		{"bytes that are no text", "a.bin", []byte{1, 2, 3, 0}, Unknown, ReasonKind},

		// markup
		{"a page", "a.html", []byte("<p>nummer <b>111</b><i>222</i>333</p>"), Found, ""},
		{"a page with cells side by side", "a.html", []byte("<td>111</td><td>222333</td>"), Clean, ""},
		{"a page's comment", "a.html", []byte("<!-- " + bsn + " -->"), Found, ""},
		{"a page's link", "a.html", []byte(`<a href="https://x/?id=` + bsn + `">x</a>`), Found, ""},
		{"a page's measures", "a.html", []byte(`<p data-id="` + bsn + `">x</p>`), Clean, ""},
		{"a page's entities", "a.html", []byte("<p>111&#50;22333</p>"), Found, ""},
		{"a drawing", "a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><text>111<tspan>222333</tspan></text></svg>`), Found, ""},
		{"broken XML", "a.xml", []byte("<a><b></a>"), Unknown, ReasonBroken},
		{"broken XML after the number", "a.xml", []byte("<a>" + bsn + "<b></a>"), Found, ""},
		{"XML with words that grow", "a.xml", []byte(`<!DOCTYPE a [<!ENTITY b "xx">]><a>&b;</a>`), Unknown, ReasonBroken},

		// Word
		{"a document", "a.docx", docx(t, run("nummer "+bsn)), Found, ""},
		{"a document without", "a.docx", docx(t, run("nummer "+wrong)), Clean, ""},
		{"cut into runs", "a.docx", docx(t, run("1112", "22", "333")), Found, ""},
		{"over two paragraphs", "a.docx", docx(t, run("111")+run("222333")), Clean, ""},
		{"in two cells", "a.docx", docx(t, "<w:tc>"+run("111222")+"</w:tc><w:tc>"+run("333")+"</w:tc>"), Clean, ""},
		{"as a name without its extension", "letter", docx(t, run(bsn)), Found, ""},
		{"deleted but still there", "a.docx", docx(t, "<w:p><w:del><w:r><w:delText>"+bsn+"</w:delText></w:r></w:del></w:p>"), Found, ""},
		{"in a comment", "a.docx", docx(t, run("x"), "word/comments.xml", `<w:comments xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:comment>`+run(bsn)+`</w:comment></w:comments>`), Found, ""},
		{"in its properties", "a.docx", docx(t, run("x"), "docProps/core.xml", `<p xmlns:dc="dc"><dc:title>dossier `+bsn+`</dc:title></p>`), Found, ""},
		{"counts in its properties that together look like it", "a.docx", docx(t, run("x"), "docProps/app.xml", `<P><Words>111</Words><Lines>222333</Lines></P>`), Clean, ""},
		{"a link's target", "a.docx", docx(t, run("x"), "word/_rels/document.xml.rels", `<R><Relationship Target="https://x/`+bsn+`"/></R>`), Found, ""},
		{"a picture's description", "a.docx", docx(t, `<wp:docPr id="`+bsn+`" descr="pas `+bsn+`"/>`), Found, ""},
		{"a shape's own number", "a.docx", docx(t, `<wp:docPr id="`+bsn+`" descr="pas"/>`), Clean, ""},
		{"a table of contents numbers its marks", "a.docx", docx(t, "<w:p><w:r><w:instrText> PAGEREF _Toc"+bsn+" \\h </w:instrText></w:r></w:p>"), Clean, ""},
		{"a field with the number", "a.docx", docx(t, "<w:p><w:r><w:instrText> QUOTE "+bsn+" </w:instrText></w:r></w:p>"), Found, ""},
		{"a sheet inside it", "a.docx", docx(t, run("x"), "word/embeddings/s.xlsx", string(xlsx(t, "<si><t>"+bsn+"</t></si>", ""))), Found, ""},
		{"an old object inside it", "a.docx", docx(t, run("x"), "word/embeddings/o.bin", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), Unknown, ReasonKind},
		{"an old object and the number", "a.docx", docx(t, run("x"), "word/embeddings/o.bin", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "word/footer1.xml", `<w:ftr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">`+run(bsn)+`</w:ftr>`), Found, ""},

		// sheets
		{"a sheet's text", "a.xlsx", xlsx(t, "<si><r><t>111</t></r><r><rPr><b/></rPr><t>222333</t></r></si>", ""), Found, ""},
		{"two texts of a sheet", "a.xlsx", xlsx(t, "<si><t>111</t></si><si><t>222333</t></si>", ""), Clean, ""},
		{"a sheet's number", "a.xlsx", xlsx(t, "", "<row><c><v>"+bsn+"</v></c></row>"), Found, ""},
		{"a sheet's number with a power of ten", "a.xlsx", xlsx(t, "", "<row><c><v>1.11222333E8</v></c></row>"), Found, ""},
		{"a sheet's fraction", "a.xlsx", xlsx(t, "", "<row><c><v>1.11222333</v></c></row>"), Clean, ""},
		{"a sheet's outcome that is text", "a.xlsx", xlsx(t, "", `<row><c t="str"><v>111.222.333</v></c></row>`), Found, ""},
		{"an open sheet's number", "a.ods", odt(t, `<table:table-cell value="1.11222333E8"/>`), Found, ""},
		{"two cells of a sheet", "a.xlsx", xlsx(t, "", "<row><c><v>111</v></c><c><v>222333</v></c></row>"), Clean, ""},

		// open documents
		{"an open document", "a.odt", odt(t, "<text:p>111<text:span>222</text:span>333</text:p>"), Found, ""},
		{"an open document with spaces", "a.odt", odt(t, "<text:p>111<text:s/>222<text:s/>333</text:p>"), Found, ""},
		{"two paragraphs of an open document", "a.odt", odt(t, "<text:p>111</text:p><text:p>222333</text:p>"), Clean, ""},
		{"a mark in an open document", "a.odt", odt(t, `<text:a xlink:href="#__RefHeading___Toc`+bsn+`">x</text:a>`), Clean, ""},
		{"an open document with a password", "a.odt", mustZip(t, "mimetype", "x", "META-INF/manifest.xml", "<m><encryption-data/></m>", "content.xml", "\x01\x02"), Unknown, ReasonEncrypted},

		// archives
		{"a zip", "a.zip", mustZip(t, "a.txt", bsn), Found, ""},
		{"a zip without", "a.zip", mustZip(t, "a.txt", wrong), Clean, ""},
		{"an empty zip", "a.zip", mustZip(t), Clean, ""},
		{"a zip's file name", "a.zip", mustZip(t, "jansen "+bsn+".txt", ""), Found, ""},
		{"a document in a zip in a zip", "a.zip", mustZip(t, "b.zip", string(mustZip(t, "c.docx", string(docx(t, run(bsn)))))), Found, ""},
		{"a picture in a zip", "a.zip", mustZip(t, "a.png", "\x89PNG\r\n\x1a\n"), Unknown, ReasonPicture},
		{"a zip with its end cut off", "a.zip", cut(mustZip(t, "a.txt", bsn)), Unknown, ReasonBroken},
		{"a text with a zip hanging on it", "a.txt", append([]byte("hello\n"), mustZip(t, "a.txt", bsn)...), Unknown, ReasonKind},

		// kinds that can't be read
		{"a picture", "a.png", []byte("\x89PNG\r\n\x1a\n...."), Unknown, ReasonPicture},
		{"a photo", "a.jpg", []byte("\xff\xd8\xff\xe0"), Unknown, ReasonPicture},
		{"a photo of a telephone", "a.heic", []byte("\x00\x00\x00\x18ftypheic...."), Unknown, ReasonPicture},
		{"an old Word document, or a new one with a password", "a.doc", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), Unknown, ReasonKind},
		{"rich text", "a.rtf", []byte(`{\rtf1 111}`), Unknown, ReasonKind},
		{"a mail", "a.eml", []byte("From: a\nMIME-Version: 1.0\n\nMTExMjIyMzMz"), Unknown, ReasonKind},
		{"a packed file", "a.gz", []byte("\x1f\x8b\x08\x00"), Unknown, ReasonKind},
		{"a picture called a text", "a.txt", []byte("\x89PNG\r\n\x1a\n...."), Unknown, ReasonPicture},
		{"a text that begins like a bitmap", "a.txt", []byte("BMI van de jongere"), Clean, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := mustScan(t, test.file, test.raw)
			if f.Result != test.want || f.Reason != test.reason {
				t.Errorf("Scan = %s %s, want %s %s", f.Result, f.Reason, test.want, test.reason)
			}
		})
	}
}

func utf16LE(text string) []byte {
	raw := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(text)) {
		raw = append(raw, byte(u), byte(u>>8))
	}
	return raw
}

func cut(raw []byte) []byte { return raw[:len(raw)-10] }

func TestTheZeroFindingIsUnknown(t *testing.T) {
	if f := (Finding{}); f.Result != Unknown || f.Result.String() != "unknown" {
		t.Errorf("the zero Finding is %s", f.Result)
	}
}

func TestALetterheadIsCountedAndTheLetterIsClean(t *testing.T) {
	f := mustScan(t, "a.docx", docx(t, "<w:p/>", "word/media/image1.png", "\x89PNG"))
	if f.Result != Clean || f.Pictures != 1 {
		t.Errorf("Scan = %+v, want clean with one picture", f)
	}
}

func TestAPasswordInAZip(t *testing.T) {
	raw := mustZip(t, "a.txt", bsn)
	// The flag stands at 6 in the local header and at 8 in the directory.
	raw[6] |= 1
	raw[bytes.Index(raw, []byte("PK\x01\x02"))+8] |= 1
	if f := mustScan(t, "a.zip", raw); f.Reason != ReasonEncrypted {
		t.Errorf("Scan = %+v, want encrypted", f)
	}
}

func TestLimits(t *testing.T) {
	small := Limits{Size: 1000, Expanded: 3 << 20, Ratio: 100, Depth: 1, Parts: 3}
	blanks := strings.Repeat(" ", 2<<20)
	tests := []struct {
		name   string
		raw    []byte
		limits Limits
		want   Result
		reason Reason
	}{
		{"as large as may be", bytes.Repeat([]byte("a"), 1000), small, Clean, ""},
		{"a byte too large", bytes.Repeat([]byte("a"), 1001), small, Unknown, ReasonSize},
		{"a zip in a zip", mustZip(t, "b.zip", string(mustZip(t, "a.txt", "x"))), Limits{1000, 1000, 100, 2, 3}, Clean, ""},
		{"a zip in a zip, a layer too deep", mustZip(t, "b.zip", string(mustZip(t, "a.txt", "x"))), small, Unknown, ReasonDepth},
		{"as many files as may be", mustZip(t, "a", "x", "b", "x", "c", "x"), small, Clean, ""},
		{"a file too many", mustZip(t, "a", "x", "b", "x", "c", "x", "d", "x"), small, Unknown, ReasonSize},
		{"a bomb", mustZip(t, "a.txt", blanks), Limits{2 << 20, 1 << 30, 100, 1, 3}, Unknown, ReasonSize},
		{"two megabytes of blanks that may be", mustZip(t, "a.txt", blanks), Limits{2 << 20, 1 << 30, 5000, 1, 3}, Clean, ""},
		{"parts that together are too much", mustZip(t, "a.txt", blanks, "b.txt", blanks), Limits{2 << 20, 3 << 20, 5000, 1, 3}, Unknown, ReasonSize},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, err := Scan(t.Context(), "a", bytes.NewReader(test.raw), int64(len(test.raw)), test.limits)
			if f.Result != test.want || f.Reason != test.reason {
				t.Errorf("Scan = %+v, %v, want %s %s", f, err, test.want, test.reason)
			}
		})
	}
}

func TestAZipThatLiesAboutItsSizeIsCountedAsItUnpacks(t *testing.T) {
	raw := mustZip(t, "a.txt", strings.Repeat(" ", 5<<20))
	at := bytes.Index(raw, []byte("PK\x01\x02")) + 24 // the unpacked size in the directory
	copy(raw[at:], []byte{1, 0, 0, 0})
	if f := mustScan(t, "a.zip", raw); f.Result != Unknown {
		t.Errorf("Scan = %+v, want unknown", f)
	}
}

func TestXMLNestedTooDeep(t *testing.T) {
	raw := []byte(strings.Repeat("<a>", maxXMLDepth+1))
	if f := mustScan(t, "a.xml", raw); f.Reason != ReasonDepth {
		t.Errorf("Scan = %+v, want depth", f)
	}
}

func TestAnEndedContextIsUnknown(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, raw := range map[string][]byte{
		"a.txt": []byte(wrong), "a.docx": docx(t, "<w:p/>"), "a.pdf": page("", "", ""), "a.html": []byte("<p>x"),
	} {
		f, err := Scan(ctx, name, bytes.NewReader(raw), int64(len(raw)), DefaultLimits)
		if f.Result != Unknown || f.Reason != ReasonTime || !errors.Is(err, context.Canceled) {
			t.Errorf("Scan of %s = %+v, %v, want unknown for time", name, f, err)
		}
	}
}

// failing is a file that gives an error from some byte on.
type failing struct {
	from int64
	err  error
}

func (f failing) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > f.from {
		return 0, f.err
	}
	return copy(p, strings.Repeat("a", len(p))), nil
}

func TestAFileThatCannotBeReadIsUnknownAndAnError(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, from := range []int64{0, 5000} {
		f, err := Scan(t.Context(), "a.txt", failing{from, broken}, 10_000, DefaultLimits)
		if f.Result != Unknown || !errors.Is(err, broken) {
			t.Errorf("Scan of a file that fails from %d = %+v, %v, want unknown and the error", from, f, err)
		}
	}
}

func TestAFileShorterThanItsSizeIsUnknown(t *testing.T) {
	for _, from := range []int64{0, 5000} {
		if f, err := Scan(t.Context(), "a.txt", failing{from, io.EOF}, 10_000, DefaultLimits); f.Result != Unknown || err != nil {
			t.Errorf("Scan of a file that ends at %d = %+v, %v, want unknown", from, f, err)
		}
	}
}

func TestAMillionCellsTakeLessThanTheirDeadline(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	raw := xlsx(t, "", strings.Repeat("<row><c><v>123456</v></c></row>", 200_000))
	if f, err := Scan(ctx, "a.xlsx", bytes.NewReader(raw), int64(len(raw)), Limits{100 << 20, 100 << 20, 5000, 3, 100}); f.Result != Clean {
		t.Errorf("Scan = %+v, %v, want clean", f, err)
	}
}

func FuzzScan(f *testing.F) {
	for _, seed := range [][]byte{
		[]byte(bsn), docx(f, "<w:p><w:r><w:t>x</w:t></w:r></w:p>"), odt(f, "<text:p>x</text:p>"), xlsx(f, "", "<row/>"),
		mustZip(f, "a.txt", "x"), page("BT /F1 12 Tf (x) Tj ET", "", ""), []byte("<html><p>x"), []byte("<?xml version='1.0'?><a/>"),
	} {
		f.Add("a", seed)
		f.Add("a.html", seed)
	}
	limits := Limits{Size: 1 << 20, Expanded: 4 << 20, Ratio: 100, Depth: 2, Parts: 50}
	f.Fuzz(func(t *testing.T, name string, raw []byte) {
		found, err := Scan(t.Context(), name, bytes.NewReader(raw), int64(len(raw)), limits)
		if err != nil || (found.Reason != "") != (found.Result == Unknown) {
			t.Errorf("Scan = %+v, %v", found, err)
		}
	})
}
