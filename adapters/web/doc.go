// Package web is what the bot offers over HTTP: health and readiness on the
// operator's address, and the admin socket through which commands that write
// reach a running bot.
//
// It knows the use cases of package bot and no SQL, no chat platform and no
// rules of its own. Every route stands in routes.go.
package web
