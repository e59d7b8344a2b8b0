package yamlfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Pos is a place in a file, counted from 1. A struct that Decode fills may
// have a field of this type tagged `yaml:"-"` named At; it then gets the place
// where the struct's mapping starts.
type Pos struct {
	File         string
	Line, Column int
}

// String is file:line:column, or the file alone when the place is unknown.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Complaint is one thing that is wrong with a file, in one English sentence.
type Complaint struct {
	At   Pos
	Text string
}

func (c Complaint) String() string { return c.At.String() + ": " + c.Text }

// Complaints is what is wrong with a set of files. As an error it lists all of
// them, one a line, in order of file and place.
type Complaints []Complaint

func (cs Complaints) Error() string {
	lines := make([]string, len(cs))
	for i, c := range cs {
		lines[i] = c.String()
	}
	return strings.Join(lines, "\n")
}

// Add records a complaint at a place.
func (cs *Complaints) Add(at Pos, format string, args ...any) {
	*cs = append(*cs, Complaint{At: at, Text: fmt.Sprintf(format, args...)})
}

// Err is nil when nothing is wrong, and otherwise the complaints in order of
// file, line and column.
func (cs Complaints) Err() error {
	if len(cs) == 0 {
		return nil
	}
	slices.SortStableFunc(cs, func(a, b Complaint) int {
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Column, b.At.Column))
	})
	return cs
}
