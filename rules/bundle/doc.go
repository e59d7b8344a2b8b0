// Package bundle is the default policy: the clauses for sharing, joining and
// keeping, their messages in Dutch and English, the names of their sources and their test
// cases, embedded as files. It holds no logic; a folder of the same shape may
// take its place.
package bundle

import "embed"

// FS holds the files of the default bundle, for rules.Load.
//
//go:embed *.yaml tests/*.yaml
var FS embed.FS
