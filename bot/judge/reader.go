package judge

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// reader reads one JSON object strictly and in one pass: a field that is
// unknown, missing, given twice or written in another case is an error, and so
// is a value of another type than asked. It knows at any moment which field it
// is at, so that an error names it.
//
// After the first error every call does nothing, so that callers need not look
// at each step. Strings share the memory of the input.
type reader struct {
	s    string
	i    int
	path []segment
	err  *FieldError
}

type segment struct {
	name  string
	index int // of a list's item when name is empty
}

// fail records the first error, at the field being read.
func (r *reader) fail(text string) {
	if r.err == nil {
		r.err = &FieldError{Field: r.where(), Text: text}
	}
}

// failAt records an error at a field within the one being read.
func (r *reader) failAt(name, text string) {
	r.path = append(r.path, segment{name: name})
	r.fail(text)
	r.path = r.path[:len(r.path)-1]
}

func (r *reader) where() string {
	var b strings.Builder
	for _, p := range r.path {
		switch {
		case p.name == "":
			b.WriteString("[" + strconv.Itoa(p.index) + "]")
		case b.Len() > 0:
			b.WriteString("." + p.name)
		default:
			b.WriteString(p.name)
		}
	}
	return b.String()
}

func (r *reader) space() {
	for r.i < len(r.s) {
		switch r.s[r.i] {
		case ' ', '\t', '\n', '\r':
			r.i++
		default:
			return
		}
	}
}

// take reads a sign after white space.
func (r *reader) take(c byte) bool {
	r.space()
	if r.i < len(r.s) && r.s[r.i] == c {
		r.i++
		return true
	}
	return false
}

// word reads a literal such as null, when it is next and ends there.
func (r *reader) word(w string) bool {
	r.space()
	if !strings.HasPrefix(r.s[r.i:], w) {
		return false
	}
	if end := r.i + len(w); end < len(r.s) {
		if c := r.s[end]; c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' {
			return false
		}
	}
	r.i += len(w)
	return true
}

// null reads a null that is allowed here.
func (r *reader) null() bool { return r.err == nil && r.word("null") }

// end complains about anything after the object.
func (r *reader) end() {
	if r.err != nil {
		return
	}
	if r.space(); r.i < len(r.s) {
		r.path = nil
		r.fail("something follows after the object")
	}
}

// object reads an object with exactly these fields; field is called with the
// index of each name when its value is next. The last optional names may be
// absent. It returns which fields were there, as bits.
func (r *reader) object(names []string, optional int, field func(i int)) (seen uint32) {
	if r.err != nil {
		return 0
	}
	if !r.take('{') {
		r.wrong("an object")
		return 0
	}
	if !r.take('}') {
		for {
			r.space()
			name := r.text()
			if r.err != nil {
				return seen
			}
			i := indexOf(names, name)
			if i < 0 {
				r.failAt(safeName(name), "is not a field that is known here")
				return seen
			}
			if seen>>i&1 == 1 {
				r.failAt(name, "is given twice")
				return seen
			}
			seen |= 1 << i
			r.path = append(r.path, segment{name: name})
			if !r.take(':') {
				r.fail("is not followed by a value")
				return seen
			}
			field(i)
			if r.err != nil {
				return seen
			}
			r.path = r.path[:len(r.path)-1]
			if r.take(',') {
				continue
			}
			if r.take('}') {
				break
			}
			r.fail("is not well-formed JSON")
			return seen
		}
	}
	for i := range len(names) - optional {
		if seen>>i&1 == 0 {
			r.failAt(names[i], "is missing")
			return seen
		}
	}
	return seen
}

// list reads a list; item is called for each of its items.
func (r *reader) list(item func(i int)) {
	if r.err != nil {
		return
	}
	if !r.take('[') {
		r.wrong("a list")
		return
	}
	if r.take(']') {
		return
	}
	for i := 0; ; i++ {
		r.path = append(r.path, segment{index: i})
		item(i)
		if r.err != nil {
			return
		}
		r.path = r.path[:len(r.path)-1]
		if r.take(',') {
			continue
		}
		if r.take(']') {
			return
		}
		r.fail("is not well-formed JSON")
		return
	}
}

// boolean reads true or false.
func (r *reader) boolean() bool {
	switch {
	case r.err != nil:
	case r.word("true"):
		return true
	case r.word("false"):
	default:
		r.wrong("true or false")
	}
	return false
}

// wrong complains that the value is not what it must be.
func (r *reader) wrong(want string) {
	r.space()
	switch {
	case r.i >= len(r.s):
		r.fail("ends too early")
	case strings.IndexByte("{[\"-0123456789tfn", r.s[r.i]) < 0:
		r.fail("is not well-formed JSON")
	default:
		r.fail("must be " + want)
	}
}

// text reads a string.
func (r *reader) text() string {
	if r.err != nil {
		return ""
	}
	if !r.take('"') {
		r.wrong("text")
		return ""
	}
	start := r.i
	for r.i < len(r.s) {
		switch c := r.s[r.i]; {
		case c == '"':
			out := r.s[start:r.i]
			r.i++
			if !utf8.ValidString(out) {
				r.fail("is not UTF-8")
				return ""
			}
			return out
		case c == '\\':
			return r.escaped(start)
		case c < 0x20:
			r.fail("has a control character that JSON does not take")
			return ""
		default:
			r.i++
		}
	}
	r.fail("ends too early")
	return ""
}

// escaped goes on with a string that has an escape, from its start.
func (r *reader) escaped(start int) string {
	b := []byte(r.s[start:r.i])
	for r.i < len(r.s) {
		c := r.s[r.i]
		r.i++
		switch {
		case c == '"':
			if !utf8.Valid(b) {
				r.fail("is not UTF-8")
				return ""
			}
			return string(b)
		case c < 0x20:
			r.fail("has a control character that JSON does not take")
			return ""
		case c != '\\':
			b = append(b, c)
			continue
		}
		if r.i >= len(r.s) {
			break
		}
		c = r.s[r.i]
		r.i++
		switch c {
		case '"', '\\', '/':
			b = append(b, c)
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case 't':
			b = append(b, '\t')
		case 'u':
			u, ok := r.hex4()
			if ok && utf16.IsSurrogate(u) {
				// Half a character alone is no text; the other half must follow.
				ok = strings.HasPrefix(r.s[r.i:], `\u`)
				if ok {
					r.i += 2
					var low rune
					low, ok = r.hex4()
					u = utf16.DecodeRune(u, low)
					ok = ok && u != utf8.RuneError
				}
			}
			if !ok {
				r.fail("has an escape that is not a character")
				return ""
			}
			b = utf8.AppendRune(b, u)
		default:
			r.fail("has an escape that JSON does not have")
			return ""
		}
	}
	r.fail("ends too early")
	return ""
}

func (r *reader) hex4() (rune, bool) {
	if r.i+4 > len(r.s) {
		return 0, false
	}
	var u rune
	for _, c := range []byte(r.s[r.i : r.i+4]) {
		switch {
		case c >= '0' && c <= '9':
			u = u<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			u = u<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			u = u<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	r.i += 4
	return u, true
}

func indexOf(names []string, name string) int {
	for i, n := range names {
		if n == name {
			return i
		}
	}
	return -1
}

// safeName keeps what a stranger wrote as a field's name fit for a message.
func safeName(name string) string {
	if name == "" {
		return `""`
	}
	for _, c := range name {
		if c != '_' && c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return strconv.Quote(name[:min(len(name), 40)])
		}
	}
	return name[:min(len(name), 60)]
}
