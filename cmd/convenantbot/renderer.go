package main

import (
	"bytes"
	"context"
	"os"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/knowledge/document"
	"github.com/convenantbot/convenantbot/internal/render"
)

// Bounds of what is shown of the pictures within a text: how many, and how many
// bytes they have as they lie in the file.
const (
	shownPictures     = 40
	shownPictureBytes = 40 << 20
)

// renders reports whether this process was started as a child that draws one sheet
// of a document.
func renders(args []string) bool { return len(args) == 2 && args[1] == render.Command }

// exitRender does the child's work and ends the process.
func exitRender() { os.Exit(render.Serve(os.Stdin, os.Stdout, bot.MaxFile, drawSheet)) }

// drawSheet shows a document by what it is and not by what it is called.
func drawSheet(ctx context.Context, q render.Request, data []byte) (render.Sheet, error) {
	head := data[:min(len(data), 1024)]
	switch {
	case render.IsPDF(head):
		return render.PDFPage(ctx, data, q.Page)
	case q.Page != 1:
		return render.Sheet{}, render.Unreadable
	case render.IsPicture(head):
		return render.Picture(data)
	}
	limits := document.DefaultLimits
	limits.Size = bot.MaxFile
	read, err := document.Blocks(ctx, q.Name, bytes.NewReader(data), q.Size, limits)
	if err != nil {
		return render.Sheet{}, render.Unreadable
	}
	kinds := map[string]render.BlockKind{"heading": render.Heading, "item": render.Item, "row": render.Row}
	blocks := make([]render.Block, 0, len(read))
	for _, b := range read {
		blocks = append(blocks, render.Block{Kind: kinds[b.Kind], Level: b.Level, Label: b.Label, Text: b.Text})
	}
	var pictures []render.Sheet
	if bytes.HasPrefix(data, []byte("PK")) {
		packed, more, err := document.Pictures(data, shownPictures, shownPictureBytes)
		if err != nil || more {
			return render.Sheet{}, render.Unreadable // a part of a document is none
		}
		for _, p := range packed {
			s, err := render.Picture(p)
			if err != nil {
				// A drawing of a kind that is not shown, such as emf: its text was read.
				continue
			}
			pictures = append(pictures, s)
		}
	}
	return render.Text(blocks, pictures)
}
