package blocks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Seal signs what comes back from a person's client: the tickets of buttons and
// of forms. The first of its keys signs, and each of them is believed, so that a
// key can be replaced while buttons are out.
type Seal struct {
	Keys func() [][]byte
}

// What a signature is for: one that was made for a button is none for a form.
const (
	forButton = "button"
	forForm   = "form"
)

// version stands before everything that is signed.
const version = "1."

// sign returns ticket with a signature for purpose.
func (s Seal) sign(purpose, ticket string) string {
	keys := s.Keys()
	if len(keys) == 0 || len(keys[0]) == 0 {
		return "" // nothing believes it
	}
	return version + ticket + "." + base64.RawURLEncoding.EncodeToString(tag(keys[0], purpose, ticket))
}

// open returns the ticket of what sign made for purpose, and whether it did.
func (s Seal) open(purpose, signed string) (ticket string, ok bool) {
	rest, found := strings.CutPrefix(signed, version)
	at := strings.LastIndexByte(rest, '.')
	if !found || at <= 0 || len(signed) > maxSigned {
		return "", false
	}
	ticket = rest[:at]
	got, err := base64.RawURLEncoding.DecodeString(rest[at+1:])
	if err != nil {
		return "", false
	}
	for _, key := range s.Keys() {
		if len(key) > 0 && hmac.Equal(got, tag(key, purpose, ticket)) {
			ok = true
		}
	}
	if !ok {
		return "", false
	}
	return ticket, true
}

func tag(key []byte, purpose, ticket string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("convenantbot/slack/" + purpose + "\x00" + ticket))
	return mac.Sum(nil)[:18]
}

// Ticket returns the ticket of a button's value, and whether we made it.
func (s Seal) Ticket(value string) (string, bool) { return s.open(forButton, value) }
