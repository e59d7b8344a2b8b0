package playground_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/convenantbot/convenantbot/adapters/playground"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

func TestOnlyLoopbackIsListenedOn(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.168.1.10:0", "example.org:80", "127.0.0.1.example.org:80", "[::ffff:10.0.0.1]:0"} {
		opt := options(t, t.TempDir(), bottest.NewClock().Now)
		opt.Addr = addr
		chat, err := playground.Open(t.Context(), opt)
		var invalid *bot.InvalidError
		if !errors.As(err, &invalid) {
			t.Errorf("Open(%q): err = %v, want an InvalidError", addr, err)
		}
		if err == nil {
			chat.Close()
		} else if !strings.Contains(err.Error(), "anyone can be anyone") && addr != "" {
			t.Errorf("Open(%q): err = %v, want the reason", addr, err)
		}
	}
	for _, addr := range []string{"", "127.0.0.1:0", "localhost:0", "127.8.8.8:0"} {
		opt := options(t, t.TempDir(), bottest.NewClock().Now)
		opt.Addr = addr
		chat, err := playground.Open(t.Context(), opt)
		if err != nil {
			t.Errorf("Open(%q): %v", addr, err)
			continue
		}
		u, err := url.Parse(chat.URL())
		if err != nil || !net.ParseIP(u.Hostname()).IsLoopback() {
			t.Errorf("Open(%q) listens on %s", addr, chat.URL())
		}
		chat.Close()
	}
}

func TestARequestFromElsewhereIsRefused(t *testing.T) {
	chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
	mustServe(t, chat, &bottest.Incoming{})
	port := mustURL(t, chat.URL()).Port()
	for _, c := range []struct {
		name   string
		host   string
		header map[string]string
		want   int
	}{
		{"its own address", "", nil, 200},
		{"localhost", "localhost:" + port, nil, 200},
		{"a link from another page", "", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200},
		{"a foreign host", "evil.example:" + port, nil, 421},
		{"a foreign host that begins well", "127.0.0.1:" + port + ".evil.example", nil, 421},
		{"the right host without its port", "127.0.0.1", nil, 421},
		{"the right host with another port", "127.0.0.1:1", nil, 421},
		{"passed on, Forwarded", "", map[string]string{"Forwarded": "for=10.0.0.1"}, 403},
		{"passed on, X-Forwarded-For", "", map[string]string{"X-Forwarded-For": "10.0.0.1"}, 403},
		{"passed on, X-Forwarded-Host", "", map[string]string{"X-Forwarded-Host": "a.example"}, 403},
		{"passed on, empty", "", map[string]string{"X-Forwarded-Proto": ""}, 403},
		{"passed on, Via", "", map[string]string{"Via": "1.1 proxy"}, 403},
		{"a foreign origin", "", map[string]string{"Origin": "https://evil.example"}, 403},
		{"a null origin", "", map[string]string{"Origin": "null"}, 403},
		{"another program on this machine", "", map[string]string{"Origin": "http://127.0.0.1:1"}, 403},
		{"https of the same name", "", map[string]string{"Origin": "https://127.0.0.1:" + port}, 403},
		{"an image in a foreign page", "", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			request, _ := http.NewRequest(http.MethodGet, chat.URL(), nil)
			if c.host != "" {
				request.Host = c.host
			}
			for k, v := range c.header {
				request.Header.Set(k, v)
			}
			answer, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			text := mustRead(t, answer)
			if answer.StatusCode != c.want {
				t.Errorf("status %d, want %d", answer.StatusCode, c.want)
			}
			if c.want != 200 && strings.Contains(text, "Sanne") {
				t.Error("the page is shown all the same")
			}
			if !strings.Contains(answer.Header.Get("Content-Security-Policy"), "default-src 'none'") {
				t.Error("the answer has no policy")
			}
		})
	}
}

