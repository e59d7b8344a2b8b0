package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	client "github.com/redis/go-redis/v9"

	"github.com/convenantbot/convenantbot/adapters/redis"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/telemetry"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// everything reads all keys and values of a Redis as text.
func everything(t *testing.T, r *client.Client) string {
	t.Helper()
	ctx := t.Context()
	var all strings.Builder
	keys, err := r.Keys(ctx, "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		kind := r.Type(ctx, key).Val()
		var value any
		switch kind {
		case "string":
			value = r.Get(ctx, key).Val()
		case "stream":
			value = r.XRange(ctx, key, "-", "+").Val()
		case "zset":
			value = r.ZRange(ctx, key, 0, -1).Val()
		case "list":
			value = r.LRange(ctx, key, 0, -1).Val()
		case "set":
			value = r.SMembers(ctx, key).Val()
		case "hash":
			value = r.HGetAll(ctx, key).Val()
		case "none": // its term ended meanwhile
		default:
			t.Errorf("%s is a %s, which nobody looks into", key, kind)
		}
		fmt.Fprintln(&all, key, value)
	}
	return all.String()
}

// What people write and who they are is planted in everything that comes in, and
// then looked for wherever the bot tells about itself.
func TestNothingPersonalIsInLogsNumbersTracesOrRedis(t *testing.T) {
	var mu sync.Mutex
	var sent, logged bytes.Buffer
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = io.Copy(&sent, r.Body)
	}))
	defer collector.Close()
	log := slog.New(slog.NewTextHandler(&locked{mu: &mu, w: &logged}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	server := testserver.Redis(t)
	operator := client.NewClient(&client.Options{Addr: server.Addr, Protocol: 2, DisableIdentity: true})
	defer operator.Close()
	meeting, err := redis.New(redis.Options{Addresses: []string{server.Addr}, Now: time.Now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	defer meeting.Close()
	m := mustMeasures(t, telemetry.Options{OTLP: collector.URL, Every: time.Hour, Share: 1, Log: log})
	w := newMeasuredWorld(t, m, meeting, log)

	planted := []string{"Fatima Zwaluwstaart", "111222333", "2011-02-29", "geheimpje over thuis", "behandelverslag-zwaluw.pdf", "p1"}
	text := strings.Join(planted[:4], " ")
	n := 0
	told := func() {
		t.Helper()
		n++
		e := bot.Event{ID: fmt.Sprint("e", n), Platform: w.chat.Name(), Kind: bot.Said, User: "p1", Direct: true, Text: text}
		if err := w.in.Receive(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		w.settle()
	}
	// Under load a call to Redis may be given up, so until it has something.
	for end := time.Now().Add(time.Minute); ; {
		told()
		if all := everything(t, operator); all != "" {
			break
		}
		if time.Now().After(end) {
			t.Fatal("nothing is in Redis, so that nothing was found says nothing")
		}
	}
	_, _ = w.in.Upload(t.Context(), bot.Upload{Platform: w.chat.Name(), Channel: "kamer-zwaluw", User: "p1", Name: planted[4], Size: 20, Protected: true},
		strings.NewReader(planted[3]))
	_, _ = w.in.Posting(t.Context(), bot.Posting{Platform: w.chat.Name(), Channel: "kamer-zwaluw", User: "p1", Text: text, Protected: true})
	_, _ = w.in.Submit(t.Context(), bot.Submission{Platform: w.chat.Name(), Ticket: "x", User: "p1", Values: map[string][]string{"name": planted}})
	if err := m.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	page, kept := mustScrape(t, m), everything(t, operator)
	mu.Lock()
	defer mu.Unlock()
	if sent.Len() == 0 || !strings.Contains(sent.String(), telemetry.SpanUpload) {
		t.Error("no traces arrived, so that nothing was found in them says nothing")
	}
	for where, all := range map[string]string{"the log": logged.String(), "the numbers": page, "what the collector got": sent.String(), "Redis": kept} {
		for _, word := range append(planted[:5:5], "kamer-zwaluw", "Zwaluwstaart", "user=p1", `"p1"`) {
			if strings.Contains(all, word) {
				t.Errorf("%s holds %q", where, word)
			}
		}
	}
}

// locked writes one at a time.
type locked struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
