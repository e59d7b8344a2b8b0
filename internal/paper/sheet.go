package paper

import "time"

// Document is a form of one or more sheets.
type Document struct {
	Title  string    // of the file, as a reader program shows it
	Lang   string    // such as "nl-NL", for programs that read aloud
	Footer string    // below every page, before its number
	Made   time.Time // the moment in the file's own record
	Sheets []Sheet

	Attached []Attachment // files inside the file
}

// Attachment is a file inside the PDF, for a program to read.
type Attachment struct {
	Name    string
	Content []byte
}

// Sheet is one thing that is asked. It begins on a page of its own and goes on
// to the next when it is long.
type Sheet struct {
	Title    string
	Intro    []string // paragraphs
	Facts    []Fact   // what is filled in already
	Picture  []byte   // a PNG, printed as a square below the facts; empty: none
	Ask      Ask
	Sections []Section
	Lines    []string // labels of lines to write on; the last is for a signature
}

// Fact is a label with what stands behind it.
type Fact struct{ Label, Text string }

// Ask is a question with a yes and a no for each row.
type Ask struct {
	Heading, Yes, No string
	Rows             []Row
}

// Row is one thing to say yes or no to, with what it means.
type Row struct{ Label, Help string }

// Section is a heading with a paragraph.
type Section struct{ Heading, Text string }
