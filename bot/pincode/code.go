package pincode

import (
	"crypto/rand"
	"math/big"
	"strings"
)

// codeLetters are the letters and digits of a code: none that looks like another.
const codeLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// codeLength is 60 bits.
const codeLength = 12

// NewCode draws a code.
func NewCode() string { return random(codeLetters, codeLength) }

// ShowCode writes a code as it stands on paper.
func ShowCode(code string) string {
	if len(code) != codeLength {
		return code
	}
	return code[:4] + "-" + code[4:8] + "-" + code[8:]
}

// ParseCode reads a code as people type it: small letters, spaces and hyphens, and
// letters that were taken for digits; false: it is none.
func ParseCode(s string) (string, bool) {
	if len(s) > 64 {
		return "", false
	}
	var b strings.Builder
	for _, r := range strings.ToUpper(s) {
		switch r {
		case ' ', '-', '\u00a0', '\u2010', '\u2011', '\u2013':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if !strings.ContainsRune(codeLetters, r) {
			return "", false
		}
		b.WriteRune(r)
	}
	if b.Len() != codeLength {
		return "", false
	}
	return b.String(), true
}

// random draws n of the letters.
func random(letters string, n int) string {
	var b strings.Builder
	for range n {
		i, err := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
		if err != nil {
			panic(err) // crypto/rand does not fail
		}
		b.WriteByte(letters[i.Int64()])
	}
	return b.String()
}
