package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// Healthcheck is "convenantbot healthcheck": it asks the bot that runs with the
// same settings how it is, for whoever watches over it where there is no other
// program to ask with, as in the image.
//
// Exit codes: 0 it is well; 1 it says it is not; 2 the settings are wrong; 3
// nobody answers.
type Healthcheck struct {
	Config string        `required:"" env:"CONVENANTBOT_CONFIG" type:"path" placeholder:"FILE" help:"The settings of this installation."`
	Alive  bool          `help:"Ask only whether the process lives, not whether it can do its work."`
	Within time.Duration `default:"5s" help:"How long it may take to answer."`
}

// Run asks once and writes the answer.
func (c *Healthcheck) Run(ctx context.Context, out *IO) error {
	cfg, err := readConfig(c.Config, out)
	if err != nil {
		return err
	}
	path := "/readyz"
	if c.Alive {
		path = "/healthz"
	}
	ctx, cancel := context.WithTimeout(ctx, c.Within)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+callable(cfg.Listen)+path, nil)
	if err != nil {
		return err
	}
	// Never by way of a proxy that the environment names: it is this machine.
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	if err != nil {
		return &exitError{exitUnreachable, fmt.Errorf("nobody answers at %s", cfg.Listen)}
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 4096))
	if err != nil {
		return &exitError{exitUnreachable, errors.New("the answer broke off")}
	}
	if _, err := fmt.Fprintln(out.Out, strings.TrimSpace(string(body))); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return &exitError{code: exitNegative}
	}
	return nil
}

// callable is the address at which this machine itself reaches what listens on
// listen: one that stands for every address is not one to call.
func callable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if ip != nil && ip.To4() == nil {
			host = "::1"
		}
	}
	return net.JoinHostPort(host, port)
}
