package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

type service struct{ due []bot.Due }

func (s service) Plan(context.Context, time.Time) ([]bot.Due, error) { return s.due, nil }

func (s service) RunDue(_ context.Context, brake int) ([]bot.Due, error) {
	if len(s.due) > brake {
		return s.due, fmt.Errorf("too many: %w", bot.ErrForbidden)
	}
	return s.due, nil
}

func (service) RecordSetting(_ context.Context, code string, on, done bool) error {
	if code != "room_rights" || !on || !done {
		return errors.New("not what was sent")
	}
	return nil
}

func (service) ProposePolicy(_ context.Context, files fs.FS, by string) (bot.Proposal, error) {
	if _, err := fs.Stat(files, "bundle.yaml"); err != nil {
		return bot.Proposal{}, err
	}
	if by == "slordig" {
		return bot.Proposal{}, fmt.Errorf("2 of its own cases fail: %w", bot.ErrForbidden)
	}
	return bot.Proposal{Hash: "sha256:1", State: bot.PolicyWaiting}, nil
}

func TestRulesAreProposedThroughTheAdminSocket(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "bundle.yaml"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := ListenAdmin(filepath.Join(dir, "admin.sock"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, l, Admin(service{})) }()
	c := Client{Socket: filepath.Join(dir, "admin.sock")}
	if p, err := c.ProposeRules(t.Context(), dir, "beheer & co"); err != nil || p.State != bot.PolicyWaiting {
		t.Errorf("ProposeRules = %+v, %v; want it to wait", p, err)
	}
	if _, err := c.ProposeRules(t.Context(), dir, "slordig"); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("ProposeRules of failing cases: err = %v, want ErrForbidden", err)
	}
	if _, err := c.ProposeRules(t.Context(), t.TempDir(), "beheer"); err == nil {
		t.Error("ProposeRules of an empty folder: no error")
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestARunThroughTheAdminSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin.sock")
	l, err := ListenAdmin(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- Serve(ctx, l, Admin(service{[]bot.Due{{Ref: "C-2026-0001"}, {Ref: "C-2026-0002"}}}))
	}()
	c := Client{Socket: path}
	due, err := c.RunDue(t.Context(), 2)
	if err != nil || len(due) != 2 || due[0].Ref != "C-2026-0001" {
		t.Errorf("RunDue = %v, %v; want both", due, err)
	}
	due, err = c.RunDue(t.Context(), 1)
	if !errors.Is(err, bot.ErrForbidden) || len(due) != 2 {
		t.Errorf("RunDue past the brake = %v, %v; want ErrForbidden and what it would touch", due, err)
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, err := c.RunDue(t.Context(), 1); !errors.Is(err, bot.ErrUnavailable) {
		t.Errorf("RunDue without a bot: err = %v, want ErrUnavailable", err)
	}
}

func TestReadinessTellsTheTruthAndNothingMore(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want int
	}{{"a bot that can work", nil, http.StatusOK}, {"a store that is away", errors.New("dial 10.0.0.1 password=x"), http.StatusServiceUnavailable}} {
		t.Run(c.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			Public(func(context.Context) Health {
				if c.err != nil {
					return Health{Why: "store"}
				}
				return Health{}
			}).ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
			if w.Code != c.want || (c.err != nil && len(w.Body.String()) > 45) {
				t.Errorf("readyz = %d %s, want %d without details", w.Code, w.Body, c.want)
			}
		})
	}
}

func (service) Export(_ context.Context, o bot.ExportOrder) (bot.Exported, error) {
	switch o.Ref {
	case "C-2026-0001":
		return bot.Exported{Sealed: []byte("age"), Items: 3}, nil
	case "C-2026-0002":
		return bot.Exported{}, fmt.Errorf("nobody agreed: %w", bot.ErrForbidden)
	}
	return bot.Exported{}, &bot.InvalidError{Field: "to", Reason: "no key"}
}
