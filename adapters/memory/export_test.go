package memory

// Kept counts what is remembered.
func (c *Coordination) Kept() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.heard) + len(c.turns) + len(c.limits) + len(c.present)
}
