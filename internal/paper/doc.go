// Package paper makes a form that people fill in with a pen: a PDF on A4 with
// what is asked, boxes for yes and no, and lines to write on.
//
// It knows paper and no convenant: every word comes from the caller, in the
// caller's language. The same document always gives the same bytes, so that a
// form that is made twice is one form. The fonts are embedded; a letter that
// they lack is printed as an empty box, so that a name never loses a letter
// without anybody seeing it.
//
// It is a leaf and must never import a room of ours, a store or a clock: the
// day on which a form was made comes in with it.
package paper
