package slack_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// before does something before the first request that it is about goes out.
type before struct {
	next  http.RoundTripper
	about func(r *http.Request) bool
	do    func()
	done  *atomic.Bool
}

func (b before) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.about(r) && b.done.CompareAndSwap(false, true) {
		b.do()
	}
	return b.next.RoundTrip(r)
}

// upload is a file that the first of the people put where the bot sees it.
func (h *house) upload(t *testing.T) string {
	t.Helper()
	room, err := h.chat.CreateRoom(t.Context(), "casus-2026-000032", "Casusoverleg")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.chat.AddToRoom(t.Context(), room, bot.UserID(h.people[0].ID)); err != nil {
		t.Fatal(err)
	}
	id, err := h.people[0].Uploads(string(room), "verslag.txt", []byte("een verslag van drie bladzijden"), "")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// through is the same workspace, by a line of its own.
func (h *house) through(line func(next http.RoundTripper) http.RoundTripper) *slack.Chat {
	token := h.BotToken()
	return slack.New(slack.Options{API: h.APIURL(), Token: func() string { return token }, Seal: seal, Measure: line, Now: h.Clock.Now})
}

// A file is taken away at each moment between the event that names it and its last
// byte: it is not there, or it is not whole, and never is a part of it taken for the
// file.
func TestAFileThatVanishesWhileItIsFetchedIsNotThere(t *testing.T) {
	call := func(name string) func(r *http.Request) bool {
		return func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/"+name) }
	}
	download := func(r *http.Request) bool { return r.Method == http.MethodGet }
	for name, when := range map[string]func(r *http.Request) bool{
		"before it is looked up": call("files.info"),
		"before it is read":      download,
	} {
		for how, take := range map[string]func(h *house, p *slackfake.Person, id string){
			"removed by its owner": func(_ *house, p *slackfake.Person, id string) { _ = p.DeletesFile(id) },
			"gone without a word":  func(h *house, _ *slackfake.Person, id string) { h.Vanish(id) },
		} {
			t.Run(name+": "+how, func(t *testing.T) {
				h := newHouse(t, options{})
				given := h.upload(t)
				var done atomic.Bool
				chat := h.through(func(next http.RoundTripper) http.RoundTripper {
					return before{next, when, func() { take(h, h.people[0], given) }, &done}
				})
				_, content, err := chat.HandedFile(t.Context(), bot.UserID(h.people[0].ID), given)
				if err == nil {
					content.Close()
				}
				if !errors.Is(err, bot.ErrNotFound) && !errors.Is(err, bot.ErrForbidden) || !done.Load() {
					t.Errorf("HandedFile: %v, want that it is not there (taken away: %v)", err, done.Load())
				}
			})
		}
	}
}

// short ends a download half way.
type short struct{ next http.RoundTripper }

func (s short) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := s.next.RoundTrip(r)
	if err == nil && r.Method == http.MethodGet {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, 5), res.Body}
	}
	return res, err
}

func TestAFileThatEndsHalfWayIsNoFile(t *testing.T) {
	h := newHouse(t, options{})
	given := h.upload(t)
	_, content, err := h.through(func(next http.RoundTripper) http.RoundTripper { return short{next} }).HandedFile(t.Context(), bot.UserID(h.people[0].ID), given)
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	if raw, err := io.ReadAll(content); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%d bytes were read and %v, want that the rest is missing", len(raw), err)
	}
}
