package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/convenantbot/convenantbot/bot"
)

// casusExport makes the answer to a request for access. What is said of a no is
// ours and names nobody.
func casusExport(w http.ResponseWriter, r *http.Request, s Service) {
	var o bot.ExportOrder
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil || o.Ref == "" || o.By == "" {
		answer(w, http.StatusBadRequest, state{"ref and by are needed"})
		return
	}
	out, err := s.Export(r.Context(), o)
	var invalid *bot.InvalidError
	switch {
	case errors.As(err, &invalid):
		answer(w, http.StatusUnprocessableEntity, state{invalid.Error()})
	case errors.Is(err, bot.ErrForbidden):
		answer(w, http.StatusForbidden, state{err.Error()})
	case errors.Is(err, bot.ErrNotFound), errors.Is(err, bot.ErrGone):
		answer(w, http.StatusNotFound, state{err.Error()})
	case err != nil:
		answer(w, http.StatusInternalServerError, state{"failed"})
	default:
		answer(w, http.StatusOK, out)
	}
}

// Export is bot.Bot.Export in the running bot. ErrUnavailable: there is none.
func (c Client) Export(ctx context.Context, o bot.ExportOrder) (bot.Exported, error) {
	var out bot.Exported
	body, err := json.Marshal(o)
	if err != nil {
		return out, err
	}
	client := http.Client{CheckRedirect: noRedirect, Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", c.Socket)
	}}}
	defer client.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://bot/casus/export", bytes.NewReader(body))
	if err != nil {
		return out, err
	}
	resp, err := client.Do(r)
	if err != nil {
		return out, fmt.Errorf("no bot answers at its admin socket: %w", bot.ErrUnavailable)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		return out, json.NewDecoder(resp.Body).Decode(&out)
	}
	var said state
	_ = json.NewDecoder(io.LimitReader(resp.Body, 1<<16)).Decode(&said)
	switch resp.StatusCode {
	case http.StatusUnprocessableEntity, http.StatusBadRequest:
		return out, &bot.InvalidError{Field: "export", Reason: said.State}
	case http.StatusForbidden:
		return out, fmt.Errorf("%s: %w", said.State, bot.ErrForbidden)
	case http.StatusNotFound:
		return out, fmt.Errorf("%s: %w", said.State, bot.ErrNotFound)
	}
	return out, fmt.Errorf("the bot answered %d", resp.StatusCode)
}
