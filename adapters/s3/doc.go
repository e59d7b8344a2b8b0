// Package s3 keeps sealed pieces of files in a bucket of any store that speaks the S3
// protocol; see bot.Objects for what it promises. What comes here was sealed before,
// under a name that was drawn: this package knows no casus, no file and no key, and
// must never import what does.
//
// Each piece goes over in one request and is small, so there are no uploads in parts
// that could be left half done. Removing takes every version along and looks
// afterwards. A store that is away, slow or refuses us is ErrUnavailable within
// Options.Term, one without room is also ErrFull, and in its errors stands a code and
// never what a stranger's server said.
package s3
