// Package textscan looks for a BSN, the Dutch citizen service number, in text,
// in file names, and in the text inside documents.
//
// FindBSN judges text. Scan judges a file: it takes the text out of docx, xlsx,
// pptx, odt, ods, odp, pdf, html, xml, csv and plain text, and out of zip files
// of these, and has three answers: Clean, Found and Unknown. Unknown is the zero
// value and never counts as clean: a file that is encrypted, broken, too large,
// nested too deep or of a kind that can't be read has not been looked at.
//
// # Who is the adversary
//
// Mostly haste: somebody drops a file and doesn't know that a number stands in
// its second sheet, its comments or its properties. So all text is read, also
// what isn't on the page. Sometimes it is a file made to harm the reader: a
// small zip that unpacks to terabytes, XML nested a million deep, a pdf that
// refers to itself. So everything is counted against Limits as it is read, and
// not by what the file says about itself. Somebody who wants to hide a number
// on purpose (in a picture, spelt out, encrypted) will succeed; this is a guard
// rail, and a person still says what kind of data a file holds.
//
// # What isn't seen
//
// Text in pictures. A picture on its own and a page of a pdf that has a picture
// and no text are Unknown; a picture beside text, such as a letterhead, is only
// counted, in Finding.Pictures, because otherwise hardly any letter could be
// shared. The readers of pdf can use much memory on a file made for that; run
// Scan in a process of its own with a limit on memory and time.
//
// This package may import the standard library, golang.org/x/net/html and the
// pdf reader. It never imports anything of ours, and it returns no text from a
// document: not in a Finding and not in an error.
package textscan
