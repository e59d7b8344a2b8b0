// Package invite writes the calendar file (.ics, RFC 5545) that goes with a
// planned meeting. It knows a code, a moment and a place and nothing about
// people: a calendar syncs to phones and shows on lock screens, so who comes and
// whom it is about never stand in it.
//
// It imports the calendar library and nothing of the bot.
package invite
