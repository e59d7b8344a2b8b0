// Package base holds the files that the built-in base is made of, for those who
// make or test it. The program itself carries only what was learned from them,
// the image. It imports nothing.
package base

import "embed"

//go:embed *.yaml *.json
var Files embed.FS
