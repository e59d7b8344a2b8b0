package document

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// A number with a long form stood once in the file and was written for every item of
// a list: a file of a kilobyte kept its reader busy for many minutes.
func TestAListWhoseNumbersAreEndlessIsRefused(t *testing.T) {
	docx := func(form string) []byte {
		return mustZip(t, "word/document.xml", `<w:document xmlns:w="w"><w:body>`+strings.Repeat(`<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>punt</w:t></w:r></w:p>`, 2000)+`</w:body></w:document>`,
			"word/numbering.xml", `<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/><w:lvlText w:val="`+form+`"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num></w:numbering>`)
	}
	odt := func(form string) []byte {
		return mustZip(t, "content.xml", `<o:document-content xmlns:o="o" xmlns:t="t"><o:automatic-styles><t:list-style t:name="L"><t:list-level-style-number t:level="1" t:num-format="1" t:num-prefix="`+form+`"/></t:list-style></o:automatic-styles><o:body><o:text><t:list t:style-name="L">`+
			strings.Repeat(`<t:list-item><t:p>punt</t:p></t:list-item>`, 2000)+`</t:list></o:text></o:body></o:document-content>`)
	}
	for _, c := range []struct {
		name string
		raw  []byte
		want Reason
	}{
		{"a.docx", docx(strings.Repeat("%", maxLabel)), ""},
		{"a.docx", docx(strings.Repeat("%", maxLabel+1)), TooLarge},
		{"a.docx", docx(strings.Repeat("%1", 200_000)), TooLarge},
		{"a.odt", odt(strings.Repeat("-", maxLabel-1)), ""}, // and one for the number
		{"a.odt", odt(strings.Repeat("-", maxLabel)), TooLarge},
		{"a.odt", odt(strings.Repeat("%", 200_000)), TooLarge},
	} {
		_, err := Read(t.Context(), c.name, bytes.NewReader(c.raw), int64(len(c.raw)), DefaultLimits)
		var no *Error
		if errors.As(err, &no) != (c.want != "") || no != nil && (no.Reason != c.want || no.File != c.name) {
			t.Errorf("Read(%s) = %v, want %q", c.name, err, c.want)
		}
	}
	if errLabel.File != "" {
		t.Errorf("the refusal of one file names another: %q", errLabel.File)
	}
}

// A heading is told with every passage below it.
func TestAHeadingAsLongAsABookIsReadAsAParagraph(t *testing.T) {
	for _, n := range []int{longestHead, longestHead + 1} {
		raw := []byte("# " + strings.Repeat("a", n) + "\n\neen zin\n\n" + strings.Repeat("nog een zin die er staat.\n\n", 200))
		doc, err := Read(t.Context(), "a.md", bytes.NewReader(raw), int64(len(raw)), DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		all := 0
		for _, p := range doc.Passages {
			all += len(p.Heading) + len(p.Text)
		}
		if last := doc.Passages[len(doc.Passages)-1]; (last.Heading != "") != (n == longestHead) || all < n {
			t.Errorf("%d: the last passage is under %d bytes, and there are %d in all", n, len(last.Heading), all)
		}
	}
}

func TestAFileOfNothingButElementsIsRefused(t *testing.T) {
	for n, want := range map[int]bool{maxNodes - 10: true, maxNodes + 10: false} {
		raw := mustZip(t, "word/document.xml", `<document><body><p><r><t>tekst</t></r></p>`+strings.Repeat("<a/>", n)+`</body></document>`)
		limits := DefaultLimits
		limits.Ratio = 5000
		_, err := Read(t.Context(), "a.docx", bytes.NewReader(raw), int64(len(raw)), limits)
		if (err == nil) != want {
			t.Errorf("Read of %d elements: %v", n, err)
		}
	}
}
