package playground_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/convenantbot/convenantbot/adapters/playground"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

const commonChannel bot.ChannelID = "algemeen"

func mustSamples(t testing.TB) playground.Samples {
	t.Helper()
	s, err := playground.ReadSamples(os.DirFS("../../deploy/samples"))
	if err != nil {
		t.Fatalf("ReadSamples: %v", err)
	}
	return s
}

func commands() []playground.Suggestion {
	return []playground.Suggestion{
		{Name: "convenant", Help: "Vraag iets over het convenant", Sub: []playground.Suggestion{
			{Name: "vraag", Args: "<je vraag>", Help: "Stel een vraag"},
			{Name: "help", Help: "Wat kan de bot?"},
			{Name: "mijn gegevens", Help: "Wat is er van mij bewaard?"},
		}},
		{Name: "casus", Help: "Alles rond een casusoverleg", Sub: []playground.Suggestion{
			{Name: "nieuw", Help: "Begin een casusoverleg"},
			{Name: "deelnemer", Help: "Voeg iemand toe"},
			{Name: "toestemming", Help: "Leg toestemming vast"},
			{Name: "deel", Help: "Deel een bestand"},
			{Name: "status", Help: "Hoe staat het ervoor?"},
			{Name: "sluit", Help: "Sluit het casusoverleg"},
		}},
	}
}

func options(t testing.TB, dir string, now func() time.Time) playground.Options {
	t.Helper()
	s := mustSamples(t)
	s.People = append(s.People, playground.Person{ID: "willem", Person: "p-w", Name: "Willem Oud", Function: "oud-collega", About: "Werkt hier niet meer.", Role: bot.Parent, Inactive: true})
	return playground.Options{Dir: dir, Now: now, Samples: s, Commands: commands(),
		Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
}

func mustOpen(t testing.TB, opt playground.Options) *playground.Chat {
	t.Helper()
	chat, err := playground.Open(context.Background(), opt)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { _ = chat.Close() })
	return chat
}

// mustServe serves until the test ends or stop is called.
func mustServe(t testing.TB, chat *playground.Chat, in bot.Incoming) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- chat.Serve(ctx, in) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

// window is one browser window of one person: it speaks HTTP and the WebSocket
// as the page does.
type window struct {
	t      testing.TB
	base   string
	id     bot.UserID
	client *http.Client
	token  string
	tab    string
	conn   *websocket.Conn
	forms  chan shownForm
	now    shownForm
}

type shownForm struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Fields []struct {
		Name string `json:"name"`
	} `json:"fields"`
}

var (
	startToken = regexp.MustCompile(`name="token" value="([^"]+)"`)
	pageToken  = regexp.MustCompile(`<meta name="token" content="([^"]+)"`)
)

// mustBe opens a window as a person, clicking through the first page.
func mustBe(t testing.TB, chat *playground.Chat, id bot.UserID) *window {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &window{t: t, base: strings.TrimSuffix(chat.URL(), "/"), id: id, client: &http.Client{Jar: jar, Timeout: time.Minute}, tab: "tab-" + string(id), forms: make(chan shownForm, 4)}
	start := w.mustGet("/")
	m := startToken.FindStringSubmatch(start)
	if m == nil {
		t.Fatalf("the first page has no token")
	}
	answer, err := w.client.PostForm(w.base+"/word", url.Values{"person": {string(id)}, "token": {m[1]}})
	if err != nil {
		t.Fatal(err)
	}
	page := mustRead(t, answer)
	if m = pageToken.FindStringSubmatch(page); m == nil {
		t.Fatalf("%s has no page with a token: %s", id, page)
	}
	w.token = m[1]
	w.listen()
	return w
}

