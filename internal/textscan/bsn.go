package textscan

import "unicode/utf8"

// FindBSN reports whether s holds a burgerservicenummer: nine ASCII digits in
// whole groups that pass the elfproef. The nine may be one group, or successive
// groups joined by one and the same single separator (space, no-break space,
// dot, hyphen or underscore). A group is a run of digits that no further digit
// touches; letters may touch it. 000000000 passes the elfproef and is no BSN.
//
// "groep 3 111222333" is found, since each group also counts on its own;
// ten digits in one group are not. It answers yes or no and not where: what it
// found must not end up in a log.
func FindBSN(s string) bool {
	for i := 0; i < len(s); {
		if !isDigit(s[i]) {
			i++
			continue
		}
		end := endOfGroup(s, i)
		if startsBSN(s, i, end) {
			return true
		}
		i = end
	}
	return false
}

// startsBSN reports whether a BSN starts with the group s[start:end].
func startsBSN(s string, start, end int) bool {
	var nine [9]byte
	n := 0
	var separator rune
	for {
		if n+end-start > len(nine) {
			return false
		}
		n += copy(nine[n:], s[start:end])
		if n == len(nine) {
			return passesElevenTest(nine)
		}
		r, size := utf8.DecodeRuneInString(s[end:])
		if !isSeparator(r) || separator != 0 && r != separator {
			return false
		}
		separator = r
		start = end + size
		if start >= len(s) || !isDigit(s[start]) {
			return false
		}
		end = endOfGroup(s, start)
	}
}

// passesElevenTest is the elfproef: the digits weighed 9, 8, … 2 and −1 add up
// to a multiple of eleven.
func passesElevenTest(nine [9]byte) bool {
	sum, any := 0, false
	for i, c := range nine {
		d := int(c - '0')
		any = any || d != 0
		weight := 9 - i
		if i == 8 {
			weight = -1
		}
		sum += weight * d
	}
	return any && sum%11 == 0
}

func endOfGroup(s string, i int) int {
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isSeparator(r rune) bool {
	return r == ' ' || r == '\u00a0' || r == '.' || r == '-' || r == '_'
}
