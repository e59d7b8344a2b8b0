// Package archtest holds, as tests, what the picture of the parts promises:
//
//	cmd ──► everything   adapters ──► bot ──► rules ──► cel-go
//	adapters, bot ──► internal leaves
//	bot ──► its parts (bot/judge, bot/names, …), which do not know bot
//
// and a few habits that are easier to keep than to restore: every package says
// what it is, bot and its adapters read no clock, no test is skipped, and the
// repository names no machine it happened to be written on.
//
// The tables at the top of each test are the rules; the drawing and its test
// change together. Run with -count=1, as make does: the test cache can't see
// what go list and the walks read.
//
// This package imports nothing of ours, and nothing imports it.
package archtest
