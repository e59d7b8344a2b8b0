// Package retry repeats a request that a server refused because it was asked too
// much, when the server says that it may come again. Such a request was refused
// before anything was done, so that any request may be repeated; everything else is
// for the caller to judge.
//
// It knows HTTP and no chat platform: which headers say how long to wait comes from
// the caller. It is a leaf and must never import a room of ours.
package retry
