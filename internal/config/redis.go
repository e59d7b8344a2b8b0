package config

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
)

// Redis is where several copies of the bot meet. It is used when Addresses are
// set; without them one process does everything itself.
type Redis struct {
	Addresses []string // host:port; of Sentinels or a cluster several
	Master    string   // the name that Sentinels know it by; empty: no Sentinels
	Cluster   bool
	Database  int
	TLS       bool
	CA        string // file with the certificates that vouch for it; empty: those of the system
	Username  string // empty: the default user
	Password  Secret // may be empty
	Prefix    string // of every key
}

// Used says whether the installation has a Redis.
func (r Redis) Used() bool { return len(r.Addresses) > 0 }

// TLSConfig is how its certificate is checked; nil without TLS.
func (r Redis) TLSConfig() (*tls.Config, error) {
	if !r.TLS {
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(r.Addresses) == 1 && r.Master == "" && !r.Cluster {
		c.ServerName, _, _ = net.SplitHostPort(r.Addresses[0])
	}
	if r.CA == "" {
		return c, nil
	}
	raw, err := os.ReadFile(r.CA)
	if err != nil {
		return nil, fmt.Errorf("redis.ca: %w", err)
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(raw) {
		return nil, errors.New("redis.ca: there is no certificate in it")
	}
	return c, nil
}

// addresses is a list of host:port with commas between.
func addresses(field func(*Config) *[]string) setter {
	return func(c *Config, value string) error {
		*field(c) = nil
		for _, one := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' }) {
			host, port, err := net.SplitHostPort(one)
			if err != nil || host == "" || port == "" || port == "0" {
				return errors.New("want host:port, with commas between")
			}
			*field(c) = append(*field(c), one)
		}
		return nil
	}
}

// checkRedis reports what its settings promise about each other.
func checkRedis(r Redis, report func(name, sentence string)) {
	if !r.Used() {
		return
	}
	switch {
	case r.Cluster && r.Master != "":
		report("redis.master", "is of Sentinel, and a cluster has none")
	case r.Cluster && r.Database != 0:
		report("redis.database", "must be 0, since redis.cluster is true")
	case len(r.Addresses) > 1 && r.Master == "" && !r.Cluster:
		report("redis.addresses", "several are for Sentinel or a cluster: set redis.master or redis.cluster")
	}
	far := func(address string) bool {
		host, _, _ := net.SplitHostPort(address)
		return !loopback(host)
	}
	if r.Password() != "" && !r.TLS && slices.ContainsFunc(r.Addresses, far) {
		report("redis.tls", "must be true, since redis.password would travel in the clear to another machine")
	}
	if r.CA != "" && !r.TLS {
		report("redis.ca", "is of no use while redis.tls is false")
	}
}
