package bot

import "sync"

// daily remembers what was done once today. It is a saving and no promise: what
// must happen once has a job with an id of its own.
type daily struct {
	mu  sync.Mutex
	day string
	had map[string]bool
}

// first reports whether key comes for the first time today.
func (d *daily) first(day, key string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.day != day {
		d.day, d.had = day, map[string]bool{}
	}
	first := !d.had[key]
	d.had[key] = true
	return first
}
