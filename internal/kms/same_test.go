package kms_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/vault/api"
	"github.com/tink-crypto/tink-go-hcvault/v2/integration/hcvault"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/convenantbot/convenantbot/internal/kms"
)

// Keys that were wrapped with Tink's own client must open, and the other way
// round: an installation may be restored by something else than this program.
func TestWhatTinksOwnClientWrapsOpensHereAndTheOtherWayRound(t *testing.T) {
	v := newVault(t)
	ours, err := kms.Open(kms.Options{Address: v.address, CA: v.ca, Token: func() string { return "s.first" }})
	if err != nil {
		t.Fatal(err)
	}
	var methods []string
	seen := v.Config.Handler
	v.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		methods = append(methods, r.Method+" "+r.URL.Path)
		seen.ServeHTTP(w, r)
	})
	client, err := api.NewClient(&api.Config{Address: v.URL, HttpClient: v.Client()})
	if err != nil {
		t.Fatal(err)
	}
	client.SetToken("s.first")
	service, err := hcvault.NewClientWithAEADOptions("hcvault://", client.Logical())
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := service.GetAEAD(v.address)
	if err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string][2]tink.AEAD{"theirs, then ours": {theirs, ours}, "ours, then theirs": {ours, theirs}} {
		box, err := pair[0].Encrypt([]byte("a key"), []byte("place"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := pair[1].Decrypt(box, []byte("place")); err != nil || string(got) != "a key" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for _, m := range methods {
		if !strings.HasPrefix(m, "PUT /v1/transit/") {
			t.Errorf("asked with %s", m)
		}
	}
}
