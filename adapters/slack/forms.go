package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

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
	if view, open := strings.CutPrefix(by, viewPart); open {
		return c.replaceView(ctx, modal, "", view)
	}
	_, err = c.API().OpenViewContext(ctx, by, modal)
	if late := fail("", err); errors.Is(late, bot.ErrConflict) {
		// A view holds its place, when one could be opened in time; whichever copy of
		// the bot opened it, it is known by the trigger.
		if held := c.replaceView(ctx, modal, blocks.ExternalID(by), ""); held == nil {
			return nil
		}
	}
	return fail("open a form", err)
}

// replaceView shows a form in the place of a view that is open.
func (c *Chat) replaceView(ctx context.Context, modal slack.ModalViewRequest, external, view string) error {
	_, err := c.API().UpdateViewContext(ctx, modal, external, "", view)
	if says(err, "not_found", "view_not_found", "hash_conflict") {
		// The person closed it meanwhile: they want it no more, or ask again.
		return fmt.Errorf("slack: open a form: %w", bot.ErrConflict)
	}
	return fail("open a form", err)
}
