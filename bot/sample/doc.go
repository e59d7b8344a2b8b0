// Package sample has what the bot shows people, as the walk through all of it in
// bot's own tests came upon it: its forms, and its messages with buttons, with
// invented people. The tests of the adapters show them in each platform's way, and
// the storybook shows them to people; there are no others.
//
// What can be read and compared is bot/testdata/shown.json. Here the same lies
// packed, since it is in the program; `go test ./bot -run TestWhatIsShown -update`
// writes both.
//
// It may import bot, and never an adapter.
package sample
