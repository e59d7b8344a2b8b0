package kms

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/tink-crypto/tink-go/v2/tink"
)

// The two ways in which a service fails. Neither says what was asked.
var (
	ErrAway   = errors.New("the key management service does not answer")
	ErrDenied = errors.New("the key management service refuses the key or the token")
)

// Timeout is how long one call may take.
const Timeout = 5 * time.Second

// Options say where a key is and how to get at it.
type Options struct {
	// Address is "hcvault://HOST:PORT/MOUNT/keys/NAME". It is https; with a host
	// that is this machine itself it may also be "hcvault+http://…".
	Address string
	// Token returns the current token of the service.
	Token func() string
	// CA is a file with the certificates to trust; blank: those of the system.
	CA string
	// Timeout bounds one call; 0: [Timeout].
	Timeout time.Duration
}

// Check reports what is wrong with an address, without asking anybody.
func Check(address string) error {
	_, _, err := parse(address)
	return err
}

// parse returns the address of the server, and of the key its mount, as a path,
// and its name.
func parse(address string) (server string, key [2]string, err error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", key, errors.New("want hcvault://HOST:PORT/MOUNT/keys/NAME")
	}
	switch u.Scheme {
	case "hcvault":
		server = "https://" + u.Host
	case "hcvault+http":
		if ip, err := netip.ParseAddr(u.Hostname()); u.Hostname() != "localhost" && (err != nil || !ip.IsLoopback()) {
			return "", key, errors.New("without TLS the service must be on this machine itself")
		}
		server = "http://" + u.Host
	default:
		return "", key, errors.New("want an address that begins with hcvault://")
	}
	parts := strings.Split(u.EscapedPath(), "/")
	if n := len(parts); n < 4 || parts[0] != "" || parts[n-2] != "keys" || parts[n-1] == "" {
		return "", key, errors.New("want hcvault://HOST:PORT/MOUNT/keys/NAME")
	}
	n := len(parts)
	return server, [2]string{strings.Join(parts[:n-2], "/"), parts[n-1]}, nil
}

// Open returns the key at an address. It asks nobody yet: whether the service is
// there turns out at the first use.
func Open(o Options) (tink.AEAD, error) {
	server, key, err := parse(o.Address)
	if err != nil {
		return nil, fmt.Errorf("kms: %w", err)
	}
	if o.Timeout == 0 {
		o.Timeout = Timeout
	}
	transport := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: o.Timeout}).DialContext,
		TLSHandshakeTimeout: o.Timeout,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
	}
	if o.CA != "" {
		pem, err := os.ReadFile(o.CA)
		if err != nil {
			return nil, fmt.Errorf("kms: %w", err)
		}
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("kms: %s holds no certificate", o.CA)
		}
	}
	// No retries here: whoever needs the key tries again, and says that it waits.
	return &remote{server: server, key: key, token: o.Token, client: &http.Client{Transport: transport, Timeout: o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// remote is a key in the service, asked with the token of the moment.
type remote struct {
	server string // https://HOST:PORT
	key    [2]string
	token  func() string
	client *http.Client
}

var _ tink.AEAD = (*remote)(nil)

// Encrypt implements tink.AEAD.
func (r *remote) Encrypt(plaintext, ad []byte) ([]byte, error) {
	box, err := r.ask("encrypt", map[string]string{"plaintext": text(plaintext), "associated_data": text(ad)}, "ciphertext")
	return []byte(box), err
}

// Decrypt implements tink.AEAD.
func (r *remote) Decrypt(box, ad []byte) ([]byte, error) {
	in, err := r.ask("decrypt", map[string]string{"ciphertext": string(box), "associated_data": text(ad)}, "plaintext")
	if err != nil {
		return nil, err
	}
	plaintext, err := base64.StdEncoding.DecodeString(in)
	if err != nil {
		return nil, fmt.Errorf("kms: %w", ErrAway)
	}
	return plaintext, nil
}

func text(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// maxAnswer bounds what is read of an answer, in bytes; a wrapped key is far
// below it.
const maxAnswer = 1 << 20

// ask makes one call of the transit engine and returns one field of its answer,
// which is never blank. An error keeps only what it means: the service's own
// words may hold what was sent.
func (r *remote) ask(verb string, what map[string]string, field string) (string, error) {
	body, err := json.Marshal(what)
	if err != nil {
		return "", fmt.Errorf("kms: %w", ErrAway)
	}
	ask, err := http.NewRequest(http.MethodPut, r.server+"/v1"+r.key[0]+"/"+verb+"/"+r.key[1], bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("kms: %w", ErrAway)
	}
	ask.Header.Set("Content-Type", "application/json")
	ask.Header.Set("X-Vault-Request", "true")
	if r.token != nil {
		ask.Header.Set("X-Vault-Token", r.token())
	}
	answer, err := r.client.Do(ask)
	if err != nil {
		return "", fmt.Errorf("kms: %w", ErrAway)
	}
	defer answer.Body.Close()
	switch code := answer.StatusCode; {
	case code >= 400 && code < 500 && code != http.StatusTooManyRequests:
		return "", fmt.Errorf("kms: %w (%d)", ErrDenied, code)
	case code != http.StatusOK:
		return "", fmt.Errorf("kms: %w (%d)", ErrAway, code)
	}
	var out struct {
		Data map[string]any `json:"data"`
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxAnswer)).Decode(&out); err != nil {
		return "", fmt.Errorf("kms: %w", ErrAway)
	}
	got, _ := out.Data[field].(string)
	if got == "" {
		return "", fmt.Errorf("kms: %w", ErrAway) // no answer at all looks like an empty one
	}
	return got, nil
}
