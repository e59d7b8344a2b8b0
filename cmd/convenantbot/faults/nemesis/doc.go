// Package nemesis breaks things in a fault run: which fault comes when, drawn
// from a seed, and a proxy that stands between a bot and its database or Redis.
//
// The numbers F1 to F15 in the comments are those of the table in deploy/docs/
// faults.md. The package knows neither the bot nor how a run starts its
// processes, and imports nothing of ours.
package nemesis
