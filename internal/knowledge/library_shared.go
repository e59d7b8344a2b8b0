package knowledge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/internal/knowledge/document"
)

// Shared is where several copies of a program keep their documents together. It
// is what counts: the folder of each copy follows it, and only saves reading it
// and making an index again.
type Shared interface {
	// Number grows with each change. 0: nothing was ever put in.
	Number(ctx context.Context) (int64, error)
	// List lists every version of every document and the number it was read at.
	List(ctx context.Context) ([]Stored, int64, error)
	// Text returns what Change was given for a version.
	Text(ctx context.Context, id string) ([]byte, error)
	// Change makes list what there is, with the texts of those that are new, and
	// returns the new number. ErrBusy, and nothing changed: the number is no longer was.
	Change(ctx context.Context, was int64, list []Stored, texts map[string][]byte) (int64, error)
}

// ShareLibrary makes the library of a base follow documents that several copies
// keep together. Whatever is in the folder goes there the first time that nothing
// was ever put in; later the folder is made what is there.
func ShareLibrary(shared Shared) Option {
	return func(b *Base) { b.library.shared = shared }
}

// Follow brings the folder in line with what the copies keep together. It does
// nothing when it is. ErrBusy: another process is doing so in this very folder.
func (l *Library) Follow(ctx context.Context) error {
	if l.shared == nil {
		return nil
	}
	if same, err := l.follows(ctx); same || err != nil {
		return err
	}
	l.changing.Lock()
	defer l.changing.Unlock()
	return l.follow(ctx)
}

// follows reports whether the folder has what counts.
func (l *Library) follows(ctx context.Context) (bool, error) {
	number, err := l.shared.Number(ctx)
	if err != nil {
		return false, fmt.Errorf("library: %w", err)
	}
	m, err := l.manifest()
	return err == nil && m.Shared == number && (number > 0 || len(m.Documents) == 0), err
}

// follow is Follow for who has the turn in this process.
func (l *Library) follow(ctx context.Context) error {
	if same, err := l.follows(ctx); same || err != nil {
		return err // somebody did it while we waited
	}
	unlock, err := l.lock()
	if err != nil {
		return err
	}
	defer unlock()
	m, err := l.manifest()
	if err != nil {
		return err
	}
	list, number, err := l.shared.List(ctx)
	if err != nil {
		return fmt.Errorf("library: %w", err)
	}
	if number == 0 && len(m.Documents) > 0 {
		if number, err = l.contribute(ctx, m); err != nil {
			return err
		}
		list = m.Documents
	}
	return l.become(ctx, list, number, nil, func(Progress) {})
}

// contribute puts what is in the folder where all copies find it.
func (l *Library) contribute(ctx context.Context, m manifest) (int64, error) {
	texts := map[string][]byte{}
	for _, s := range m.Documents {
		doc, err := l.read(s.ID)
		if err != nil {
			return 0, err
		}
		if texts[s.ID], err = json.Marshal(doc); err != nil {
			return 0, fmt.Errorf("library: %w", err)
		}
	}
	return l.shared.Change(ctx, 0, m.Documents, texts)
}

// become makes list what is in the folder; texts are those that are at hand. The
// caller holds the lock.
func (l *Library) become(ctx context.Context, list []Stored, number int64, texts map[string][]byte, progress func(Progress)) error {
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return fmt.Errorf("library: %w", err)
	}
	keep := map[string]bool{}
	for _, s := range list {
		keep[s.ID+".json"] = true
		if _, err := l.read(s.ID); err == nil {
			continue // a name has the hash of its file in it
		}
		text, ok := texts[s.ID]
		if !ok {
			var err error
			if text, err = l.shared.Text(ctx, s.ID); err != nil {
				return fmt.Errorf("library: %s: %w", s.ID, err)
			}
		}
		var doc document.Document
		if err := json.Unmarshal(text, &doc); err != nil {
			return fmt.Errorf("library: %s: %w", s.ID, err)
		}
		if err := l.write(s.ID+".json", doc); err != nil {
			return err
		}
	}
	if err := l.commit(ctx, manifest{Documents: list, Shared: number}, progress); err != nil {
		return err
	}
	there, err := filepath.Glob(filepath.Join(l.dir, "doc-*.json"))
	for _, path := range there {
		if !keep[filepath.Base(path)] {
			err = errors.Join(err, os.Remove(path))
		}
	}
	return err
}

// shareImport is Import where several copies keep the documents together: first
// what counts changes, then the folder. One that breaks off in between is made up
// for when the folder is next looked at.
func (l *Library) shareImport(ctx context.Context, docs []document.Document, sums []string, sources []Source, progress func(Progress)) ([]Imported, error) {
	l.changing.Lock()
	defer l.changing.Unlock()
	if err := l.follow(ctx); err != nil {
		return nil, err
	}
	unlock, err := l.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	list, was, err := l.shared.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("library: %w", err)
	}
	m := manifest{Documents: list}
	out, fresh := m.take(docs, sums, sources, l.now())
	if len(fresh) == 0 {
		return out, nil
	}
	texts := map[string][]byte{}
	for id, doc := range fresh {
		if texts[id], err = json.Marshal(doc); err != nil {
			return nil, fmt.Errorf("library: %w", err)
		}
	}
	number, err := l.shared.Change(ctx, was, m.Documents, texts)
	if err != nil {
		return nil, fmt.Errorf("library: %w", err)
	}
	return out, l.become(ctx, m.Documents, number, texts, progress)
}

// shareRemove is Remove likewise. What was removed is not quoted any more, also
// when this folder could not be changed.
func (l *Library) shareRemove(ctx context.Context, name string) error {
	l.changing.Lock()
	defer l.changing.Unlock()
	list, was, err := l.shared.List(ctx)
	if err == nil && was == 0 {
		if err = l.follow(ctx); err == nil {
			list, was, err = l.shared.List(ctx)
		}
	}
	if err != nil {
		return fmt.Errorf("library: %w", err)
	}
	n := len(list)
	list = slices.DeleteFunc(list, func(s Stored) bool { return strings.EqualFold(s.Name, name) })
	if len(list) == n {
		return fmt.Errorf("remove %s: %w", name, ErrNoDocument)
	}
	if _, err := l.shared.Change(ctx, was, list, nil); err != nil {
		return fmt.Errorf("library: %w", err)
	}
	return l.follow(ctx)
}

// fresh reports whether what is in the folder may be quoted: it is what counts,
// or else nothing of it was replaced or removed since. Who cannot tell may not.
func (l *Library) fresh(ctx context.Context) bool {
	if l.shared == nil || l.Follow(ctx) == nil {
		return true
	}
	m, err := l.manifest()
	if err != nil {
		return false
	}
	list, _, err := l.shared.List(ctx)
	if err != nil {
		return false
	}
	for _, s := range m.Documents {
		if !s.Replaced && !slices.ContainsFunc(list, func(o Stored) bool { return o.ID == s.ID && !o.Replaced }) {
			return false
		}
	}
	return true
}
