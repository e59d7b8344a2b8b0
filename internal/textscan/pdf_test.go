package textscan

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestScanPDF(t *testing.T) {
	const font = "/F1 12 Tf "
	tests := []struct {
		name   string
		raw    []byte
		want   Result
		reason Reason
	}{
		{"a page", page("BT "+font+"(nummer "+bsn+") Tj ET", "", ""), Found, ""},
		{"a page without", page("BT "+font+"(nummer "+wrong+") Tj ET", "", ""), Clean, ""},
		{"an empty page", page("", "", ""), Clean, ""},
		{"kerned", page("BT "+font+"[(111) -20 (222) 15 (333)] TJ ET", "", ""), Found, ""},
		{"with gaps between, like spaces", page("BT "+font+"[(111) -300 (222) -300 (333)] TJ ET", "", ""), Found, ""},
		{"after a gap and another digit", page("BT "+font+"[(3) -300 ("+bsn+")] TJ ET", "", ""), Found, ""},
		// A digit of Helvetica is 0.556 wide; here it isn't said, so 0.5 counts.
		{"a digit at a time", page("BT "+font+digits(6)+"ET", "", ""), Found, ""},
		{"digits far apart in columns", page("BT "+font+digits(60)+"ET", "", ""), Clean, ""},
		{"each piece in a block of its own", page("BT "+font+"100 700 Td (111222) Tj ET BT "+font+"136 700 Td (333) Tj ET", "", ""), Found, ""},
		{"on two lines", page("BT "+font+"14 TL (111222) Tj T* (333) Tj ET", "", ""), Clean, ""},
		{"scaled and moved", page("q 0.1 0 0 0.1 50 50 cm BT /F1 120 Tf (111) Tj 180 0 Td (222333) Tj ET Q", "", ""), Found, ""},
		{"in hexadecimal", page("BT "+font+"<313131323232333333> Tj ET", "", ""), Found, ""},
		{"in a form on the page", page("/X1 Do", "", "/XObject<</X1 6 0 R>>", stream("/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F1 5 0 R>>>>", "BT "+font+"("+bsn+") Tj ET")), Found, ""},
		{"a form that draws itself", page("/X1 Do", "", "/XObject<</X1 6 0 R>>", stream("/Subtype/Form/Resources<</XObject<</X1 6 0 R>>>>", "/X1 Do")), Unknown, ReasonDepth},
		{"packed", assemble([]string{"<</Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>", deflated("", "BT /F1 12 Tf ("+bsn+") Tj ET"), "<</Type/Font/Subtype/Type1/Encoding/WinAnsiEncoding>>"}, ""), Found, ""},

		{"in a field of a form", page("", "/AcroForm<</Fields[<</T(bsn)/V("+bsn+")>>]>>", ""), Found, ""},
		{"in a field within a field", page("", "/AcroForm<</Fields[<</T(a)/Kids[<</T(b)/V("+bsn+")>>]>>]>>", ""), Found, ""},
		{"in its title", assemble([]string{"<</Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"}, "/Info<</Title(dossier "+bsn+")>>"), Found, ""},
		{"in an attachment", page("", "/Names<</EmbeddedFiles<</Names[(a.txt)6 0 R]>>>>", "", "<</F(a.txt)/EF<</F 7 0 R>>>>", stream("", "nummer "+bsn)), Found, ""},
		{"in an attachment's name", page("", "/Names<</EmbeddedFiles<</Names[(a.txt)6 0 R]>>>>", "", "<</F("+bsn+".txt)>>"), Found, ""},
		{"an attachment that can't be read", page("", "/Names<</EmbeddedFiles<</Names[(a.txt)6 0 R]>>>>", "", "<</F(a.doc)/EF<</F 7 0 R>>>>", stream("", "\xd0\xcf\x11\xe0")), Unknown, ReasonKind},
		{"a form kept apart", page("", "/AcroForm<</XFA(x)>>", ""), Unknown, ReasonKind},

		{"a page that is a picture", page("/I1 Do", "", "/XObject<</I1 6 0 R>>", stream("/Subtype/Image", "x")), Unknown, ReasonPicture},
		{"a picture beside text", page("/I1 Do BT "+font+"(hallo) Tj ET", "", "/XObject<</I1 6 0 R>>", stream("/Subtype/Image", "x")), Clean, ""},
		{"a font that numbers its characters", page("BT /F2 12 Tf (hallo) Tj ET", "", "/Font<</F2 6 0 R>>", "<</Subtype/Type1/Encoding<</Differences[1/g1/g2]>>>>"), Unknown, ReasonFont},
		{"a wide font without a table", page("BT /F2 12 Tf (hallo!) Tj ET", "", "/Font<</F2 6 0 R>>", "<</Subtype/Type0/Encoding/Identity-H>>"), Unknown, ReasonFont},

		{"a pdf with a zip hanging on it", append(page("BT "+font+"(hallo) Tj ET", "", ""), mustZip(t, "a.txt", "x")...), Unknown, ReasonKind},
		{"only its first line", []byte("%PDF-1.7\n"), Unknown, ReasonBroken},
		{"cut in the middle", page("BT "+font+"("+wrong+") Tj ET", "", "")[:300], Unknown, ReasonBroken},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := mustScan(t, "a.pdf", test.raw)
			if f.Result != test.want || f.Reason != test.reason {
				t.Errorf("Scan = %s %s, want %s %s", f.Result, f.Reason, test.want, test.reason)
			}
		})
	}
}

