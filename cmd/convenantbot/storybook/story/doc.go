// Package story opens every page of the storybook in a real browser, at the width
// of a desk and of a phone. It is for tests only, and drives what the command writes.
package story
