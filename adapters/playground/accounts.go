package playground

import (
	"context"
	"fmt"

	"github.com/convenantbot/convenantbot/bot"
)

// Active implements bot.Accounts.
func (c *Chat) Active(_ context.Context, user bot.UserID) (bool, error) {
	p, ok := c.people[user]
	return ok && !p.Inactive, nil
}

// DisplayName implements bot.Accounts.
func (c *Chat) DisplayName(_ context.Context, user bot.UserID) (string, error) {
	p, ok := c.people[user]
	if !ok {
		return "", fmt.Errorf("person: %w", bot.ErrNotFound)
	}
	return p.Name, nil
}
