package knowledge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/convenantbot/convenantbot/internal/knowledge/document"
)

// Look reads a file and keeps nothing. The result is what Import would make of
// it now; a file that is refused is a *document.Error.
func (l *Library) Look(ctx context.Context, s Source) (Imported, error) {
	doc, sum, err := readSource(ctx, s)
	if err != nil {
		return Imported{}, err
	}
	m, err := l.counting(ctx)
	if err != nil {
		return Imported{}, err
	}
	return m.version(doc, sum, s.Size), nil
}

// readSource reads a file, and what tells it from another of its name.
func readSource(ctx context.Context, s Source) (document.Document, string, error) {
	doc, err := document.Read(ctx, s.Name, s.R, s.Size, document.DefaultLimits)
	if err != nil {
		return doc, "", err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(s.R, 0, s.Size)); err != nil {
		return doc, "", fmt.Errorf("import %s: %w", doc.Name, err)
	}
	return doc, hex.EncodeToString(sum.Sum(nil)), nil
}

// version is what a file that was read becomes beside those that are there: the
// next version of its name, or the one that it is already. It has no ID and no
// moment yet when it is new.
func (m manifest) version(doc document.Document, sum string, size int64) Imported {
	s := Stored{Name: doc.Name, Title: doc.Title, Kind: doc.Kind, Version: 1, SHA256: sum, Size: size,
		Passages: len(doc.Passages), Articles: articlesIn(doc)}
	for _, old := range m.Documents {
		if !strings.EqualFold(old.Name, doc.Name) {
			continue
		}
		if !old.Replaced && old.SHA256 == sum {
			return Imported{old, true}
		}
		s.Version = max(s.Version, old.Version+1)
	}
	return Imported{Stored: s}
}

// Count is how many versions there are of the document called name.
func (l *Library) Count(ctx context.Context, name string) (int, error) {
	m, err := l.counting(ctx)
	n := 0
	for _, s := range m.Documents {
		if strings.EqualFold(s.Name, name) {
			n++
		}
	}
	return n, err
}
