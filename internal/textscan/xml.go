package textscan

import (
	"bufio"
	"encoding/xml"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// maxXMLDepth bounds elements within elements. Documents stay under a hundred.
const maxXMLDepth = 10_000

// flowing are parts of the names of XML vocabularies in which a word may be cut
// into many elements: the bodies of office documents. There text runs on until
// an element of breaks. In all others every element stands alone, so that the
// counts in a document's properties don't become one long number.
var flowing = []string{
	"wordprocessingml", "drawingml", "spreadsheetml", "presentationml",
	"officeDocument/2006/math", "opendocument:xmlns:text", "opendocument:xmlns:office",
	"www.w3.org/1999/xhtml", "www.w3.org/2000/svg",
}

// breaks are the elements that end a line or a cell.
var breaks = map[string]bool{
	"p": true, "h": true, "br": true, "cr": true, "tc": true, "tr": true, "text": true, "desc": true, "title": true,
	"line-break": true, "list-item": true, "annotation": true, "note": true, "table-cell": true, "table-row": true,
	"c": true, "v": true, "f": true, "si": true, "is": true, "row": true, "comment": true, "rPh": true,
	"definedName": true, "formula1": true, "formula2": true, "author": true, "instrText": true, "delInstrText": true,
	"oddHeader": true, "oddFooter": true, "evenHeader": true, "evenFooter": true, "firstHeader": true, "firstFooter": true,
	"div": true, "li": true, "td": true, "th": true, "h1": true, "h2": true, "h3": true,
}

// spoken are the attributes that hold what somebody wrote, or a value that is
// shown. Others hold identifiers and measures, in which nine digits mean nothing.
var spoken = map[string]bool{
	"descr": true, "title": true, "alt": true, "tooltip": true, "Target": true, "href": true,
	"value": true, "string-value": true, "string": true, "prompt": true, "promptTitle": true, "error": true,
}

// saidBy are elements of office documents that say something in one attribute of
// theirs: the names of sheets, what a pivot table remembers of a sheet that may be gone,
// what a list is narrowed to, and what a letter was filled in with.
var saidBy = map[string]string{
	"sheet": "name", "table": "name", "s": "v", "n": "v", "d": "v", "filter": "val", "customFilter": "val", "docVar": "val",
}

// bookmark is a name that word processors number by themselves.
var bookmark = regexp.MustCompile(`_(?:Toc|Ref|Hlk|GoBack|RefHeading_*)[0-9_]+`)

// xml scans an XML document: its text, comments, instructions, and spoken attributes.
// Where it is data, as an administration hands it out, an attribute that is a number
// and nothing else says something too; in an office document those are its own marks.
func (s *scan) xml(r io.Reader, data bool) error {
	dec := xml.NewDecoder(bufio.NewReader(r))
	// A document type can define words that stand for other words. Nothing that
	// people make has one; the decoder refuses words it doesn't know.
	var b strings.Builder
	var aside []string
	depth, tokens := 0, 0
	inValue, numeric := false, false
	for {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			// What was read so far still counts if there is something in it.
			if found := s.check(b.String()); found != nil {
				return found
			}
			return ended(s.ctx, cannot(ReasonBroken, "XML that can't be read"))
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxXMLDepth {
				return cannot(ReasonDepth, "more than %d elements within each other", maxXMLDepth)
			}
			if t.Name.Local == "c" {
				numeric = isNumber(t.Attr)
			}
			inValue = t.Name.Local == "v"
			b.WriteString(between(t.Name))
			for _, a := range t.Attr {
				switch said := saidBy[t.Name.Local]; {
				case a.Name.Local == "value" || a.Name.Local == said && ofOffice(t.Name.Space):
					aside = append(aside, whole(a.Value))
				case spoken[a.Name.Local] && !strings.HasPrefix(a.Value, "#"), data && len(a.Value) == 9 && !flows(t.Name.Space):
					aside = append(aside, a.Value)
				}
			}
		case xml.EndElement:
			depth--
			inValue = false
			b.WriteString(after(t.Name))
		case xml.CharData:
			if inValue && numeric {
				b.WriteString(whole(string(t)))
			} else {
				b.Write(t)
			}
		case xml.Comment:
			aside = append(aside, string(t))
		case xml.ProcInst:
			aside = append(aside, string(t.Inst))
		case xml.Directive:
			aside = append(aside, string(t))
		}
		if tokens++; tokens%4096 == 0 && s.ctx.Err() != nil {
			return s.ctx.Err()
		}
	}
	text := bookmark.ReplaceAllString(b.String(), "_")
	if err := s.check(text); err != nil {
		return err
	}
	return s.check(strings.Join(aside, "\n"))
}

// between returns what an element puts before its text: nothing where text
// runs on, a sign where it stands for one, and a new line everywhere else.
func between(name xml.Name) string {
	if !flows(name.Space) {
		return "\n"
	}
	switch name.Local {
	case "s", "tab", "ptab":
		return " "
	case "noBreakHyphen":
		return "-"
	}
	if breaks[name.Local] {
		return "\n"
	}
	return ""
}

func after(name xml.Name) string {
	if !flows(name.Space) || breaks[name.Local] {
		return "\n"
	}
	return ""
}

func flows(space string) bool {
	for _, part := range flowing {
		if strings.Contains(space, part) {
			return true
		}
	}
	return false
}

// ofOffice says whether an element is of an office document, flowing or not.
func ofOffice(space string) bool {
	return flows(space) || strings.Contains(space, "opendocument:xmlns:table")
}

// isNumber says whether a cell of a sheet holds a number, by its attributes:
// without a type it does.
func isNumber(cell []xml.Attr) bool {
	for _, a := range cell {
		if a.Name.Local == "t" {
			return a.Value == "n"
		}
	}
	return true
}

// whole returns a value as a sheet shows it: 111222333 for 1.11222333E8, and
// nothing for a fraction, whose digits before and after the point are no groups
// of one number. What isn't a number is returned as it is.
func whole(value string) string {
	if !strings.ContainsAny(value, "eE.") {
		return value
	}
	f, err := strconv.ParseFloat(value, 64)
	switch {
	case err != nil:
		return value
	case f != math.Trunc(f) || math.Abs(f) >= 1e15:
		return ""
	}
	return strconv.FormatInt(int64(f), 10)
}
