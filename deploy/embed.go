// Package deploy hands out what is shipped beside the program. It holds no
// logic and imports nothing of ours.
package deploy

import "embed"

// Regions are the region packs, for region.Load: regions/<id>.yaml.
//
//go:embed regions/*.yaml
var Regions embed.FS

// Samples are the invented people, organisations, tours and files of the try-out.
//
//go:embed samples/*.yaml samples/files
var Samples embed.FS
