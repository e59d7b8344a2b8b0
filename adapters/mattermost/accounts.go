package mattermost

import (
	"context"
	"errors"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/bot"
)

// Active implements bot.Accounts.
func (c *Chat) Active(ctx context.Context, user bot.UserID) (bool, error) {
	u, err := c.account(ctx, user)
	if errors.Is(err, bot.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return u.DeleteAt == 0, nil
}

// DisplayName implements bot.Accounts.
func (c *Chat) DisplayName(ctx context.Context, user bot.UserID) (string, error) {
	u, err := c.account(ctx, user)
	if err != nil {
		return "", err
	}
	return u.GetDisplayName(model.ShowNicknameFullName), nil
}

// Locale implements bot.Accounts.
func (c *Chat) Locale(ctx context.Context, user bot.UserID) (string, error) {
	u, err := c.account(ctx, user)
	if err != nil {
		return "", err
	}
	return u.Locale, nil
}

func (c *Chat) account(ctx context.Context, user bot.UserID) (*model.User, error) {
	if !model.IsValidId(string(user)) {
		return nil, fail("read an account", &model.AppError{StatusCode: 404})
	}
	u, _, err := c.asBot().GetUser(ctx, string(user), "")
	return u, fail("read an account", err)
}
