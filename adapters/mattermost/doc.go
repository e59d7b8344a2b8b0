// Package mattermost is the Mattermost side of the bot: it implements
// bot.Platform and turns what the plugin reports into calls of bot.Incoming.
//
// Two lines lead to the server. Over REST the bot acts with its own account's
// token: it makes rooms, adds and removes people, archives. Over the bridge it
// asks the plugin for what a plain account cannot do, or not once only: to
// protect a room, to say something under a key, to show forms and private
// replies, to post a file for a person. A third identity, an administrator's
// token, is used for erasing and nothing else.
//
// It holds no sentences: texts come from the bot, and the plugin has the few
// that must be there when the bot is away. It knows nothing of rules or stores,
// and imports bot, internal/bridge and the vendor's model.
package mattermost
