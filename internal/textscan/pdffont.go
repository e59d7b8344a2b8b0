package textscan

import (
	"fmt"
	"regexp"

	"github.com/ledongthuc/pdf"
)

// fontReader turns the bytes of a shown string into characters and widths.
type fontReader struct {
	enc    pdf.TextEncoding
	bytes  int  // per character
	blind  bool // it can't say which characters it shows
	widths []span
	other  float64 // the width of a character that widths leaves out
}

// span is the widths of the characters from first on, in thousandths of the
// font's size; with one width for all up to last where each is empty.
type span struct {
	first, last int
	each        []float64
	all         float64
}

// halfSize is how wide a character is taken to be when its font doesn't say: as
// wide as most digits are.
const halfSize = 500

// maxSpans bounds the widths that are kept of one font.
const maxSpans = 70_000

// namesNothing is the form of names of characters that only number them, so
// that the text stays unknown without a table that the font also brings.
var namesNothing = regexp.MustCompile(`^(?:[A-Za-z]{1,2}|cid|glyph|index|char)[_.]?[0-9]+$`)

// font reads a font once; the values of a pdf are read from the file at every
// look.
func (d *document) font(v pdf.Value) fontReader {
	font := pdf.Font{V: v}
	tabled := v.Key("ToUnicode").Kind() == pdf.Stream
	encoding := v.Key("Encoding")
	if v.Key("Subtype").Name() == "Type0" {
		f := fontReader{enc: font.Encoder(), bytes: 2, other: 1000}
		// The reader understands one way of numbering characters, with a table.
		f.blind = !tabled || encoding.Name() != "Identity-H"
		descendant := v.Key("DescendantFonts").Index(0)
		if standard := descendant.Key("DW"); standard.Kind() != pdf.Null {
			f.other = standard.Float64()
		}
		f.widths = wideSpans(descendant.Key("W"))
		return f
	}
	f := fontReader{enc: font.Encoder(), bytes: 1, other: halfSize}
	if encoding.Kind() == pdf.Dict {
		differences := encoding.Key("Differences")
		for i := range differences.Len() {
			if namesNothing.MatchString(differences.Index(i).Name()) {
				f.blind = true
			}
		}
	} else if v.Key("Subtype").Name() == "Type3" && !tabled {
		f.blind = true
	}
	if widths := floats(v.Key("Widths")); len(widths) > 0 {
		first := font.FirstChar()
		f.widths = []span{{first: first, last: first + len(widths) - 1, each: widths}}
	}
	return f
}

// wideSpans reads the widths of a font with two bytes a character: a first
// character and a list, or a first, a last and one width for all between.
func wideSpans(table pdf.Value) []span {
	var spans []span
	for i := 0; i+1 < table.Len() && len(spans) < maxSpans; {
		first := int(table.Index(i).Int64())
		next := table.Index(i + 1)
		if next.Kind() == pdf.Array {
			each := floats(next)
			spans = append(spans, span{first: first, last: first + len(each) - 1, each: each})
			i += 2
			continue
		}
		spans = append(spans, span{first: first, last: int(next.Int64()), all: table.Index(i + 2).Float64()})
		i += 3
	}
	return spans
}

func floats(list pdf.Value) []float64 {
	out := make([]float64, 0, min(list.Len(), maxSpans))
	for i := range min(list.Len(), maxSpans) {
		out = append(out, list.Index(i).Float64())
	}
	return out
}

// width returns how far raw moves on, in thousandths of the font's size.
func (f fontReader) width(raw string) float64 {
	total := 0.0
	for i := 0; i+f.bytes <= len(raw); i += f.bytes {
		code := int(raw[i])
		if f.bytes == 2 {
			code = code<<8 | int(raw[i+1])
		}
		total += f.one(code)
	}
	return total
}

func (f fontReader) one(code int) float64 {
	for _, s := range f.widths {
		if code < s.first || code > s.last {
			continue
		}
		if s.each == nil {
			return s.all
		}
		return s.each[code-s.first]
	}
	return f.other
}

// fontKey tells a font from others, so that it is read once.
func fontKey(v pdf.Value) string { return fmt.Sprint(v) }
