package mattermost

import (
	"time"

	"github.com/convenantbot/convenantbot/internal/bridge"
)

// Patient has calls to the plugin wait longer than any person would: a machine that
// does much else is slow.
func (c *Chat) Patient() *Chat {
	c.line.Pace = bridge.Pace{First: time.Minute, Floor: 1 << 10, Last: time.Minute}
	return c
}
