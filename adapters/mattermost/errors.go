package mattermost

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

// fail translates an error of the server or the bridge into the kinds of the
// bot, with where it happened. The server's own text is left out: it may name
// people or files. nil stays nil.
func fail(where string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("mattermost: %s: %w", where, kind(err))
}

func kind(err error) error {
	var app *model.AppError
	var f *bridge.Failure
	switch {
	case errors.As(err, &app):
		return byStatus(app.StatusCode)
	case errors.As(err, &f):
		switch f.Kind {
		case bridge.KindNotFound:
			return bot.ErrNotFound
		case bridge.KindForbidden:
			return bot.ErrForbidden
		case bridge.KindConflict:
			return bot.ErrConflict
		case bridge.KindBusy:
			return bot.ErrBusy
		case bridge.KindUnavailable:
			return bot.ErrUnavailable
		}
		return fmt.Errorf("the plugin failed (%s)", f.Kind)
	case errors.Is(err, bridge.ErrAway):
		return errors.Join(bot.ErrUnavailable, err)
	case errors.Is(err, bridge.ErrSignature), errors.Is(err, bridge.ErrShort):
		return bot.ErrConflict
	case errors.Is(err, bridge.ErrSkew), errors.Is(err, bridge.ErrVersion), errors.Is(err, bridge.ErrReplay), errors.Is(err, bridge.ErrSecret):
		return errors.Join(bot.ErrUnavailable, err)
	}
	// The server could not be reached at all.
	return bot.ErrUnavailable
}

func byStatus(status int) error {
	switch {
	case status == http.StatusNotFound:
		return bot.ErrNotFound
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return fmt.Errorf("status %d: %w", status, bot.ErrForbidden)
	case status == http.StatusBadRequest, status == http.StatusConflict:
		return fmt.Errorf("status %d: %w", status, bot.ErrConflict)
	case status == http.StatusTooManyRequests, status >= 500, status == 0:
		return fmt.Errorf("status %d: %w", status, bot.ErrUnavailable)
	}
	return fmt.Errorf("status %d", status)
}

// toBridge translates an error of the bot for the plugin.
func toBridge(err error, where string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, bridge.ErrSignature):
		return err // the bytes were not the signed ones; the bridge answers that itself
	case errors.Is(err, bot.ErrNotFound):
		return bridge.Fail(bridge.KindNotFound, where)
	case errors.Is(err, bot.ErrForbidden):
		return bridge.Fail(bridge.KindForbidden, where)
	case errors.Is(err, bot.ErrConflict):
		return bridge.Fail(bridge.KindConflict, where)
	case errors.Is(err, bot.ErrBusy):
		return bridge.Fail(bridge.KindBusy, where)
	case errors.Is(err, bot.ErrUnavailable):
		return bridge.Fail(bridge.KindUnavailable, where)
	}
	return bridge.Fail(bridge.KindInternal, where)
}
