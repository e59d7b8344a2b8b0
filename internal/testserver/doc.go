// Package testserver starts the real systems that tests run against: a
// PostgreSQL cluster, Redis servers, an OpenID provider and a Mattermost server.
//
// It is for tests only. It never skips: when something is missing, the test
// fails and says what to install. One PostgreSQL cluster serves a test process;
// each Postgres or Mattermost gets a database of its own on it. Each Redis is a
// server of its own, since tests stop, pause and empty it. All of it
// listens on the loopback only and is gone when the test process is gone, also
// when that was killed: every child hangs on a pipe that the kernel closes.
//
// The Mattermost server is built from the module in the folder mattermost,
// once for each state of its go.sum, and kept in the user's cache folder.
// Building takes about three minutes on two cores; a start takes seconds.
// CONVENANTBOT_MATTERMOST names a binary to use instead.
//
// What comes from npm is fetched once for each state of its lock file, see
// NodeTools.
//
// The package imports nothing of ours.
package testserver
