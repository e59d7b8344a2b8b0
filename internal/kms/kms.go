package kms

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/hashicorp/vault/api"
	"github.com/tink-crypto/tink-go-hcvault/v2/integration/hcvault"
	"github.com/tink-crypto/tink-go/v2/core/registry"
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

// parse returns the address of the server and of the key there.
func parse(address string) (server, key string, err error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", "", errors.New("want hcvault://HOST:PORT/MOUNT/keys/NAME")
	}
	switch u.Scheme {
	case "hcvault":
		server = "https://" + u.Host
	case "hcvault+http":
		if ip, err := netip.ParseAddr(u.Hostname()); u.Hostname() != "localhost" && (err != nil || !ip.IsLoopback()) {
			return "", "", errors.New("without TLS the service must be on this machine itself")
		}
		server = "http://" + u.Host
	default:
		return "", "", errors.New("want an address that begins with hcvault://")
	}
	parts := strings.Split(u.EscapedPath(), "/")
	if n := len(parts); n < 4 || parts[0] != "" || parts[n-2] != "keys" || parts[n-1] == "" {
		return "", "", errors.New("want hcvault://HOST:PORT/MOUNT/keys/NAME")
	}
	return server, "hcvault://" + u.Host + u.EscapedPath(), nil
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
	client, err := api.NewClient(&api.Config{Address: server, HttpClient: &http.Client{Transport: transport, Timeout: o.Timeout},
		Timeout: o.Timeout, MaxRetries: 0, DisableRedirects: true})
	if err != nil {
		return nil, fmt.Errorf("kms: %w", ErrAway) // the client's own error may quote its environment
	}
	var service registry.KMSClient
	if service, err = hcvault.NewClientWithAEADOptions("hcvault://", client.Logical()); err != nil {
		return nil, fmt.Errorf("kms: %w", err)
	}
	aead, err := service.GetAEAD(key)
	if err != nil {
		return nil, fmt.Errorf("kms: %w", err)
	}
	return &remote{aead: aead, renew: func() {
		if o.Token != nil {
			client.SetToken(o.Token())
		}
	}}, nil
}

// remote is a key in the service, asked with the token of the moment.
type remote struct {
	aead  tink.AEAD
	renew func()
}

var _ tink.AEAD = (*remote)(nil)

// Encrypt implements tink.AEAD.
func (r *remote) Encrypt(plaintext, ad []byte) ([]byte, error) {
	r.renew()
	box, err := r.aead.Encrypt(plaintext, ad)
	if err == nil && len(box) == 0 {
		err = ErrAway
	}
	return box, kind(err)
}

// Decrypt implements tink.AEAD.
func (r *remote) Decrypt(box, ad []byte) ([]byte, error) {
	r.renew()
	plaintext, err := r.aead.Decrypt(box, ad)
	if err == nil && len(plaintext) == 0 {
		err = ErrAway // no answer at all looks like an empty one
	}
	return plaintext, kind(err)
}

// kind keeps of an error only what it means: the service's own words may hold
// what was sent.
func kind(err error) error {
	var answer *api.ResponseError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &answer) && answer.StatusCode >= 400 && answer.StatusCode < 500 && answer.StatusCode != http.StatusTooManyRequests:
		return fmt.Errorf("kms: %w (%d)", ErrDenied, answer.StatusCode)
	case errors.As(err, &answer):
		return fmt.Errorf("kms: %w (%d)", ErrAway, answer.StatusCode)
	}
	return fmt.Errorf("kms: %w", ErrAway)
}
