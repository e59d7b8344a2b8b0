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

// Speaks makes somebody read the chat, and the bot's words, in another language.
func (c *Chat) Speaks(user bot.UserID, locale string) { c.locales.Store(user, locale) }

// localeOf is what somebody chose, else the language they are invented with.
func (c *Chat) localeOf(user bot.UserID) string {
	if chosen, ok := c.locales.Load(user); ok {
		return chosen.(string)
	}
	return c.people[user].Language
}

// Locale implements bot.Accounts.
func (c *Chat) Locale(_ context.Context, user bot.UserID) (string, error) {
	if _, ok := c.people[user]; !ok {
		return "", fmt.Errorf("person: %w", bot.ErrNotFound)
	}
	return c.localeOf(user), nil
}
