// Package rephrase lets a language model say our own passages in simpler words.
// It is off unless an address is set, and it trusts the model with nothing:
//
// What it sends are passages of the knowledge base, and never a question, a name
// or anything of a casus. What comes back counts sentence by sentence: a sentence
// must name its passage, and be borne by one sentence of it, with the same
// numbers, the same negations and the same "may" and "must". Others are dropped.
// A sentence of ours that restricts something may not get lost either: then the
// model's text is not used at all. So a slow, wrong, inventing or talked-over
// model costs a nicer wording and nothing else.
//
// It is a leaf: it knows HTTP and words, no chat and no rules.
package rephrase
