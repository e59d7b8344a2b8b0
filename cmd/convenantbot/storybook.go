package main

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/convenantbot/convenantbot/adapters/web"
	"github.com/convenantbot/convenantbot/cmd/convenantbot/storybook"
)

// Storybook is "convenantbot storybook": everything that the product can show
// people, with invented people, in Dutch and English.
type Storybook struct {
	Out    string `type:"path" xor:"where" placeholder:"DIR" help:"The folder for the pages; files of the same name are replaced."`
	Listen string `xor:"where" placeholder:"HOST:PORT" help:"Show the pages at this loopback address instead; port 0 takes a free one."`
}

// Run writes the pages, or shows them until the context ends.
func (c *Storybook) Run(ctx context.Context, io *IO) error {
	if (c.Out == "") == (c.Listen == "") {
		return &exitError{exitBadInput, errors.New("storybook: say where: --out DIR or --listen HOST:PORT")}
	}
	people, err := readSamples()
	if err != nil {
		return err
	}
	book, err := storybook.Make(people)
	if err != nil {
		return err
	}
	if c.Out != "" {
		for name, data := range book.Files {
			to := filepath.Join(c.Out, filepath.FromSlash(name))
			if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, data, 0o644)); err != nil {
				return err
			}
		}
		_, err := fmt.Fprintf(io.Out, "%d samples on %d pages in %s; begin at index.html.\n", book.Items, book.Sheets, c.Out)
		return err
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return &exitError{exitBadInput, fmt.Errorf("storybook: %s is no loopback address", c.Listen)}
	}
	l, err := web.Listen(c.Listen)
	if err != nil {
		return &exitError{exitUnreachable, fmt.Errorf("storybook: %w", err)}
	}
	fmt.Fprintf(io.Out, "The storybook is at http://%s/\n", l.Addr())
	return web.Serve(ctx, l, storybookHandler(book))
}

// storybookHandler gives the files of a storybook.
func storybookHandler(book storybook.Book) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if name == "" {
			name = "index.html"
		}
		data, ok := book.Files[name]
		if !ok || r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(data) // the browser went away; nobody is left to tell
	})
}
