package playground

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"encoding/json"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"path"

	"github.com/convenantbot/convenantbot/bot"
)

//go:embed web
var web embed.FS

// assets is what pages load, under a path with its hash in it, so that a
// browser keeps it for ever and never keeps an old one.
var assets, assetsVersion = readAssets()

func readAssets() (map[string][]byte, string) {
	all, sum := map[string][]byte{}, sha256.New()
	for _, name := range []string{"chat.css", "chat.js", "start.js", "icon.svg"} {
		data, err := fs.ReadFile(web, "web/"+name)
		if err != nil {
			panic(err) // embedded, and every test of a page comes here
		}
		all[name] = data
		sum.Write(data)
	}
	return all, hex.EncodeToString(sum.Sum(nil))[:12]
}

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"static": func(name string) string { return "/static/" + assetsVersion + "/" + name },
	"json":   toJSON,
}).ParseFS(web, "web/*.html"))

// toJSON writes a value for a script of type application/json, which no browser
// runs; encoding/json writes < > and & in a way that ends no element.
func toJSON(v any) (template.JS, error) {
	data, err := json.Marshal(v)
	return template.JS(data), err //nolint:gosec // see above
}

func (c *Chat) static(w http.ResponseWriter, r *http.Request) {
	data, ok := assets[r.PathValue("name")]
	if !ok || r.PathValue("version") != assetsVersion {
		c.lost(w, r)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(r.PathValue("name"))))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(data) // the browser went away; nobody is left to tell
}

// show writes a whole page, or nothing of it.
func (c *Chat) show(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		c.log.Error("a page could not be made", "page", name, "error", err)
		http.Error(w, words.Stopping, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w)
}

// part makes a part of a page.
func part(name string, data any) (string, error) {
	var b bytes.Buffer
	err := pages.ExecuteTemplate(&b, name, data)
	return b.String(), err
}

type startView struct {
	W       *wordsOf
	Token   string
	Forgets string
	Notice  string
	Codes   bool // the trainer of a training hands out codes here
	People  []startCard
}

// startCard is a person on the first page, and whether somebody is in with their code.
type startCard struct {
	personView
	In bool
}

func (c *Chat) startPage(w http.ResponseWriter, r *http.Request) {
	if !c.trains(r) {
		c.doorPage(w, r, http.StatusOK, "")
		return
	}
	notice := ""
	if r.URL.Query().Has("gewist") {
		notice = words.ForgottenNotice
	}
	c.firstOf(w, r, notice)
}

// firstOf is the page on which one chooses who to be, with something to say on top.
func (c *Chat) firstOf(w http.ResponseWriter, r *http.Request, notice string) {
	v := startView{W: &words, Token: c.visitor(w, r), Forgets: c.forgetsLine(r.Context(), &words), Notice: notice, Codes: c.door != nil}
	for _, p := range c.active() {
		v.People = append(v.People, startCard{c.personView(&words, p.ID), c.door != nil && c.door.in(p.ID)})
	}
	c.show(w, http.StatusOK, "start.html", v)
}

// become lets a visitor be somebody.
func (c *Chat) become(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4096)
	p, ok := c.people[bot.UserID(r.PostFormValue("person"))]
	if !ok || p.Inactive || !c.trains(r) || !hmac.Equal([]byte(r.PostFormValue("token")), []byte(c.visitor(nil, r))) {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	c.startSession(w, p.ID, true)
	http.Redirect(w, r, home(p.ID), http.StatusSeeOther)
}

func (c *Chat) firstPage(w http.ResponseWriter, r *http.Request, s session) {
	to := home(s.person.ID) + "met/" + string(BotUser)
	if len(c.channels) > 0 {
		to = home(s.person.ID) + "kanaal/" + string(c.channels[0].ID)
	}
	q := "?" + softTour
	if r.URL.Query().Has("weg") {
		q += "&weg=1"
	}
	http.Redirect(w, r, to+q, http.StatusSeeOther)
}

// directPage leads to the conversation with somebody.
func (c *Chat) directPage(w http.ResponseWriter, r *http.Request, s session) {
	other := bot.UserID(r.PathValue("other"))
	if p, ok := c.people[other]; other != BotUser && (!ok || p.Inactive || other == s.person.ID) {
		http.Redirect(w, r, home(s.person.ID), http.StatusSeeOther)
		return
	}
	var id bot.ChannelID
	if err := c.store.do(r.Context(), func(tx *sql.Tx) error {
		var err error
		id, err = ensureDirect(tx, s.person.ID, other, c.clock.Now())
		return err
	}); err != nil {
		http.Error(w, c.wordsFor(s.person.ID).Stopping, http.StatusInternalServerError)
		return
	}
	q := ""
	if r.URL.RawQuery != "" {
		q = "?" + r.URL.RawQuery
	}
	http.Redirect(w, r, home(s.person.ID)+"kanaal/"+url.PathEscape(string(id))+q, http.StatusSeeOther)
}