// digits draws the number a digit at a time, each so many units after the one
// before, at a size of 12.
func digits(step int) string {
	var b strings.Builder
	for i, d := range bsn {
		fmt.Fprintf(&b, "1 0 0 1 %d 700 Tm (%c) Tj ", 50+i*step, d)
	}
	return b.String()
}

func TestAPDFThatIsABombEnds(t *testing.T) {
	objects := func(contents string) []byte {
		return assemble([]string{"<</Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/Contents 4 0 R>>", contents}, "")
	}
	raw := objects(deflated("", strings.Repeat("(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj ", 200_000)))
	f, err := Scan(t.Context(), "a.pdf", bytes.NewReader(raw), int64(len(raw)), Limits{1 << 20, 4 << 20, 100, 1, 100})
	if f.Reason != ReasonSize {
		t.Errorf("Scan of %d bytes = %+v, %v, want size", len(raw), f, err)
	}
}

func TestAThousandPagesAreReadWithinTheDefaultLimits(t *testing.T) {
	const count = 1000
	objects := []string{"<</Pages 2 0 R>>", "", "<</Type/Font/Subtype/Type1/Encoding/WinAnsiEncoding/Widths 4 0 R/FirstChar 48>>", "[" + strings.Repeat("556 ", 10) + "]"}
	var kids strings.Builder
	content := stream("", strings.Repeat("BT /F1 12 Tf (12) Tj ET 1 0 0 1 0 20 cm ", 200))
	for range count {
		fmt.Fprintf(&kids, "%d 0 R ", len(objects)+1)
		objects = append(objects, fmt.Sprintf("<</Type/Page/Parent 2 0 R/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>>>", len(objects)+2), content)
	}
	objects[1] = "<</Type/Pages/Kids[" + kids.String() + "]/Count 1000>>"
	if f := mustScan(t, "a.pdf", assemble(objects, "")); f.Result != Clean {
		t.Errorf("Scan = %+v, want clean", f)
	}
}

func TestAPageTreeThatHoldsItselfEnds(t *testing.T) {
	raw := assemble([]string{"<</Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"}, "")
	if f := mustScan(t, "a.pdf", raw); f.Reason != ReasonDepth {
		t.Errorf("Scan = %+v, want depth", f)
	}
}

// The files of testdata were printed by Chromium from testdata/letter.html,
// which draws text with fonts of two bytes a character.
func TestAPDFAsABrowserPrintsIt(t *testing.T) {
	for file, want := range map[string]Result{"testdata/found.pdf": Found, "testdata/clean.pdf": Clean} {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if f := mustScan(t, "a.pdf", raw); f.Result != want {
			t.Errorf("Scan of %s = %+v, want %s", file, f, want)
		}
	}
}
