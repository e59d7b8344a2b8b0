package knowledge

import (
	"context"
	"io/fs"
	"time"
)

// Mark says how sure a fact is.
type Mark string

// The marks of the fact pages.
const (
	Verified       Mark = "V"     // the text it rests on was seen
	VerifiedOld    Mark = "V-oud" // seen, in a version of the law of 2017 or older
	TitleOnly      Mark = "T"     // only the title of the article was seen
	Interpretation Mark = "I"     // our own reading; an FG must confirm it
	Unconfirmed    Mark = "O"     // no source seen; never an answer
)

// Fact is one line of the fact pages. Text is literal: a citation shows it and
// is compared with it.
type Fact struct {
	Code   string `yaml:"code"`
	Mark   Mark   `yaml:"mark"`
	Text   string `yaml:"text"`
	Source string `yaml:"source"`
	Page   string `yaml:"page"`
}

// Entry says in plain Dutch what one fact means. FORMAT.md describes the fields.
type Entry struct {
	Code     string   `yaml:"code"`
	Title    string   `yaml:"title"`
	Answer   string   `yaml:"answer"`
	More     string   `yaml:"more"`
	Source   string   `yaml:"source"`
	Mark     Mark     `yaml:"mark"`
	Asks     []string `yaml:"asks"`
	Keys     []string `yaml:"keys"`
	Also     []string `yaml:"also"`
	Related  []string `yaml:"related"`
	Contacts []string `yaml:"contacts"`
	Region   string   `yaml:"region"`

	file string
}

// Base is a knowledge base that is loaded, checked and indexed. It is safe for
// concurrent use and never changes.
type Base struct {
	facts          map[string]Fact
	entries        []Entry
	at             map[string]int // code -> index in entries
	words          *vocabulary
	rank           *ranker
	index          *index
	judge          confidenceModel
	alarm          *alarmModel
	foreign        *alarmModel // what lies outside the subject
	foreignLetters *alarmModel // the same, by groups of letters too
	outside        []string
	profiles       []profile
	second         second
	meaning        *meaning // helps to rank; nil for none
	library        *Library // the region's own documents; nil for none
}

// Open loads, checks and indexes the base in files, or the built-in one when
// files is nil. All mistakes of the base are reported together, as a *CheckError.
func Open(files fs.FS, options ...Option) (*Base, error) {
	var b *Base
	if files == nil {
		var err error
		if b, err = openImage(image); err != nil {
			return nil, err
		}
	} else {
		raw, err := load(files)
		if err != nil {
			return nil, err
		}
		if b, err = build(raw); err != nil {
			return nil, err
		}
	}
	for _, o := range options {
		o(b)
	}
	return b, nil
}

// Option adds something to a base that is opened.
type Option func(*Base)

// WithLibrary lets the base also quote the documents imported in dir, which need
// not exist yet: what is imported later counts from the next question on.
func WithLibrary(dir string, now func() time.Time) Option {
	return func(b *Base) { b.library = OpenLibrary(dir, b, now) }
}

// Library returns the library that the base quotes from, nil for none.
func (b *Base) Library() *Library { return b.library }

// Entries returns the entries in the order of their codes' files.
func (b *Base) Entries() []Entry { return append([]Entry(nil), b.entries...) }

// Fact returns the literal fact of a code.
func (b *Base) Fact(code string) (Fact, bool) {
	f, ok := b.facts[code]
	return f, ok
}

// Entry returns the entry of a code.
func (b *Base) Entry(code string) (Entry, bool) {
	i, ok := b.at[code]
	if !ok {
		return Entry{}, false
	}
	return b.entries[i], true
}

// Hit is one entry near a question, for a search preview and the evaluation.
type Hit struct {
	Code  string
	Title string
	Score float64
}

// Search returns up to ten entries nearest to a text, and the chance that the
// first of them answers it. It passes no guard: it shows what Ask chooses from.
func (b *Base) Search(ctx context.Context, text, region string) ([]Hit, float64, error) {
	found, err := b.retrieve(ctx, text, region)
	if err != nil {
		return nil, 0, err
	}
	hits := make([]Hit, len(found.best))
	for i, c := range found.best {
		e := b.entries[c.entry]
		hits[i] = Hit{e.Code, e.Title, float64(c.score)}
	}
	return hits, found.chance, nil
}
