package main

import (
	"context"
	"fmt"
	"net"
	"net/http"

	"github.com/convenantbot/convenantbot/adapters/web"
	"github.com/convenantbot/convenantbot/adapters/web/page"
	"github.com/convenantbot/convenantbot/bot"
)

// openPages opens the address on which the bot's own pages are given, and returns
// what serves them until its context ends. url is where people find them; blank:
// there are none, and nothing listens.
func openPages(url, listen string, b *bot.Bot) (func(context.Context) error, net.Addr, error) {
	if url == "" {
		return func(ctx context.Context) error { <-ctx.Done(); return nil }, nil, nil
	}
	site, err := page.NewSite(url)
	if err != nil {
		return nil, nil, &exitError{exitBadInput, fmt.Errorf("pages.url: %w", err)}
	}
	l, err := web.Listen(listen)
	if err != nil {
		return nil, nil, &exitError{exitUnreachable, fmt.Errorf("pages.listen: %w", err)}
	}
	pages := site.Guard(pagesOf(site, b))
	return func(ctx context.Context) error {
		return web.Serve(ctx, l, pages)
	}, l.Addr(), nil
}

// pagesOf lists who gives which pages.
func pagesOf(page.Site, *bot.Bot) *http.ServeMux {
	return http.NewServeMux()
}
