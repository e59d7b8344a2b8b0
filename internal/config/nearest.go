package config

import "strings"

// nearest returns the setting that was probably meant by a name that there is
// not; empty where nothing is near. A name whose last part fits exactly one
// setting is that one, however far the rest is off.
func nearest(name string) string {
	last := name[strings.LastIndex(name, ".")+1:]
	var fits []string
	for _, s := range Table() {
		if s.Name == last || strings.HasSuffix(s.Name, "."+last) {
			fits = append(fits, s.Name)
		}
	}
	if len(fits) == 1 {
		return fits[0]
	}
	best, found := 1+len(name)/3, "" // about one slip in three characters
	for _, s := range Table() {
		if d := distance(name, s.Name); d < best {
			best, found = d, s.Name
		}
	}
	return found
}

// nearestEnv is the name in the environment that was probably meant; names are
// those that there are. A section and its name are joined by "_", as are words
// in a name, so this looks at the whole.
func nearestEnv(name string, names map[string]string) string {
	best, found := 1+(len(name)-len(prefix))/3, ""
	for env := range names {
		if d := distance(name, env); d < best || d == best && found != "" && env < found {
			best, found = d, env
		}
	}
	return found
}

// distance counts the characters to add, drop, change or swap with their
// neighbour to make b of a.
func distance(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			change := 1
			if a[i] == b[j] {
				change = 0
			}
			next[j+1] = min(row[j]+change, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}

// hint is what follows "there is no such setting".
func hint(found string) string {
	if found == "" {
		return ""
	}
	return "; did you mean " + found + "?"
}
