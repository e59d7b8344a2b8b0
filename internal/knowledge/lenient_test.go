package knowledge

import (
	"errors"
	"fmt"
	"io/fs"
)

// loadLenient keeps what can be kept of a base with mistakes.
func loadLenient(files fs.FS) (*raw, error) {
	r, err := load(files)
	var bad *CheckError
	if errors.As(err, &bad) {
		for i, m := range bad.Mistakes {
			if i < 15 {
				fmt.Println(m)
			}
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
	return r, err
}
