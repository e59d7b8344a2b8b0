package web

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

func TestAnExportThroughTheAdminSocketTellsWhyNot(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "admin.sock")
	l, err := ListenAdmin(socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, l, Admin(service{})) }()
	defer func() { stop(); <-done }()
	c := Client{Socket: socket}
	out, err := c.Export(t.Context(), bot.ExportOrder{Ref: "C-2026-0001", By: "root"})
	if err != nil || string(out.Sealed) != "age" || out.Items != 3 {
		t.Errorf("Export = %+v, %v", out, err)
	}
	if _, err := c.Export(t.Context(), bot.ExportOrder{Ref: "C-2026-0002", By: "root"}); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("nobody agreed: %v, want ErrForbidden", err)
	}
	var invalid *bot.InvalidError
	if _, err := c.Export(t.Context(), bot.ExportOrder{Ref: "C-2026-0003", By: "root"}); !errors.As(err, &invalid) {
		t.Errorf("no key: %v, want an InvalidError", err)
	}
	if _, err := c.Export(t.Context(), bot.ExportOrder{Ref: "C-2026-0001"}); !errors.As(err, &invalid) {
		t.Errorf("nobody named: %v, want an InvalidError", err)
	}
	if _, err := (Client{Socket: socket + "x"}).Export(t.Context(), bot.ExportOrder{}); !errors.Is(err, bot.ErrUnavailable) {
		t.Errorf("no bot: %v, want ErrUnavailable", err)
	}
}
