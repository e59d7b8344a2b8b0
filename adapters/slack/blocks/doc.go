// Package blocks shows the bot's neutral messages and forms in Slack's Block Kit,
// and reads back what people filled in.
//
// It knows Slack's limits and how Slack reads text; it calls nobody and keeps
// nothing. What it makes is valid for every message and form within the limits
// written at package bot: a long text becomes several sections, many options
// become groups, a long label is written out above its field. What would not fit
// is an error and never a form that lacks a field.
//
// Nothing that a person wrote can become a mention, a link or a command of
// Slack: every "&", "<" and ">" of a text is written as its name, and only a link
// that the text itself makes in Markdown is one.
//
// A button and a form carry the ticket of the product, single use and expiring,
// with a signature of ours: one that we did not make is seen without asking the
// store.
//
// It imports bot, bot/text and the vendor's types. It holds no sentences.
package blocks
