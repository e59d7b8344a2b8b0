// Package storybook makes pages that show what the product says to people: each
// message of the catalogue in Dutch and English, each form and message with buttons
// as every chat shows it, each refusal of the rules, each command, and each page of
// the bot's own, with invented people. It is for who judges words and looks: an FG, a
// trainer, a translator, a designer.
//
// Nothing is drawn anew for it. Messages and forms are shown by the local chat's own
// templates, the payloads for Mattermost and Slack are made by their adapters, and
// pages are given by their own handlers, before which stands a service with canned
// answers. The samples are those of the tests: bot/sample, and text.Samples.
//
// The pages are still: their scripts and their forms lead nowhere. What a page becomes
// while it is used is in the stories of pages/story.
//
// A test keeps whole what is shown: a new message, form, command, rule, template of a
// page, or view or act of the overview without a sample fails it. The pages are files;
// they ask nothing of elsewhere.
package storybook
