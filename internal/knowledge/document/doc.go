// Package document reads the documents of a region (its own convenant, a
// protocol, a leaflet) as passages that can be quoted word for word: docx, odt,
// pdf, html, markdown and plain text. Headings, articles and their paragraphs,
// lists and table rows stay what they are, and each passage has its place: an
// article, a heading, a page.
//
// # What can go wrong
//
// A file may be broken, locked with a password, a scan without text, something
// else than its name says, or made to harm its reader: a small zip that unpacks
// to terabytes, XML nested without end. What a file says of its own size is not
// believed: bytes are counted as they are unpacked, against Limits. A file that
// can't be read whole is refused with an *Error that names it and says why; half
// a document is never returned.
//
// # What isn't read
//
// Text in pictures, footnotes, comments, page headers and footers of a docx or
// odt, and what tracked changes took out. In a pdf the order of the lines comes
// from where they stand on the page, so two columns side by side may mix.
//
// This package imports the standard library, golang.org/x/net/html and the pdf
// reader, and nothing of ours.
package document
