package document

import (
	"regexp"
	"strconv"
	"strings"
)

// docx reads word/document.xml with the names of its styles and the numbers of
// its lists.
type docx struct {
	heads   map[string]int      // style -> level of heading
	numbers map[string][]numFmt // numId -> levels
	ofStyle map[string][2]string
	counts  map[string][]int
	out     []block
	table   int
}

// numFmt is how one level of a list is numbered: "%1." or "Artikel %1".
type numFmt struct{ format, text string }

func (p *packed) docx() ([]block, error) {
	root, err := p.tree("word/document.xml")
	if err != nil {
		return nil, err
	}
	d := &docx{heads: map[string]int{}, numbers: map[string][]numFmt{}, ofStyle: map[string][2]string{}, counts: map[string][]int{}}
	if p.find("word/styles.xml") != nil {
		styles, err := p.tree("word/styles.xml")
		if err != nil {
			return nil, err
		}
		d.styles(styles.kid("styles"))
	}
	if p.find("word/numbering.xml") != nil {
		numbering, err := p.tree("word/numbering.xml")
		if err != nil {
			return nil, err
		}
		if err := d.numbering(numbering.kid("numbering")); err != nil {
			return nil, err
		}
	}
	body := root.kid("document").kid("body")
	if body == nil {
		return nil, refuse(Broken, "het bestand is beschadigd: het heeft geen tekst")
	}
	d.walk(body)
	return d.out, nil
}

var headingStyle = regexp.MustCompile(`^(?i:heading|kop)\s*(\d)$`)

func (d *docx) styles(styles *node) {
	if styles == nil {
		return
	}
	based := map[string]string{}
	for _, s := range styles.kids {
		if s.name != "style" || s.attr("type") != "paragraph" {
			continue
		}
		id := s.attr("styleId")
		based[id] = s.val("basedOn")
		if m := headingStyle.FindStringSubmatch(s.val("name")); m != nil {
			d.heads[id], _ = strconv.Atoi(m[1])
		} else if strings.EqualFold(s.val("name"), "title") || strings.EqualFold(s.val("name"), "titel") {
			d.heads[id] = 1
		}
		ppr := s.kid("pPr")
		if n, err := strconv.Atoi(ppr.val("outlineLvl")); err == nil && n < 9 {
			d.heads[id] = n + 1
		}
		if num := ppr.kid("numPr"); num != nil && num.val("numId") != "" {
			d.ofStyle[id] = [2]string{num.val("numId"), num.val("ilvl")}
		}
	}
	for id := range based {
		for up, n := based[id], 0; up != "" && n < 10; up, n = based[up], n+1 {
			if level := d.heads[up]; level > 0 && d.heads[id] == 0 {
				d.heads[id] = level
			}
		}
	}
}

func (d *docx) numbering(root *node) error {
	if root == nil {
		return nil
	}
	abstract := map[string][]numFmt{}
	for _, a := range root.kids {
		if a.name != "abstractNum" {
			continue
		}
		levels := make([]numFmt, 9)
		for _, l := range a.kids {
			if n, err := strconv.Atoi(l.attr("ilvl")); l.name == "lvl" && err == nil && n >= 0 && n < 9 {
				if levels[n] = (numFmt{l.val("numFmt"), l.val("lvlText")}); len(levels[n].text) > maxLabel {
					return errLabel
				}
			}
		}
		abstract[a.attr("abstractNumId")] = levels
	}
	for _, n := range root.kids {
		if n.name == "num" {
			d.numbers[n.attr("numId")] = abstract[n.val("abstractNumId")]
		}
	}
	return nil
}

func (d *docx) walk(n *node) {
	for _, k := range n.kids {
		switch k.name {
		case "p":
			d.paragraph(k)
		case "tbl":
			d.tableRows(k)
		case "sdt", "sdtContent", "customXml", "ins", "smartTag", "body":
			d.walk(k)
		}
	}
}

func (d *docx) tableRows(t *node) {
	d.table++
	table := d.table
	for _, r := range t.kids {
		if r.name != "tr" {
			continue
		}
		var list []string
		for _, c := range r.kids {
			if c.name == "tc" {
				var b joined
				runs(c, &b)
				list = append(list, b.String())
			}
		}
		d.out = append(d.out, block{kind: row, table: table, text: cells(list)})
	}
}

func (d *docx) paragraph(p *node) {
	var text joined
	runs(p, &text)
	if plain(text.String()) == "" {
		return
	}
	ppr := p.kid("pPr")
	style := ppr.val("pStyle")
	b := block{text: text.String()}
	if level := d.heads[style]; level > 0 {
		b.kind, b.level = heading, level
	}
	if n, err := strconv.Atoi(ppr.val("outlineLvl")); err == nil && n < 9 {
		b.kind, b.level = heading, n+1
	}
	id, ilvl := d.ofStyle[style][0], d.ofStyle[style][1]
	if num := ppr.kid("numPr"); num != nil {
		if v := num.val("numId"); v != "" {
			id = v
		}
		if v := num.val("ilvl"); v != "" {
			ilvl = v
		}
	}
	if id != "" && id != "0" {
		level, _ := strconv.Atoi(ilvl)
		label := d.label(id, level)
		if b.kind == heading {
			if label != "" {
				b.text = label + " " + b.text
			}
		} else {
			b.kind, b.level, b.label = item, level, label
			if articleHead.MatchString(label + " " + b.text) {
				b.kind, b.level, b.label, b.text = heading, 6, "", label+" "+b.text
			}
		}
	}
	d.out = append(d.out, b)
}

var numberAt = regexp.MustCompile(`%(\d)`)

// label counts the next item of a list and returns its number as shown; empty
// for a bullet.
func (d *docx) label(id string, level int) string {
	levels := d.numbers[id]
	if level < 0 || level >= len(levels) {
		return ""
	}
	c := d.counts[id]
	for len(c) < 9 {
		c = append(c, 0)
	}
	c[level]++
	for i := level + 1; i < len(c); i++ {
		c[i] = 0
	}
	d.counts[id] = c
	if f := levels[level].format; f == "bullet" || f == "none" || f == "" {
		return ""
	}
	return numberAt.ReplaceAllStringFunc(levels[level].text, func(m string) string {
		i := int(m[1] - '1')
		if i < 0 || i >= len(levels) {
			return ""
		}
		return number(max(c[i], 1), levels[i].format)
	})
}

// runs writes the text of a paragraph as it reads now: what tracked changes
// took out is left out.
func runs(n *node, b *joined) {
	for _, k := range n.kids {
		switch k.name {
		case "t":
			for _, t := range k.kids {
				b.WriteString(t.text)
			}
		case "tab", "br", "cr":
			b.WriteByte(' ')
		case "noBreakHyphen":
			b.WriteByte('-')
		case "del", "moveFrom", "delText", "instrText", "pPr", "rPr", "footnoteReference", "Fallback":
		case "p":
			b.WriteByte(' ')
			runs(k, b)
		case "":
		default:
			runs(k, b)
		}
	}
}
