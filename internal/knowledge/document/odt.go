package document

import (
	"errors"
	"strconv"
)

// odt reads content.xml with the numbering of its lists.
type odt struct {
	lists map[string][]numFmt // list style -> levels
	out   []block
	table int
}

func (p *packed) odt() ([]block, error) {
	root, err := p.tree("content.xml")
	if err != nil {
		return nil, err
	}
	content := root.kid("document-content")
	body := content.kid("body").kid("text")
	if body == nil {
		return nil, refuse(Mismatch, "dit is een OpenDocument, maar geen tekst")
	}
	o := &odt{lists: map[string][]numFmt{}}
	err = o.styles(content.kid("automatic-styles"))
	if err == nil && p.find("styles.xml") != nil {
		var styles *node
		if styles, err = p.tree("styles.xml"); err != nil {
			return nil, err
		}
		err = errors.Join(o.styles(styles.kid("document-styles").kid("styles")), o.styles(styles.kid("document-styles").kid("automatic-styles")))
	}
	if err != nil {
		return nil, err
	}
	o.walk(body)
	return o.out, nil
}

func (o *odt) styles(n *node) error {
	if n == nil {
		return nil
	}
	for _, s := range n.kids {
		if s.name != "list-style" {
			continue
		}
		levels := make([]numFmt, 10)
		for _, l := range s.kids {
			i, err := strconv.Atoi(l.attr("level"))
			if l.name != "list-level-style-number" || err != nil || i < 1 || i > 10 {
				continue
			}
			format := map[string]string{"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}[l.attr("num-format")]
			if format != "" {
				if levels[i-1] = (numFmt{format, l.attr("num-prefix") + "%" + l.attr("num-suffix")}); len(levels[i-1].text) > maxLabel {
					return errLabel
				}
			}
		}
		o.lists[s.attr("name")] = levels
	}
	return nil
}

func (o *odt) walk(n *node) {
	for _, k := range n.kids {
		switch k.name {
		case "h":
			level, _ := strconv.Atoi(k.attr("outline-level"))
			o.out = append(o.out, block{kind: heading, level: max(level, 1), text: odtText(k)})
		case "p":
			o.out = append(o.out, block{text: odtText(k)})
		case "list":
			o.list(k, "", 0)
		case "table":
			o.table++
			o.rows(k, o.table)
		case "section", "index-body", "text-box", "frame":
			o.walk(k)
		}
	}
}

func (o *odt) list(n *node, style string, depth int) {
	if s := n.attr("style-name"); s != "" {
		style = s
	}
	var f numFmt
	if levels := o.lists[style]; depth < len(levels) {
		f = levels[depth]
	}
	count := 0
	for _, it := range n.kids {
		if it.name != "list-item" && it.name != "list-header" {
			continue
		}
		if v, err := strconv.Atoi(it.attr("start-value")); err == nil {
			count = v - 1
		}
		first := true
		for _, k := range it.kids {
			switch k.name {
			case "p", "h":
				b := block{kind: item, level: depth, text: odtText(k)}
				if plain(b.text) == "" {
					continue
				}
				if first && it.name == "list-item" {
					count++
					if f.text != "" {
						b.label = labelOf(f, count)
					}
				}
				if level, err := strconv.Atoi(k.attr("outline-level")); k.name == "h" && err == nil {
					b = block{kind: heading, level: level, text: plain(b.label + " " + b.text)}
				}
				first = false
				o.out = append(o.out, b)
			case "list":
				o.list(k, style, depth+1)
			}
		}
	}
}

func labelOf(f numFmt, n int) string {
	out := ""
	for _, r := range f.text {
		if r == '%' {
			out += number(n, f.format)
			continue
		}
		out += string(r)
	}
	return out
}

func (o *odt) rows(t *node, table int) {
	for _, r := range t.kids {
		switch r.name {
		case "table-row":
			var list []string
			for _, c := range r.kids {
				if c.name == "table-cell" {
					list = append(list, odtText(c))
				}
			}
			o.out = append(o.out, block{kind: row, table: table, text: cells(list)})
		case "table-header-rows", "table-rows", "table-row-group":
			o.rows(r, table)
		}
	}
}

func odtText(n *node) string {
	var b joined
	odtRuns(n, &b)
	return b.String()
}

func odtRuns(n *node, b *joined) {
	for _, k := range n.kids {
		switch k.name {
		case "":
			b.WriteString(k.text)
		case "s", "tab", "line-break":
			b.WriteByte(' ')
		case "note", "annotation", "tracked-changes", "bookmark":
		case "p", "h", "list-item":
			b.WriteByte(' ')
			odtRuns(k, b)
		default:
			odtRuns(k, b)
		}
	}
}
