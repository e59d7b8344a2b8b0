package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/convenantbot/convenantbot/bot"
)

// retentionRun makes the bot look now at everything that is due.
func retentionRun(w http.ResponseWriter, r *http.Request, s Service) {
	brake, err := strconv.Atoi(r.URL.Query().Get("brake"))
	if err != nil || brake < 0 {
		answer(w, http.StatusBadRequest, state{"brake: a number is needed"})
		return
	}
	due, err := s.RunDue(r.Context(), brake)
	switch {
	case errors.Is(err, bot.ErrForbidden):
		answer(w, http.StatusConflict, due)
	case err != nil:
		answer(w, http.StatusInternalServerError, state{"failed"})
	default:
		answer(w, http.StatusOK, due)
	}
}

// RunDue is bot.Bot.RunDue in the running bot. ErrUnavailable: there is none;
// ErrForbidden: the brake stopped it, with what it would have touched.
func (c Client) RunDue(ctx context.Context, brake int) ([]bot.Due, error) {
	var due []bot.Due
	status, err := c.post(ctx, fmt.Sprintf("/retention/run?brake=%d", brake), func(d *json.Decoder) error { return d.Decode(&due) })
	switch {
	case err != nil:
		return due, err
	case status == http.StatusConflict:
		return due, fmt.Errorf("the brake of %d stopped the run: %w", brake, bot.ErrForbidden)
	case status != http.StatusOK:
		return nil, fmt.Errorf("the bot answered %d", status)
	}
	return due, nil
}
