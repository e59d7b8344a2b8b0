package slack

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

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
	return !u.Deleted, nil
}

// DisplayName implements bot.Accounts.
func (c *Chat) DisplayName(ctx context.Context, user bot.UserID) (string, error) {
	u, err := c.account(ctx, user)
	if err != nil {
		return "", err
	}
	for _, name := range []string{u.Profile.DisplayName, u.RealName, u.Profile.RealName, u.Name} {
		if name != "" {
			return name, nil
		}
	}
	return "", nil
}

// Locale implements bot.Accounts.
func (c *Chat) Locale(ctx context.Context, user bot.UserID) (string, error) {
	u, err := c.account(ctx, user)
	if err != nil {
		return "", err
	}
	return u.Locale, nil
}

func (c *Chat) account(ctx context.Context, user bot.UserID) (*slack.User, error) {
	if !shapeID.MatchString(string(user)) {
		return nil, fmt.Errorf("slack: read an account: %w", bot.ErrNotFound)
	}
	u, err := c.API().GetUserInfoContext(ctx, string(user))
	return u, fail("read an account", err)
}

var _ bot.Doorkeeper = (*Chat)(nil)

// Outsider implements bot.Doorkeeper. Whose account is of another workspace is
// here by Slack Connect, and their organisation keeps what they read by its own
// rules; a guest is let in where the settings say so.
func (c *Chat) Outsider(ctx context.Context, user bot.UserID) (bot.Outsider, error) {
	u, err := c.account(ctx, user)
	if err != nil {
		return "", err
	}
	return c.outsider(ctx, u)
}

func (c *Chat) outsider(ctx context.Context, u *slack.User) (bot.Outsider, error) {
	self, err := c.Self(ctx)
	if err != nil {
		return "", err
	}
	ours := u.TeamID == self.Team || self.Org != "" && (u.Enterprise.EnterpriseID == self.Org || u.TeamID == self.Org)
	switch {
	case u.IsBot, u.ID == slackbot:
		return bot.OutsiderProgram, nil
	case u.IsStranger, !ours:
		return bot.OutsiderElsewhere, nil
	case (u.IsRestricted || u.IsUltraRestricted) && !c.o.Guests:
		return bot.OutsiderGuest, nil
	}
	return "", nil
}

// slackbot is the account of Slack itself in every workspace.
const slackbot = "USLACKBOT"
