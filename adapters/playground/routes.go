package playground

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/zone"
)

// routes lists every route. What stands under /als/ needs the session of that
// person, and what changes something needs its token too.
func (c *Chat) routes(ctx context.Context, work *sync.WaitGroup) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", c.lost)
	mux.HandleFunc("GET /{$}", c.startPage)
	mux.HandleFunc("POST /word", c.become)
	mux.HandleFunc("POST /deur", c.enter)
	mux.HandleFunc("POST /code", c.renewCode)
	mux.HandleFunc("GET /static/{version}/{name}", c.static)

	mux.HandleFunc("GET /als/{person}/{$}", c.as(c.firstPage))
	mux.HandleFunc("GET /als/{person}/kanaal/{channel}", c.as(c.channelPage))
	mux.HandleFunc("GET /als/{person}/met/{other}", c.as(c.directPage))
	mux.HandleFunc("GET /als/{person}/bestand/{file}", c.as(c.filePage))
	mux.HandleFunc("GET /als/{person}/voorbeeld/{name}", c.as(c.samplePage))
	mux.HandleFunc("GET /als/{person}/live", c.as(c.live(ctx, work)))

	mux.HandleFunc("POST /als/{person}/uit", c.act(c.leaveAct))
	mux.HandleFunc("POST /als/{person}/stand", c.act(c.standAct))
	mux.HandleFunc("POST /als/{person}/bericht", c.act(c.sayAct))
	mux.HandleFunc("POST /als/{person}/bestand", c.act(c.uploadAct))
	mux.HandleFunc("POST /als/{person}/bestand-weg", c.act(c.unstageAct))
	mux.HandleFunc("POST /als/{person}/knop", c.act(c.pressAct))
	mux.HandleFunc("POST /als/{person}/formulier", c.act(c.submitAct))
	mux.HandleFunc("POST /als/{person}/formulier-weg", c.act(c.cancelAct))
	mux.HandleFunc("POST /als/{person}/fluister-weg", c.act(c.dismissAct))
	mux.HandleFunc("POST /als/{person}/lid", c.act(c.memberAct))
	mux.HandleFunc("POST /als/{person}/klok", c.act(c.clockAct))
	mux.HandleFunc("POST /als/{person}/opnieuw", c.act(c.againAct))
	return c.guard(mux)
}

// wordsOf are the words of whose page a request is about.
func (c *Chat) wordsOf(r *http.Request) *wordsOf { return c.wordsFor(personIn(r)) }

// personIn is whose page a request is about, blank for nobody's. An address that
// no route knows may be somebody's too.
func personIn(r *http.Request) bot.UserID {
	if p := r.PathValue("person"); p != "" {
		return bot.UserID(p)
	}
	rest, ours := strings.CutPrefix(r.URL.Path, "/als/")
	person, _, in := strings.Cut(rest, "/")
	if !ours || !in {
		return ""
	}
	return bot.UserID(person)
}

type handler func(w http.ResponseWriter, r *http.Request, s session)

// as runs h for who the session says. Without one a page leads to the start.
func (c *Chat) as(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s, ok := c.sessionOf(r, bot.UserID(r.PathValue("person")))
		if !ok {
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		}
		h(w, r, s)
	}
}

// act runs h for who the session says, when the token is there.
func (c *Chat) act(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s, ok := c.sessionOf(r, bot.UserID(r.PathValue("person")))
		if ok && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		}
		if !ok || !s.holds(r) {
			reply(w, http.StatusForbidden, problem{Error: c.wordsOf(r).NoSession, Gone: true})
			return
		}
		h(w, r, s)
	}
}

// maxBody is how large a request other than an upload may be, in bytes.
const maxBody = 512 << 10

// problem is what a browser is told when something could not be done.
type problem struct {
	Error string `json:"error"`          // for the person
	HTML  string `json:"html,omitempty"` // the same, with the bot's Markdown shown
	Gone  bool   `json:"gone,omitempty"` // there is nothing here any more: go home
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the browser went away; nobody is left to tell
}

