package mattermost

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// Found in a review of security: a server, or somebody on a line without TLS, could
// answer that the bot should ask elsewhere, and the bot took its token and what it
// had to say along to the same name without TLS.
func TestAServerDoesNotSendTheBotElsewhere(t *testing.T) {
	asked := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { asked++; _, _ = w.Write([]byte("{}")) }))
	defer elsewhere.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	c := New(Options{URL: server.URL, Now: time.Now})
	m := c.rest(func() string { return "token" })
	if _, _, err := m.GetMe(t.Context(), ""); err == nil {
		t.Error("an answer that points elsewhere is taken for one")
	}
	if _, _, err := m.CreatePost(t.Context(), renderMessage(bot.Message{Text: "iets"})); err == nil {
		t.Error("a message that was sent elsewhere counts as posted")
	}
	if asked > 0 {
		t.Errorf("elsewhere was asked %d times", asked)
	}
}
