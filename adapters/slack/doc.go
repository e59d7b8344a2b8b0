// Package slack is the Slack side of the bot: it implements bot.Platform on the
// Web API. What Slack reports comes in by adapters/slack/incoming; messages and
// forms are drawn by adapters/slack/blocks.
//
// Slack asks nobody before a message or a file stands in a channel, on any plan.
// So the way in for a file is the bot: it posts what was decided on itself, named
// for its discloser, and then owns it and can erase it. What cannot be kept is one
// table, Limits, with a code for each: the contract suite proves every one of
// them, doctor reports those that hold for the workspace, and the page about the
// plans is checked against it.
//
// A message's id is its channel and its ts in one, "C0123-1700000000.000100",
// since Slack knows a message by both.
//
// Two identities act here. The bot's token does everything but what needs an
// administrator: taking away what people posted by hand, and on Enterprise the
// channel itself. Where there is no administrator's token that is left, and said.
//
// Slack forgets nothing for us: that a file was retracted, what stood in a room
// when it was archived, and the newest tokens are kept by Memory, which must
// outlive a restart.
//
// It holds no sentences and knows nothing of rules or of how things are stored.
// It imports bot, the vendor's library and its own subpackages.
package slack