func mustURL(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestNobodyActsWithoutSessionAndToken(t *testing.T) {
	chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
	mustServe(t, chat, &bottest.Incoming{})
	sanne := mustBe(t, chat, "sanne")
	body := `{"channel":"algemeen","text":"namens een ander"}`
	try := func(name, path, token string, jar http.CookieJar, want int) {
		t.Helper()
		request, _ := http.NewRequest(http.MethodPost, sanne.base+path, strings.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Origin", sanne.base)
		request.Header.Set("X-Form-Token", token)
		answer, err := (&http.Client{Jar: jar}).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		mustRead(t, answer)
		if answer.StatusCode != want {
			t.Errorf("%s: status %d, want %d", name, answer.StatusCode, want)
		}
	}
	empty, _ := cookiejar.New(nil)
	try("no session", "/als/sanne/bericht", sanne.token, empty, 403)
	try("no token", "/als/sanne/bericht", "", sanne.client.Jar, 403)
	try("another token", "/als/sanne/bericht", strings.Repeat("A", len(sanne.token)), sanne.client.Jar, 403)
	try("somebody else", "/als/daan/bericht", sanne.token, sanne.client.Jar, 403)

	// Sanne's cookie, sent under somebody else's path.
	u := mustURL(t, sanne.base+"/als/sanne/")
	moved, _ := cookiejar.New(nil)
	var stolen []*http.Cookie
	for _, c := range sanne.client.Jar.Cookies(u) {
		stolen = append(stolen, &http.Cookie{Name: c.Name, Value: c.Value, Path: "/"})
	}
	moved.SetCookies(u, stolen)
	try("a session of somebody else", "/als/daan/bericht", sanne.token, moved, 403)
	try("both right", "/als/sanne/bericht", sanne.token, sanne.client.Jar, 200)

	if seen, err := sanne.See(commonChannel); err != nil || len(seen) != 1 {
		t.Errorf("See = %d messages, %v; want the one that was allowed", len(seen), err)
	}
	if answer, err := http.Get(sanne.base + "/als/sanne/kanaal/algemeen"); err != nil {
		t.Fatal(err)
	} else if text := mustRead(t, answer); strings.Contains(text, "namens een ander") {
		t.Error("somebody without a session reads the channel")
	}
	header := http.Header{"Origin": {"http://evil.example"}}
	for _, c := range sanne.client.Jar.Cookies(u) {
		header.Add("Cookie", c.Name+"="+c.Value)
	}
	if _, _, err := websocket.DefaultDialer.Dial("ws://"+u.Host+"/als/sanne/live", header); err == nil {
		t.Error("a foreign page listens along")
	}
	header.Del("Origin")
	if _, _, err := websocket.DefaultDialer.Dial("ws://"+u.Host+"/als/sanne/live", header); err == nil {
		t.Error("a WebSocket without an origin is let in")
	}
}

func TestAVisitorCannotBeMadeSomebody(t *testing.T) {
	chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
	mustServe(t, chat, &bottest.Incoming{})
	for name, form := range map[string]url.Values{
		"without a token":  {"person": {"sanne"}},
		"a wrong token":    {"person": {"sanne"}, "token": {"x"}},
		"nobody":           {"person": {"bestaat-niet"}},
		"a closed account": {"person": {"willem"}},
		"the bot":          {"person": {string(playground.BotUser)}},
	} {
		jar, _ := cookiejar.New(nil)
		client := &http.Client{Jar: jar}
		answer, err := client.Get(chat.URL())
		if err != nil {
			t.Fatal(err)
		}
		page := mustRead(t, answer)
		if name != "without a token" && name != "a wrong token" {
			form.Set("token", startToken.FindStringSubmatch(page)[1])
		}
		if answer, err = client.PostForm(chat.URL()+"word", form); err != nil {
			t.Fatal(err)
		}
		mustRead(t, answer)
		if strings.Contains(answer.Request.URL.Path, "/als/") {
			t.Errorf("%s: became somebody at %s", name, answer.Request.URL.Path)
		}
	}
}

func TestEveryPageSaysThatItIsATryOut(t *testing.T) {
	chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
	mustServe(t, chat, &bottest.Incoming{})
	sanne := mustBe(t, chat, "sanne")
	for _, path := range []string{"/", "/als/sanne/", "/als/sanne/kanaal/algemeen", "/als/sanne/kanaal/algemeen?paneel=leden", "/als/sanne/met/convenantbot", "/als/sanne/met/daan", "/als/sanne/kanaal/bestaat-niet"} {
		if page := sanne.mustGet(path); !strings.Contains(page, "Alle mensen hier zijn verzonnen") {
			t.Errorf("%s does not say so", path)
		}
	}
}

func TestASecondChatOnTheSameDirectoryIsBusy(t *testing.T) {
	dir := t.TempDir()
	mustOpen(t, options(t, dir, bottest.NewClock().Now))
	if _, err := playground.Open(context.Background(), options(t, dir, bottest.NewClock().Now)); !errors.Is(err, bot.ErrBusy) {
		t.Errorf("Open = %v, want ErrBusy", err)
	}
}

func TestALargeBodyIsNoMessage(t *testing.T) {
	chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
	mustServe(t, chat, &bottest.Incoming{})
	sanne := mustBe(t, chat, "sanne")
	if err := sanne.Say(commonChannel, strings.Repeat("x", 16384)); err == nil {
		t.Error("a message that is too long is posted")
	}
	if err := sanne.Say(commonChannel, strings.Repeat("x", 16383)); err != nil {
		t.Errorf("the longest message: %v", err)
	}
	request, _ := http.NewRequest(http.MethodPost, sanne.base+"/als/sanne/bericht", bytes.NewReader(make([]byte, 1<<20)))
	request.Header.Set("Content-Type", "application/json")
	if status, err := sanne.send(request, nil); err == nil {
		t.Errorf("status %d for a megabyte of nothing", status)
	}
}
