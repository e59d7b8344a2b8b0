// Package slackfake is a workspace of Slack for tests: its Web API, what it sends to
// an app (over the Events API or Socket Mode), and people who act in it. No real
// workspace can be reached from a test, so what the adapter is tried against is what
// Slack's documentation says, and each behaviour names the page that it comes from.
//
// It keeps state: who is in which channel, what was said, which files lie where,
// which views are open, which triggers live. It refuses what Slack refuses, with
// Slack's own words, and it can be told to go wrong: a lost answer, a limit, an event
// that comes twice or late, a file that is gone before it is fetched.
//
// Time stands in a Clock of its own, so that a trigger's three seconds, a retry after
// a minute and a limit's refill need no waiting.
//
// Where pages differ, or say nothing, the stricter or the safer reading was taken and
// a comment says so. What is not here: several workspaces in one server (start two),
// workflows, lists, huddles, the agent surface, search, reactions, user groups, SCIM,
// audit logs and the Discovery API.
//
// It imports nothing of ours and no client of Slack's, so that a mistake in a client
// is not in the fake as well. Only tests import it.
package slackfake
