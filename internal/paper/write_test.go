package paper

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/ledongthuc/pdf"
)

func consent() Document {
	return Document{
		Title: "Toestemming", Lang: "nl-NL", Footer: "Casus C-2026-0042 · gemaakt op 2 maart 2026",
		Made: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
		Sheets: []Sheet{{
			Title: "Toestemming om gegevens te delen",
			Intro: []string{"Wij willen gegevens delen. Dat mag alleen als u dat goedvindt."},
			Facts: []Fact{{"Casus", "C-2026-0042"}, {"Met wie", "School Ïssel en Çelik & Zoë"}},
			Ask: Ask{Heading: "Wat mag worden gedeeld?", Yes: "Ja", No: "Nee",
				Rows: []Row{{"Gezondheid", "Bijvoorbeeld een diagnose."}, {"Gewone gegevens", ""}}},
			Sections: []Section{{"Intrekken", "U mag uw toestemming altijd intrekken."}},
			Lines:    []string{"Naam", "Datum", "Handtekening"},
		}},
	}
}

func mustWrite(t testing.TB, d Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatalf("Write: %v", err)
	}
	return b.Bytes()
}

// mustRead returns the text of each page, without spaces: the reader does not
// always find them. It reads letters of Latin-1 only, so these forms have no
// others; which letters are printed is tested apart.
func mustRead(t testing.TB, data []byte) []string {
	t.Helper()
	r, err := pdf.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatalf("the PDF cannot be read: %v", err)
	}
	var pages []string
	for i := range r.NumPage() {
		text, err := r.Page(i + 1).GetPlainText(nil)
		if err != nil {
			t.Fatalf("page %d cannot be read: %v", i+1, err)
		}
		pages = append(pages, bare(text))
	}
	return pages
}

func bare(s string) string { return strings.Join(strings.Fields(s), "") }

func TestEveryWordOfAFormIsPrinted(t *testing.T) {
	pages := mustRead(t, mustWrite(t, consent()))
	if len(pages) != 1 {
		t.Fatalf("%d pages, want one", len(pages))
	}
	for _, want := range []string{"Toestemming om gegevens te delen", "Dat mag alleen als u dat goedvindt.", "C-2026-0042",
		"School Ïssel en Çelik & Zoë", "Wat mag worden gedeeld?", "Ja", "Nee", "Gezondheid", "Bijvoorbeeld een diagnose.",
		"Gewone gegevens", "Intrekken", "U mag uw toestemming altijd intrekken.", "Naam", "Datum", "Handtekening", "gemaakt op 2 maart 2026", "1 / 1"} {
		if !strings.Contains(pages[0], bare(want)) {
			t.Errorf("%q is not on the page:\n%s", want, pages[0])
		}
	}
}

func TestTheSameFormIsTheSameBytes(t *testing.T) {
	first := mustWrite(t, consent())
	for range 3 {
		if !bytes.Equal(first, mustWrite(t, consent())) {
			t.Fatal("the same form gave other bytes")
		}
	}
	other := consent()
	other.Sheets[0].Facts[0].Text = "C-2026-0043"
	if bytes.Equal(first, mustWrite(t, other)) {
		t.Error("another form gave the same bytes")
	}
}

func TestALongFormGoesOnAndKeepsTheSignatureWithItsDate(t *testing.T) {
	d := consent()
	for range 30 {
		d.Sheets[0].Sections = append(d.Sheets[0].Sections, Section{Heading: "Nog iets", Text: strings.Repeat("Een zin die niets zegt. ", 12)})
	}
	d.Sheets = append(d.Sheets, consent().Sheets[0])
	pages := mustRead(t, mustWrite(t, d))
	if len(pages) < 4 {
		t.Fatalf("%d pages, want more", len(pages))
	}
	signed := 0
	for i, text := range pages {
		if strings.Contains(text, "Handtekening") != strings.Contains(text, "Datum") {
			t.Errorf("page %d has a signature without its date:\n%s", i+1, text)
		}
		if strings.Contains(text, "Handtekening") {
			signed++
		}
	}
	if signed != 2 {
		t.Errorf("%d pages to sign, want one for each sheet", signed)
	}
}

func TestALetterThatCannotBePrintedIsABoxAndNotAGap(t *testing.T) {
	for in, want := range map[string]string{
		"Stichting 漢\u202e字":          "Stichting □□□",
		"{pages}\nklaar\x00":          "(pages) klaar ",
		"Gemeente Śląsk, Ïssel, Č, ő": "Gemeente Śląsk, Ïssel, Č, ő",
		"“Ja” – € 5 … ‘nee’ ☐":        "“Ja” – € 5 … ‘nee’ □",
	} {
		if got := printable(in); got != want {
			t.Errorf("printable(%q) = %q, want %q", in, got, want)
		}
	}
	if Prints('漢') || !Prints('ë') || !Prints(box) {
		t.Error("Prints does not know its fonts")
	}
}