// fail is the one table from failures to what a browser sees.
func (c *Chat) fail(w http.ResponseWriter, r *http.Request, err error) {
	say := c.wordsOf(r)
	var no refusal
	var invalid *bot.InvalidError
	switch {
	case errors.As(err, &no):
		reply(w, http.StatusUnprocessableEntity, problem{Error: no.Text, HTML: string(c.markdown(no.Text))})
	case errors.As(err, &invalid):
		reply(w, http.StatusUnprocessableEntity, problem{Error: say.Invalid})
	case errors.Is(err, bot.ErrNotFound):
		reply(w, http.StatusNotFound, problem{Error: say.NotFound})
	case errors.Is(err, bot.ErrConflict):
		reply(w, http.StatusConflict, problem{Error: say.Conflict})
	case errors.Is(err, context.Canceled):
		reply(w, http.StatusServiceUnavailable, problem{Error: say.Stopping})
	default:
		ref := newID()[:8]
		c.log.Error("request failed", "reference", ref, "error", err)
		reply(w, http.StatusInternalServerError, problem{Error: sprintf(say.Failed, ref)})
	}
}

// input reads the JSON of a request, or a plain form as the page sends it
// without script.
func (c *Chat) input(w http.ResponseWriter, r *http.Request, into any) error {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/json" {
		return refusal{c.wordsOf(r).Invalid}
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return refusal{c.wordsOf(r).Invalid}
	}
	return nil
}

func (c *Chat) sayAct(w http.ResponseWriter, r *http.Request, s session) {
	var in struct {
		Tab     string        `json:"tab"`
		Channel bot.ChannelID `json:"channel"`
		Thread  bot.MessageID `json:"thread"`
		Text    string        `json:"text"`
		Files   []string      `json:"files"`
	}
	plain := strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	if plain { // the page without script
		in.Channel, in.Text, in.Thread = bot.ChannelID(r.PostFormValue("channel")), r.PostFormValue("text"), bot.MessageID(r.PostFormValue("thread"))
	} else if err := c.input(w, r, &in); err != nil {
		c.fail(w, r, err)
		return
	}
	if err := c.say(r.Context(), utterance{Who: s.person.ID, Tab: in.Tab, To: in.Channel, Thread: in.Thread, Text: in.Text, Files: in.Files}); err != nil {
		c.fail(w, r, err)
		return
	}
	if plain {
		http.Redirect(w, r, home(s.person.ID)+"kanaal/"+url.PathEscape(string(in.Channel)), http.StatusSeeOther)
		return
	}
	reply(w, http.StatusOK, struct{}{})
}

// uploadTerm is how long one upload may take.
const uploadTerm = 5 * time.Minute

// uploadAct takes one file as the body of a request, so that it streams: its
// size is the length of the body, its name stands in the address.
func (c *Chat) uploadAct(w http.ResponseWriter, r *http.Request, s session) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(uploadTerm)) // the wire's own time, not the story's
	defer func() { _, _ = io.Copy(io.Discard, io.LimitReader(r.Body, 2*bot.MaxFile)) }()
	if r.ContentLength < 0 {
		c.fail(w, r, refusal{c.wordsFor(s.person.ID).Torn})
		return
	}
	q := r.URL.Query()
	body := http.MaxBytesReader(w, r.Body, bot.MaxFile+1)
	f, err := c.upload(r.Context(), s.person.ID, bot.ChannelID(q.Get("kanaal")), q.Get("naam"), r.ContentLength, body)
	if err != nil {
		// The rest is read first: a browser that is still sending does not see an
		// answer, only a broken connection.
		_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, 2*bot.MaxFile))
		c.fail(w, r, err)
		return
	}
	reply(w, http.StatusOK, stagedView{ID: f.ID, Name: f.Name, Size: c.wordsFor(s.person.ID).sizeOf(f.Size)})
}

type stagedView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size string `json:"size"`
}

func (c *Chat) unstageAct(w http.ResponseWriter, r *http.Request, s session) {
	var in struct {
		Channel bot.ChannelID `json:"channel"`
		File    string        `json:"file"`
	}
	err := c.input(w, r, &in)
	if err == nil {
		err = ignoreNotFound(c.unstage(r.Context(), s.person.ID, in.Channel, in.File))
	}
	c.answer(w, r, err)
}

func (c *Chat) answer(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		c.fail(w, r, err)
		return
	}
	reply(w, http.StatusOK, struct{}{})
}

