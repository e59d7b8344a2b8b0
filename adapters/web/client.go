package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"

	"github.com/convenantbot/convenantbot/bot"
)

// Client speaks to the admin socket of a running bot.
type Client struct{ Socket string }

// noRedirect takes an answer as it is: the bot at the socket is asked and nobody else.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// post asks the bot to do something and reads a JSON answer of status 200 or
// 409. ErrUnavailable: no bot answers.
func (c Client) post(ctx context.Context, path string, read func(*json.Decoder) error) (int, error) {
	client := http.Client{CheckRedirect: noRedirect, Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", c.Socket)
	}}}
	defer client.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://bot"+path, nil)
	if err != nil {
		return 0, err
	}
	resp, err := client.Do(r)
	if err != nil {
		return 0, fmt.Errorf("no bot answers at its admin socket: %w", bot.ErrUnavailable)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusConflict {
		err = read(json.NewDecoder(resp.Body))
	}
	return resp.StatusCode, err
}