// place is what a window looks at.
type place struct {
	Channel bot.ChannelID `json:"channel"`
	Thread  bot.MessageID `json:"thread"`
	Panel   string        `json:"panel"` // "", "leden" or "rondleiding"
	Tour    string        `json:"tour"`  // which one; blank: the one for this person
	Soft    bool          `json:"soft"`  // the panel was not asked for: not on a phone
	Group   bool          `json:"-"`     // of who is one person in a training
}

// grouped reports whether somebody is one person among others, who are there
// themselves.
func (c *Chat) grouped(s session) bool { return c.door != nil && !s.trainer }

// softTour shows the tour beside the channel where there is room for it.
const softTour = "paneel=rondleiding&zacht=1"

func (c *Chat) channelPage(w http.ResponseWriter, r *http.Request, s session) {
	q := r.URL.Query()
	at := place{Channel: bot.ChannelID(r.PathValue("channel")), Thread: bot.MessageID(q.Get("draad")), Panel: q.Get("paneel"), Tour: q.Get("tour"), Soft: q.Has("zacht"), Group: c.grouped(s)}
	v, err := c.view(r.Context(), s.person.ID, at, 0, false)
	if isNotFound(err) {
		http.Redirect(w, r, home(s.person.ID)+"?weg=1", http.StatusSeeOther)
		return
	}
	if err != nil {
		c.log.Error("a page could not be read", "error", err)
		http.Error(w, c.wordsFor(s.person.ID).Stopping, http.StatusInternalServerError)
		return
	}
	v.Token, v.Trains = s.token, c.trains(r)
	if q.Has("weg") {
		v.Notice = v.W.RoomGone
	}
	c.show(w, http.StatusOK, "chat.html", v)
}

// standAct tells a window what changed since it last asked, and, when somebody
// is looking at it, that what is there was read.
func (c *Chat) standAct(w http.ResponseWriter, r *http.Request, s session) {
	var in struct {
		place
		Rev    int64 `json:"rev"`
		Seen   bool  `json:"seen"`
		Silent bool  `json:"silent"`
	}
	if err := c.input(w, r, &in); err != nil {
		c.fail(w, r, err)
		return
	}
	in.Group = c.grouped(s)
	v, err := c.view(r.Context(), s.person.ID, in.place, in.Rev, in.Seen)
	if isNotFound(err) {
		reply(w, http.StatusNotFound, problem{Error: c.wordsFor(s.person.ID).RoomGone, Gone: true})
		return
	}
	if err != nil {
		c.fail(w, r, err)
		return
	}
	out := stand{Rev: v.Rev, Title: v.Title, Messages: v.Messages, Whispers: v.Whispers, Closed: v.Closed}
	for into, name := range map[*string]string{&out.Sidebar: "sidebar", &out.Header: "header", &out.Clock: "clock"} {
		if *into, err = part(name, v); err != nil {
			c.fail(w, r, err)
			return
		}
	}
	if v.Members != nil {
		out.Panel, err = part("members", v)
	} else if v.Tour != nil {
		out.Panel, err = part("tour", v)
	}
	for _, m := range append(append([]*messageView{}, v.Messages...), v.Whispers...) {
		if err == nil {
			m.HTML, err = part("message", m)
		}
	}
	if err != nil {
		c.fail(w, r, err)
		return
	}
	reply(w, http.StatusOK, out)
}

type stand struct {
	Rev      int64          `json:"rev"`
	Title    string         `json:"title"`
	Sidebar  string         `json:"sidebar"`
	Header   string         `json:"header"`
	Panel    string         `json:"panel"`
	Clock    string         `json:"clock"`
	Closed   bool           `json:"closed"` // nothing more can be said here
	Messages []*messageView `json:"messages"`
	Whispers []*messageView `json:"whispers"` // all there are
}

func (c *Chat) forgetsLine(ctx context.Context, w *wordsOf) string {
	at, err := c.forgetsAt(ctx)
	if err != nil {
		return ""
	}
	return sprintf(w.Forgets, w.dayOf(at), clockOf(at))
}
