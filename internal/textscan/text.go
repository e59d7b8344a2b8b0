package textscan

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// decode returns the text of raw: UTF-8, UTF-16 with its mark, or else one byte
// a character as Windows writes Dutch. Bytes that no text has (a zero, most
// control characters) make it false.
func decode(raw []byte) (string, bool) {
	if len(raw) >= 2 && (raw[0] == 0xff && raw[1] == 0xfe || raw[0] == 0xfe && raw[1] == 0xff) {
		return decode16(raw[2:], raw[0] == 0xfe)
	}
	if !utf8.Valid(raw) {
		return latin(raw)
	}
	text := strings.TrimPrefix(string(raw), "\ufeff")
	return text, !strings.ContainsFunc(text, control)
}

func decode16(raw []byte, bigEndian bool) (string, bool) {
	if len(raw)%2 != 0 {
		return "", false
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		low, high := raw[2*i], raw[2*i+1]
		if bigEndian {
			low, high = high, low
		}
		units[i] = uint16(high)<<8 | uint16(low)
	}
	text := string(utf16.Decode(units))
	return text, !strings.ContainsFunc(text, control)
}

// latin reads one byte a character. Digits and the separators between them lie
// in the same place in all such encodings, and nothing else matters here.
func latin(raw []byte) (string, bool) {
	var b strings.Builder
	b.Grow(len(raw))
	for _, c := range raw {
		if control(rune(c)) && c < 0x80 {
			return "", false
		}
		b.WriteRune(rune(c))
	}
	return b.String(), true
}

func control(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' && r != '\f' && r != '\v' && r != 0x1b
}

// simplify returns text as an eye sees it: without characters that have no
// width, with other scripts' digits as ours, every kind of blank as a space, two
// of them as one, and every kind of dash as a hyphen. A tab and more blanks keep
// things apart, like the columns of a table. It is looked at beside the text
// itself, so that what it takes away can hide nothing.
func simplify(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	blanks := 0
	for _, r := range text {
		switch {
		case r == '\u00ad' || r == '\u034f' || r == '\u061c' || r == '\u180e' || r >= '\u200b' && r <= '\u200f' || r >= '\u202a' && r <= '\u202e' ||
			r >= '\u2060' && r <= '\u206f' || r >= '\ufe00' && r <= '\ufe0f' || r == '\ufeff':
			continue
		case r == ' ' || r == '\u00a0' || r >= '\u2000' && r <= '\u200a' || r == '\u202f' || r == '\u205f' || r == '\u3000':
			if blanks++; blanks != 2 {
				b.WriteByte(' ')
			}
			continue
		case r >= '\u2010' && r <= '\u2015' || r == '\u2212' || r == '\ufe63' || r == '\uff0d':
			r = '-'
		case r >= '\uff10' && r <= '\uff19': // full width
			r = '0' + r - '\uff10'
		case r >= '\u0660' && r <= '\u0669': // Arabic
			r = '0' + r - '\u0660'
		case r >= '\u06f0' && r <= '\u06f9': // Persian
			r = '0' + r - '\u06f0'
		case r >= '\U0001d7ce' && r <= '\U0001d7ff': // bold and other letters of mathematics, five times ten
			r = '0' + (r-'\U0001d7ce')%10
		}
		blanks = 0
		b.WriteRune(r)
	}
	return b.String()
}
