// Package knowledge answers questions about the convenant from a knowledge
// base that it carries: facts with their literal text, and entries that say in
// plain Dutch what a fact means, each with the phrasings in which people ask
// for it.
//
// An answer passes these steps, in this order. Safety: signs that a child is
// unsafe get the fixed reply before anything else (safety.go). Refusals: a
// request for somebody's data, an attempt to instruct the bot, what lies
// outside the subject (refuse.go). Retrieval: two rankers, a Bleve index and
// one that learns from the phrasings, are blended (rank.go, index.go), and a
// small trained network orders the best of them anew (second.go). Confidence: one number, calibrated on phrasings that were held out; below the
// threshold the answer is "I don't know, ask …" (confidence.go). Guards: a fact
// that is not confirmed is never an answer, an interpretation is worded as one,
// nothing that the rules refuse is ever permitted, and a quote that does not
// stand literally in its source stops the answer (guard.go).
//
// A region's own documents stand beside the base (library.go, own.go; read by
// the package document below this one). They are quoted word for word and come
// before our summary, which is then shown too; where the rules refuse outright
// nothing of them is quoted that could read as leave.
//
// What is learned when a base is built is embedded as an image, so that a start
// need not learn it again (image.go, imagebase.go; go generate).
//
// It is a leaf: it knows no chat, no store, no clock and no rules. A verdict on
// a case is asked through the small interface Verdicts, which its user fills.
package knowledge
