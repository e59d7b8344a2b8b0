// Command convenantbot is the bot, its try-out and its operator's commands, in
// one binary.
//
// It knows every other package and decides nothing itself: it reads settings,
// wires the parts together, starts and stops them, and turns failures into exit
// codes.
package main
