// Package page is what all pages have in common that people open by a one-time
// link from the bot, without an account: the headers that keep everything out
// that is not ours, the check that a form comes from a page of ours, and the
// cookie in which a browser keeps its session.
//
// A link is opened in two steps, because a link in a chat is also fetched by
// programs that show what is behind it: getting it shows a page with one button
// and uses nothing up; pressing the button uses the link and begins the session.
// The link and the session are tickets of package bot, of which the store keeps a
// hash; this package only carries them.
//
// It knows no use case and no SQL, and writes nothing to any log: an address of
// such a page is a key.
package page
