package textscan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/internal/textscan"
)

func TestFindBSN(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"nothing", "", false},
		{"a valid one", "111222333", true},
		{"one digit off", "111222334", false},
		{"all zeros", "000000000", false},
		{"leading zero", "012345672", true},
		{"in a sentence", "Het nummer is 111222333.", true},
		{"letters touch it", "bsn111222333x", true},
		{"a digit before", "1111222333", false},
		{"a digit after", "1112223330", false},
		{"eighteen digits of two numbers", "111222333111222333", false},
		{"groups of three with dots", "111.222.333", true},
		{"with spaces", "111 222 333", true},
		{"with no-break spaces", "111\u00a0222\u00a0333", true},
		{"with hyphens", "1112-22333", true},
		{"with underscores", "1_1_1_2_2_2_3_3_3", true},
		{"two kinds of separator", "111.222-333", false},
		{"space and no-break space mixed", "111 222\u00a0333", false},
		{"two separators in a row", "111  222 333", false},
		{"a separator that is none", "111/222/333", false},
		{"a comma", "111,222,333", false},
		{"a thin space", "111\u2009222\u2009333", false},
		{"a group before it", "groep 3 111222333", true},
		{"a group after it", "111222333 4", true},
		{"a group before joined groups", "3 111 222 333", true},
		{"a group after joined groups", "111 222 333 4", true},
		{"the middle of a longer row", "12 111 222 333 12", true},
		{"ten in groups, no nine whole", "1112 222 333", false},
		{"the file name", "verslag_111222333.pdf", true},
		{"separator at the end", "111 222 33", false},
		{"trailing separator", "111222333-", true},
		{"other digits", "١١١٢٢٢٣٣٣", false},
		{"invalid UTF-8 beside it", "\xff111222333\xff", true},
		{"half a no-break space", "111\xc2222333", false},
		{"a phone number", "06-12345678", false},
	} {
		if got := textscan.FindBSN(c.text); got != c.want {
			t.Errorf("%s: FindBSN(%q) = %v, want %v", c.name, c.text, got, c.want)
		}
	}
}

// slow is the rule read as literally as it is written: try every row of whole
// groups.
func slow(s string) bool {
	type group struct{ from, to int }
	var groups []group
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			continue
		}
		j := i
		for j < len(s) && s[j] >= '0' && s[j] <= '9' {
			j++
		}
		groups = append(groups, group{i, j})
		i = j
	}
	for i := range groups {
		for j := i; j < len(groups); j++ {
			digits, ok, sep := "", true, ""
			for k := i; k <= j; k++ {
				digits += s[groups[k].from:groups[k].to]
				if k > i {
					between := s[groups[k-1].to:groups[k].from]
					ok = ok && strings.Contains("| |\u00a0|.|-|_|", "|"+between+"|") && between != "" && !strings.Contains(between, "|") && (sep == "" || sep == between)
					sep = between
				}
			}
			if !ok || len(digits) != 9 || digits == "000000000" {
				continue
			}
			sum := 0
			for n, w := range []int{9, 8, 7, 6, 5, 4, 3, 2, -1} {
				sum += w * int(digits[n]-'0')
			}
			if sum%11 == 0 {
				return true
			}
		}
	}
	return false
}

func FuzzFindBSN(f *testing.F) {
	for _, s := range []string{"", "111222333", "111 222 333 4", "1.1.1.2.2.2.3.3.3", "groep 3 111222333", "1-11222333\u00a0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := textscan.FindBSN(s), slow(s); got != want {
			t.Errorf("FindBSN(%q) = %v, want %v", s, got, want)
		}
	})
}

func ExampleFindBSN() {
	fmt.Println(textscan.FindBSN("verslag 111.222.333"), textscan.FindBSN("verslag 111.222.334"))
	// Output: true false
}
