package bot

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// readerAt reads a whole blob so that it can be looked at from any place. The
// bytes stay in memory: a temporary file would be an unsealed copy. size is
// bounded by MaxFile.
func readerAt(r io.Reader, size int64) (at io.ReaderAt, free func(), err error) {
	data := make([]byte, size)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, nil, fmt.Errorf("read the quarantine: %w", err)
	}
	return bytes.NewReader(data), func() { clear(data) }, nil
}

// maxName is how many characters of a file's name are kept.
const maxName = 120

// fileName is the name of a file without folders, control characters and
// invisible marks, cut to maxName while keeping its extension.
func fileName(s string) string {
	s = path.Base(strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\\", "/"))
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s))
	if s == "" || s == "." || s == "/" || s == ".." {
		return "document"
	}
	if n := utf8.RuneCountInString(s); n > maxName {
		ext := path.Ext(s)
		if utf8.RuneCountInString(ext) > 10 {
			ext = ""
		}
		s = string([]rune(strings.TrimSuffix(s, ext))[:maxName-utf8.RuneCountInString(ext)]) + ext
	}
	return s
}
