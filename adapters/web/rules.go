package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"

	"github.com/convenantbot/convenantbot/bot"
)

// rulesPropose puts forward the bundle in a folder of this machine. A file that
// the operator put there is accepted; through a chat never.
func rulesPropose(w http.ResponseWriter, r *http.Request, s Service) {
	dir, by := r.URL.Query().Get("dir"), r.URL.Query().Get("by")
	if dir == "" || by == "" {
		answer(w, http.StatusBadRequest, state{"dir and by are needed"})
		return
	}
	p, err := s.ProposePolicy(r.Context(), os.DirFS(dir), by)
	switch {
	case errors.Is(err, bot.ErrForbidden):
		answer(w, http.StatusConflict, state{err.Error()})
	case err != nil:
		answer(w, http.StatusUnprocessableEntity, state{"the bundle does not load"})
	default:
		answer(w, http.StatusOK, p)
	}
}

// ProposeRules is bot.Bot.ProposePolicy in the running bot, for the bundle in
// dir. ErrUnavailable: there is no bot; ErrForbidden: its own cases fail.
func (c Client) ProposeRules(ctx context.Context, dir, by string) (bot.Proposal, error) {
	var p bot.Proposal
	query := url.Values{"dir": {dir}, "by": {by}}
	status, err := c.post(ctx, "/rules/propose?"+query.Encode(), func(d *json.Decoder) error { return d.Decode(&p) })
	switch {
	case err != nil:
		return p, err
	case status == http.StatusConflict:
		return p, fmt.Errorf("the bundle's own cases fail or do not cover it: %w", bot.ErrForbidden)
	case status != http.StatusOK:
		return p, fmt.Errorf("the bot answered %d", status)
	}
	return p, nil
}
