// Package dashboard gives the pages of those who watch over casussen: the FG, the
// appointee and the procesregisseur.
//
// It knows how a view looks, as a page, a chart and a file, and who holds which
// cookie. What a view holds, who may see it and what may be done there are use cases
// of package bot: a page asks nothing of a store and decides nothing. Whatever is
// drawn is a table first; a chart and a file are made of the same rows.
//
// It must never import an adapter of storage or chat. Nothing here runs that is not
// ours: one small script, which asks now and then whether anything changed. Without
// it everything works.
package dashboard
