package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"github.com/convenantbot/convenantbot/adapters/web"
	"github.com/convenantbot/convenantbot/adapters/web/page"
	"github.com/convenantbot/convenantbot/adapters/web/vault"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/render"
)

// openPages opens the address on which the bot's own pages are given, and returns
// what serves them until its context ends. url is where people find them; blank:
// there are none, and nothing listens.
func openPages(url, listen string, b *bot.Bot, log *slog.Logger) (func(context.Context) error, error) {
	if url == "" {
		return servePages(nil, "", b, log)
	}
	l, err := web.Listen(listen)
	if err != nil {
		return nil, &exitError{exitUnreachable, fmt.Errorf("pages.listen: %w", err)}
	}
	return servePages(l, url, b, log)
}

// servePages returns what serves the pages on l, which people find at url. A nil l:
// there are none.
func servePages(l net.Listener, url string, b *bot.Bot, log *slog.Logger) (func(context.Context) error, error) {
	if l == nil {
		return func(ctx context.Context) error { <-ctx.Done(); return nil }, nil
	}
	site, err := page.NewSite(url)
	if err != nil {
		return nil, &exitError{exitBadInput, errors.Join(fmt.Errorf("pages.url: %w", err), l.Close())}
	}
	pages := site.Guard(pagesOf(site, b, log))
	return func(ctx context.Context) error { return web.Serve(ctx, l, pages) }, nil
}

// pagesOf lists who gives which pages.
func pagesOf(site page.Site, b *bot.Bot, log *slog.Logger) *http.ServeMux {
	mux := http.NewServeMux()
	(&vault.Pages{Site: site, Service: b, Drawer: render.Child{}, Log: log}).Routes(mux)
	return mux
}
