package incoming

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// signedFor is how far the time of a signature may be from ours.
//
// Source: Slack, "Verifying requests from Slack".
const signedFor = 5 * time.Minute

// maxSignature is how long the header of a signature may be.
const maxSignature = 256

var errUnsigned = errors.New("not signed by Slack")

// verify checks the signature over the bytes of a request as they came in. Which
// part was wrong is not said, and what it should have been least of all.
func verify(secrets []string, h http.Header, body []byte, now time.Time) error {
	stamp, given := h.Get("X-Slack-Request-Timestamp"), h.Get("X-Slack-Signature")
	at, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || len(given) > maxSignature || len(stamp) > 20 {
		return errUnsigned
	}
	if off := now.Sub(time.Unix(at, 0)); off > signedFor || off < -signedFor {
		return errUnsigned
	}
	ok := false
	for _, secret := range secrets { // each of them, so that the time tells nothing
		if secret == "" {
			continue
		}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte("v0:" + stamp + ":"))
		mac.Write(body)
		if hmac.Equal([]byte("v0="+hex.EncodeToString(mac.Sum(nil))), []byte(given)) {
			ok = true
		}
	}
	if !ok {
		return errUnsigned
	}
	return nil
}
