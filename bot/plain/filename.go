package plain

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName is how many characters of a file's name are kept.
const maxName = 120

// FileName is the name of a file without folders, control characters and
// invisible marks, cut to maxName while keeping its extension.
func FileName(s string) string {
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

// EntryName is the last part of a name, without what could lead out of the
// archive's folder.
func EntryName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/:*?"<>|`, r) {
			return '_'
		}
		return r
	}, name)
	if name = strings.Trim(name, ". "); name == "" {
		return "bestand"
	}
	return name
}
