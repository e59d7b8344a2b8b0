package mattermost

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Elsewhere asks, without a token, whether the server sends whoever asks on to
// another address, and returns the one to write in the settings instead; blank: it
// does not, does not answer, or points to what is no address of a server. Nothing is
// asked of the other address.
func Elsewhere(ctx context.Context, server string) string {
	const path = "/api/v4/system/ping"
	from, err := url.Parse(strings.TrimRight(server, "/") + path)
	if err != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, from.String(), nil)
	if err != nil {
		return ""
	}
	answer, err := (&http.Client{CheckRedirect: noRedirect}).Do(r)
	if err != nil {
		return ""
	}
	_ = answer.Body.Close()
	to, err := answer.Location()
	if answer.StatusCode/100 != 3 || err != nil || to.Scheme != "https" && to.Scheme != "http" || to.Host == "" {
		return ""
	}
	base := &url.URL{Scheme: to.Scheme, Host: to.Host}
	if before, ok := strings.CutSuffix(to.Path, path); ok {
		base.Path = before
	}
	if got := base.String(); got != strings.TrimRight(server, "/") {
		return got
	}
	return "" // to a page of its own
}
