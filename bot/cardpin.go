package bot

import (
	"crypto/rand"
	"crypto/subtle"
	"math/big"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of one try of a PIN: what OWASP names as the least for argon2id. A
// PIN is short, so that the number of tries is what protects it; the cost keeps a
// thief of the database busy, who would need the casus keys first.
const (
	pinTime   = 2
	pinMemory = 19 << 10 // KiB
	pinSalt   = 16
	pinKey    = 32
	pinLength = 6 // digits
)

// pinTurns bounds the memory that tries take together.
var pinTurns = make(chan struct{}, 2)

// hashPIN is a salt and the argon2id of pin with it.
func hashPIN(pin string) []byte {
	salt := make([]byte, pinSalt)
	rand.Read(salt)
	return append(salt, slowHash(pin, salt)...)
}

func slowHash(pin string, salt []byte) []byte {
	pinTurns <- struct{}{}
	defer func() { <-pinTurns }()
	return argon2.IDKey([]byte(pin), salt, pinTime, pinMemory, 1, pinKey)
}

// noPIN stands in where there is no card, so that a try takes as long.
var noPIN = make([]byte, pinSalt+pinKey)

// checkPIN reports whether stored is of pin. It takes as long for a card that is
// not there, and then is false.
func checkPIN(stored []byte, pin string) bool {
	there := len(stored) == pinSalt+pinKey && pin != ""
	if !there {
		stored = noPIN
	}
	same := subtle.ConstantTimeCompare(slowHash(pin, stored[:pinSalt]), stored[pinSalt:]) == 1
	return there && same
}

// ParsePIN reads a PIN as people type it: six digits, in Latin, Arabic or Persian
// figures, with spaces or not. ErrForbidden: it is none.
func ParsePIN(s string) (string, error) {
	if len(s) > 64 {
		return "", ErrForbidden
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= '٠' && r <= '٩':
			b.WriteRune(r - '٠' + '0')
		case r >= '۰' && r <= '۹':
			b.WriteRune(r - '۰' + '0')
		case r == ' ' || r == '-' || r == '\u00a0':
		default:
			return "", ErrForbidden
		}
	}
	if b.Len() != pinLength {
		return "", ErrForbidden
	}
	return b.String(), nil
}

// easyPIN reports whether a PIN is among those that everybody tries first.
func easyPIN(pin string) bool {
	same, up, down := true, true, true
	for i := 1; i < len(pin); i++ {
		step := int(pin[i]) - int(pin[i-1])
		same, up, down = same && step == 0, up && step == 1, down && step == -1
	}
	return same || up || down || pin[:3] == pin[3:] || pin[:2] == pin[2:4] && pin[2:4] == pin[4:]
}

// codeLetters are the letters and digits of a code: none that looks like another.
const codeLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// codeLength is 60 bits.
const codeLength = 12

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

func newCode() string { return random(codeLetters, codeLength) }

func newPIN() string {
	for {
		if pin := random("0123456789", pinLength); !easyPIN(pin) {
			return pin
		}
	}
}

// ShowCode writes a code as it stands on paper.
func ShowCode(code string) string {
	if len(code) != codeLength {
		return code
	}
	return code[:4] + "-" + code[4:8] + "-" + code[8:]
}

// ParseCode reads a code as people type it: small letters, spaces and hyphens, and
// letters that were taken for digits. ErrForbidden: it is none.
func ParseCode(s string) (string, error) {
	if len(s) > 64 {
		return "", ErrForbidden
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
			return "", ErrForbidden
		}
		b.WriteRune(r)
	}
	if b.Len() != codeLength {
		return "", ErrForbidden
	}
	return b.String(), nil
}
