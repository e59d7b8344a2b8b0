package main

import (
	"context"
	"io"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/textscan"
)

// scanner lets the bot look inside documents.
type scanner struct{}

var _ bot.Scanner = scanner{}

// Scan looks for a BSN; see bot.Scanner.
func (scanner) Scan(ctx context.Context, name string, r io.ReaderAt, size int64) (found, known bool, err error) {
	finding, err := textscan.Scan(ctx, name, r, size, textscan.DefaultLimits)
	if err != nil {
		return false, false, err
	}
	return finding.Result == textscan.Found, finding.Result != textscan.Unknown, nil
}
