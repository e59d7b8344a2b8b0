package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestHealthcheckSaysWhatTheRunningBotSays(t *testing.T) {
	well := true
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/healthz":
			fmt.Fprint(w, `{"state":"alive"}`)
		case r.URL.Path == "/readyz" && well:
			fmt.Fprint(w, `{"state":"ready"}`)
		default:
			http.Error(w, `{"state":"not ready","why":"store"}`, http.StatusServiceUnavailable)
		}
	}))
	defer bot.Close()
	file := filepath.Join(t.TempDir(), "convenantbot.yaml")
	listen := strings.TrimPrefix(bot.URL, "http://")
	settings := fmt.Sprintf("listen: %q\nkey: {master: %q}\n", listen, strings.Repeat("ab", 32))
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	ask := func(more ...string) (int, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), append([]string{"healthcheck", "--config", file}, more...), &IO{Out: &out, Err: &errs})
		return code, out.String() + errs.String()
	}
	t.Setenv("HTTP_PROXY", "http://192.0.2.1:3128")
	if code, said := ask(); code != exitDone || said != `{"state":"ready"}`+"\n" {
		t.Errorf("of a bot that is ready: %d %s", code, said)
	}
	well = false
	if code, said := ask(); code != exitNegative || !strings.Contains(said, `"why":"store"`) {
		t.Errorf("of a bot without its store: %d %s, want %d and why", code, said, exitNegative)
	}
	if code, said := ask("--alive"); code != exitDone {
		t.Errorf("whether it lives: %d %s; a restart would not bring the store back", code, said)
	}
	bot.Close()
	if code, said := ask("--alive"); code != exitUnreachable || !strings.Contains(said, listen) {
		t.Errorf("of a bot that is gone: %d %s, want %d", code, said, exitUnreachable)
	}
	if err := os.WriteFile(file, []byte("listen: nowhere\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said := ask(); code != exitBadInput {
		t.Errorf("with wrong settings: %d %s, want %d", code, said, exitBadInput)
	}
}

func TestAnAddressThatStandsForAllIsCalledOnThisMachine(t *testing.T) {
	for listen, want := range map[string]string{
		"127.0.0.1:8080": "127.0.0.1:8080",
		"0.0.0.0:8080":   "127.0.0.1:8080",
		":8080":          "127.0.0.1:8080",
		"[::]:8080":      "[::1]:8080",
		"10.1.2.3:80":    "10.1.2.3:80",
		"bot:80":         "bot:80",
	} {
		if got := callable(listen); got != want {
			t.Errorf("callable(%s) = %s, want %s", listen, got, want)
		}
	}
}
