// Package playground is the embedded default: a small chat platform in the
// browser, on one machine, with invented people, so that anyone can try the bot
// in a minute.
//
// # What it promises
//
// It implements bot.Platform with the same contract as a real chat server, and
// asks bot.Incoming the same questions in the same order: a file is judged
// before anybody can see it, a message before it stands in a channel. It has a
// store of its own (SQLite and a folder of files), so it restarts without loss.
// An event for the bot is written down in the transaction of the act it tells
// of and handed over afterwards, until the bot has taken it.
//
// # Who has authority here
//
// Nobody: whoever can reach the page can be anyone. That is the point of a
// try-out, and why the door is so narrow. The chat listens on loopback only and
// says why otherwise; it refuses requests that came through a proxy, that name
// a foreign host (DNS rebinding) or that come from a foreign page; it says on
// every page that its people are invented; and after a day it forgets
// everything. `serve` never starts it.
//
// Identity is per tab: it is the path /als/<person>/, with a signed cookie that
// the browser sends under that path alone. Two windows are two people and never
// get in each other's way.
//
// # What is given up
//
// What the bot takes in for judging lies, until the answer, in a file that no
// row points to; only a row makes a file readable, and what a crash leaves is
// swept when the chat opens. Somebody who joins a room sees what was said there
// earlier, as on the real platforms. Private replies are held in memory only.
//
// The package may import bot and the internal leaves. It never imports other
// adapters, cmd, rules, or a library that fetches anything from elsewhere.
package playground
