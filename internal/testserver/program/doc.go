// Package program builds the bot's own program for tests that drive it as people
// do, and gives it a bare environment.
//
// It is for tests only and knows nothing of the product but where its command is.
// The program has the failpoints in it, which do nothing until they are set, so that
// it is compiled once for all stories.
package program
