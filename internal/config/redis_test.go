package config

import (
	"crypto/tls"
	"slices"
	"strings"
	"testing"
)

func TestRedis(t *testing.T) {
	for _, test := range []struct {
		name string
		set  string // NAME=value, with spaces between
		want string // the setting that is complained of; empty: none
	}{
		{"none", "", ""},
		{"one on this machine", "ADDRESSES=127.0.0.1:6379 PASSWORD=geheim USERNAME=bot DATABASE=3", ""},
		{"one elsewhere, without a password", "ADDRESSES=redis.example.org:6379", ""},
		{"one elsewhere, with a password in the clear", "ADDRESSES=redis.example.org:6379 PASSWORD=geheim", "redis.tls"},
		{"one elsewhere, with TLS", "ADDRESSES=redis.example.org:6379 PASSWORD=geheim TLS=true", ""},
		{"Sentinels", "ADDRESSES=s1:26379,s2:26379 MASTER=bot", ""},
		{"a cluster", "ADDRESSES=n1:6379,n2:6379 CLUSTER=true", ""},
		{"a cluster of which one node is named", "ADDRESSES=n1:6379 CLUSTER=true", ""},
		{"several of neither", "ADDRESSES=n1:6379,n2:6379", "redis.addresses"},
		{"a cluster with Sentinels", "ADDRESSES=n1:6379 CLUSTER=true MASTER=bot", "redis.master"},
		{"a cluster with a database", "ADDRESSES=n1:6379 CLUSTER=true DATABASE=1", "redis.database"},
		{"an address without a port", "ADDRESSES=n1", "redis.addresses"},
		{"an address without a host", "ADDRESSES=:6379", "redis.addresses"},
		{"an address as a URL", "ADDRESSES=redis://n1:6379", "redis.addresses"},
		{"a prefix with a space", "ADDRESSES=n1:6379 PREFIX=A", "redis.prefix"},
		{"a file of certificates that is not there", "ADDRESSES=n1:6379 TLS=true CA=/nowhere/ca.pem", "redis.ca"},
	} {
		environ := slices.Clone(minimal)
		for _, one := range strings.Fields(test.set) {
			environ = append(environ, "CONVENANTBOT_REDIS_"+one)
		}
		c, err := Load("", environ)
		var want []string
		if test.want != "" {
			want = []string{test.want}
		}
		if got := names(err); !slices.Equal(got, want) {
			t.Errorf("%s: Load complains of %v (%v), want %v", test.name, got, err, want)
		}
		if err == nil && c.Redis.Used() != strings.Contains(test.set, "ADDRESSES") {
			t.Errorf("%s: Used = %v", test.name, c.Redis.Used())
		}
		if err != nil && strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: the password is told: %v", test.name, err)
		}
	}
}

func TestTheCertificateOfRedisIsChecked(t *testing.T) {
	r := Redis{Addresses: []string{"redis.example.org:6379"}}
	if c, err := r.TLSConfig(); c != nil || err != nil {
		t.Errorf("without TLS: %v, %v, want none", c, err)
	}
	r.TLS = true
	c, err := r.TLSConfig()
	if err != nil || c.ServerName != "redis.example.org" || c.InsecureSkipVerify || c.MinVersion < tls.VersionTLS12 {
		t.Errorf("TLSConfig = %+v, %v", c, err)
	}
	r.CA = mustWrite(t, 0o600, "no certificate")
	if _, err := r.TLSConfig(); err == nil {
		t.Error("a file without a certificate was taken")
	}
}
