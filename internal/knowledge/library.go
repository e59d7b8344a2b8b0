package knowledge

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/internal/knowledge/document"
)

// Library holds a region's own documents in a folder: one JSON file per version
// of a document, an index on disk, and library.json, which says what counts. A
// change writes new files first and then replaces library.json in one step, so
// that whoever reads sees all of it or nothing, also after a crash. Readers in
// other processes (a running bot) see a change at their next question.
type Library struct {
	dir    string
	base   *Base
	now    func() time.Time
	shared Shared // nil: the folder is all there is

	changing sync.Mutex // whoever in this process makes it follow, where it is shared

	mu   sync.Mutex
	open *shelf
	last *shelf      // the generation before it, which may still be answering
	seen fs.FileInfo // of library.json as it was read
}

// Stored is one version of a document in the library.
type Stored struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"` // of the file; importing it again makes a new version
	Title    string    `json:"title"`
	Kind     string    `json:"kind"`
	Version  int       `json:"version"` // from 1
	Imported time.Time `json:"imported"`
	SHA256   string    `json:"sha256"` // of the file as it was given
	Size     int64     `json:"size"`   // bytes
	Passages int       `json:"passages"`
	Articles int       `json:"articles"`
	Replaced bool      `json:"replaced,omitempty"` // an older version: kept, not searched
}

// Source is a file to import.
type Source struct {
	Name string
	R    io.ReaderAt
	Size int64
}

// Imported is what became of one Source.
type Imported struct {
	Stored
	Unchanged bool // the library had exactly this file already
}

// Progress is told while documents are read and indexed.
type Progress struct {
	Step        string // "read" or "index"
	Name        string // of the file being read
	Done, Total int    // files read, or passages indexed
}

// manifest is library.json.
type manifest struct {
	Generation string   `json:"generation"` // folder of the index
	Words      string   `json:"words"`      // fingerprint of the vocabulary that the index was made with
	Documents  []Stored `json:"documents"`
	Shared     int64    `json:"shared,omitempty"` // the number of Shared that this is
}

// shelf is one generation of the library, open for reading.
type shelf struct {
	manifest
	docs     map[string]*document.Document // by ID, the current ones
	passages []shelved
	articles map[string][]int // article -> passages
	index    passageIndex
}

type shelved struct {
	doc    *Stored
	text   *document.Passage
	number int // in its document, from 1
}

// ErrBusy is that another process is changing the library.
var ErrBusy = errors.New("the library is being changed by somebody else")

// ErrNoDocument is that the library has no document of that name.
var ErrNoDocument = errors.New("the library has no such document")

// OpenLibrary returns the library in dir, which need not exist yet. Questions
// are analysed with the words of base.
func OpenLibrary(dir string, base *Base, now func() time.Time) *Library {
	return &Library{dir: dir, base: base, now: now}
}

// Dir is the folder of the library.
func (l *Library) Dir() string { return l.dir }

// List returns every version of every document, by name, newest version first.
func (l *Library) List(ctx context.Context) ([]Stored, error) {
	m, err := l.counting(ctx)
	if err != nil {
		return nil, err
	}
	out := append([]Stored(nil), m.Documents...)
	sort.Slice(out, func(i, j int) bool {
		if a, b := strings.ToLower(out[i].Name), strings.ToLower(out[j].Name); a != b {
			return a < b
		}
		return out[i].Version > out[j].Version
	})
	return out, nil
}

// Import reads all sources and, only when every one of them could be read, puts
// them in the library. A document of the same name is replaced; its older
// versions are kept. The error joins one *document.Error per file that was
// refused.
func (l *Library) Import(ctx context.Context, sources []Source, progress func(Progress)) ([]Imported, error) {
	if progress == nil {
		progress = func(Progress) {}
	}
	docs := make([]document.Document, len(sources))
	sums := make([]string, len(sources))
	var bad []error
	names := map[string]bool{}
	for i, s := range sources {
		progress(Progress{"read", filepath.Base(s.Name), i, len(sources)})
		doc, sum, err := readSource(ctx, s)
		var refused *document.Error
		switch {
		case errors.As(err, &refused):
			bad = append(bad, refused)
			continue
		case err != nil:
			return nil, err
		}
		if key := strings.ToLower(doc.Name); names[key] {
			bad = append(bad, &document.Error{File: doc.Name, Reason: document.Unsupported, Detail: "er zijn twee bestanden met deze naam; geef er een een andere naam"})
		} else {
			names[key] = true
		}
		docs[i], sums[i] = doc, sum
	}
	if len(bad) > 0 {
		return nil, errors.Join(bad...)
	}
	if l.shared != nil {
		return l.shareImport(ctx, docs, sums, sources, progress)
	}
	unlock, err := l.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	m, err := l.manifest()
	if err != nil {
		return nil, err
	}
	out, fresh := m.take(docs, sums, sources, l.now())
	if len(fresh) == 0 {
		return out, nil
	}
	for id, doc := range fresh {
		if err := l.write(id+".json", doc); err != nil {
			return nil, err
		}
	}
	return out, l.commit(ctx, m, progress)
}

