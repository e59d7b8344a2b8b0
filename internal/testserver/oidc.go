package testserver

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
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

	t     testing.TB
	seed  oidcSeed
	once  *sync.Once
	stdin io.Closer
	done  chan struct{}
	log   *bytes.Buffer
}

// OIDCClient is who signs people in with it.
type OIDCClient struct {
	ID, Secret string
	Redirects  []string // where people may come back
	After      []string // and after they signed out
}

type oidcSeed struct {
	Library   string                    `json:"library"`
	Port      int                       `json:"port"`
	Client    string                    `json:"client"`
	Secret    string                    `json:"secret"`
	Redirects []string                  `json:"redirects"`
	After     []string                  `json:"after"`
	People    map[string]map[string]any `json:"people"`
}

// StartOIDC starts a provider for the client, with people by their id: what else is
// known of each, such as "email". It ends with the test.
func StartOIDC(t testing.TB, c OIDCClient, people map[string]map[string]any) *OIDC {
	t.Helper()
	library := filepath.Join(NodeTools(t), "oidc-provider", "lib", "index.js")
	p := &OIDC{t: t, seed: oidcSeed{Library: library, Client: c.ID, Secret: c.Secret, Redirects: c.Redirects, After: c.After, People: people}}
	p.Start()
	t.Cleanup(p.Stop)
	return p
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
		_, _ = io.Copy(io.Discard, stdout)
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
