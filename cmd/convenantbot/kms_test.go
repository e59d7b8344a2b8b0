package main

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// fakeVault answers as the transit engine does, for one key and one token.
func fakeVault(t *testing.T) (address string, asked *atomic.Int64, ill *atomic.Bool) {
	t.Helper()
	asked, ill = &atomic.Int64{}, &atomic.Bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		var in struct{ Plaintext, Ciphertext string }
		_ = json.NewDecoder(r.Body).Decode(&in)
		data := map[string]string{}
		switch {
		case ill.Load():
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		case r.Header.Get("X-Vault-Token") != "s.token":
			w.WriteHeader(http.StatusForbidden)
			return
		case r.URL.Path == "/v1/transit/encrypt/bot":
			data["ciphertext"] = "vault:v1:" + base64.StdEncoding.EncodeToString([]byte(in.Plaintext))
		case r.URL.Path == "/v1/transit/decrypt/bot":
			plain, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(in.Ciphertext, "vault:v1:"))
			data["plaintext"] = string(plain)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
	}))
	t.Cleanup(server.Close)
	return "hcvault+" + server.URL + "/transit/keys/bot", asked, ill
}

func TestAnInstallationWhoseMasterKeyStaysInItsService(t *testing.T) {
	address, asked, ill := fakeVault(t)
	dir := t.TempDir()
	settings := filepath.Join(dir, "settings.yaml")
	write := func(token string) {
		t.Helper()
		text := "data_dir: " + dir + "\nkey:\n  kms: " + address + "\n  kms_token: " + token + "\n"
		if err := os.WriteFile(settings, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("s.token")
	if out, problems, code := command(t, "migrate", "--config", settings); code != exitDone {
		t.Fatalf("migrate: exit %d, %s%s", code, out, problems)
	}
	if asked.Load() == 0 {
		t.Error("the service was not asked")
	}
	if out, problems, code := command(t, "audit", "verify", "--config", settings); code != exitDone {
		t.Errorf("audit verify: exit %d, %s%s", code, out, problems)
	}
	ill.Store(true)
	if _, problems, code := command(t, "audit", "verify", "--config", settings); code != exitUnreachable || !strings.Contains(problems, "key management service") {
		t.Errorf("while it is ill: exit %d, %s", code, problems)
	}
	ill.Store(false)
	write("s.other")
	if _, problems, code := command(t, "audit", "verify", "--config", settings); code == exitDone || strings.Contains(problems, "s.other") {
		t.Errorf("with a token that does not count: exit %d, %s", code, problems)
	}
}
