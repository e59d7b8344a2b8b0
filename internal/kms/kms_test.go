package kms_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/kms"
)

// vault is a small transit engine: it answers as the real one does, and can be
// slow, ill or strict.
type vault struct {
	*httptest.Server
	token   atomic.Value // the one that counts
	down    atomic.Bool
	slow    chan struct{} // closed: answers at once
	asked   atomic.Int64
	address string
	ca      string
}

func newVault(t *testing.T) *vault {
	t.Helper()
	v := &vault{slow: make(chan struct{})}
	close(v.slow)
	v.token.Store("s.first")
	v.Server = httptest.NewTLSServer(http.HandlerFunc(v.serve))
	t.Cleanup(v.Close)
	v.ca = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(v.ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: v.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	v.address = "hcvault://" + v.Listener.Addr().String() + "/transit/keys/convenantbot"
	return v
}

func (v *vault) serve(w http.ResponseWriter, r *http.Request) {
	v.asked.Add(1)
	body, _ := io.ReadAll(r.Body)
	select {
	case <-v.slow:
	case <-r.Context().Done():
		return
	}
	fail := func(code int, why string) {
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(map[string]any{"errors": []string{why}})
	}
	if v.down.Load() {
		fail(http.StatusServiceUnavailable, "Vault is sealed")
		return
	}
	if r.Header.Get("X-Vault-Token") != v.token.Load() {
		fail(http.StatusForbidden, "permission denied")
		return
	}
	var in struct{ Plaintext, Ciphertext, Associated_data string }
	if err := json.Unmarshal(body, &in); err != nil {
		fail(http.StatusBadRequest, "not JSON")
		return
	}
	data := map[string]string{}
	switch r.URL.Path {
	case "/v1/transit/encrypt/convenantbot":
		data["ciphertext"] = "vault:v1:" + base64.StdEncoding.EncodeToString([]byte(in.Associated_data+"|"+in.Plaintext))
	case "/v1/transit/decrypt/convenantbot":
		both, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(in.Ciphertext, "vault:v1:"))
		ad, plain, ok := strings.Cut(string(both), "|")
		if err != nil || !ok || ad != in.Associated_data {
			fail(http.StatusBadRequest, "cipher: message authentication failed")
			return
		}
		data["plaintext"] = plain
	default:
		fail(http.StatusNotFound, "no handler for route")
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
}

func TestAKeyInTheServiceWrapsAndOpens(t *testing.T) {
	v := newVault(t)
	key, err := kms.Open(kms.Options{Address: v.address, CA: v.ca, Token: func() string { return "s.first" }})
	if err != nil {
		t.Fatal(err)
	}
	if v.asked.Load() != 0 {
		t.Error("opening asked the service")
	}
	box, err := key.Encrypt([]byte("a secret of an epoch"), []byte("place"))
	if err != nil {
		t.Fatalf("Encrypt: %v", err)
	}
	got, err := key.Decrypt(box, []byte("place"))
	if err != nil || !bytes.Equal(got, []byte("a secret of an epoch")) {
		t.Fatalf("Decrypt = %q, %v", got, err)
	}
	if _, err := key.Decrypt(box, []byte("another place")); !errors.Is(err, kms.ErrDenied) {
		t.Errorf("in another place: err = %v, want ErrDenied", err)
	}
}

func TestTheTokenOfTheMomentIsUsed(t *testing.T) {
	v := newVault(t)
	var token atomic.Value
	token.Store("s.old")
	key, err := kms.Open(kms.Options{Address: v.address, CA: v.ca, Token: func() string { return token.Load().(string) }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := key.Encrypt([]byte("x"), nil); !errors.Is(err, kms.ErrDenied) || strings.Contains(err.Error(), "s.old") {
		t.Errorf("with a token that does not count: err = %v, want ErrDenied without it", err)
	}
	token.Store("s.first")
	if _, err := key.Encrypt([]byte("x"), nil); err != nil {
		t.Errorf("after the token was renewed: %v", err)
	}
}

func TestAServiceThatIsSlowAwayOrIllIsAnErrorWithinItsTime(t *testing.T) {
	open := func(t *testing.T, v *vault) interface {
		Encrypt([]byte, []byte) ([]byte, error)
	} {
		key, err := kms.Open(kms.Options{Address: v.address, CA: v.ca, Timeout: 100 * time.Millisecond, Token: func() string { return "s.first" }})
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	for name, ail := range map[string]func(v *vault){
		"slow": func(v *vault) { v.slow = make(chan struct{}) },
		"ill":  func(v *vault) { v.down.Store(true) },
		"away": func(v *vault) { v.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			v := newVault(t)
			key := open(t, v)
			ail(v)
			start := time.Now()
			_, err := key.Encrypt([]byte("secret"), []byte("place"))
			if !errors.Is(err, kms.ErrAway) {
				t.Errorf("err = %v, want ErrAway", err)
			}
			if took := time.Since(start); took > time.Minute {
				t.Errorf("it took %v, its time is 100 ms", took)
			}
		})
	}
}

func TestAServerThatIsNotTrustedGetsNoToken(t *testing.T) {
	v := newVault(t)
	key, err := kms.Open(kms.Options{Address: v.address, Token: func() string { return "s.first" }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := key.Encrypt([]byte("x"), nil); !errors.Is(err, kms.ErrAway) || v.asked.Load() != 0 {
		t.Errorf("err = %v after %d requests, want ErrAway and none", err, v.asked.Load())
	}
}

func TestAddressesThatAreNone(t *testing.T) {
	for _, address := range []string{"", "https://vault/transit/keys/k", "hcvault://vault", "hcvault://vault/transit/k", "hcvault://vault/keys/k",
		"hcvault://user:word@vault/transit/keys/k", "hcvault://vault/transit/keys/", "hcvault+http://vault.example/transit/keys/k", "hcvault://vault/transit/keys/k?x=1"} {
		if err := kms.Check(address); err == nil {
			t.Errorf("%q was taken", address)
		}
	}
	for _, address := range []string{"hcvault://vault:8200/transit/keys/k", "hcvault+http://127.0.0.1:8200/transit/keys/k", "hcvault://vault/a/b/keys/k"} {
		if err := kms.Check(address); err != nil {
			t.Errorf("%q: %v", address, err)
		}
	}
}
