// Package redis coordinates several copies of the bot through Redis 7: one
// server, a pair watched by Sentinel, or a cluster, with TLS and a user of its
// own where they are set.
//
// # What is in Redis
//
// Under the prefix of the installation, and nothing that is true only there:
//
//	P:heard:ID     an event that the store has; a key with a lifetime
//	P:intake:{N}   queue N: a stream with one group; bounded, lives a week unused
//	P:aside:{N}    ids of that queue that nobody finished; the newest hundred
//	P:turn:NAME    who has the turn; a key with a lifetime
//	P:limit:NAME   a rate: when it is full again, and until when all rest
//	P:present      the copies that are there; a sorted set by their last moment
//	P:signals      a channel of wake-ups; kept nowhere
//
// N stands in braces so that a queue and what is put aside of it lie on the same
// node of a cluster; every other command has one key. Whatever reads and writes
// in one step is a small script. Moments are those of Redis, so that the clocks
// of the copies do not matter.
//
// Values are ids of ours: bot.CheckName turns down anything that could be an
// address, a name or a sentence.
//
// # When it is away
//
// Redis may be emptied, restarted, paused or gone. A call that gets no answer
// fails after less than a second with bot.ErrUnavailable, and for a second after
// it all calls fail at once, so that a Redis that hangs does not make the bot
// hang. Nothing has to be repaired when it is back: groups, scripts and keys are
// made again when they are missed, and a listener hears that it may have missed
// something.
//
// The user needs no more than:
//
//	ACL SETUSER bot on >… ~P:* &P:* -@all +@read +@write +@stream +@scripting +@pubsub +@connection -@dangerous +time
//
// and in a cluster +cluster|slots +cluster|shards +cluster|nodes.
//
// The package imports bot and the client; never another adapter, rules or cmd.
package redis
