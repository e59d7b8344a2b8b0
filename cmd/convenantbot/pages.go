package main

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/adapters/web"
	"github.com/convenantbot/convenantbot/adapters/web/card"
	"github.com/convenantbot/convenantbot/adapters/web/dashboard"
	"github.com/convenantbot/convenantbot/adapters/web/page"
	"github.com/convenantbot/convenantbot/adapters/web/vault"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/render"
)

// openPages opens the address on which the bot's own pages are given, and returns
// what serves them until its context ends. url is where people find them; blank:
// there are none, and nothing listens.
func openPages(url, listen string, b *bot.Bot, o pagesOptions) (func(context.Context) error, error) {
	if url == "" {
		return servePages(nil, "", b, o)
	}
	l, err := web.Listen(listen)
	if err != nil {
		return nil, &exitError{exitUnreachable, fmt.Errorf("pages.listen: %w", err)}
	}
	return servePages(l, url, b, o)
}

// servePages returns what serves the pages on l, which people find at url. A nil l:
// there are none.
func servePages(l net.Listener, url string, b *bot.Bot, o pagesOptions) (func(context.Context) error, error) {
	if l == nil {
		return func(ctx context.Context) error { <-ctx.Done(); return nil }, nil
	}
	site, err := page.NewSite(url)
	if err != nil {
		return nil, &exitError{exitBadInput, errors.Join(fmt.Errorf("pages.url: %w", err), l.Close())}
	}
	o.Secure = strings.HasPrefix(url, "https:")
	pages := site.Guard(pagesOf(site, b, o))
	return func(ctx context.Context) error { return web.Serve(ctx, l, pages) }, nil
}

// pagesOf lists who gives which pages.
func pagesOf(site page.Site, b *bot.Bot, o pagesOptions) *http.ServeMux {
	mux := http.NewServeMux()
	(&vault.Pages{Site: site, Service: b, Drawer: render.Child{}, Log: o.Log}).Routes(mux)
	mux.Handle(dashboard.Root, dashboard.Handler(dashboard.Options{Service: b, Ledger: o.Ledger, Health: o.Health, SignIn: o.SignIn, Secure: o.Secure, Log: o.Log}))
	mux.Handle(card.Root, card.Handler(card.Options{Site: site, Service: b, Key: o.key(), Proxies: o.Proxies, Floor: cardFloor, Now: time.Now, Log: o.Log}))
	return mux
}

// cardFloor is the least time that a try to open a card takes which fails. It is
// well above what looking takes, so that it says nothing about what was found.
const cardFloor = 700 * time.Millisecond

// pagesOptions are what pages are given with besides the bot.
type pagesOptions struct {
	Secret  string // that all copies of the bot have; blank: this is the only copy
	Proxies []netip.Prefix
	Log     *slog.Logger
	Ledger  dashboard.Ledger                              // the log, to be verified from the overview
	Health  func(ctx context.Context) []dashboard.Finding // how the bot runs; nil: nothing is known
	SignIn  *dashboard.SignIn                             // the other way in besides a link; nil: none
	Secure  bool                                          // browsers reach the pages over TLS
}

// key is with what the pages make names of addresses, the same for every copy.
func (o pagesOptions) key() []byte {
	secret := o.Secret
	if secret == "" {
		secret = rand.Text()
	}
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte("where tries to open a card come from"))
	return h.Sum(nil)
}
