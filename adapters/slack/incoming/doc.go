// Package incoming takes in everything that Slack tells: events, commands,
// buttons, forms, shortcuts and the opening of the bot's own page, over HTTP or
// over Socket Mode, and hands it to the bot in neutral words.
//
// What may be handled later is stored before it is acknowledged, so that an
// acknowledged event survives a crash and one that could not be stored is sent
// again by Slack. Slack sends things twice, late and in any order; the ids made
// here are the same for every copy of the same thing, also where Slack's own are
// not: a message is known by its channel and its time. A form is the one thing
// that is answered at once.
//
// Nothing is believed that is not signed with a secret of ours, for one of the
// workspaces that we are installed in, and a workspace that took our rights away
// is not listened to until Slack says that they are back. Of what comes in nothing is logged but its kind and
// what became of it.
//
// It knows Slack's payloads and limits. It imports bot, bot/text and its own
// neighbours; it decides nothing and holds no sentences.
package incoming
