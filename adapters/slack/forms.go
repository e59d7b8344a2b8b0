package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/adapters/slack/blocks"
	"github.com/convenantbot/convenantbot/bot"
)

// viewPart begins a trigger that is a view which is open already.
const viewPart = "view:"

// TriggerOf is the trigger of an event for somebody in a channel: by the id with
// which Slack lets one view be opened, within three seconds, or by the id of a
// view that was opened at once and only says that it is loading.
func TriggerOf(trigger, view string, channel bot.ChannelID) string {
	switch {
	case view != "":
		return viewPart + view + "@" + string(channel)
	case trigger != "":
		return trigger + "@" + string(channel)
	}
	return ""
}

var _ bot.PatientForms = (*Chat)(nil)

// heldTerm is how long a view holds the place of a form.
const heldTerm = 20 * time.Second

// FormTerm implements bot.PatientForms.
func (c *Chat) FormTerm() time.Duration { return heldTerm }

// OpenForm implements bot.Forms.
func (c *Chat) OpenForm(ctx context.Context, trigger string, f bot.Form) error {
	by, channel, _ := strings.Cut(trigger, "@")
	modal, err := c.o.Seal.Modal(f, bot.ChannelID(channel))
	if err != nil {
		return err
	}
	if by == "" {
		return fmt.Errorf("slack: open a form: nothing to open it with: %w", bot.ErrConflict)
	}
	view, open := strings.CutPrefix(by, viewPart)
	if open {
		_, err = c.API().UpdateViewContext(ctx, modal, "", "", view)
		if says(err, "not_found", "view_not_found", "hash_conflict") {
			// The person closed it meanwhile: they want it no more, or ask again.
			return fmt.Errorf("slack: open a form: %w", bot.ErrConflict)
		}
	} else {
		_, err = c.API().OpenViewContext(ctx, by, modal)
		if late := fail("", err); errors.Is(late, bot.ErrConflict) {
			// A view holds its place, when one could be opened in time; whichever copy
			// of the bot opened it, it is known by the trigger.
			if _, held := c.API().UpdateViewContext(ctx, modal, blocks.ExternalID(by), "", ""); held == nil {
				err = nil
			}
		}
	}
	return fail("open a form", err)
}
