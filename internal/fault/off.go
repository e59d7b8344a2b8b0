//go:build !faults

package fault

// Enabled says whether this build has failpoints. A release build has none.
const Enabled = false

// Point does nothing and returns nil in a release build.
func Point(name string) error { return nil }

// Hit does nothing in a release build.
func Hit(name string) {}
