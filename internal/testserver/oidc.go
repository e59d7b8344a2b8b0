package testserver

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"math/big"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

//go:embed oidc.mjs
var oidcScript []byte

// OIDC is a certified OpenID provider (oidc-provider for Node), with one client. It
// demands PKCE. Its page to sign in has a button for each person, named by their id
// (button[name=login]), a check box for a second step (acr "two-steps" and amr "mfa",
// otherwise "password" and "pwd"), and a button to stop.
type OIDC struct {
	Issuer string

	key   *rsa.PrivateKey
	t     testing.TB
	seed  oidcSeed
	once  *sync.Once
	stdin io.Closer
	done  chan struct{}
	log   *bytes.Buffer

	mu   sync.Mutex
	told []string
}

// OIDCClient is who signs people in with it.
type OIDCClient struct {
	ID, Secret string
	Redirects  []string // where people may come back
	After      []string // and after they signed out
	// Tells is where it says that somebody signed out with it; blank: nowhere.
	// Everywhere: then it names the person, and no session of theirs.
	Tells      string
	Everywhere bool
	// Chooses: it lets people choose another account when it is asked to. Otherwise it
	// takes that for a mistake, as some do.
	Chooses bool
}

type oidcSeed struct {
	Library    string                    `json:"library"`
	Port       int                       `json:"port"`
	Client     string                    `json:"client"`
	Secret     string                    `json:"secret"`
	Redirects  []string                  `json:"redirects"`
	After      []string                  `json:"after"`
	Tells      string                    `json:"tells"`
	Everywhere bool                      `json:"everywhere"`
	Chooses    bool                      `json:"chooses"`
	Key        map[string]string         `json:"key"`
	People     map[string]map[string]any `json:"people"`
}

// StartOIDC starts a provider for the client, with people by their id: what else is
// known of each, such as "email". It ends with the test.
func StartOIDC(t testing.TB, c OIDCClient, people map[string]map[string]any) *OIDC {
	t.Helper()
	library := filepath.Join(NodeTools(t), "oidc-provider", "lib", "index.js")
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &OIDC{t: t, key: key, seed: oidcSeed{Library: library, Client: c.ID, Secret: c.Secret, Redirects: c.Redirects, After: c.After, People: people,
		Tells: c.Tells, Everywhere: c.Everywhere, Chooses: c.Chooses, Key: jwk(key)}}
	port, err := Port() // kept while it is stopped
	if err != nil {
		t.Fatalf("find a port for the OpenID provider: %v", err)
	}
	p.seed.Port = port
	p.Start()
	t.Cleanup(p.Stop)
	return p
}

// jwk is a private key as the provider reads it.
func jwk(k *rsa.PrivateKey) map[string]string {
	b64 := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
	return map[string]string{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "of-this-run", "n": b64(k.N), "e": b64(big.NewInt(int64(k.E))), "d": b64(k.D),
		"p": b64(k.Primes[0]), "q": b64(k.Primes[1]), "dp": b64(k.Precomputed.Dp), "dq": b64(k.Precomputed.Dq), "qi": b64(k.Precomputed.Qinv)}
}

// Sign signs claims as the provider does, with its own key, whatever they say: what it
// would send if it, or whoever could make it say something, went wrong. head changes
// what stands before them; nil: nothing.
func (p *OIDC) Sign(head, claims map[string]any) string {
	p.t.Helper()
	h := map[string]any{"alg": "RS256", "kid": "of-this-run", "typ": "logout+jwt"}
	maps.Copy(h, head)
	var parts []string
	for _, part := range []map[string]any{h, claims} {
		plain, err := json.Marshal(part)
		if err != nil {
			p.t.Fatal(err)
		}
		parts = append(parts, base64.RawURLEncoding.EncodeToString(plain))
	}
	said := strings.Join(parts, ".")
	sum := sha256.Sum256([]byte(said))
	sig, err := rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, sum[:])
	if err != nil {
		p.t.Fatal(err)
	}
	return said + "." + base64.RawURLEncoding.EncodeToString(sig)
}

// Told returns, for each time that it told that somebody signed out, whether that was
// taken: "told", or why not.
func (p *OIDC) Told() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.told)
}

// Start starts it again where it was, after Stop. It knows nobody who was signed in.
func (p *OIDC) Start() {
	p.t.Helper()
	seed, err := json.Marshal(p.seed)
	if err != nil {
		p.t.Fatal(err)
	}
	script := filepath.Join(p.t.TempDir(), "oidc.mjs")
	if err := os.WriteFile(script, oidcScript, 0o600); err != nil {
		p.t.Fatal(err)
	}
	cmd := exec.Command("node", script)
	cmd.Env = append(os.Environ(), "OIDC_SEED="+string(seed), "NODE_ENV=production")
	p.log = &bytes.Buffer{}
	cmd.Stderr = p.log
	stdin, err := cmd.StdinPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.once, p.stdin, p.done = new(sync.Once), stdin, make(chan struct{})
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if issuer, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
			p.Issuer = issuer
			break
		}
	}
	done := p.done
	go func() {
		defer close(done)
		for lines.Scan() {
			if what := lines.Text(); strings.HasPrefix(what, "told") || strings.HasPrefix(what, "not told") {
				p.mu.Lock()
				p.told = append(p.told, what)
				p.mu.Unlock()
			}
		}
		_ = cmd.Wait()
	}()
	u, err := url.Parse(p.Issuer)
	if err == nil {
		p.seed.Port, err = strconv.Atoi(u.Port())
	}
	if err != nil {
		p.Stop()
		p.t.Fatalf("the OpenID provider did not start: %s", p.log)
	}
}

// Stop ends it, and waits until it is gone.
func (p *OIDC) Stop() {
	p.once.Do(func() {
		_ = p.stdin.Close()
		<-p.done
	})
}
