package textscan

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path"
	"strings"
)

// ratioFrom is the size in bytes from which Ratio counts: a short run of blanks
// packs as well as a bomb and harms nobody.
const ratioFrom = 1 << 20

// archive scans a zip: every file in it and its name, whether it is a document
// made of parts or just a folder that was packed. What can't be read in one
// part doesn't stop the others; the first reason is returned at the end.
func (s *scan) archive(r io.ReaderAt, size int64, depth int) error {
	files, err := zip.NewReader(r, size)
	if err != nil {
		return ended(s.ctx, cannot(ReasonBroken, "a zip file without a readable directory"))
	}
	if err := s.check(files.Comment); err != nil {
		return err
	}
	document := isDocument(files.File)
	var first error
	for _, f := range files.File {
		if s.parts++; s.parts > s.limits.Parts {
			return errors.Join(first, cannot(ReasonSize, "more than %d files within", s.limits.Parts))
		}
		err := s.part(f, depth, document)
		if errors.Is(err, errFound) || err != nil && !skippable(err) {
			return err
		}
		if first == nil {
			first = err
		}
	}
	if err := s.accounted(r, size, files.File); errors.Is(err, errFound) || first == nil {
		return err
	}
	return first
}

// isDocument says whether the files are the parts of one office document.
func isDocument(files []*zip.File) bool {
	for _, f := range files {
		if f.Name == "[Content_Types].xml" || f.Name == "mimetype" || f.Name == "META-INF/manifest.xml" {
			return true
		}
	}
	return false
}

func (s *scan) part(f *zip.File, depth int, document bool) error {
	if err := s.check(f.Name); err != nil {
		return err
	}
	if err := s.check(f.Comment); err != nil {
		return err
	}
	if f.FileInfo().IsDir() {
		return nil
	}
	if f.Flags&0x1 != 0 {
		return cannot(ReasonEncrypted, "a part has a password")
	}
	body, err := f.Open()
	if err != nil {
		return cannot(ReasonBroken, "a part can't be unpacked")
	}
	defer body.Close()
	raw, err := s.all(&slim{r: body, packed: max(1, int64(f.CompressedSize64)), ratio: s.limits.Ratio})
	if err != nil {
		return err
	}
	if document {
		return s.documentPart(f.Name, raw, depth)
	}
	return s.file(f.Name, bytes.NewReader(raw), int64(len(raw)), depth+1)
}

// documentPart scans a part of an office document: its XML for text, its
// embedded files as files. What only the layout needs (fonts, pictures, printer
// settings) is left alone.
func (s *scan) documentPart(name string, raw []byte, depth int) error {
	if name == "META-INF/manifest.xml" && bytes.Contains(raw, []byte("encryption-data")) {
		return cannot(ReasonEncrypted, "the document has a password")
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".xml", ".rels", ".vml", ".rdf":
		return s.xml(bytes.NewReader(raw), strings.HasPrefix(name, "customXml/"))
	case ".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".bmp", ".tif", ".tiff", ".wdp", ".webp", ".svm":
		s.pictures++
		return nil
	case ".odttf", ".fntdata", ".ttf", ".otf":
		return nil
	}
	if strings.Contains(name, "printerSettings/") && path.Ext(name) == ".bin" {
		return nil
	}
	return s.file(name, bytes.NewReader(raw), int64(len(raw)), depth+1)
}

// slim stops reading what unpacks to far more than it was. It goes by what
// comes out, since the sizes that a zip states may be false.
type slim struct {
	r      io.Reader
	packed int64
	ratio  int64
	read   int64
}

func (c *slim) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.read += int64(n)
	if c.read > ratioFrom && c.read/c.packed > c.ratio {
		return 0, cannot(ReasonSize, "a part unpacks to more than %d times itself", c.ratio)
	}
	return n, err
}
