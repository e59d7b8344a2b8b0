package bridge

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Version is the version of the bridge. Both ends must speak the same one: a
// field that one side does not know could be the one that says no.
const Version = 1

// Window is how far the time of a call may be off, to either side. DESIGN
// takes the same minute for "no decisions and an alarm".
const Window = 60 * time.Second

// MinSecret is the length of the shortest secret that is accepted, in bytes.
const MinSecret = 32

// The headers of a call and of its answer.
const (
	headerVersion   = "Convenantbot-Bridge"
	headerTime      = "Convenantbot-Time"
	headerNonce     = "Convenantbot-Nonce"
	headerMeta      = "Convenantbot-Meta"
	headerBody      = "Convenantbot-Body"
	headerSignature = "Convenantbot-Signature"
	// trailerSignature follows the bytes of a stream.
	trailerSignature = "Convenantbot-Stream-Signature"
	// bodyFollows stands in headerBody while the digest is not known yet.
	bodyFollows = "follows"
)

// The refusals of a call. They are told apart for logs and tests; a stranger
// sees one answer for all of them.
var (
	// ErrSignature is a call or answer that was not signed with one of our
	// secrets, or was changed on the way.
	ErrSignature = errors.New("bridge: signature does not fit")
	// ErrReplay is a nonce that was seen before.
	ErrReplay = errors.New("bridge: nonce was seen before")
	// ErrSkew is a time outside the Window: a late call or a wrong clock.
	ErrSkew = errors.New("bridge: time is too far off")
	// ErrVersion is another version of the bridge.
	ErrVersion = errors.New("bridge: other version")
	// ErrSecret is a missing or too short secret. Nothing is signed or
	// accepted with it.
	ErrSecret = errors.New("bridge: no usable secret")
)

// Direction is who is called. It is part of the key.
type Direction string

// The two directions.
const (
	ToBot    Direction = "to-bot"
	ToPlugin Direction = "to-plugin"
)

// Secrets are the shared secrets at this moment. Sign signs what we send; both
// are accepted in what we receive. The zero Secrets accepts nothing.
type Secrets struct {
	Sign string
	Also string
}

// usable returns the secrets that are long enough, the signing one first.
func (s Secrets) usable() []string {
	var out []string
	for _, secret := range []string{s.Sign, s.Also} {
		if len(secret) >= MinSecret {
			out = append(out, secret)
		}
	}
	return out
}

// signing returns the secret to sign with, or ErrSecret.
func (s Secrets) signing() (string, error) {
	if len(s.Sign) < MinSecret {
		return "", ErrSecret
	}
	return s.Sign, nil
}

// head is what every signature covers.
type head struct {
	direction Direction
	version   string
	method    string
	path      string
	at        string // milliseconds since 1970, as it stands in the header
	nonce     string
	meta      string // as it stands in the header
}

// signature returns the keyed digest over h and one more word: the digest of
// the body, bodyFollows, or the status and digest of an answer. Each part
// stands on a line of its own, and no part can hold a line break (they are
// checked or are ours), so two different calls never give the same text.
func (h head) signature(secret, body string) string {
	key := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(key, "convenantbot-bridge %s", h.direction)
	mac := hmac.New(sha256.New, key.Sum(nil))
	mac.Write([]byte(strings.Join([]string{h.version, h.method, h.path, h.at, h.nonce, h.meta, body}, "\n")))
	return hex.EncodeToString(mac.Sum(nil))
}

// check returns the secret that signature was made with.
func (h head) check(secrets Secrets, body, signature string) (string, error) {
	usable := secrets.usable()
	if len(usable) == 0 {
		return "", ErrSecret
	}
	for _, part := range []string{h.version, h.method, h.path, h.at, h.nonce, h.meta, body} {
		if strings.ContainsAny(part, "\r\n") {
			return "", ErrSignature
		}
	}
	for _, secret := range usable {
		if hmac.Equal([]byte(h.signature(secret, body)), []byte(signature)) {
			return secret, nil
		}
	}
	return "", ErrSignature
}

// fresh says whether the time of a call lies within the Window around now.
func (h head) fresh(now time.Time) error {
	ms, err := strconv.ParseInt(h.at, 10, 64)
	if err != nil {
		return ErrSkew
	}
	if off := now.Sub(time.UnixMilli(ms)); off > Window || off < -Window {
		return ErrSkew
	}
	return nil
}

// stamp writes a time for a header.
func stamp(now time.Time) string { return strconv.FormatInt(now.UnixMilli(), 10) }

// newNonce returns 128 random bits.
func newNonce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// validNonce says whether a nonce has the form that newNonce gives it, so that
// nothing else reaches a store of nonces.
func validNonce(nonce string) bool {
	b, err := base64.RawURLEncoding.DecodeString(nonce)
	return err == nil && len(b) == 16
}

// digest returns the SHA-256 of b in hexadecimal.
func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// equal compares two signatures in the same time for every answer.
func equal(a, b string) bool { return hmac.Equal([]byte(a), []byte(b)) }
