// Command points lists the failpoints in the code: every call of fault.Point
// and fault.Hit outside tests, one a line, "name file". It fails when a name is
// not a literal, is not lower case words with dots and underscores, or is used
// in two places: a story that kills the bot at a name must know where it died.
//
// It reads the source with go/parser and knows nothing else of the product.
package main
