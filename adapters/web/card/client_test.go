package card

import (
	"net/netip"
	"testing"
)

func TestWhereARequestComesFrom(t *testing.T) {
	ours := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for _, c := range []struct {
		name, remote string
		forwarded    []string
		want         string
	}{
		{"no proxy", "192.0.2.7:1234", nil, "192.0.2.7/32"},
		{"a stranger who makes up an address", "192.0.2.7:1234", []string{"198.51.100.1"}, "192.0.2.7/32"},
		{"a proxy of ours", "10.1.1.1:1234", []string{"198.51.100.1"}, "198.51.100.1/32"},
		{"a made-up address before ours", "10.1.1.1:1234", []string{"1.1.1.1, 198.51.100.1"}, "198.51.100.1/32"},
		{"two proxies of ours", "10.1.1.1:1234", []string{"198.51.100.1, 10.2.2.2"}, "198.51.100.1/32"},
		{"two lines", "10.1.1.1:1234", []string{"1.1.1.1", "198.51.100.1"}, "198.51.100.1/32"},
		{"nonsense from a proxy", "10.1.1.1:1234", []string{"198.51.100.1, x"}, "10.1.1.1/32"},
		{"one home has a whole network", "[2001:db8:1:2:3:4:5:6]:1234", nil, "2001:db8:1:2::/64"},
		{"an old address in a new one", "[::ffff:192.0.2.7]:1234", nil, "192.0.2.7/32"},
		{"no address", "pipe", nil, "unknown"},
	} {
		if got := clientOf(c.remote, c.forwarded, ours); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzClientOf(f *testing.F) {
	f.Add("10.1.1.1:1", "1.2.3.4, x")
	f.Add("[fe80::1%eth0]:1", "::1")
	f.Fuzz(func(t *testing.T, remote, forwarded string) {
		if clientOf(remote, []string{forwarded}, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}) == "" {
			t.Error("no name at all")
		}
	})
}

func FuzzAccepted(f *testing.F) {
	f.Add("ar-SA,ar;q=0.9,en;q=0.1")
	f.Fuzz(func(t *testing.T, header string) {
		if accepted(header).Code == "" {
			t.Error("no language")
		}
	})
}
