package textscan

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"context"
	"fmt"
	"strings"
	"testing"
)

// A BSN that passes the check and belongs to nobody, in the forms in which
// documents hold it, and one digit off.
const (
	bsn   = "111222333"
	wrong = "111222334"
)

func mustScan(t testing.TB, name string, raw []byte) Finding {
	t.Helper()
	f, err := Scan(context.Background(), name, bytes.NewReader(raw), int64(len(raw)), DefaultLimits)
	if err != nil || (f.Reason != "") != (f.Result == Unknown) || (f.Detail != "") != (f.Result == Unknown) {
		t.Fatalf("Scan = %+v, %v: a reason and a detail belong to Unknown alone, and an error to none", f, err)
	}
	if strings.Contains(f.Detail, bsn) || strings.Contains(f.Detail, "jansen") {
		t.Fatalf("the detail tells what is in the file: %s", f.Detail)
	}
	return f
}

// mustZip packs files, given as name, content, name, content, ….
func mustZip(t testing.TB, files ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const types = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`

// docx returns a Word document with body as what is in w:body, and more parts.
func docx(t testing.TB, body string, more ...string) []byte {
	t.Helper()
	return mustZip(t, append([]string{"[Content_Types].xml", types, "word/document.xml",
		`<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"><w:body>` + body + `</w:body></w:document>`}, more...)...)
}

func xlsx(t testing.TB, shared, sheet string) []byte {
	t.Helper()
	const ns = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	return mustZip(t, "[Content_Types].xml", types,
		"xl/sharedStrings.xml", `<sst `+ns+`>`+shared+`</sst>`,
		"xl/worksheets/sheet1.xml", `<worksheet `+ns+`><sheetData>`+sheet+`</sheetData></worksheet>`)
}

func odt(t testing.TB, body string) []byte {
	t.Helper()
	return mustZip(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml",
		`<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"><office:body><office:text>`+body+`</office:text></office:body></office:document-content>`)
}

// page returns a pdf of one page with the given content stream. objects are
// more objects, numbered from 6; catalog and resources are added to those of
// the document and the page, which has a font F1.
func page(content, catalog, resources string, objects ...string) []byte {
	all := []string{
		"<</Type/Catalog/Pages 2 0 R" + catalog + ">>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>" + resources + ">>>>",
		stream("", content),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
	}
	return assemble(append(all, objects...), "")
}

// assemble numbers objects from 1 and adds the table and trailer.
func assemble(objects []string, trailer string) []byte {
	var out bytes.Buffer
	out.WriteString("%PDF-1.7\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, a := range at {
		fmt.Fprintf(&out, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&out, "trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, trailer, table)
	return out.Bytes()
}

func stream(dict, content string) string {
	return fmt.Sprintf("<</Length %d%s>>\nstream\n%s\nendstream", len(content), dict, content)
}

// deflated returns a stream object whose content is packed.
func deflated(dict, content string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write([]byte(content)) // a Buffer takes everything
	_ = z.Close()
	return stream("/Filter/FlateDecode"+dict, b.String())
}
