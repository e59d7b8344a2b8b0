package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/bot"
)

// kinds translates what Slack says into the kinds of the bot. What is not in it
// is internal.
//
// Source: the tables of errors in the reference of each method.
var kinds = map[string]error{
	"channel_not_found": bot.ErrNotFound, "user_not_found": bot.ErrNotFound, "users_not_found": bot.ErrNotFound, "user_not_visible": bot.ErrNotFound,
	"message_not_found": bot.ErrNotFound, "thread_not_found": bot.ErrNotFound, "file_not_found": bot.ErrNotFound, "file_deleted": bot.ErrNotFound,
	"user_disabled": bot.ErrNotFound, "no_such_channel": bot.ErrNotFound, "view_not_found": bot.ErrNotFound,
	// An id that cannot be one is of something that is not there.
	"invalid_user_id": bot.ErrNotFound, "invalid_channel": bot.ErrNotFound, "invalid_user": bot.ErrNotFound,

	"name_taken": bot.ErrConflict, "is_archived": bot.ErrConflict, "already_archived": bot.ErrConflict,
	"expired_trigger_id": bot.ErrConflict, "invalid_trigger_id": bot.ErrConflict, "exchanged_trigger_id": bot.ErrConflict, "trigger_expired": bot.ErrConflict,
	"trigger_exchanged": bot.ErrConflict, "hash_conflict": bot.ErrConflict, "push_limit_reached": bot.ErrConflict,

	"not_in_channel": bot.ErrForbidden, "user_not_in_channel": bot.ErrForbidden, "invalid_auth": bot.ErrForbidden, "not_authed": bot.ErrForbidden,
	"token_revoked": bot.ErrForbidden, "invalid_refresh_token": bot.ErrForbidden, "token_expired": bot.ErrForbidden, "account_inactive": bot.ErrForbidden, "no_permission": bot.ErrForbidden,
	"missing_scope": bot.ErrForbidden, "not_allowed_token_type": bot.ErrForbidden, "restricted_action": bot.ErrForbidden, "access_denied": bot.ErrForbidden,
	"cant_invite": bot.ErrForbidden, "cant_invite_self": bot.ErrForbidden, "ura_max_channels": bot.ErrForbidden, "user_is_restricted": bot.ErrForbidden,
	"user_is_ultra_restricted": bot.ErrForbidden, "cant_delete_message": bot.ErrForbidden, "cant_delete_file": bot.ErrForbidden,
	"compliance_exports_prevent_deletion": bot.ErrForbidden, "cannot_dm_bot": bot.ErrForbidden, "messages_tab_disabled": bot.ErrForbidden,
	"ekm_access_denied": bot.ErrForbidden, "org_login_required": bot.ErrForbidden, "enterprise_is_restricted": bot.ErrForbidden, "feature_not_enabled": bot.ErrForbidden,
	"not_an_admin": bot.ErrForbidden, "not_an_enterprise": bot.ErrForbidden, "not_allowed": bot.ErrForbidden, "team_access_not_granted": bot.ErrForbidden,
	"cant_kick_self": bot.ErrForbidden, "cant_kick_from_general": bot.ErrForbidden, "cant_archive_general": bot.ErrForbidden,

	"ratelimited": bot.ErrUnavailable, "rate_limited": bot.ErrUnavailable, "internal_error": bot.ErrUnavailable, "fatal_error": bot.ErrUnavailable,
	"service_unavailable": bot.ErrUnavailable, "request_timeout": bot.ErrUnavailable, "team_added_to_org": bot.ErrUnavailable,
}

// fail translates an error of Slack into the kinds of the bot, with where it
// happened. Of Slack's own text only the code is kept; anything else may name
// people or files. nil stays nil.
func fail(where string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("slack: %s: %w", where, kind(err))
}

func kind(err error) error {
	var said slack.SlackErrorResponse
	var status slack.StatusCodeError
	var limited *slack.RateLimitedError
	switch {
	case errors.Is(err, bot.ErrUnavailable), errors.Is(err, bot.ErrNotFound), errors.Is(err, bot.ErrConflict), errors.Is(err, bot.ErrForbidden):
		return err
	case errors.As(err, &said):
		if k, ok := kinds[said.Err]; ok {
			return fmt.Errorf("%s: %w", said.Err, k)
		}
		return errors.New(said.Err)
	case errors.As(err, &status):
		return byStatus(status.Code)
	case errors.As(err, &limited):
		return fmt.Errorf("asked too often: %w", bot.ErrUnavailable)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return errors.Join(bot.ErrUnavailable, err)
	}
	// Slack could not be reached at all, or said something that is no answer.
	return bot.ErrUnavailable
}

func byStatus(status int) error {
	switch {
	case status == http.StatusNotFound, status == http.StatusGone:
		return bot.ErrNotFound
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status >= 300 && status < 400:
		return fmt.Errorf("status %d: %w", status, bot.ErrForbidden)
	case status == http.StatusTooManyRequests, status >= 500, status == 0:
		return fmt.Errorf("status %d: %w", status, bot.ErrUnavailable)
	}
	return fmt.Errorf("status %d", status)
}

// says reports whether Slack answered with one of these codes.
func says(err error, codes ...string) bool {
	var said slack.SlackErrorResponse
	if !errors.As(err, &said) {
		return false
	}
	for _, code := range codes {
		if said.Err == code {
			return true
		}
	}
	return false
}

// unsure reports whether a call that failed with err may have had its effect all
// the same: Slack never answered, or answered that something broke on its side.
func unsure(err error) bool {
	var said slack.SlackErrorResponse
	var status slack.StatusCodeError
	var limited *slack.RateLimitedError
	switch {
	case err == nil, errors.As(err, &limited):
		return false
	case errors.As(err, &said):
		switch said.Err {
		case "internal_error", "fatal_error", "service_unavailable", "request_timeout":
			return true
		}
		return false
	case errors.As(err, &status):
		return status.Code >= 500
	}
	return true
}
