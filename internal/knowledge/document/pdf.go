package document

import (
	"context"
	"errors"
	"io"
	"math"
	"regexp"
	"sort"
	"strings"
	"unicode"

	"github.com/ledongthuc/pdf"
)

// line is one line of a page as it is seen.
type line struct {
	text    string
	y, x    float64
	size    float64 // of its letters, in points
	newPara bool    // more space above it than between lines
}

// readPDF reads the lines of each page by where they stand. The reader
// underneath does not bound its memory, so the bytes it reads are counted.
func readPDF(ctx context.Context, r io.ReaderAt, size int64, limits Limits) ([]block, error) {
	file, err := pdf.NewReader(&metered{r: r, left: limits.Expanded * 4, ctx: ctx}, size)
	if errors.Is(err, pdf.ErrInvalidPassword) {
		return nil, refuse(Encrypted, "de pdf is beveiligd met een wachtwoord")
	}
	if err != nil {
		if strings.Contains(err.Error(), "encrypt") {
			return nil, refuse(Encrypted, "de pdf is beveiligd op een manier die ik niet kan openen")
		}
		return nil, refuse(Broken, "de pdf is beschadigd en kan niet worden gelezen")
	}
	n := file.NumPage()
	switch {
	case n == 0:
		return nil, refuse(Broken, "de pdf is beschadigd: er zijn geen pagina's")
	case n > limits.Pages:
		return nil, refuse(TooLarge, "de pdf heeft %d pagina's; ten hoogste %d", n, limits.Pages)
	}
	pages := make([][]line, n)
	letters, pictures, without := 0, 0, 0
	total := 0
	for i := range pages {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		page := file.Page(i + 1)
		pages[i] = lines(page.Content().Text)
		here := 0
		for _, l := range pages[i] {
			here += len(l.text)
			for _, r := range l.text {
				if unicode.IsLetter(r) {
					letters++
				}
			}
		}
		if total += here; int64(total) > limits.Expanded {
			return nil, refuse(TooLarge, "er staat te veel tekst in de pdf")
		}
		if here < 10 && page.Resources().Key("XObject").Kind() != pdf.Null {
			pictures++
			if here == 0 {
				without++
			}
		}
	}
	switch {
	case letters < 20 && pictures > 0:
		return nil, refuse(Scanned, "de pdf bestaat uit gescande pagina's zonder tekst; laat er eerst tekstherkenning (OCR) op los")
	case letters < 20:
		return nil, refuse(Empty, "er staat geen tekst in de pdf")
	case without*2 > n:
		return nil, refuse(Scanned, "%d van de %d pagina's zijn gescand zonder tekst; laat er eerst tekstherkenning (OCR) op los", without, n)
	}
	return pdfBlocks(pages), nil
}

// metered counts what is read and stops when it is too much or time is up.
type metered struct {
	r    io.ReaderAt
	left int64
	ctx  context.Context
}

func (m *metered) ReadAt(p []byte, at int64) (int, error) {
	if m.ctx.Err() != nil || m.left < 0 {
		return 0, errors.New("too much was read")
	}
	n, err := m.r.ReadAt(p, at)
	m.left -= int64(n)
	return n, err
}

// lines puts the pieces of text of a page in lines, top to bottom.
func lines(texts []pdf.Text) []line {
	list := texts[:0:0]
	for _, t := range texts {
		if t.S != "" && !math.IsNaN(t.X) && !math.IsNaN(t.Y) {
			list = append(list, t)
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Y > list[j].Y })
	var out []line
	for i := 0; i < len(list); {
		j := i + 1
		tolerance := max(1.5, list[i].FontSize*0.3)
		for j < len(list) && list[i].Y-list[j].Y <= tolerance {
			j++
		}
		run := list[i:j]
		sort.SliceStable(run, func(a, b int) bool { return run[a].X < run[b].X })
		var b strings.Builder
		end, size := math.Inf(-1), 0.0
		for _, t := range run {
			if b.Len() > 0 && t.X-end > max(0.8, t.FontSize*0.18) {
				b.WriteByte(' ')
			}
			b.WriteString(t.S)
			end = max(end, t.X+t.W)
			size = max(size, t.FontSize)
		}
		if s := plain(b.String()); s != "" {
			out = append(out, line{text: s, y: run[0].Y, x: run[0].X, size: size})
		}
		i = j
	}
	// The space between most lines tells where a paragraph ends.
	var gaps []float64
	for i := 1; i < len(out); i++ {
		if g := out[i-1].y - out[i].y; g > 0 {
			gaps = append(gaps, g)
		}
	}
	sort.Float64s(gaps)
	for i := range out {
		out[i].newPara = i == 0 || len(gaps) > 0 && out[i-1].y-out[i].y > 1.35*gaps[len(gaps)/2]
	}
	return out
}

var digitsRE = regexp.MustCompile(`\d+`)

// pdfBlocks joins lines to paragraphs, without what stands on most pages.
func pdfBlocks(pages [][]line) []block {
	seen := map[string]int{}
	sizes := map[int]int{}
	for _, page := range pages {
		for i, l := range page {
			if i < 2 || i >= len(page)-2 {
				seen[digitsRE.ReplaceAllString(l.text, "#")]++
			}
			sizes[int(l.size*2)] += len(l.text)
		}
	}
	body, most := 0, 0
	for s, n := range sizes {
		if n > most || n == most && s < body {
			body, most = s, n
		}
	}
	var out []block
	for n, page := range pages {
		top := true // nothing of this page was kept yet
		for i, l := range page {
			edge := i < 2 || i >= len(page)-2
			if edge && len(pages) >= 3 && seen[digitsRE.ReplaceAllString(l.text, "#")]*2 > len(pages) {
				continue
			}
			large := int(l.size*2) > body+2 && len(l.text) < 120
			last := len(out) - 1
			m := articleHead.FindStringSubmatch(l.text)
			switch {
			case m != nil && titleLike(m[2]):
				out = append(out, block{kind: heading, level: 3, text: l.text, page: n + 1})
			case large && last >= 0 && out[last].kind == heading && !l.newPara && out[last].page == n+1 && !articleHead.MatchString(out[last].text):
				out[last].text += " " + l.text
			case large:
				level := 2
				if int(l.size*2) > body+8 {
					level = 1
				}
				out = append(out, block{kind: heading, level: level, text: l.text, page: n + 1})
			case last < 0 || l.newPara && !top || out[last].kind == heading || listMark.MatchString(l.text) || top && strings.HasSuffix(out[last].text, "."):
				out = append(out, block{text: l.text, page: n + 1})
			default:
				out[last].text = join(out[last].text, l.text)
			}
			top = false
		}
	}
	return out
}

// join puts two lines together; a word that was broken at the end of the first
// is made whole.
func join(a, b string) string {
	if strings.HasSuffix(a, "-") && len(a) > 1 && b != "" {
		rs := []rune(b)
		before := []rune(a)
		if unicode.IsLower(rs[0]) && unicode.IsLetter(before[len(before)-2]) {
			return strings.TrimSuffix(a, "-") + b
		}
	}
	return a + " " + b
}
