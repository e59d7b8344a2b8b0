package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// settingRecord has the bot record that a setting of the platform is changed.
func settingRecord(w http.ResponseWriter, r *http.Request, s Service) {
	q := r.URL.Query()
	on, errOn := strconv.ParseBool(q.Get("on"))
	done, errDone := strconv.ParseBool(q.Get("done"))
	if q.Get("code") == "" || errOn != nil || errDone != nil {
		answer(w, http.StatusBadRequest, state{"code, on and done are needed"})
		return
	}
	if err := s.RecordSetting(r.Context(), q.Get("code"), on, done); err != nil {
		answer(w, http.StatusInternalServerError, state{"failed"})
		return
	}
	answer(w, http.StatusOK, state{"recorded"})
}

// RecordSetting is bot.Bot.RecordSetting in the running bot. ErrUnavailable:
// there is none.
func (c Client) RecordSetting(ctx context.Context, code string, on, done bool) error {
	query := url.Values{"code": {code}, "on": {strconv.FormatBool(on)}, "done": {strconv.FormatBool(done)}}
	status, err := c.post(ctx, "/setting?"+query.Encode(), func(d *json.Decoder) error { return d.Decode(&state{}) })
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("the bot answered %d", status)
	}
	return err
}
