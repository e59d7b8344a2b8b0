package slack_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// Found by breaking it: nothing noticed when the bytes of files were fetched from, or
// handed to, wherever an answer pointed, with the token along.
func TestSlackDoesNotSendTheBotElsewhere(t *testing.T) {
	data := []byte("hallo")
	var mu sync.Mutex
	asked := map[string]int{} // by server and path
	count := func(where string, r *http.Request) { mu.Lock(); defer mu.Unlock(); asked[where+" "+r.URL.Path]++ }
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		count("elsewhere", r)
		_, _ = io.Copy(io.Discard, r.Body)
		if r.Method == http.MethodGet {
			_, _ = w.Write(data)
			return
		}
		_, _ = io.WriteString(w, `{"ok":true,"ts":"1.1","channel":"C1"}`)
	}))
	defer elsewhere.Close()
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		var server *httptest.Server
		server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			count("Slack", r)
			switch r.URL.Path {
			case "/api/files.info":
				_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "file": map[string]any{"id": "F1", "name": "a.txt", "size": len(data), "mimetype": "text/plain", "url_private_download": server.URL + "/files/F1"}})
			case "/api/files.getUploadURLExternal":
				_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "upload_url": server.URL + "/upload", "file_id": "F2"})
			default:
				http.Redirect(w, r, elsewhere.URL+r.URL.Path, status)
			}
		}))
		chat := slack.New(slack.Options{API: server.URL + "/api", Token: func() string { return "xoxb-token" }, Seal: seal, Now: time.Now})
		for _, call := range []struct {
			path string
			try  func() error
		}{
			{"/files/F1", func() error {
				_, content, err := chat.File(t.Context(), "F1")
				if err == nil {
					_ = content.Close()
				}
				return err
			}},
			{"/upload", func() error {
				doc := bot.Document{Poster: "U0000000001", Name: "a.txt", Size: int64(len(data)), Hash: bottest.Hash(data)}
				_, err := chat.PostFile(t.Context(), "C0000000001", doc, bytes.NewReader(data), "file")
				return err
			}},
			{"/api/chat.postMessage", func() error {
				_, err := chat.Post(t.Context(), "C0000000001", bot.Message{Text: "iets"}, "key")
				return err
			}},
		} {
			what := fmt.Sprintf("%d at %s", status, call.path)
			if call.try() == nil {
				t.Errorf("%s: an answer that points elsewhere is taken for one", what)
			}
			mu.Lock()
			if asked["Slack "+call.path] == 0 {
				t.Errorf("%s: Slack was not asked, so this shows nothing: %v", what, asked)
			}
			mu.Unlock()
		}
		server.Close()
		mu.Lock()
		for where, n := range asked {
			if where[:5] != "Slack" {
				t.Errorf("%d: %s was asked %d times", status, where, n)
			}
		}
		clear(asked)
		mu.Unlock()
	}
}
