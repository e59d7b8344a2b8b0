// Package render turns a document into something that a browser can show and that
// can do nothing: text becomes a page of our own making, a picture is drawn anew,
// and the pages of a pdf become pictures.
//
// Nothing of a document is handed on as it is. Text is read out of docx, odt and
// the like by whoever calls, as plain strings, and written down by a template that
// escapes every one of them; there is no markup of strangers to be cleaned. A
// picture is decoded within bounds and encoded again, so that what else was in the
// file stays behind. A pdf is drawn by poppler's pdftoppm, a program for which
// nobody's documents were ever safe: so all of this happens in a process of its
// own, which has given up the network, writing files, and more memory and time
// than a document needs (confine.go), and which on a kernel with Landlock reads no
// file but programs and fonts (landlock.go); see Child for how it is asked.
//
// What cannot be shown is an error with a reason out of a closed list, and is never
// shown in part. The package knows no casus, no store and no HTTP.
package render
