package paper

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// Sizes in millimetres, and of letters in points.
const (
	margin     = 20.0
	width      = 210 - 2*margin
	labelWidth = 42.0
	boxSize    = 5.0
	boxColumn  = 16.0
	bottom     = 18.0

	titleSize, headingSize, bodySize, smallSize = 18.0, 11.5, 10.5, 8.5
)

const family = "go"

// Write writes the document as a PDF. The same document gives the same bytes.
// An error is one of w, or of a document that cannot be printed at all.
func (d Document) Write(w io.Writer) error {
	f := fpdf.New("P", "mm", "A4", "")
	// The maker writes its fonts' tables into what it is given.
	f.AddUTF8FontFromBytes(family, "", bytes.Clone(goregular.TTF))
	f.AddUTF8FontFromBytes(family, "B", bytes.Clone(gobold.TTF))
	f.SetCatalogSort(true)
	f.SetCreationDate(d.Made.UTC())
	f.SetModificationDate(d.Made.UTC())
	f.SetTitle(printable(d.Title), true)
	f.SetLang(d.Lang)
	f.SetProducer("convenantbot", true)
	f.SetMargins(margin, margin, margin)
	f.SetAutoPageBreak(true, margin+bottom)
	f.AliasNbPages("{pages}")
	f.SetFooterFunc(func() {
		f.SetY(-bottom)
		f.SetFont(family, "", smallSize)
		f.SetTextColor(90, 90, 90)
		f.CellFormat(width-20, 5, printable(d.Footer), "", 0, "L", false, 0, "")
		f.CellFormat(20, 5, fmt.Sprintf("%d / {pages}", f.PageNo()), "", 0, "R", false, 0, "")
		f.SetTextColor(0, 0, 0)
	})
	p := page{f}
	for _, s := range d.Sheets {
		f.AddPage()
		p.sheet(s)
	}
	var attached []fpdf.Attachment
	for _, a := range d.Attached {
		attached = append(attached, fpdf.Attachment{Content: a.Content, Filename: a.Name})
	}
	f.SetAttachments(attached)
	if err := f.Output(w); err != nil {
		return fmt.Errorf("paper: %w", err)
	}
	return nil
}

// page is the paper under the pen.
type page struct{ *fpdf.Fpdf }

func (p page) sheet(s Sheet) {
	p.SetFont(family, "B", titleSize)
	p.MultiCell(width, 8, printable(s.Title), "", "L", false)
	p.Ln(2)
	for _, paragraph := range s.Intro {
		p.body(paragraph)
		p.Ln(1.5)
	}
	p.Ln(1)
	for _, fact := range s.Facts {
		p.fact(fact)
	}
	p.Ln(2)
	p.picture(s.Picture)
	p.ask(s.Ask)
	for _, section := range s.Sections {
		p.keep(18)
		p.heading(section.Heading)
		p.body(section.Text)
		p.Ln(2)
	}
	p.lines(s.Lines)
}

// pictureSize is the side of a picture: a code that a phone reads from the hand.
const pictureSize = 60.0

func (p page) picture(png []byte) {
	if len(png) == 0 {
		return
	}
	p.keep(pictureSize + 4)
	name := fmt.Sprintf("picture%d", p.PageNo())
	p.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(png))
	x, y := p.GetX(), p.GetY()
	p.ImageOptions(name, x+(width-pictureSize)/2, y, pictureSize, pictureSize, false, fpdf.ImageOptions{ImageType: "PNG"}, 0, "")
	p.SetXY(x, y+pictureSize+4)
}

// keep goes to the next page unless there is room for height, so that what
// belongs together stays together.
func (p page) keep(height float64) {
	_, size := p.GetPageSize()
	if p.GetY()+height > size-margin-bottom {
		p.AddPage()
	}
}

func (p page) heading(text string) {
	p.SetFont(family, "B", headingSize)
	p.MultiCell(width, 6, printable(text), "", "L", false)
}

func (p page) body(text string) {
	p.SetFont(family, "", bodySize)
	p.MultiCell(width, 5.2, printable(text), "", "L", false)
}

