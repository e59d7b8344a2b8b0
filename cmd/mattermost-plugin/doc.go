// Command mattermost-plugin is the gate and the bridge that run inside the
// Mattermost server, under the id nl.convenantbot.
//
// It decides nothing about people or documents: the bot does, in its own
// process. The plugin stands where a message and a file can still be stopped,
// asks the bot, and says no when there is no answer. What each hook answers is
// worked out in the package gate; here hooks are translated to it and back.
//
// Each hook recovers from panics and answers no then. The server itself lets
// everything through when the plugin is not there, so the plugin never fails to
// activate for want of settings: without a secret it runs and refuses.
//
// The server itself lets everything through while a plugin is gone, so the same
// binary is a second plugin as well, under the id nl.convenantbot.wacht: the
// sentry. It says no in a protected channel for as long as the first plugin does
// not answer it, and knows nothing else.
//
// What must outlive a restart is in the server's key-value store: which
// channels are protected (one key each), which files passed, which messages
// were said under which key, the events that wait for the bot, and the nonces
// of calls. Nothing of it is content but the waiting events, and those are gone
// as soon as the bot has them.
package main
