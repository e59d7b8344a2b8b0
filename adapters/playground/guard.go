package playground

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// guard stands before every route. A request that did not come straight from
// this machine's own browser to this chat's own address is refused, with the
// reason: one that a proxy passed on (somebody put the try-out on the network),
// one for a foreign host (a page elsewhere had its name point here), and one
// from a foreign page. A training lets other machines in, under its own names.
func (c *Chat) guard(next http.Handler) http.Handler {
	_, port, _ := net.SplitHostPort(c.listener.Addr().String())
	hosts := []string{net.JoinHostPort("127.0.0.1", port), net.JoinHostPort("localhost", port), net.JoinHostPort("::1", port), c.listener.Addr().String()}
	if c.training != nil {
		hosts = nil
		for _, name := range c.training.Hosts {
			hosts = append(hosts, net.JoinHostPort(name, port))
			if port == "443" {
				hosts = append(hosts, name)
			}
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers(w.Header(), r)
		switch {
		case c.training == nil && !fromLoopback(r.RemoteAddr) || forwarded(r.Header):
			http.Error(w, words.RefusedForwarded, http.StatusForbidden)
		case !slices.Contains(hosts, r.Host):
			http.Error(w, words.RefusedHost, http.StatusMisdirectedRequest)
		case !sameOrigin(r):
			http.Error(w, words.RefusedOrigin, http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func fromLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}

// forwarded reports whether some proxy passed the request on.
func forwarded(h http.Header) bool {
	for name := range h {
		if strings.HasPrefix(name, "X-Forwarded") || name == "Forwarded" || name == "X-Real-Ip" || name == "Via" {
			return true
		}
	}
	return false
}

// sameOrigin reports whether the request comes from a page of ours, or from no
// page at all. A browser names the page's origin with every request that
// changes something and with every WebSocket; following a link from elsewhere
// to the first page is fine.
func sameOrigin(r *http.Request) bool {
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		return err == nil && u.Scheme == schemes[r.TLS != nil] && u.Host == r.Host
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return true
	}
	return r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate"
}

var schemes = map[bool]string{false: "http", true: "https"}

// headers sets what every answer carries: nothing from elsewhere runs or loads,
// nothing is framed, stored or sniffed. The host has been looked at by nobody yet,
// so it is used only where it is one that may stand in a policy.
func headers(h http.Header, r *http.Request) {
	live, host := "", r.Host
	if !strings.ContainsAny(host, " ;,'\"\t\r\n") {
		live = " " + map[bool]string{false: "ws", true: "wss"}[r.TLS != nil] + "://" + host
	}
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"+live+
		"; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
}
