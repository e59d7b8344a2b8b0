package bottest

import (
	"maps"
	"slices"
	"strings"
)

// Picture remembers everything as it is now and returns what brings it back.
func (s *MemStore) Picture() (bringBack func()) {
	was := s.state.Load()
	return func() { s.state.Store(was) }
}

// Records is everything that is known about people and casussen, as text, for a
// test that nothing changed. The work that waits, buttons, events and the log are
// left out.
func (s *MemStore) Records() string {
	at := s.state.Load()
	var b strings.Builder
	for _, m := range []memMap{at.People, at.Orgs, at.Casussen, at.Agreements, at.Consents, at.Files, at.Holds, at.Matters, at.Cards, at.Circles, at.Policies, at.Released, at.Adoptions} {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			b.WriteString(key)
			b.Write(m[key])
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// Buried counts the jobs that were put before a person.
func (s *MemStore) Buried() int {
	dead, err := s.state.Load().openJobs(func(j memJob) bool { return j.State == "buried" })
	if err != nil {
		panic(err) // the store wrote them itself
	}
	return len(dead)
}
