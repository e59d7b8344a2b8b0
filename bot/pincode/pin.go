package pincode

import (
	"crypto/rand"
	"crypto/subtle"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of one try of a PIN: what OWASP names as the least for argon2id. A
// PIN is short, so that the number of tries is what protects it; the cost keeps a
// thief of the database busy, who would need the casus keys first.
const (
	hashTime   = 2
	hashMemory = 19 << 10 // KiB
	saltSize   = 16
	keySize    = 32
)

// pinLength is how many digits a PIN has.
const pinLength = 6

// turns bounds the memory that tries take together.
var turns = make(chan struct{}, 2)

// NewPIN draws a PIN that is not easy.
func NewPIN() string {
	for {
		if pin := random("0123456789", pinLength); !Easy(pin) {
			return pin
		}
	}
}

// Hash is a salt and the argon2id of pin with it.
func Hash(pin string) []byte {
	salt := make([]byte, saltSize)
	rand.Read(salt)
	return append(salt, slowHash(pin, salt)...)
}

func slowHash(pin string, salt []byte) []byte {
	turns <- struct{}{}
	defer func() { <-turns }()
	return argon2.IDKey([]byte(pin), salt, hashTime, hashMemory, 1, keySize)
}

// noPIN stands in where there is no card, so that a try takes as long.
var noPIN = make([]byte, saltSize+keySize)

// Check reports whether stored is of pin. It takes as long for a card that is
// not there, and then is false.
func Check(stored []byte, pin string) bool {
	there := len(stored) == saltSize+keySize && pin != ""
	if !there {
		stored = noPIN
	}
	same := subtle.ConstantTimeCompare(slowHash(pin, stored[:saltSize]), stored[saltSize:]) == 1
	return there && same
}

// ParsePIN reads a PIN as people type it: six digits, in Latin, Arabic or Persian
// figures, with spaces or not; false: it is none.
func ParsePIN(s string) (string, bool) {
	if len(s) > 64 {
		return "", false
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
			return "", false
		}
	}
	if b.Len() != pinLength {
		return "", false
	}
	return b.String(), true
}

// Easy reports whether a PIN is among those that everybody tries first.
func Easy(pin string) bool {
	same, up, down := true, true, true
	for i := 1; i < len(pin); i++ {
		step := int(pin[i]) - int(pin[i-1])
		same, up, down = same && step == 0, up && step == 1, down && step == -1
	}
	return same || up || down || pin[:3] == pin[3:] || pin[:2] == pin[2:4] && pin[2:4] == pin[4:]
}
