package names

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// day is a birthday; the zero day is none.
type day struct{ year, month, day int }

var plainDay = regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})$`)

func readDay(s string) day {
	m := plainDay.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return day{}
	}
	n := func(i int) int { v, _ := strconv.Atoi(m[i]); return v }
	return day{n(1), n(2), n(3)}
}

var months = map[string]int{"januari": 1, "jan": 1, "februari": 2, "feb": 2, "maart": 3, "mrt": 3, "april": 4, "apr": 4, "mei": 5, "juni": 6, "jun": 6,
	"juli": 7, "jul": 7, "augustus": 8, "aug": 8, "september": 9, "sep": 9, "sept": 9, "oktober": 10, "okt": 10, "november": 11, "nov": 11, "december": 12, "dec": 12}

var (
	dayFirst  = regexp.MustCompile(`\b(\d{1,2})[-/. ]{1,2}(\d{1,2})[-/. ]{1,2}('?\d{2}|\d{4})\b`)
	yearFirst = regexp.MustCompile(`\b(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})\b`)
	written   = regexp.MustCompile(`(?i)\b(\d{1,2})(?:e|ste|de)?[- ]+(\p{L}{3,9})\.?[-, ]+(?:'|’)?(\d{4}|\d{2})\b`)
	unbroken  = regexp.MustCompile(`\b\d{8}\b`)
	postcode  = regexp.MustCompile(`(?i)\b(\d{4}) ?([a-z]{2})\b`)
	phone     = regexp.MustCompile(`(?:\+|\b)\d(?:[\d ()./-]{6,18})\d\b`)
)

// address is a street with its number, and a postcode.
type address struct {
	street []string // folded words
	number string   // digits only
	code   string   // such as "1234ab"
}

func readAddress(s string) address {
	var a address
	if m := postcode.FindStringSubmatch(s); m != nil {
		a.code = m[1] + strings.ToLower(m[2])
	}
	for _, w := range split(s) {
		if w.text == "" {
			continue
		}
		if unicode.IsDigit(rune(w.text[0])) {
			if len(a.street) > 0 {
				a.number = leadingDigits(w.text)
			}
			break
		}
		a.street = append(a.street, w.text)
	}
	if a.number == "" {
		a.street = nil // a street without a number is no address of anybody
	}
	return a
}

func leadingDigits(s string) string {
	i := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) })
	if i < 0 {
		return s
	}
	return s[:i]
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// national is a telephone number as it is dialled within the country.
func national(digits string) string {
	for _, prefix := range []string{"0031", "31"} {
		if rest, ok := strings.CutPrefix(digits, prefix); ok && len(rest) >= 9 {
			return "0" + strings.TrimPrefix(rest, "0")
		}
	}
	return digits
}

// findNumbers lists birthdays, addresses and telephone numbers.
func (f *Finder) findNumbers(text string, words []word) []Hit {
	var hits []Hit
	for i, d := range f.born {
		if d.year == 0 {
			continue
		}
		for _, at := range d.in(text) {
			hits = append(hits, Hit{at[0], at[1], Born, i})
		}
	}
	for i, a := range f.addresses {
		for _, at := range a.in(text, words) {
			hits = append(hits, Hit{at[0], at[1], Address, i})
		}
	}
	for i, number := range f.phones {
		if len(number) < 9 {
			continue
		}
		for _, at := range phone.FindAllStringIndex(text, -1) {
			if national(digitsOf(text[at[0]:at[1]])) == number {
				hits = append(hits, Hit{at[0], at[1], Phone, i})
			}
		}
	}
	return hits
}

// in lists where the birthday stands in text. Without its year a day is a day
// like any other, and an appointment may be on it.
func (d day) in(text string) [][2]int {
	var all [][2]int
	is := func(y, m, n int) bool { return m == d.month && n == d.day && (y == d.year || y == d.year%100) }
	number := func(s string) int { v, _ := strconv.Atoi(strings.TrimLeft(s, "'")); return v }
	at := func(m []int, i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return text[m[2*i]:m[2*i+1]]
	}
	for _, m := range dayFirst.FindAllStringSubmatchIndex(text, -1) {
		if is(number(at(m, 3)), number(at(m, 2)), number(at(m, 1))) {
			all = append(all, [2]int{m[0], m[1]})
		}
	}
	for _, m := range yearFirst.FindAllStringSubmatchIndex(text, -1) {
		if is(number(at(m, 1)), number(at(m, 2)), number(at(m, 3))) {
			all = append(all, [2]int{m[0], m[1]})
		}
	}
	for _, m := range written.FindAllStringSubmatchIndex(text, -1) {
		if is(number(at(m, 3)), months[strings.ToLower(at(m, 2))], number(at(m, 1))) {
			all = append(all, [2]int{m[0], m[1]})
		}
	}
	for _, m := range unbroken.FindAllStringIndex(text, -1) {
		n := text[m[0]:m[1]]
		if is(number(n[4:]), number(n[2:4]), number(n[:2])) || is(number(n[:4]), number(n[4:6]), number(n[6:])) {
			all = append(all, [2]int{m[0], m[1]})
		}
	}
	return all
}

// in lists where the address stands: its street with its number, or its
// postcode.
func (a address) in(text string, words []word) [][2]int {
	var all [][2]int
	for i := range words {
		n := len(a.street)
		if n == 0 || i+n >= len(words) {
			break
		}
		same := leadingDigits(words[i+n].text) == a.number
		for j, s := range a.street {
			same = same && words[i+j].text == s
		}
		if same {
			all = append(all, [2]int{words[i].start, words[i+n].end})
		}
	}
	if a.code != "" {
		for _, m := range postcode.FindAllStringSubmatchIndex(text, -1) {
			if text[m[2]:m[3]]+strings.ToLower(text[m[4]:m[5]]) == a.code {
				all = append(all, [2]int{m[0], m[1]})
			}
		}
	}
	return all
}
