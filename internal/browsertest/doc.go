// Package browsertest drives a real browser, Debian's Chromium, in tests of pages.
//
// It is for tests only. It never skips and never downloads a browser: on a machine
// without one the test fails and says what to install. Everything that goes wrong
// in a page is gathered: exceptions, complaints of the console, answers that
// failed, and anything asked of an address that the test did not name. [Page.Calm]
// fails the test for it. What leaves for another machine is caught for the browser
// as a whole, by a proxy that refuses and remembers it, since a page's own events
// do not show what a sandboxed frame asks.
//
// [Page.Axe] holds a page against WCAG 2.2 AA with axe-core, and [Page.Shoot] keeps
// a picture when SCREENSHOTS names a folder.
//
// Waits are polls with a generous end; nothing here measures a clock. The package
// imports nothing of ours but testserver, which brings axe-core.
package browsertest
