package document

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// maxParts bounds the files in a docx or odt.
const maxParts = 20_000

// maxDepth bounds elements within elements, and maxNodes elements and texts together:
// each takes far more room than it has in the file.
const (
	maxDepth = 500
	maxNodes = 2_000_000
)

// maxLabel is how many bytes the form of a number in a list may have. It is written
// again for every item, so a long one makes much of a little.
const maxLabel = 200

var errLabel = refuse(TooLarge, "de nummering van een lijst in dit bestand is te lang")

// packed is a docx or odt as a zip file.
type packed struct {
	ctx   context.Context
	zip   *zip.Reader
	left  int64 // bytes that may still be unpacked
	ratio int64
}

func readPacked(ctx context.Context, kind string, r io.ReaderAt, size int64, limits Limits) ([]block, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, refuse(Broken, "het bestand is beschadigd: het kan niet worden uitgepakt")
	}
	if len(z.File) > maxParts {
		return nil, refuse(TooLarge, "er zitten te veel onderdelen in")
	}
	p := &packed{ctx: ctx, zip: z, left: limits.Expanded, ratio: limits.Ratio}
	main := map[string]string{"docx": "word/document.xml", "odt": "content.xml"}[kind]
	if p.find(main) == nil {
		other := "een ander soort bestand (een zip)"
		switch {
		case p.find("word/document.xml") != nil:
			other = "docx"
		case p.find("content.xml") != nil:
			other = "odt of een ander OpenDocument"
		case p.find("EncryptedPackage") != nil:
			return nil, refuse(Encrypted, "het bestand is beveiligd met een wachtwoord")
		case p.find("xl/workbook.xml") != nil:
			other = "een rekenblad"
		case p.find("ppt/presentation.xml") != nil:
			other = "een presentatie"
		}
		return nil, refuse(Mismatch, "de naam zegt %s, maar de inhoud is %s", kind, other)
	}
	for _, f := range z.File {
		if f.Flags&1 != 0 {
			return nil, refuse(Encrypted, "het bestand is beveiligd met een wachtwoord")
		}
	}
	if kind == "odt" {
		if m, err := p.part("META-INF/manifest.xml"); err == nil && bytes.Contains(m, []byte("encryption-data")) {
			return nil, refuse(Encrypted, "het bestand is beveiligd met een wachtwoord")
		}
		return p.odt()
	}
	return p.docx()
}

func (p *packed) find(name string) *zip.File {
	for _, f := range p.zip.File {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// part unpacks one part and counts what comes out.
func (p *packed) part(name string) ([]byte, error) {
	f := p.find(name)
	if f == nil {
		return nil, refuse(Broken, "het onderdeel %s ontbreekt", name)
	}
	most := p.left
	if by := int64(f.CompressedSize64) * p.ratio; by < most {
		most = max(by, 1<<20)
	}
	in, err := f.Open()
	if err != nil {
		return nil, refuse(Broken, "het bestand is beschadigd: het kan niet worden uitgepakt")
	}
	defer in.Close()
	raw, err := io.ReadAll(io.LimitReader(in, most+1))
	if int64(len(raw)) > most {
		return nil, refuse(TooLarge, "uitgepakt wordt dit bestand veel te groot (mogelijk een zipbom)")
	}
	if err != nil {
		return nil, refuse(Broken, "het bestand is beschadigd: het kan niet worden uitgepakt")
	}
	p.left -= int64(len(raw))
	return raw, nil
}

// node is an XML element; a document is small enough to hold as a tree, since
// its bytes and its depth were bounded.
type node struct {
	name  string // without its namespace
	attrs []xml.Attr
	kids  []*node
	text  string // of a text node, whose name is empty
}

func (n *node) attr(name string) string {
	for _, a := range n.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (n *node) kid(name string) *node {
	if n == nil {
		return nil
	}
	for _, k := range n.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// val is the attribute val of the child name, as docx writes its settings.
func (n *node) val(name string) string {
	if k := n.kid(name); k != nil {
		return k.attr("val")
	}
	return ""
}

func (p *packed) tree(name string) (*node, error) {
	raw, err := p.part(name)
	if err != nil {
		return nil, err
	}
	dec := xml.NewDecoder(bytes.NewReader(raw))
	root := &node{}
	stack := []*node{root}
	for i := 0; ; i++ {
		if i%4096 == 0 && p.ctx.Err() != nil {
			return nil, p.ctx.Err()
		}
		if i > 2*maxNodes {
			return nil, refuse(TooLarge, "er zitten te veel onderdelen in")
		}
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return root, nil
		}
		if err != nil {
			return nil, refuse(Broken, "het bestand is beschadigd: de inhoud is niet heel")
		}
		top := stack[len(stack)-1]
		switch t := tok.(type) {
		case xml.StartElement:
			if len(stack) > maxDepth {
				return nil, refuse(TooLarge, "de opbouw van dit bestand gaat te diep")
			}
			n := &node{name: t.Name.Local, attrs: append([]xml.Attr(nil), t.Attr...)}
			top.kids = append(top.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(t) > 0 {
				top.kids = append(top.kids, &node{text: string(t)})
			}
		}
	}
}

// joined is a writer of text with one reader of it.
type joined = strings.Builder
