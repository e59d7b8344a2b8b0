package page

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Policy is the Content-Security-Policy of every page of ours, but for those that
// set one of their own: nothing from elsewhere loads, runs or is sent to.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Site is where the pages are found from outside.
type Site struct {
	base   string // without a slash at its end
	secure bool
}

// NewSite returns the site at base, such as "https://bot.example.org". What is no
// address of http or https is an error.
func NewSite(base string) (Site, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return Site{}, fmt.Errorf("pages: want an address like https://bot.example.org")
	}
	return Site{base: strings.TrimRight(base, "/"), secure: u.Scheme == "https"}, nil
}

// Guard stands before every route: it sets the headers, and refuses what another
// site's page sends here.
func (s Site) Guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	if u, err := url.Parse(s.base); err == nil {
		// A proxy may call us by another name than the browser knows.
		_ = cross.AddTrustedOrigin(u.Scheme + "://" + u.Host)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", Policy)
		h.Set("Cache-Control", "no-store, private")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "SAMEORIGIN")
		h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), display-capture=()")
		if s.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if err := cross.Check(r); err != nil {
			http.Error(w, http.StatusText(http.StatusForbidden), http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Keep puts token into the browser under name for the pages below path. It goes
// with the browser, and after term at the latest; a term of zero is none. Script
// cannot read it and no other site's page makes the browser send it.
func (s Site) Keep(w http.ResponseWriter, name, path, token string, term time.Duration) {
	http.SetCookie(w, &http.Cookie{Name: s.name(name), Value: token, Path: path, MaxAge: int(term / time.Second),
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteStrictMode})
}

// Kept returns what Keep put under name; blank: nothing.
func (s Site) Kept(r *http.Request, name string) string {
	c, err := r.Cookie(s.name(name))
	if err != nil {
		return ""
	}
	return c.Value
}

// Drop takes it out of the browser.
func (s Site) Drop(w http.ResponseWriter, name, path string) {
	http.SetCookie(w, &http.Cookie{Name: s.name(name), Path: path, MaxAge: -1, HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteStrictMode})
}

// name is the cookie's full name: browsers let nobody set __Secure- over a line
// that can be read.
func (s Site) name(name string) string {
	if s.secure {
		return "__Secure-" + name
	}
	return name
}
