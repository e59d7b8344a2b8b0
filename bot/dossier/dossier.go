package dossier

import (
	"archive/zip"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"time"

	"filippo.io/age"

	"github.com/convenantbot/convenantbot/internal/zone"
)

// TakeOver is the Schema of what an organisation takes over.
const TakeOver = "takeover/v1"

// Dossier is the answer to one request for access, or what one organisation
// takes over into a file of its own.
type Dossier struct {
	Schema  string    `json:"schema"` // dossier/v1, or takeover/v1: what an organisation takes over
	Casus   string    `json:"casus"`
	Request string    `json:"request"`
	For     string    `json:"for"` // who asked, by their place in the casus; or which organisation, and on what ground
	Made    time.Time `json:"made"`
	Items   []Item    `json:"items"`
	Held    int       `json:"held_for_review"` // concerns this person and others: a person decides
	LeftOut int       `json:"left_out"`        // concerns only others
	Rights  []string  `json:"rights"`
}

// Item is one thing that is kept.
type Item struct {
	ID       string    `json:"id"`
	Chapter  string    `json:"chapter"`
	At       time.Time `json:"at,omitzero"`
	Lines    []Line    `json:"lines"`
	Why      string    `json:"why,omitempty"`      // of one held for review: whom else it concerns
	Contents string    `json:"contents,omitempty"` // name of the file in the archive
}

// Line is one thing that is known, with what it is called.
type Line struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Attachment is a file that goes along.
type Attachment struct {
	Name string // as Item.Contents has it; says nothing about anybody
	Open func() (io.ReadCloser, error)
}

// CheckKey reports whether key is a public age key.
func CheckKey(key string) error {
	_, err := recipient(key)
	return err
}

// recipient reads a public key, of either kind that age makes.
func recipient(key string) (age.Recipient, error) {
	if r, err := age.ParseX25519Recipient(key); err == nil {
		return r, nil
	}
	r, err := age.ParseHybridRecipient(key)
	if err != nil {
		return nil, fmt.Errorf("this is no public age key") // the library's error quotes it
	}
	return r, nil
}

//go:embed page.html
var page string

var pages = template.Must(template.New("page").Funcs(template.FuncMap{
	"moment": func(t time.Time) string { return t.In(zone.Amsterdam).Format("02-01-2006 15:04") },
}).Parse(page))

// Chapters returns the items by chapter, in the order in which they stand.
func (d Dossier) Chapters() []Chapter {
	var all []Chapter
	for _, item := range d.Items {
		if len(all) == 0 || all[len(all)-1].Title != item.Chapter {
			all = append(all, Chapter{Title: item.Chapter})
		}
		last := &all[len(all)-1]
		last.Items = append(last.Items, item)
	}
	return all
}

// Chapter is a part of the page.
type Chapter struct {
	Title string
	Items []Item
}

// TakenOver reports whether it is for an organisation, and not for somebody whom
// the data are about.
func (d Dossier) TakenOver() bool { return d.Schema == TakeOver }

// HTML writes the page.
func (d Dossier) HTML(w io.Writer) error { return pages.Execute(w, d) }

// Seal writes the answer to w, so that only the holder of the key reads it: a zip
// archive with page, JSON and files.
func (d Dossier) Seal(w io.Writer, key string, files ...Attachment) error {
	to, err := recipient(key)
	if err != nil {
		return err
	}
	sealed, err := age.Encrypt(w, to)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	if err := d.Archive(sealed, files...); err != nil {
		return err
	}
	return sealed.Close()
}

// Archive writes the same without a seal.
func (d Dossier) Archive(w io.Writer, files ...Attachment) error {
	archive := zip.NewWriter(w)
	add := func(name string, write func(io.Writer) error) error {
		f, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: d.Made})
		if err == nil {
			err = write(f)
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		return nil
	}
	if err := add("overzicht.html", d.HTML); err != nil {
		return err
	}
	if err := add("overzicht.json", func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(d)
	}); err != nil {
		return err
	}
	for _, file := range files {
		if err := add(file.Name, func(w io.Writer) error {
			r, err := file.Open()
			if err != nil {
				return err
			}
			defer r.Close()
			_, err = io.Copy(w, r)
			return err
		}); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("close the archive: %w", err)
	}
	return nil
}
