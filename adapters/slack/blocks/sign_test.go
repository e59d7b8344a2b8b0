package blocks

import (
	"encoding/base64"
	"testing"
)

// Found by breaking it: nothing noticed when what was signed with an empty key was
// believed, which anybody can sign with.
func TestAnEmptyKeyIsBelievedByNobody(t *testing.T) {
	signed := version + "ticket." + base64.RawURLEncoding.EncodeToString(tag(nil, forButton, "ticket"))
	for _, keys := range [][][]byte{nil, {nil}, {[]byte("")}, {[]byte("a key of the tests"), nil}} {
		s := Seal{Keys: func() [][]byte { return keys }}
		if ticket, ok := s.Ticket(signed); ok || ticket != "" {
			t.Errorf("with the keys %q: %q is believed", keys, ticket)
		}
	}
}