// fact prints a label with its text beside it, over a thin line.
func (p page) fact(f Fact) {
	p.SetFont(family, "", bodySize)
	text := printable(f.Text)
	lines := p.SplitText(text, width-labelWidth)
	p.keep(float64(len(lines))*5.2 + 3)
	x, y := p.GetX(), p.GetY()
	p.SetDrawColor(190, 190, 190)
	p.Line(x, y, x+width, y)
	p.SetXY(x, y+1)
	p.SetFont(family, "B", bodySize)
	p.MultiCell(labelWidth, 5.2, printable(f.Label), "", "L", false)
	below := p.GetY()
	p.SetXY(x+labelWidth, y+1)
	p.SetFont(family, "", bodySize)
	p.MultiCell(width-labelWidth, 5.2, text, "", "L", false)
	p.SetXY(x, max(below, p.GetY())+1)
	p.SetDrawColor(0, 0, 0)
}

// ask prints the question with two boxes behind each row.
func (p page) ask(a Ask) {
	if len(a.Rows) == 0 {
		return
	}
	p.keep(8 + 12*float64(len(a.Rows)))
	x, y := p.GetX(), p.GetY()
	p.heading(a.Heading)
	p.SetFont(family, "B", bodySize)
	next := p.GetY()
	p.SetXY(x+width-2*boxColumn, y)
	p.CellFormat(boxColumn, 6, printable(a.Yes), "", 0, "C", false, 0, "")
	p.CellFormat(boxColumn, 6, printable(a.No), "", 0, "C", false, 0, "")
	p.SetXY(x, max(next, y+6)+1)
	for _, row := range a.Rows {
		y := p.GetY()
		p.SetFont(family, "", bodySize)
		p.MultiCell(width-2*boxColumn-4, 5.2, printable(row.Label), "", "L", false)
		if row.Help != "" {
			p.SetFont(family, "", smallSize)
			p.MultiCell(width-2*boxColumn-4, 4.2, printable(row.Help), "", "L", false)
		}
		end := p.GetY()
		for i := range 2 {
			p.Rect(x+width-float64(2-i)*boxColumn+(boxColumn-boxSize)/2, y+0.5, boxSize, boxSize, "D")
		}
		p.SetXY(x, max(end, y+boxSize+1)+2)
	}
	p.Ln(1)
}

// lines prints a label with a line behind it for each, and more room above the
// last. They stay together: a signature never stands apart from its date.
func (p page) lines(labels []string) {
	const each, last = 10.0, 20.0
	p.keep(each*float64(len(labels)) + last - each + 4)
	p.Ln(2)
	p.SetFont(family, "", bodySize)
	for i, label := range labels {
		height := each
		if i == len(labels)-1 {
			height = last
		}
		x, y := p.GetX(), p.GetY()
		p.SetXY(x, y+height-6)
		p.CellFormat(0, 5, printable(label), "", 0, "L", false, 0, "")
		start := max(x+labelWidth, x+p.GetStringWidth(printable(label))+4)
		p.Line(start, y+height-1, x+width, y+height-1)
		p.SetXY(x, y+height)
	}
}

// box stands for a letter that the fonts do not have.
const box = '\u25a1'

var regular, bold = mustParse(goregular.TTF), mustParse(gobold.TTF)

func mustParse(data []byte) *sfnt.Font {
	f, err := sfnt.Parse(data)
	if err != nil {
		panic(err) // linked in
	}
	return f
}

// Prints reports whether both fonts have the letter.
func Prints(r rune) bool {
	var buf sfnt.Buffer
	for _, f := range []*sfnt.Font{regular, bold} {
		if i, err := f.GlyphIndex(&buf, r); err != nil || i == 0 {
			return false
		}
	}
	return true
}

// printable puts a box in the place of letters that cannot be printed, and a
// space in the place of what steers a line. The braces are those of the number
// of pages, which only this package writes.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case r == '{':
			return '('
		case r == '}':
			return ')'
		case !Prints(r):
			return box
		}
		return r
	}, s)
}
