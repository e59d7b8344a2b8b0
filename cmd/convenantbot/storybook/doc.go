// Package storybook makes pages that show what the product says to people: each
// message of the catalogue in Dutch and English, each form and message with buttons
// as every chat shows it, each refusal of the rules and each command, with invented
// people. The bot's own pages are not in it. It is for who judges words and looks: an
// FG, a trainer, a translator, a designer.
//
// Nothing is drawn anew for it. Messages and forms are shown by the local chat's own
// templates, and the payloads for Mattermost and Slack are made by their adapters.
// The samples are those of the tests: bot/sample, and text.Samples.
//
// A test keeps whole what is shown: a new message, form, command or rule without a
// sample fails it. The pages are files; they ask nothing of elsewhere.
package storybook
