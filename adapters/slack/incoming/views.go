package incoming

import (
	"context"
	"errors"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/adapters/slack/blocks"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

const (
	// loadingAfter is when a person who waits for a form is shown that it is coming:
	// late enough that most never see it, and before Slack lets nothing be opened.
	loadingAfter = 1500 * time.Millisecond
	// loadingLook is how often it is looked whether the form still comes, and
	// loadingTries how often.
	loadingLook  = 500 * time.Millisecond
	loadingTries = 40
	// replaceWait is how long an answer by a call of its own waits: Slack must have
	// shown the first answer before it can be replaced.
	replaceWait = 700 * time.Millisecond
)

// expectForm holds the place of a form that takes long to come. Slack lets a view
// be opened for three seconds only; so when an event that can lead to a form still
// waits after half of that, a view that says so is opened, and the form takes its
// place when it comes. One that does not come says where the answer is.
func (r *Receiver) expectForm(at place, e bot.Event, trigger string) {
	pender, ok := r.o.In.(bot.Pender)
	if !ok || trigger == "" {
		return
	}
	if word, _, _ := strings.Cut(e.Text, " "); e.Kind == bot.Command && e.Name == "convenant" && (word == "vraag" || !suggested(e.Name, word)) {
		return // a question is answered by a text
	}
	r.besides(func(ctx context.Context) {
		if !r.pause(ctx, loadingAfter) {
			return
		}
		if waits, err := pender.Pending(ctx, e.Platform, e.ID); err != nil || !waits {
			return
		}
		view := blocks.Loading()
		view.ExternalID = blocks.ExternalID(trigger)
		shown, err := at.API().OpenViewContext(ctx, trigger, view)
		if err != nil {
			return // it is there already, or came too late: the command is answered either way
		}
		for range loadingTries {
			if !r.pause(ctx, loadingLook) {
				return
			}
			if waits, err := pender.Pending(ctx, e.Platform, e.ID); err == nil && !waits {
				break
			}
		}
		// With the hash of what was shown first: a form that came meanwhile stays.
		_, _ = at.API().UpdateViewContext(ctx, blocks.Show(text.ViewDone.NL(text.ViewArgs{Title: true}), text.ViewElsewhere.NL(text.None{})), "", shown.Hash, shown.ID)
	})
}

// replace shows an answer in the place of what a person sees, once it is there. Who
// closed it meanwhile is told in private.
func (r *Receiver) replace(at place, p interaction, answer func(ctx context.Context) (blocks.Answer, bool)) {
	r.besides(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, submitTerm)
		defer cancel()
		a, ok := answer(ctx)
		if !ok || !r.pause(ctx, replaceWait) {
			return
		}
		view, err := blocks.AsView(p.View.Asked, a)
		if err == nil {
			_, err = at.API().UpdateViewContext(ctx, view, "", "", p.View.ID)
		}
		var no slackgo.SlackErrorResponse
		if errors.As(err, &no) && no.Err == "not_found" { // they closed it
			_, err = at.Tell(ctx, bot.UserID(p.User.ID), bot.Message{Text: a.Closed}, "")
		}
		if err != nil {
			r.o.Log.Warn("what became of a form could not be shown", "error", err)
		}
	})
}

// hideHome takes away what somebody's page shows who left a channel: it may name the
// casus of it.
func (r *Receiver) hideHome(ctx context.Context, at place, user bot.UserID) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := at.ForgetHome(ctx, user); err != nil && ctx.Err() == nil {
		r.o.Log.Warn("a page could not be taken away; it lasts until it is opened", "error", err)
	}
}

// showHome shows a person the page that they have with the bot.
func (r *Receiver) showHome(ctx context.Context, at place, user string) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	mine := ""
	if homer, ok := r.o.In.(bot.Homer); ok {
		var err error
		if mine, err = homer.Home(ctx, at.Name(), bot.UserID(user)); err != nil {
			r.o.Log.Warn("somebody's casussen could not be read for their page", "error", err)
		}
	}
	_, err := at.API().PublishViewContext(ctx, slackgo.PublishViewContextRequest{UserID: user, View: blocks.Home(mine)})
	if err != nil && !errors.Is(err, context.Canceled) {
		r.o.Log.Warn("a page could not be shown", "error", err)
	}
}
