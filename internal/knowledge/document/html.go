package document

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// page walks over an html document and keeps what is read.
type page struct {
	out   []block
	open  strings.Builder
	kind  blockKind
	level int
	label string
	table int
}

// readHTML reads the text of a page, without its navigation and scripts.
func readHTML(s string) ([]block, error) {
	root, err := html.Parse(strings.NewReader(s))
	if err != nil {
		return nil, refuse(Broken, "deze html kan niet worden gelezen")
	}
	p := &page{}
	p.walk(root, 0, nil)
	p.flush()
	return p.out, nil
}

func (p *page) flush() {
	if t := plain(p.open.String()); t != "" {
		p.out = append(p.out, block{kind: p.kind, level: p.level, label: p.label, text: t})
		p.label = ""
	}
	p.open.Reset()
}

// list counts the items of an ordered list.
type list struct {
	ordered bool
	n       int
	depth   int
}

func (p *page) walk(n *html.Node, depth int, in *list) {
	if depth > 2000 {
		return
	}
	switch n.Type {
	case html.TextNode:
		p.open.WriteString(n.Data)
		return
	case html.ElementNode, html.DocumentNode:
	default:
		return
	}
	children := func(in *list) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			p.walk(c, depth+1, in)
		}
	}
	as := func(kind blockKind, level int, label string, in *list) {
		p.flush()
		before := p.kind
		p.kind, p.level, p.label = kind, level, label
		children(in)
		p.flush()
		p.kind, p.level, p.label = before, 0, ""
	}
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Nav, atom.Head, atom.Template, atom.Noscript, atom.Svg, atom.Form, atom.Button, atom.Iframe, atom.Aside:
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		as(heading, int(n.Data[1]-'0'), "", in)
	case atom.Ul, atom.Ol:
		p.flush()
		inner := &list{ordered: n.DataAtom == atom.Ol}
		if in != nil {
			inner.depth = in.depth + 1
		}
		children(inner)
		p.flush()
	case atom.Li:
		level, label := 0, ""
		if in != nil {
			in.n++
			level = in.depth
			if in.ordered {
				label = number(in.n, "decimal") + "."
				if in.depth > 0 {
					label = number(in.n, "lowerLetter") + "."
				}
			}
		}
		as(item, level, label, in)
	case atom.Table:
		p.flush()
		p.table++
		children(in)
	case atom.Tr:
		p.flush()
		var list []string
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.DataAtom == atom.Td || c.DataAtom == atom.Th {
				list = append(list, textOf(c, 0))
			}
		}
		p.out = append(p.out, block{kind: row, table: p.table, text: cells(list)})
	case atom.Br:
		p.open.WriteByte(' ')
	case atom.P, atom.Div, atom.Section, atom.Article, atom.Main, atom.Header, atom.Footer, atom.Blockquote, atom.Pre, atom.Dt, atom.Dd, atom.Body, atom.Figcaption:
		if p.kind == item {
			p.open.WriteByte(' ')
			children(in)
			p.open.WriteByte(' ')
			return
		}
		as(paragraph, 0, "", in)
	default:
		children(in)
	}
}

func textOf(n *html.Node, depth int) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	if depth > 200 || n.DataAtom == atom.Script || n.DataAtom == atom.Style {
		return ""
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(textOf(c, depth+1))
		b.WriteByte(' ')
	}
	return b.String()
}

// number writes n as a list shows it.
func number(n int, format string) string {
	switch format {
	case "lowerLetter", "a":
		if n >= 1 && n <= 26 {
			return string(rune('a' + n - 1))
		}
	case "upperLetter", "A":
		if n >= 1 && n <= 26 {
			return string(rune('A' + n - 1))
		}
	case "lowerRoman", "i", "upperRoman", "I":
		romans := []string{"", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii", "xviii", "xix", "xx"}
		if n >= 1 && n < len(romans) {
			if format == "upperRoman" || format == "I" {
				return strings.ToUpper(romans[n])
			}
			return romans[n]
		}
	}
	return fmt.Sprint(n)
}
