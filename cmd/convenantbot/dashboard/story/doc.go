// Package story has the stories of the overview: the built program, the try-out's
// chat, and an FG, an appointee and a procesregisseur in real browsers who click.
//
// All that they see is made in the run itself. Every view is looked at on a desk and
// on a phone, by day and by night, held against WCAG 2.2 AA with axe-core, and kept
// as a picture when SCREENSHOTS names a folder. No story fails on a clock.
package story
