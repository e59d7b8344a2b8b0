package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
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

// Client speaks to the admin socket of a running bot.
type Client struct{ Socket string }

// RunDue is bot.Bot.RunDue in the running bot. ErrUnavailable: there is none;
// ErrForbidden: the brake stopped it, with what it would have touched.
func (c Client) RunDue(ctx context.Context, brake int) ([]bot.Due, error) {
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", c.Socket)
	}}}
	defer client.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, fmt.Sprintf("http://bot/retention/run?brake=%d", brake), nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("no bot answers at its admin socket: %w", bot.ErrUnavailable)
	}
	defer resp.Body.Close()
	var due []bot.Due
	switch resp.StatusCode {
	case http.StatusOK, http.StatusConflict:
		err = json.NewDecoder(resp.Body).Decode(&due)
		if err == nil && resp.StatusCode == http.StatusConflict {
			err = fmt.Errorf("the brake of %d stopped the run: %w", brake, bot.ErrForbidden)
		}
		return due, err
	}
	return nil, fmt.Errorf("the bot answered %s", resp.Status)
}
