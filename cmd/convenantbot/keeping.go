package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/knowledge"
	"github.com/convenantbot/convenantbot/internal/knowledge/document"
)

// keeping lets the bot look after the region's own documents.
type keeping struct{ library *knowledge.Library }

var (
	_ bot.Library  = keeping{}
	_ bot.Follower = keeping{}
)

// keepingOf is the library of base as the bot knows it; nil for none.
func keepingOf(base *knowledge.Base) bot.Library {
	if base.Library() == nil {
		return nil
	}
	return keeping{base.Library()}
}

// Documents implements bot.Library.
func (k keeping) Documents(ctx context.Context) ([]bot.OwnDocument, error) {
	list, err := k.library.List(ctx)
	out := make([]bot.OwnDocument, len(list))
	for i, s := range list {
		out[i] = ownDocument(knowledge.Imported{Stored: s})
	}
	return out, libraryFailure(err)
}

// Look implements bot.Library.
func (k keeping) Look(ctx context.Context, d bot.GivenDocument) (bot.OwnDocument, error) {
	found, err := k.library.Look(ctx, knowledge.Source{Name: d.Name, R: d.Content, Size: d.Size})
	return ownDocument(found), libraryFailure(err)
}

// Import implements bot.Library.
func (k keeping) Import(ctx context.Context, list []bot.GivenDocument, progress func(done, total int)) ([]bot.OwnDocument, error) {
	sources := make([]knowledge.Source, len(list))
	for i, d := range list {
		sources[i] = knowledge.Source{Name: d.Name, R: d.Content, Size: d.Size}
	}
	done, err := k.library.Import(ctx, sources, func(p knowledge.Progress) {
		if p.Step == "index" && progress != nil {
			progress(p.Done, p.Total)
		}
	})
	out := make([]bot.OwnDocument, len(done))
	for i, d := range done {
		out[i] = ownDocument(d)
	}
	return out, libraryFailure(err)
}

// Remove implements bot.Library.
func (k keeping) Remove(ctx context.Context, name string) (int, error) {
	n, err := k.library.Count(ctx, name)
	if err == nil {
		err = k.library.Remove(ctx, name)
	}
	return n, libraryFailure(err)
}

// Follow implements bot.Follower.
func (k keeping) Follow(ctx context.Context) error { return libraryFailure(k.library.Follow(ctx)) }

// Near implements bot.Library.
func (k keeping) Near(ctx context.Context, words string) ([]bot.OwnPassage, error) {
	near, err := k.library.Preview(ctx, words)
	out := make([]bot.OwnPassage, len(near))
	for i, p := range near {
		out[i] = bot.OwnPassage{Name: p.Name, Place: p.Place, Text: p.Text, Quoted: p.Quoted}
	}
	return out, libraryFailure(err)
}

func ownDocument(d knowledge.Imported) bot.OwnDocument {
	return bot.OwnDocument{Name: d.Name, Title: d.Title, Version: d.Version, Imported: d.Imported, Hash: d.SHA256,
		Passages: d.Passages, Articles: d.Articles, Replaced: d.Replaced, Unchanged: d.Unchanged}
}

// libraryFailure puts the errors of the library into the kinds of the bot. What
// a refused file's error says is written for people.
func libraryFailure(err error) error {
	var bad *document.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &bad):
		return &bot.InvalidError{Field: "file", Reason: bad.Detail}
	case errors.Is(err, knowledge.ErrBusy):
		return fmt.Errorf("%w: %w", bot.ErrBusy, err)
	case errors.Is(err, knowledge.ErrNoDocument):
		return fmt.Errorf("%w: %w", bot.ErrNotFound, err)
	}
	return err
}