func mustRead(t testing.TB, answer *http.Response) string {
	t.Helper()
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func (w *window) mustGet(path string) string {
	w.t.Helper()
	answer, err := w.client.Get(w.base + path)
	if err != nil {
		w.t.Fatal(err)
	}
	return mustRead(w.t, answer)
}

func (w *window) home() string { return "/als/" + string(w.id) + "/" }

// listen opens the WebSocket and waits until the server knows of it.
func (w *window) listen() {
	w.t.Helper()
	u, _ := url.Parse(w.base)
	header := http.Header{"Origin": {w.base}}
	for _, c := range w.client.Jar.Cookies(&url.URL{Scheme: "http", Host: u.Host, Path: w.home()}) {
		header.Add("Cookie", c.Name+"="+c.Value)
	}
	conn, _, err := websocket.DefaultDialer.Dial("ws://"+u.Host+w.home()+"live?tab="+w.tab, header)
	if err != nil {
		w.t.Fatalf("WebSocket: %v", err)
	}
	w.conn = conn
	ready := make(chan bool, 1)
	go func() {
		for {
			var p struct {
				Kind string    `json:"kind"`
				Form shownForm `json:"form"`
			}
			if conn.ReadJSON(&p) != nil {
				return
			}
			if p.Kind == "form" {
				w.forms <- p.Form
			}
			select {
			case ready <- true:
			default:
			}
		}
	}()
	w.t.Cleanup(func() { conn.Close() })
	<-ready
}

type seenMessage struct {
	ID      string `json:"id"`
	Thread  string `json:"thread"`
	Author  string `json:"author"`
	Text    string `json:"text"`
	HTML    string `json:"html"`
	Pinned  bool   `json:"pinned"`
	Hidden  bool   `json:"hidden"`
	Noted   bool   `json:"noted"`
	Whisper bool   `json:"whisper"`
	Files   []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		URL  string `json:"url"`
	} `json:"files"`
	Buttons []struct {
		Index int    `json:"index"`
		Label string `json:"label"`
	} `json:"buttons"`
}

type seenState struct {
	Rev      int64         `json:"rev"`
	Sidebar  string        `json:"sidebar"`
	Panel    string        `json:"panel"`
	Clock    string        `json:"clock"`
	Closed   bool          `json:"closed"`
	Messages []seenMessage `json:"messages"`
	Whispers []seenMessage `json:"whispers"`
}

// post sends what the script of the page would send, and returns the status.
func (w *window) post(path string, body any, into any) (int, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequest(http.MethodPost, w.base+w.home()+path, bytes.NewReader(data))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	return w.send(request, into)
}

func (w *window) send(request *http.Request, into any) (int, error) {
	request.Header.Set("X-Form-Token", w.token)
	request.Header.Set("Origin", w.base)
	answer, err := w.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		var problem struct {
			Error string `json:"error"`
		}
		if err := json.NewDecoder(answer.Body).Decode(&problem); err != nil {
			return answer.StatusCode, fmt.Errorf("status %d without a reason", answer.StatusCode)
		}
		return answer.StatusCode, errors.New(problem.Error)
	}
	if into == nil {
		into = &struct{}{}
	}
	return answer.StatusCode, json.NewDecoder(answer.Body).Decode(into)
}

func (w *window) state(channel bot.ChannelID, seen bool) (seenState, error) {
	var s seenState
	_, err := w.post("stand", map[string]any{"channel": channel, "rev": 0, "seen": seen}, &s)
	return s, err
}

func (w *window) direct() bot.ChannelID {
	a, b := string(playground.BotUser), string(w.id)
	if b < a {
		a, b = b, a
	}
	return bot.ChannelID("d--" + a + "--" + b)
}

// What follows is bottest.Person.

func (w *window) ID() bot.UserID { return w.id }

func (w *window) Say(channel bot.ChannelID, text string) error {
	_, err := w.post("bericht", map[string]any{"channel": channel, "text": text, "tab": w.tab}, nil)
	return err
}

func (w *window) SayTo(text string) error { return w.Say(w.direct(), text) }

func (w *window) stage(channel bot.ChannelID, name string, data []byte) (id string, err error) {
	request, err := http.NewRequest(http.MethodPost, w.base+w.home()+"bestand?kanaal="+url.QueryEscape(string(channel))+"&naam="+url.QueryEscape(name), bytes.NewReader(data))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/octet-stream")
	var staged struct {
		ID string `json:"id"`
	}
	_, err = w.send(request, &staged)
	return staged.ID, err
}

