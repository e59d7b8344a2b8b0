package knowledge

import (
	"errors"
	"io/fs"
)

// loadLenient loads what can be kept of a base with mistakes, so that one
// mistake fails one test and not all of them.
func loadLenient(files fs.FS) (*raw, error) {
	r, err := load(files)
	var bad *CheckError
	if !errors.As(err, &bad) {
		return r, err
	}
	var keep []Entry
	seen := map[string]bool{}
	for _, e := range r.entries {
		if _, ok := r.facts[e.Code]; ok && !seen[e.Code] {
			seen[e.Code] = true
			keep = append(keep, e)
		}
	}
	r.entries = keep
	return r, nil
}
