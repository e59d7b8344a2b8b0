package textscan

import (
	"math"
	"strings"

	"github.com/ledongthuc/pdf"
)

// matrix moves points of a page: x' = a·x + c·y + e, y' = b·x + d·y + f.
type matrix [6]float64

var identity = matrix{1, 0, 0, 1, 0, 0}

// then returns m followed by n.
func (m matrix) then(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

func moved(x, y float64) matrix { return matrix{1, 0, 0, 1, x, y} }

// pageText puts the pieces of a page together again. A pdf knows no words and
// lines, only pieces at places; a number may be drawn a digit at a time. So two
// pieces join when the second begins where the first ended, have a space
// between them when there is a gap on the line, and a tab or new line otherwise.
type pageText struct {
	*document
	b   strings.Builder
	err error

	endX, endY float64 // where the last piece ended, on the page
	any        bool    // there was a piece
}

// state is what q keeps and Q brings back, with the text's own place.
type state struct {
	ctm, text, line      matrix
	font                 *fontReader // nil: none, or none of that name
	size, leading, scale float64
	charSpace, wordSpace float64
}

// stream reads one content stream, with the fonts and forms of resources, under
// the given transformation. It stops when t.err is set.
func (t *pageText) stream(contents, resources pdf.Value, ctm matrix, depth int) {
	if contents.Kind() != pdf.Stream && contents.Kind() != pdf.Array {
		return
	}
	now := state{ctm: ctm, text: identity, line: identity, scale: 1}
	fonts := map[string]*fontReader{} // by name; each look at resources reads the file
	var kept []state
	pdf.Interpret(contents, func(stack *pdf.Stack, op string) {
		args := make([]pdf.Value, stack.Len())
		for i := len(args) - 1; i >= 0; i-- {
			args[i] = stack.Pop()
		}
		number := func(i int) float64 {
			if i >= len(args) {
				return 0
			}
			return args[i].Float64()
		}
		if t.err != nil {
			return
		}
		if t.err = t.ctx.Err(); t.err != nil {
			return
		}
		switch op {
		case "q":
			if len(kept) < 1000 {
				kept = append(kept, now)
			}
		case "Q":
			if n := len(kept); n > 0 {
				now, kept = kept[n-1], kept[:n-1]
			}
		case "cm":
			now.ctm = six(number).then(now.ctm)
		case "BT":
			now.text, now.line = identity, identity
		case "Tf":
			if len(args) == 2 {
				now.size = number(1)
				name := args[0].Name()
				if _, known := fonts[name]; !known {
					fonts[name] = t.fontOf(resources, name)
				}
				now.font = fonts[name]
			}
		case "Tc":
			now.charSpace = number(0)
		case "Tw":
			now.wordSpace = number(0)
		case "Tz":
			now.scale = number(0) / 100
		case "TL":
			now.leading = number(0)
		case "Td":
			now.next(number(0), number(1))
		case "TD":
			now.leading = -number(1)
			now.next(number(0), number(1))
		case "Tm":
			now.line = six(number)
			now.text = now.line
		case "T*":
			now.next(0, -now.leading)
		case "'", "\"":
			now.next(0, -now.leading)
			if len(args) > 0 {
				t.show(&now, args[len(args)-1].RawString())
			}
		case "Tj":
			if len(args) > 0 {
				t.show(&now, args[0].RawString())
			}
		case "TJ":
			if len(args) == 0 {
				return
			}
			for i := range args[0].Len() {
				if piece := args[0].Index(i); piece.Kind() == pdf.String {
					t.show(&now, piece.RawString())
				} else {
					now.text = moved(-piece.Float64()/1000*now.size*now.scale, 0).then(now.text)
				}
			}
		case "BI":
			t.pictures++
		case "Do":
			if len(args) > 0 {
				t.draw(resources.Key("XObject").Key(args[0].Name()), resources, now.ctm, depth)
			}
		}
	})
}

func six(number func(int) float64) matrix {
	return matrix{number(0), number(1), number(2), number(3), number(4), number(5)}
}

// next moves to a line that begins x, y from the beginning of this one.
func (s *state) next(x, y float64) {
	s.line = moved(x, y).then(s.line)
	s.text = s.line
}

// draw goes into a form, which is a page within the page, or counts a picture.
func (t *pageText) draw(object, resources pdf.Value, ctm matrix, depth int) {
	switch object.Key("Subtype").Name() {
	case "Image":
		t.pictures++
	case "Form":
		if depth >= maxPDFDepth {
			t.unsure(cannot(ReasonDepth, "forms within forms"))
			return
		}
		if own := object.Key("Resources"); own.Kind() == pdf.Dict {
			resources = own
		}
		if m := object.Key("Matrix"); m.Len() == 6 {
			ctm = six(func(i int) float64 { return m.Index(i).Float64() }).then(ctm)
		}
		// A form that draws itself twice, ten deep, is a bomb without a large file.
		if t.parts++; t.parts > t.limits.Parts {
			t.err = cannot(ReasonSize, "more than %d parts", t.limits.Parts)
			return
		}
		t.stream(object, resources, ctm, depth+1)
	}
}

// fontOf returns the font of that name, or nil where there is none.
func (t *pageText) fontOf(resources pdf.Value, name string) *fontReader {
	v := resources.Key("Font").Key(name)
	if v.Kind() != pdf.Dict {
		return nil
	}
	key := fontKey(v)
	f, ok := t.fonts[key]
	if !ok {
		read := t.font(v)
		f = &read
		t.fonts[key] = f
	}
	return f
}

// show adds a piece at the state's place, and moves the place past it.
func (t *pageText) show(now *state, raw string) {
	if raw == "" {
		return
	}
	text, width, chars := raw, halfSize*float64(len(raw)), float64(len(raw))
	if now.font != nil {
		text, width = now.font.enc.Decode(raw), now.font.width(raw)
		chars /= float64(now.font.bytes)
		if now.font.blind && strings.TrimSpace(raw) != "" {
			t.unsure(cannot(ReasonFont, "a font doesn't say which characters it shows"))
		}
	}
	if t.err = t.spend(int64(len(text))); t.err != nil {
		return
	}
	here := now.text.then(now.ctm)
	t.b.WriteString(t.gap(here, now.size))
	t.b.WriteString(text)

	along := width/1000*now.size + chars*now.charSpace + float64(strings.Count(raw, " "))*now.wordSpace
	now.text = moved(along*now.scale, 0).then(now.text)
	end := now.text.then(now.ctm)
	t.endX, t.endY, t.any = end[4], end[5], true
}

// gap returns what stands between the last piece and one at here: nothing when
// they touch, a space when there is room for one on the line, a tab when there
// is room for more, as between columns, and a new line otherwise.
func (t *pageText) gap(here matrix, size float64) string {
	if !t.any {
		return ""
	}
	// The direction of writing and the size on the page, also when it is turned.
	length := math.Hypot(here[0], here[1])
	em := math.Abs(size) * length
	if em == 0 || math.IsNaN(em) || math.IsInf(em, 0) {
		return "\n"
	}
	dx, dy := here[4]-t.endX, here[5]-t.endY
	along := (dx*here[0] + dy*here[1]) / length
	across := (dy*here[0] - dx*here[1]) / length
	switch {
	case math.Abs(across) > 0.4*em:
		return "\n"
	case along > 1.2*em:
		return "\t"
	case along > 0.18*em:
		return " "
	case along < -0.6*em:
		return "\n"
	}
	return ""
}
