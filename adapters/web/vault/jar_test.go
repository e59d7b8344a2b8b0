package vault_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// jar keeps cookies by their path, as browsers do.
type jar struct {
	mu  sync.Mutex
	all []*http.Cookie
}

// SetCookies implements http.CookieJar.
func (j *jar) SetCookies(_ *url.URL, cookies []*http.Cookie) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, c := range cookies {
		if c.MaxAge >= 0 {
			j.all = append(j.all, c)
		}
	}
}

// Cookies implements http.CookieJar.
func (j *jar) Cookies(u *url.URL) (out []*http.Cookie) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, c := range j.all {
		if strings.HasPrefix(u.Path, c.Path) {
			out = append(out, c)
		}
	}
	return out
}
