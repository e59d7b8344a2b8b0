package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// Limits bound what is read from one file. The zero value allows nothing.
type Limits struct {
	Size     int64 // bytes of the file
	Expanded int64 // bytes unpacked from it
	Ratio    int64 // bytes unpacked for each byte packed, for a part over 1 MiB
	Passages int
	Pages    int // of a pdf
}

// DefaultLimits fit a convenant with all its appendices many times over.
var DefaultLimits = Limits{Size: 100 << 20, Expanded: 200 << 20, Ratio: 200, Passages: 50_000, Pages: 5_000}

// Document is a file as it was read.
type Document struct {
	Name     string    `json:"name"`  // base name of the file
	Title    string    `json:"title"` // its first heading, else its name
	Kind     string    `json:"kind"`  // docx, odt, pdf, html, md, txt
	Passages []Passage `json:"passages"`
}

// Passage is a piece of a document that can be quoted. Text is literal, but for
// white space, which is made plain.
type Passage struct {
	Place     string `json:"place"`               // as people read it: "artikel 9 lid 2", "pagina 4, Bewaren"
	Heading   string `json:"heading,omitempty"`   // the headings above it, outermost first
	Article   string `json:"article,omitempty"`   // "9", "7.3.11"
	Paragraph string `json:"paragraph,omitempty"` // the lid: "2"
	Page      int    `json:"page,omitempty"`      // of a pdf, from 1
	Text      string `json:"text"`
}

// Read reads the file r of size bytes. name tells its kind by its extension and
// must agree with the content. The error of a file that can't be read is an
// *Error; any other is that ctx ended or r failed.
func Read(ctx context.Context, name string, r io.ReaderAt, size int64, limits Limits) (Document, error) {
	base := filepath.Base(name)
	doc := Document{Name: base, Kind: kindOf(base)}
	blocks, err := read(ctx, doc.Kind, r, size, limits)
	if err == nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	var passages []Passage
	if err == nil {
		passages = gather(blocks)
		switch {
		case len(passages) == 0:
			err = refuse(Empty, "er staat geen tekst in")
		case len(passages) > limits.Passages:
			err = refuse(TooLarge, "meer dan %d stukken tekst", limits.Passages)
		}
	}
	var bad *Error
	if errors.As(err, &bad) {
		named := *bad
		named.File = base
		return Document{}, &named
	}
	if err != nil {
		return Document{}, fmt.Errorf("%s: %w", base, err)
	}
	doc.Passages, doc.Title = passages, title(blocks, base)
	return doc, nil
}

func kindOf(name string) string {
	switch ext := strings.ToLower(strings.TrimPrefix(filepath.Ext(name), ".")); ext {
	case "htm", "xhtml":
		return "html"
	case "markdown":
		return "md"
	case "text":
		return "txt"
	default:
		return ext
	}
}

// magic is how files of a kind begin.
var magic = []struct{ start, kind string }{
	{"%PDF-", "pdf"}, {"PK\x03\x04", "zip"}, {"PK\x05\x06", "zip"}, {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"},
	{"\x89PNG", "png"}, {"\xff\xd8\xff", "jpeg"}, {"GIF8", "gif"}, {"{\\rtf", "rtf"}, {"\x1f\x8b", "gzip"}, {"7z\xbc\xaf", "7z"}, {"Rar!", "rar"}, {"\x7fELF", "elf"}, {"MZ", "exe"},
}

func sniff(head []byte) string {
	for _, m := range magic {
		if bytes.HasPrefix(head, []byte(m.start)) {
			return m.kind
		}
	}
	if i := bytes.Index(head, []byte("%PDF-")); i >= 0 {
		return "pdf"
	}
	return ""
}

func read(ctx context.Context, kind string, r io.ReaderAt, size int64, limits Limits) (blocks []block, err error) {
	switch kind {
	case "docx", "odt", "pdf", "html", "md", "txt":
	case "doc", "dot", "rtf":
		return nil, refuse(Unsupported, "dit is een oud soort tekstbestand; sla het op als docx of pdf")
	default:
		return nil, refuse(Unsupported, "dit soort bestand lees ik niet; wel docx, odt, pdf, html, md en txt")
	}
	if size > limits.Size {
		return nil, refuse(TooLarge, "%d MB is te groot; ten hoogste %d MB", size>>20, limits.Size>>20)
	}
	if size == 0 {
		return nil, refuse(Empty, "het bestand is leeg")
	}
	head := make([]byte, min(size, 1024))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	seen := sniff(head)
	// The readers underneath panic on some broken files.
	defer func() {
		if p := recover(); p != nil {
			blocks, err = nil, refuse(Broken, "het bestand is beschadigd en kan niet worden gelezen")
		}
	}()
	switch {
	case seen == "ole" && (kind == "docx" || kind == "odt"):
		return nil, refuse(Encrypted, "het bestand is beveiligd met een wachtwoord (of het is een oud Word-bestand); sla het op zonder wachtwoord")
	case kind == "pdf" && seen == "pdf":
		return readPDF(ctx, r, size, limits)
	case (kind == "docx" || kind == "odt") && seen == "zip":
		return readPacked(ctx, kind, r, size, limits)
	case seen != "":
		return nil, refuse(Mismatch, "de naam zegt %s, maar de inhoud is %s", kind, seen)
	case kind == "pdf" || kind == "docx" || kind == "odt":
		return nil, refuse(Mismatch, "de inhoud is geen %s", kind)
	}
	raw, err := io.ReadAll(io.NewSectionReader(r, 0, size))
	if err != nil {
		return nil, err
	}
	text, err := decode(raw)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "html":
		return readHTML(text)
	case "md":
		return readMarkdown(text), nil
	}
	if low := strings.ToLower(strings.TrimSpace(text[:min(len(text), 200)])); strings.HasPrefix(low, "<!doctype html") || strings.HasPrefix(low, "<html") {
		return nil, refuse(Mismatch, "de naam zegt txt, maar de inhoud is html")
	}
	return readText(text), nil
}
