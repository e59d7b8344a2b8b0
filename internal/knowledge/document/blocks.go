package document

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"path"
	"strings"
)

// Block is one paragraph, heading, list item or table row of a document, in
// reading order, for whoever shows a document as it reads.
type Block struct {
	Kind  string // "paragraph", "heading", "item" or "row"
	Level int    // of a heading, 1 for the outermost; of a list item, from 0
	Label string // of a list item as it is shown: "1.", "a."
	Text  string
}

// Blocks reads the text of the file r of size bytes; see Read for its errors.
func Blocks(ctx context.Context, name string, r io.ReaderAt, size int64, limits Limits) ([]Block, error) {
	all, err := read(ctx, kindOf(name), r, size, limits)
	if err != nil {
		return nil, err
	}
	kinds := map[blockKind]string{paragraph: "paragraph", heading: "heading", item: "item", row: "row"}
	var blocks []Block
	for _, b := range all {
		if s := plain(b.text); s != "" {
			blocks = append(blocks, Block{kinds[b.kind], b.level, b.label, s})
		}
	}
	if len(blocks) == 0 {
		return nil, refuse(Empty, "er staat geen tekst in")
	}
	return blocks, nil
}

// Pictures returns the pictures that are packed in a docx or odt, as they are, in
// the order of their names: at most count of them and at most size bytes in all.
// more: there are others.
func Pictures(data []byte, count int, size int64) (pictures [][]byte, more bool, err error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, false, refuse(Broken, "het bestand is beschadigd: het kan niet worden uitgepakt")
	}
	for _, f := range z.File {
		dir := path.Dir(f.Name)
		if dir != "word/media" && dir != "Pictures" || strings.HasSuffix(f.Name, "/") {
			continue
		}
		if len(pictures) == count {
			return pictures, true, nil
		}
		in, err := f.Open()
		if err != nil {
			return nil, false, refuse(Broken, "het bestand is beschadigd: het kan niet worden uitgepakt")
		}
		raw, err := io.ReadAll(io.LimitReader(in, size+1))
		if in.Close() != nil || err != nil {
			return nil, false, refuse(Broken, "het bestand is beschadigd: het kan niet worden uitgepakt")
		}
		if int64(len(raw)) > size {
			return pictures, true, nil
		}
		size -= int64(len(raw))
		pictures = append(pictures, raw)
	}
	return pictures, false, nil
}
