package textscan

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/ledongthuc/pdf"
)

// maxPDFDepth bounds forms within forms and fields within fields.
const maxPDFDepth = 20

// maxPDFPages bounds a page tree that refers to itself.
const maxPDFPages = 20_000

// pdf scans the pages, form fields, notes, properties and attachments of a pdf.
//
// The reader underneath reports trouble by panicking and reads streams without
// counting, so everything runs under a recover, and what it reads from the file
// is counted: each byte read costs at most Ratio bytes unpacked.
func (s *scan) pdf(r io.ReaderAt, size int64) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = ended(s.ctx, s.over(cannot(ReasonBroken, "a pdf that can't be read")))
		}
	}()
	file, err := pdf.NewReader(&readings{s: s, r: r, left: s.limits.Expanded}, size)
	if errors.Is(err, pdf.ErrInvalidPassword) {
		return cannot(ReasonEncrypted, "the pdf has a password")
	}
	if err != nil {
		return ended(s.ctx, cannot(ReasonBroken, "a pdf that can't be read"))
	}
	d := &document{scan: s, fonts: map[string]*fontReader{}}
	root := file.Trailer().Key("Root")
	if root.Key("AcroForm").Key("XFA").Kind() != pdf.Null {
		d.unsure(cannot(ReasonKind, "a pdf whose form is kept apart from its pages"))
	}
	steps := []func() error{
		func() error { return d.strings(file.Trailer().Key("Info"), 0) },
		func() error { return d.strings(root.Key("AcroForm").Key("Fields"), 0) },
		func() error { return d.attachments(root.Key("Names").Key("EmbeddedFiles"), 0) },
		func() error { return d.pages(root.Key("Pages"), 0) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return d.doubt
}

// over returns the breach of a limit if there was one, and otherwise err.
func (s *scan) over(err error) error {
	if s.expanded > s.limits.Expanded {
		return cannot(ReasonSize, "more than %d bytes unpacked", s.limits.Expanded)
	}
	return err
}

// readings counts what is read from the file, also what is read again, and
// fails when the context ends.
type readings struct {
	s    *scan
	r    io.ReaderAt
	left int64
}

func (c *readings) ReadAt(p []byte, at int64) (int, error) {
	if err := c.s.ctx.Err(); err != nil {
		return 0, err
	}
	if c.left -= int64(len(p)); c.left < 0 {
		c.s.expanded = c.s.limits.Expanded + 1
		return 0, cannot(ReasonSize, "the pdf has its own parts read over and over")
	}
	return c.r.ReadAt(p, at)
}

// document is one pdf while it is scanned.
type document struct {
	*scan
	fonts map[string]*fontReader
	doubt error // the first reason why something in it was not read

	pagesSeen int
}

func (d *document) unsure(err error) {
	if d.doubt == nil {
		d.doubt = err
	}
}

// pages walks the tree of pages itself, each node once: the reader's own way to
// a page begins at the root every time.
func (d *document) pages(node pdf.Value, depth int) error {
	if err := d.ctx.Err(); err != nil {
		return err
	}
	if depth > maxPDFDepth {
		return cannot(ReasonDepth, "pages within pages")
	}
	if kids := node.Key("Kids"); kids.Kind() == pdf.Array {
		for i := range kids.Len() {
			if err := d.pages(kids.Index(i), depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	if node.Kind() != pdf.Dict {
		d.unsure(cannot(ReasonBroken, "a page is missing"))
		return nil
	}
	if d.pagesSeen++; d.pagesSeen > maxPDFPages {
		return cannot(ReasonSize, "more than %d pages", maxPDFPages)
	}
	return d.page(pdf.Page{V: node})
}

func (d *document) page(page pdf.Page) error {
	before := d.pictures
	t := &pageText{document: d}
	t.stream(page.V.Key("Contents"), page.Resources(), identity, 0)
	if t.err != nil {
		return t.err
	}
	text := t.b.String()
	if strings.ContainsRune(text, '\ufffd') || strings.ContainsFunc(text, control) {
		d.unsure(cannot(ReasonFont, "a font doesn't say which characters it shows"))
	}
	if strings.TrimSpace(text) == "" && d.pictures > before {
		d.unsure(cannot(ReasonPicture, "a page that is a picture"))
	}
	if err := d.check(text); err != nil {
		return err
	}
	return d.strings(page.V.Key("Annots"), 0)
}

// strings checks every text in v: fields, notes, properties. It doesn't follow
// the way back up to a page or parent.
func (d *document) strings(v pdf.Value, depth int) error {
	if depth > maxPDFDepth {
		d.unsure(cannot(ReasonDepth, "fields within fields"))
		return nil
	}
	switch v.Kind() {
	case pdf.String:
		text := v.Text()
		if err := d.spend(int64(len(text))); err != nil {
			return err
		}
		return d.check(text)
	case pdf.Array:
		for i := range v.Len() {
			if err := d.strings(v.Index(i), depth+1); err != nil {
				return err
			}
		}
	case pdf.Dict:
		if v.Key("FS").Kind() != pdf.Null {
			if err := d.attachment(v.Key("FS")); err != nil {
				return err
			}
		}
		for _, key := range v.Keys() {
			switch key {
			case "Parent", "P", "Popup", "IRT", "AP", "Dest", "A", "AA", "FS", "MK", "DR":
				continue
			}
			if err := d.strings(v.Key(key), depth+1); err != nil {
				return err
			}
		}
		// Where a link leads can be an address with a number in it.
		return d.strings(v.Key("A").Key("URI"), depth+1)
	}
	return nil
}

// attachments scans the files that hang on the document.
func (d *document) attachments(tree pdf.Value, depth int) error {
	if depth > maxPDFDepth {
		d.unsure(cannot(ReasonDepth, "attachments within attachments"))
		return nil
	}
	names := tree.Key("Names")
	for i := 1; i < names.Len(); i += 2 {
		if err := d.attachment(names.Index(i)); err != nil {
			return err
		}
	}
	kids := tree.Key("Kids")
	for i := range kids.Len() {
		if err := d.attachments(kids.Index(i), depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (d *document) attachment(spec pdf.Value) error {
	if spec.Kind() != pdf.Dict {
		return nil
	}
	name := spec.Key("UF").Text()
	if name == "" {
		name = spec.Key("F").Text()
	}
	if err := d.check(name); err != nil {
		return err
	}
	if d.parts++; d.parts > d.limits.Parts {
		return cannot(ReasonSize, "more than %d files within", d.limits.Parts)
	}
	stream := spec.Key("EF").Key("F")
	if stream.Kind() != pdf.Stream {
		return nil
	}
	raw, err := d.all(stream.Reader())
	if err != nil {
		return d.over(err)
	}
	// One deeper than the pdf may already be is told by the limit on parts; an
	// attachment counts as the last layer but one.
	err = d.file(name, bytes.NewReader(raw), int64(len(raw)), d.limits.Depth)
	if err != nil && skippable(err) {
		d.unsure(err)
		return nil
	}
	return err
}
