// Package bottest holds the contracts of the ports in package bot, one suite
// each, and small working fakes that pass them. An adapter runs the whole suite
// from its own test, on a fresh implementation for each subtest.
//
// The contract of bot.Store is the longest, so it is a file for each noun: casus.go,
// consent.go, job.go, ticket.go …; store.go lists them. What begins with mem is the
// fake of it by the same nouns, and chat*.go is a chat platform.
//
// It is imported by tests only.
package bottest