// Give implements bottest.Giver.
func (w *window) Give(text, name string, data []byte) error {
	id, err := w.stage(w.direct(), name, data)
	if err != nil {
		return err
	}
	_, err = w.post("bericht", map[string]any{"channel": w.direct(), "text": text, "tab": w.tab, "files": []string{id}}, nil)
	return err
}

func (w *window) Upload(channel bot.ChannelID, name string, data []byte) error {
	id, err := w.stage(channel, name, data)
	if err != nil {
		return err
	}
	_, err = w.post("bericht", map[string]any{"channel": channel, "text": "", "tab": w.tab, "files": []string{id}}, nil)
	return err
}

func (w *window) Add(channel bot.ChannelID, user bot.UserID) error {
	_, err := w.post("lid", map[string]any{"channel": channel, "person": user}, nil)
	return err
}

func (w *window) See(channel bot.ChannelID) ([]bottest.Seen, error) {
	s, err := w.state(channel, false)
	if err != nil {
		return nil, err
	}
	var all []bottest.Seen
	for _, m := range s.Messages {
		if m.Noted || m.Hidden {
			continue
		}
		one := bottest.Seen{ID: bot.MessageID(m.ID), Author: bot.UserID(m.Author), Text: m.Text, Thread: bot.MessageID(m.Thread), Pinned: m.Pinned}
		if one.Author == playground.BotUser {
			one.Author = ""
		}
		for _, f := range m.Files {
			one.Files = append(one.Files, bottest.SeenFile{Name: f.Name, Data: []byte(w.mustGet(f.URL))})
		}
		for _, b := range m.Buttons {
			one.Labels = append(one.Labels, b.Label)
		}
		all = append(all, one)
	}
	return all, nil
}

func (w *window) SeeDirect() ([]bottest.Seen, error) { return w.See(w.direct()) }

func (w *window) Command(channel bot.ChannelID, name, text string) error {
	return w.Say(channel, "/"+name+" "+text)
}

// Press looks for the message in every channel that is listed for this person.
func (w *window) Press(message bot.MessageID, label string) error {
	first, err := w.state(commonChannel, false)
	if err != nil {
		return err
	}
	channels := []bot.ChannelID{commonChannel, w.direct()}
	for _, m := range regexp.MustCompile(`/kanaal/([^"?]+)`).FindAllStringSubmatch(first.Sidebar, -1) {
		channels = append(channels, bot.ChannelID(m[1]))
	}
	for _, channel := range channels {
		s, err := w.state(channel, false)
		if err != nil {
			return err
		}
		for _, m := range append(s.Messages, s.Whispers...) {
			for _, b := range m.Buttons {
				if m.ID == string(message) && b.Label == label {
					_, err := w.post("knop", map[string]any{"tab": w.tab, "channel": channel, "message": m.ID, "button": b.Index}, nil)
					return err
				}
			}
		}
	}
	return errors.New("no such button")
}

func (w *window) OpenForm() (bot.Form, error) {
	select {
	case w.now = <-w.forms:
	case <-time.After(4 * time.Minute):
		return bot.Form{}, errors.New("no form is shown")
	}
	f := bot.Form{Title: w.now.Title}
	for _, one := range w.now.Fields {
		f.Fields = append(f.Fields, bot.Field{Name: one.Name})
	}
	return f, nil
}

func (w *window) Send(values map[string][]string) (bot.FormAnswer, error) {
	var answer struct {
		Errors map[string]string `json:"errors"`
		Text   string            `json:"text"`
		Next   *shownForm        `json:"next"`
	}
	_, err := w.post("formulier", map[string]any{"form": w.now.ID, "values": values}, &answer)
	out := bot.FormAnswer{Errors: answer.Errors, Text: answer.Text}
	if answer.Next != nil {
		w.now = *answer.Next
		out.Next = &bot.Form{Title: answer.Next.Title}
	}
	return out, err
}

var _ bottest.Person = (*window)(nil)

// allowing is an Incoming that lets files through.
func allowing() *bottest.Incoming {
	in := &bottest.Incoming{}
	in.Answer(func(bot.Upload, []byte) (bot.Answer, error) { return bot.Answer{Allow: true}, nil },
		func(bot.Posting) (bot.Answer, error) { return bot.Answer{Allow: true}, nil }, nil)
	return in
}
