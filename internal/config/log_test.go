package config

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestGuard(t *testing.T) {
	const token = `bot"token-1234`
	tests := []struct {
		name string
		log  func(*slog.Logger)
		gone string // must not be in the line
		kept string // must be
	}{
		{"a name", func(l *slog.Logger) { l.Info("x", "name", "Sanne") }, "Sanne", `"name":"[secret]"`},
		{"a name in capitals", func(l *slog.Logger) { l.Info("x", "Display-Name", "Sanne") }, "Sanne", "Display-Name"},
		{"a number under a hidden key", func(l *slog.Logger) { l.Info("x", "bsn", 111222333) }, "111222333", "bsn"},
		{"a near-miss of a hidden key", func(l *slog.Logger) { l.Info("x", "names", 3, "texts", 2) }, "[secret]", `"names":3`},
		{"in a group", func(l *slog.Logger) { l.Info("x", slog.Group("person", "id", "p1", "email", "s@example.org")) }, "example.org", "p1"},
		{"with it from before", func(l *slog.Logger) { l.With("text", "Sanne").WithGroup("g").Info("x", "casus", "C-1") }, "Sanne", "C-1"},
		{"a secret in the message", func(l *slog.Logger) { l.Info("got " + token) }, token, "got [secret]"},
		{"a secret in an error", func(l *slog.Logger) { l.Info("x", "err", fmt.Errorf("call: %w", errors.New("401 for "+token))) }, "token-1234", "401 for"},
		{"a secret in a URL", func(l *slog.Logger) {
			l.Info("x", "url", &url.URL{Host: "h", RawQuery: base64.StdEncoding.EncodeToString([]byte(token))})
		}, base64.StdEncoding.EncodeToString([]byte(token)), "h?"},
		{"a quoted secret", func(l *slog.Logger) { l.Info(fmt.Sprintf("got %q", token)) }, "1234", "got"},
		{"a struct that can't print itself", func(l *slog.Logger) { l.Info("x", "casus", struct{ Child string }{"Sanne"}) }, "Sanne", "struct"},
		{"a nil that prints itself", func(l *slog.Logger) { l.Info("x", "url", (*url.URL)(nil)) }, "[secret]", "nil"},
		{"counts, times and identifiers", func(l *slog.Logger) { l.Info("x", "files", 3, "took", time.Second, "casus", "C-2026-0042") }, "[secret]", "C-2026-0042"},
	}
	for _, test := range tests {
		var out bytes.Buffer
		test.log(NewLogger(&out, slog.LevelInfo, Fixed(token), Fixed(""), Fixed("x")))
		line := out.String()
		if strings.Contains(line, test.gone) || !strings.Contains(line, test.kept) {
			t.Errorf("%s: logged %s want without %q and with %q", test.name, line, test.gone, test.kept)
		}
	}
}

func TestTheLevelIsKept(t *testing.T) {
	var out bytes.Buffer
	NewLogger(&out, slog.LevelWarn).Info("x")
	if out.Len() > 0 {
		t.Errorf("logged %s", out.String())
	}
}
