package oidc

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

const (
	maxAnswer = 1 << 20  // bytes of one answer of the provider
	maxHeader = 64 << 10 // bytes of its headers
)

// acceptable reports whether the provider with that issuer may have something at u:
// over TLS, or over http where both are on this machine.
func acceptable(u, issuer *url.URL) bool {
	if u.Host == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && issuer.Scheme == "http" && here(u.Hostname()) && here(issuer.Hostname())
}

// here reports whether a host is this machine.
func here(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// newClient returns what asks the provider, and nobody else: it follows no redirect,
// waits a bounded time, and reads a bounded answer.
func newClient(issuer *url.URL, ca []byte) (*http.Client, error) {
	var roots *x509.CertPool
	if len(ca) > 0 {
		roots = x509.NewCertPool()
		if !roots.AppendCertsFromPEM(ca) {
			return nil, errors.New("oidc: no certificate in what should vouch for the provider")
		}
	}
	base := func() *http.Transport {
		return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
			MaxResponseHeaderBytes: maxHeader, MaxConnsPerHost: 2 * atOnce, IdleConnTimeout: 30 * time.Second, TLSHandshakeTimeout: answerTerm}
	}
	direct, proxied := base(), base()
	own := hostPort(issuer)
	direct.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		d := &net.Dialer{Timeout: answerTerm}
		if strings.ToLower(address) != own {
			d.ControlContext = outside
		}
		return d.DialContext(ctx, network, address)
	}
	proxied.Proxy = http.ProxyFromEnvironment
	return &http.Client{Transport: bounded{direct, proxied}, Timeout: answerTerm,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, nil
}

// outside lets nothing be dialled on this machine or next to it: what a provider
// names besides its own host must not lead to what only answers in here, such as the
// metadata of a cloud.
func outside(_ context.Context, _, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return errors.New("oidc: no address")
	}
	if ip := at.Addr().Unmap(); !ip.IsGlobalUnicast() || ip.IsLoopback() {
		return errors.New("oidc: an address in here")
	}
	return nil
}

// bounded reads no more of an answer than maxAnswer, and asks through the proxy of
// the machine where there is one.
type bounded struct{ direct, proxied http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	through := b.direct
	if proxy, err := http.ProxyFromEnvironment(r); err != nil {
		return nil, err
	} else if proxy != nil {
		through = b.proxied
	}
	answer, err := through.RoundTrip(r)
	if err == nil {
		answer.Body = http.MaxBytesReader(nil, answer.Body, maxAnswer)
	}
	return answer, err
}