// take adds documents to the list, each as the next version of its name, and
// returns those that were not there yet by the ID they got.
func (m *manifest) take(docs []document.Document, sums []string, sources []Source, now time.Time) ([]Imported, map[string]document.Document) {
	out := make([]Imported, len(docs))
	fresh := map[string]document.Document{}
	for i, doc := range docs {
		if out[i] = m.version(doc, sums[i], sources[i].Size); out[i].Unchanged {
			continue
		}
		s := out[i].Stored
		s.Imported = now.UTC().Truncate(time.Second)
		for j := range m.Documents {
			if strings.EqualFold(m.Documents[j].Name, doc.Name) {
				m.Documents[j].Replaced = true
			}
		}
		s.ID = idOf(s)
		m.Documents = append(m.Documents, s)
		out[i], fresh[s.ID] = Imported{Stored: s}, doc
	}
	return out, fresh
}

// Remove takes every version of the document called name out of the library
// and erases them. ErrNoDocument when there is none.
func (l *Library) Remove(ctx context.Context, name string) error {
	if l.shared != nil {
		return l.shareRemove(ctx, name)
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
	var keep, gone []Stored
	for _, s := range m.Documents {
		if strings.EqualFold(s.Name, name) {
			gone = append(gone, s)
		} else {
			keep = append(keep, s)
		}
	}
	if len(gone) == 0 {
		return fmt.Errorf("remove %s: %w", name, ErrNoDocument)
	}
	m.Documents = keep
	if err := l.commit(ctx, m, func(Progress) {}); err != nil {
		return err
	}
	var errs []error
	for _, s := range gone {
		errs = append(errs, os.Remove(filepath.Join(l.dir, s.ID+".json")))
	}
	return errors.Join(errs...)
}

// Check reads every document and the index, and returns what is wrong with them.
func (l *Library) Check(ctx context.Context) []error {
	if err := l.Follow(ctx); err != nil {
		return []error{err}
	}
	m, err := l.manifest()
	if err != nil {
		return []error{err}
	}
	var out []error
	for _, s := range m.Documents {
		doc, err := l.read(s.ID)
		switch {
		case err != nil:
			out = append(out, err)
		case len(doc.Passages) != s.Passages:
			out = append(out, fmt.Errorf("%s version %d: %d passages, want %d", s.Name, s.Version, len(doc.Passages), s.Passages))
		}
	}
	if sh, err := l.shelf(ctx); err != nil {
		out = append(out, err)
	} else if sh != nil {
		if n, err := sh.index.count(); err != nil || n != uint64(len(sh.passages)) {
			out = append(out, fmt.Errorf("the index holds %d passages, want %d (%v)", n, len(sh.passages), err))
		}
	}
	return out
}

// commit builds the index of m in a folder of its own, makes m what counts, and
// sweeps what no longer does. The caller holds the lock.
func (l *Library) commit(ctx context.Context, m manifest, progress func(Progress)) error {
	m.Words = l.base.words.fingerprint()
	m.Generation = "index-" + strings.ToLower(rand.Text()) // never one that somebody reads
	sh, err := l.assemble(m)
	if err != nil {
		return err
	}
	dir := filepath.Join(l.dir, m.Generation)
	if err := buildPassageIndex(ctx, dir, l.base.words, sh.passages, progress); err != nil {
		return errors.Join(fmt.Errorf("index the library: %w", err), os.RemoveAll(dir))
	}
	if err := l.write("library.json", m); err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	old, err := filepath.Glob(filepath.Join(l.dir, "index-*"))
	for _, o := range old {
		if filepath.Base(o) != m.Generation {
			err = errors.Join(err, os.RemoveAll(o))
		}
	}
	return err
}

// assemble reads the documents that count.
func (l *Library) assemble(m manifest) (*shelf, error) {
	sh := &shelf{manifest: m, docs: map[string]*document.Document{}, articles: map[string][]int{}}
	for i := range sh.Documents {
		s := &sh.Documents[i]
		if s.Replaced {
			continue
		}
		doc, err := l.read(s.ID)
		if err != nil {
			return nil, err
		}
		sh.docs[s.ID] = doc
		for j := range doc.Passages {
			if a := doc.Passages[j].Article; a != "" {
				sh.articles[a] = append(sh.articles[a], len(sh.passages))
			}
			sh.passages = append(sh.passages, shelved{s, &doc.Passages[j], j + 1})
		}
	}
	return sh, nil
}

// shelf returns what counts now, nil when the library is empty. It opens a new
// generation when another process made one.
func (l *Library) shelf(ctx context.Context) (*shelf, error) {
	if !l.fresh(ctx) {
		return nil, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	info, err := os.Stat(filepath.Join(l.dir, "library.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("library: %w", err)
	}
	if l.seen != nil && os.SameFile(info, l.seen) && info.ModTime().Equal(l.seen.ModTime()) {
		return l.open, nil
	}
	m, err := l.manifest()
	if err != nil {
		return nil, err
	}
	if m.Words != l.base.words.fingerprint() {
		// A newer program reads words in another way: its index is made anew.
		unlock, err := l.lock()
		if err != nil {
			return nil, err
		}
		err = l.commit(ctx, m, func(Progress) {})
		unlock()
		if err != nil {
			return nil, err
		}
		if m, err = l.manifest(); err != nil {
			return nil, err
		}
		if info, err = os.Stat(filepath.Join(l.dir, "library.json")); err != nil {
			return nil, fmt.Errorf("library: %w", err)
		}
	}
	sh, err := l.assemble(m)
	if err != nil {
		return nil, err
	}
	if len(sh.passages) == 0 {
		sh = nil
	} else if sh.index, err = openPassageIndex(filepath.Join(l.dir, m.Generation)); err != nil {
		return nil, err
	}
	// Somebody may still be searching the generation before this one, so it is
	// closed a change later.
	if l.last != nil {
		if err := l.last.index.close(); err != nil {
			return nil, fmt.Errorf("library: %w", err)
		}
	}
	l.last, l.open, l.seen = l.open, sh, info
	return sh, nil
}

// Close gives back what the library holds open.
func (l *Library) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var errs []error
	for _, sh := range []*shelf{l.last, l.open} {
		if sh != nil {
			errs = append(errs, sh.index.close())
		}
	}
	l.last, l.open, l.seen = nil, nil, nil
	return errors.Join(errs...)
}

// counting is what there is, wherever it is kept.
func (l *Library) counting(ctx context.Context) (manifest, error) {
	if l.shared == nil {
		return l.manifest()
	}
	list, number, err := l.shared.List(ctx)
	if err != nil {
		return manifest{}, fmt.Errorf("library: %w", err)
	}
	if number == 0 {
		return l.manifest() // not put there yet
	}
	return manifest{Documents: list, Shared: number}, nil
}

func (l *Library) manifest() (manifest, error) {
	var m manifest
	raw, err := os.ReadFile(filepath.Join(l.dir, "library.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	if err != nil {
		return m, fmt.Errorf("library: library.json: %w", err)
	}
	return m, nil
}

func (l *Library) read(id string) (*document.Document, error) {
	raw, err := os.ReadFile(filepath.Join(l.dir, id+".json"))
	if err != nil {
		return nil, fmt.Errorf("library: %w", err)
	}
	var doc document.Document
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("library: %s: %w", id, err)
	}
	return &doc, nil
}

// write puts v in a file that is either there whole or not at all.
func (l *Library) write(name string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("library: %s: %w", name, err)
	}
	f, err := os.CreateTemp(l.dir, ".new-*")
	if err != nil {
		return fmt.Errorf("library: %w", err)
	}
	_, err = f.Write(raw)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(l.dir, name))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("library: %s: %w", name, err), os.Remove(f.Name()))
	}
	return nil
}

// idOf names a version's file: letters and digits of the name, the version, and
// some of the sum, so that no two meet.
func idOf(s Stored) string {
	var b strings.Builder
	for _, w := range words(s.Name) {
		if b.Len() > 0 {
			b.WriteByte('-')
		}
		for _, r := range w {
			if r < 128 && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9') {
				b.WriteRune(r)
			}
		}
		if b.Len() > 60 {
			break
		}
	}
	return fmt.Sprintf("doc-%s-v%d-%s", b.String(), s.Version, s.SHA256[:8])
}

func articlesIn(doc document.Document) int {
	seen := map[string]bool{}
	for _, p := range doc.Passages {
		if p.Article != "" {
			seen[p.Article] = true
		}
	}
	return len(seen)
}
