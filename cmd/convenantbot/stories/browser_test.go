package stories

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// window is one browser window of one person of the try-out. It speaks HTTP and
// the websocket as the page does.
type window struct {
	t      testing.TB
	base   string
	id     string
	client *http.Client
	token  string

	mu    sync.Mutex
	form  *shownForm // the newest that was shown; guarded by mu
	place string     // where they act
}

type shownForm struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Fields []struct {
		Name    string   `json:"name"`
		Default []string `json:"default"`
		Options []struct {
			Value string `json:"value"`
			Label string `json:"label"`
		} `json:"options"`
	} `json:"fields"`
}

// message is one message as a page shows it.
type message struct {
	ID, Author, Text string
	Pinned, Hidden   bool
	Noted            bool
	Files            []struct{ Name, URL string }
	Buttons          []struct {
		Index int
		Label string
	}
}

// page is what a page shows of one channel.
type page struct {
	Sidebar, Panel     string
	Closed             bool
	Messages, Whispers []message
}

var (
	startToken = regexp.MustCompile(`name="token" value="([^"]+)"`)
	pageToken  = regexp.MustCompile(`<meta name="token" content="([^"]+)"`)
	roomLink   = regexp.MustCompile(`/kanaal/([^"?]+)`)
)

// become opens a window as a person, clicking through the first page.
func become(t testing.TB, base, id string) *window {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &window{t: t, base: base, id: id, place: "algemeen", client: &http.Client{Jar: jar, Timeout: time.Minute}}
	m := startToken.FindStringSubmatch(w.get("/"))
	if m == nil {
		t.Fatalf("the first page has no token")
	}
	answer, err := w.client.PostForm(base+"/word", url.Values{"person": {id}, "token": {m[1]}})
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if m = pageToken.FindStringSubmatch(string(data)); err != nil || m == nil {
		t.Fatalf("%s gets no page of their own: %v", id, err)
	}
	w.token = m[1]
	u, _ := url.Parse(base)
	header := http.Header{"Origin": {base}}
	for _, c := range jar.Cookies(&url.URL{Scheme: "http", Host: u.Host, Path: w.home()}) {
		header.Add("Cookie", c.Name+"="+c.Value)
	}
	conn, _, err := websocket.DefaultDialer.Dial("ws://"+u.Host+w.home()+"live?tab="+w.tab(), header)
	if err != nil {
		t.Fatalf("%s: the websocket: %v", id, err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	ready := make(chan struct{})
	go func() {
		first := true
		for {
			var p struct {
				Kind string
				Form *shownForm
			}
			if conn.ReadJSON(&p) != nil {
				return
			}
			if p.Kind == "form" && p.Form != nil {
				w.mu.Lock()
				w.form = p.Form
				w.mu.Unlock()
			}
			if first {
				close(ready)
				first = false
			}
		}
	}()
	<-ready
	return w
}

func (w *window) tab() string  { return "tab-" + w.id }
func (w *window) home() string { return "/als/" + w.id + "/" }
func (w *window) direct() string {
	both := []string{botName, w.id}
	slices.Sort(both)
	return "d--" + both[0] + "--" + both[1]
}

func (w *window) get(path string) string {
	w.t.Helper()
	answer, err := w.client.Get(w.base + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(data)
}

// post sends what the page's script would send; the error is what the person
// reads.
func (w *window) post(path, kind string, body []byte, into any) error {
	r, err := http.NewRequest(http.MethodPost, w.base+w.home()+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("X-Form-Token", w.token)
	r.Header.Set("Origin", w.base)
	answer, err := w.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		var problem struct{ Error string }
		if err := json.NewDecoder(answer.Body).Decode(&problem); err != nil {
			return fmt.Errorf("status %d without a reason", answer.StatusCode)
		}
		return fmt.Errorf("%s", problem.Error)
	}
	if into == nil {
		into = &struct{}{}
	}
	return json.NewDecoder(answer.Body).Decode(into)
}

func (w *window) act(path string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return w.post(path, "application/json", data, into)
}

// look reads a channel.
func (w *window) look(channel string) page {
	w.t.Helper()
	var p page
	if err := w.act("stand", map[string]any{"channel": channel, "rev": 0, "seen": false}, &p); err != nil {
		w.t.Fatalf("%s: look at %s: %v", w.id, channel, err)
	}
	return p
}

func (w *window) say(channel, text string) {
	w.t.Helper()
	w.place = channel
	w.mu.Lock()
	w.form = nil
	w.mu.Unlock()
	if err := w.act("bericht", map[string]any{"channel": channel, "text": text, "tab": w.tab()}, nil); err != nil {
		w.t.Fatalf("%s: %s: %v", w.id, text, err)
	}
}

// upload puts a file into a channel and returns what the person reads of it:
// blank when it was posted.
func (w *window) upload(channel, name string, data []byte) string {
	w.t.Helper()
	var staged struct{ ID string }
	if err := w.post("bestand?kanaal="+url.QueryEscape(channel)+"&naam="+url.QueryEscape(name), "application/octet-stream", data, &staged); err != nil {
		return err.Error()
	}
	if err := w.act("bericht", map[string]any{"channel": channel, "text": "", "tab": w.tab(), "files": []string{staged.ID}}, nil); err != nil {
		return err.Error()
	}
	return ""
}

// shown waits for a form.
func (w *window) shown() *shownForm {
	w.t.Helper()
	var f *shownForm
	until(w.t, w.id+" is shown a form", patience, func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		f = w.form
		return f != nil
	}, w.told)
	return f
}

// fill sends the form that is shown, which must be taken.
func (w *window) fill(v values) {
	w.t.Helper()
	f := w.shown()
	var answer struct{ Errors map[string]string }
	if err := w.act("formulier", map[string]any{"form": f.ID, "values": v}, &answer); err != nil || len(answer.Errors) > 0 {
		w.t.Fatalf("%s: the form was not taken: %v %v", w.id, answer.Errors, err)
	}
	w.mu.Lock()
	w.form = nil
	w.mu.Unlock()
}

// told is everything the bot said to this person alone, also where they last
// acted.
func (w *window) told() string {
	var all []string
	for _, m := range w.look(w.direct()).Messages {
		if m.Author == botName {
			all = append(all, m.Text)
		}
	}
	for _, channel := range []string{w.direct(), w.place} {
		for _, m := range w.look(channel).Whispers {
			all = append(all, m.Text)
		}
	}
	return strings.Join(all, "\n---\n")
}

func (w *window) wasTold(part string) {
	w.t.Helper()
	until(w.t, fmt.Sprintf("%s is told %q", w.id, part), patience, func() bool { return strings.Contains(w.told(), part) }, w.told)
}

// press presses a button in the newest message to this person that has it and
// says part.
func (w *window) press(label, part string) {
	w.t.Helper()
	w.mu.Lock()
	w.form = nil
	w.mu.Unlock()
	tried := func() bool {
		for _, channel := range []string{w.place, w.direct()} {
			p := w.look(channel)
			for _, m := range slices.Backward(append(p.Messages, p.Whispers...)) {
				for _, b := range m.Buttons {
					if b.Label != label || !strings.Contains(m.Text, part) {
						continue
					}
					if err := w.act("knop", map[string]any{"tab": w.tab(), "channel": channel, "message": m.ID, "button": b.Index}, nil); err != nil {
						w.t.Fatalf("%s: press %q: %v", w.id, label, err)
					}
					return true
				}
			}
		}
		return false
	}
	until(w.t, fmt.Sprintf("%s sees a button %q", w.id, label), patience, tried, w.told)
}

// rooms lists the casus rooms in the list of channels.
func (w *window) rooms() []string {
	w.t.Helper()
	var all []string
	for _, m := range roomLink.FindAllStringSubmatch(w.look("algemeen").Sidebar, -1) {
		if name, err := url.PathUnescape(m[1]); err == nil && name != "algemeen" && !strings.HasPrefix(name, "d--") && name != "vragen-over-privacy" {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// files lists the files that the person sees in a channel, with their bytes.
func (w *window) files(channel string) map[string]string {
	w.t.Helper()
	all := map[string]string{}
	for _, m := range w.look(channel).Messages {
		for _, f := range m.Files {
			if !m.Hidden {
				all[f.Name] = w.get(f.URL)
			}
		}
	}
	return all
}