func (c *Chat) pressAct(w http.ResponseWriter, r *http.Request, s session) {
	var in struct {
		Tab     string        `json:"tab"`
		Channel bot.ChannelID `json:"channel"`
		Message string        `json:"message"`
		Button  int           `json:"button"`
	}
	err := c.input(w, r, &in)
	if err == nil {
		err = c.press(r.Context(), s.person.ID, in.Tab, in.Channel, in.Message, in.Button)
	}
	c.answer(w, r, err)
}

func (c *Chat) submitAct(w http.ResponseWriter, r *http.Request, s session) {
	var in struct {
		Form   string              `json:"form"`
		Values map[string][]string `json:"values"`
	}
	if err := c.input(w, r, &in); err != nil {
		c.fail(w, r, err)
		return
	}
	answer, next, err := c.submit(r.Context(), s.person.ID, in.Form, in.Values)
	if isNotFound(err) {
		err = refusal{c.wordsFor(s.person.ID).FormGone}
	}
	if err != nil {
		c.fail(w, r, err)
		return
	}
	out := struct {
		Errors map[string]string `json:"errors,omitempty"`
		Next   *formView         `json:"next,omitempty"`
		Text   string            `json:"text,omitempty"`
	}{Errors: answer.Errors, Text: answer.Text}
	if next != nil {
		out.Next = c.viewForm(*next)
	}
	reply(w, http.StatusOK, out)
}

func (c *Chat) cancelAct(w http.ResponseWriter, r *http.Request, s session) {
	var in struct {
		Form string `json:"form"`
	}
	err := c.input(w, r, &in)
	if err == nil {
		err = c.cancelForm(r.Context(), s.person.ID, in.Form)
	}
	c.answer(w, r, err)
}

func (c *Chat) dismissAct(w http.ResponseWriter, r *http.Request, s session) {
	var in struct {
		Channel bot.ChannelID `json:"channel"`
		Message string        `json:"message"`
	}
	err := c.input(w, r, &in)
	if err == nil {
		c.whispers.dismiss(in.Channel, s.person.ID, in.Message)
		c.hub.poke()
	}
	c.answer(w, r, err)
}

func (c *Chat) memberAct(w http.ResponseWriter, r *http.Request, s session) {
	var in struct {
		Channel bot.ChannelID `json:"channel"`
		Person  bot.UserID    `json:"person"`
		Remove  bool          `json:"remove"`
	}
	err := c.input(w, r, &in)
	switch {
	case err != nil:
	case in.Remove:
		err = c.removeByHand(r.Context(), s.person.ID, in.Channel, in.Person)
	default:
		err = c.addByHand(r.Context(), s.person.ID, in.Channel, in.Person)
	}
	c.answer(w, r, err)
}

// clockAct sets the clock forward by days, or to noon of a day.
func (c *Chat) clockAct(w http.ResponseWriter, r *http.Request, s session) {
	var in struct {
		Days int    `json:"days"`
		To   string `json:"to"`
	}
	err := c.input(w, r, &in)
	if err == nil && !c.trains(r) {
		err = refusal{c.wordsFor(s.person.ID).TrainerOnly}
	}
	if err == nil {
		now := c.clock.Now().In(zone.Amsterdam)
		to := now.AddDate(0, 0, in.Days)
		if in.To != "" {
			if to, err = time.ParseInLocation(time.DateOnly, in.To, zone.Amsterdam); err == nil {
				to = to.Add(12 * time.Hour)
			}
		}
		if err == nil {
			err = c.clock.Advance(to.Sub(now))
		}
		var invalid *bot.InvalidError
		if err != nil && (in.To != "" || errors.As(err, &invalid)) {
			err = refusal{c.wordsFor(s.person.ID).ForwardOnly}
		}
	}
	if err == nil {
		c.markNow(r.Context(), stepClock, s.person.ID)
		c.hub.poke()
	}
	c.answer(w, r, err)
}

// filePage hands out a file: as a download, never as a page of ours.
func (c *Chat) filePage(w http.ResponseWriter, r *http.Request, s session) {
	f, err := c.download(r.Context(), s.person.ID, r.PathValue("file"))
	if err != nil {
		c.lost(w, r)
		return
	}
	data, err := c.files.open(f.ID)
	if err != nil {
		c.lost(w, r)
		return
	}
	defer data.Close()
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, _ = io.Copy(w, data) // the browser went away; nobody is left to tell
}
