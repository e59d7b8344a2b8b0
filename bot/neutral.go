package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
)

// sortsOf is what sort of file an ending stands for. Another ending is left out
// of a name: it may say anything.
var sortsOf = map[string]string{
	"pdf": "document", "doc": "document", "docx": "document", "odt": "document", "rtf": "document", "txt": "document", "md": "document", "pages": "document", "html": "document",
	"xls": "table", "xlsx": "table", "ods": "table", "csv": "table", "ppt": "slides", "pptx": "slides", "odp": "slides",
	"png": "picture", "jpg": "picture", "jpeg": "picture", "gif": "picture", "heic": "picture", "webp": "picture", "tif": "picture", "tiff": "picture", "svg": "picture",
	"mp3": "sound", "m4a": "sound", "wav": "sound", "ogg": "sound", "mp4": "film", "mov": "film", "webm": "film",
	"eml": "mail", "msg": "mail", "zip": "bundle", "7z": "bundle",
}

// neutralName is under which name a file is posted: what sort of file, the code
// of the casus and the day, so that the name says nothing about anybody wherever
// it is saved. others are the files of the casus; a second one of a day gets a
// number.
func neutralName(c Casus, f File, others []File, now time.Time) string {
	ending := ""
	if i := strings.LastIndexByte(f.Name, '.'); i >= 0 {
		ending = strings.ToLower(f.Name[i+1:])
	}
	sort, known := sortsOf[ending]
	if known {
		ending = "." + ending
	} else {
		sort, ending = "file", ""
	}
	base := fmt.Sprintf("%s-%s-%s", text.For(text.NL, text.FileSort(sort)), c.Ref, now.In(amsterdam).Format(time.DateOnly))
	for n := 1; ; n++ {
		name := base + ending
		if n > 1 {
			name = fmt.Sprintf("%s-%d%s", base, n, ending)
		}
		if !slices.ContainsFunc(others, func(o File) bool { return o.ID != f.ID && o.Shown == name }) {
			return name
		}
	}
}

// shownName is what others may read as the name of a file.
func shownName(f File) string {
	if f.Shown != "" {
		return f.Shown
	}
	return text.FileSort("file")
}
