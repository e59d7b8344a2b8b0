package vault

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"html/template"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/convenantbot/convenantbot/adapters/web/page"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/render"
)

// Service is what the pages need of the bot.
type Service interface {
	PeekVault(ctx context.Context, link string) error
	EnterVault(ctx context.Context, link string) (session string, r bot.Reading, err error)
	ReadVault(ctx context.Context, session string) (bot.Reading, error)
	VaultBytes(ctx context.Context, session string) (io.ReadSeekCloser, bot.Reading, error)
	TakeFromVault(ctx context.Context, session string) (io.ReadSeekCloser, bot.Reading, error)
	LeaveVault(ctx context.Context, session string) error

	PeekBring(ctx context.Context, link string) error
	EnterBring(ctx context.Context, link string) (session string, in bot.Bringing, err error)
	BringState(ctx context.Context, session string) (bot.Bringing, error)
	BringPartOf(ctx context.Context, session string, at int64, part io.Reader) (bot.Bringing, error)
	FinishBring(ctx context.Context, session, name string, size int64) (bot.Answer, error)
}

// Drawer makes sheets of documents; see render.Child.
type Drawer interface {
	Draw(ctx context.Context, name string, r io.Reader, size int64, page int) (render.Sheet, error)
}

// Pages is what gives the pages.
type Pages struct {
	Site    page.Site
	Service Service
	Drawer  Drawer
	Log     *slog.Logger
	// Look is how often an open page is judged again; zero: every second.
	Look time.Duration

	first firsts
}

//go:embed *.html static
var files embed.FS

var pages = template.Must(template.ParseFS(files, "*.html"))

const (
	cookie    = "kluis"
	bringName = "breng"
)

// Routes adds every route of this package to mux.
func (p *Pages) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /kluis/static/{name}", p.static)

	mux.HandleFunc("GET /kluis/{link}", p.ready(p.Service.PeekVault))
	mux.HandleFunc("POST /kluis/{link}", p.enter)
	mux.HandleFunc("GET /kluis/s/{id}/{$}", p.read)
	mux.HandleFunc("GET /kluis/s/{id}/blad/{page}", p.sheet)
	mux.HandleFunc("GET /kluis/s/{id}/bestand", p.take)
	mux.HandleFunc("GET /kluis/s/{id}/leeft", p.alive)
	mux.HandleFunc("POST /kluis/s/{id}/dicht", p.leave)

	mux.HandleFunc("GET /breng/{link}", p.ready(p.Service.PeekBring))
	mux.HandleFunc("POST /breng/{link}", p.enterBring)
	mux.HandleFunc("GET /breng/s/{id}/{$}", p.bring)
	mux.HandleFunc("GET /breng/s/{id}/stand", p.state)
	mux.HandleFunc("PUT /breng/s/{id}/deel", p.part)
	mux.HandleFunc("POST /breng/s/{id}/klaar", p.finish)
}

func (p *Pages) static(w http.ResponseWriter, r *http.Request) {
	data, err := files.ReadFile("static/" + r.PathValue("name"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(r.PathValue("name"))))
	_, _ = w.Write(data) // the browser went away; nobody is left to tell
}

// words are the sentences of a page.
func words() map[string]string {
	v, none := text.VaultPage, text.None{}
	return map[string]string{"Title": v.Title.NL(none), "Ready": v.Ready.NL(none), "ReadyText": v.ReadyText.NL(none), "Open": v.Open.NL(none),
		"Take": v.Take.NL(none), "Leave": v.Leave.NL(none), "Left": v.Left.NL(none), "Text": v.Text.NL(none), "ReadBy": v.ReadBy.NL(none), "Slow": v.Slow.NL(none), "Loading": v.Loading.NL(none),
		"File": v.BringFile.NL(none), "Send": v.BringSend.NL(none), "Busy": v.BringBusy.NL(none), "Again": v.BringAgain.NL(none), "Done": v.BringDone.NL(none), "Broken": v.BringBroken.NL(none),
		"Empty": v.BringEmpty.NL(none), "Kind": v.BringKind.NL(none)}
}

func (p *Pages) show(w http.ResponseWriter, status int, name string, data map[string]any) {
	data["Words"] = words()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if err := pages.ExecuteTemplate(w, name, data); err != nil {
		p.Log.Warn("a page of the vault broke off", "page", name)
	}
}

// said is the one table from failures to what a person reads. What went wrong
// inside is logged under a number and closes the page.
func (p *Pages) said(err error) (int, string) {
	v, none := text.VaultPage, text.None{}
	var shut *bot.ClosedError
	var invalid *bot.InvalidError
	switch {
	case errors.As(err, &shut):
		return http.StatusForbidden, sentence(shut.Text)
	case errors.Is(err, render.NoPDF):
		return http.StatusUnprocessableEntity, v.NoPDF.NL(none)
	case errors.Is(err, render.Busy):
		return http.StatusServiceUnavailable, v.TooMany.NL(none)
	case errors.Is(err, render.Unreadable):
		return http.StatusUnprocessableEntity, v.Unreadable.NL(none)
	case errors.Is(err, bot.ErrForbidden):
		return http.StatusForbidden, sentence(text.For(text.NL, text.VaultClosed("not_member")))
	case errors.As(err, &invalid):
		return http.StatusBadRequest, v.BringBroken.NL(none)
	case errors.Is(err, bot.ErrFull):
		p.Log.Error("the vault is full", "reference", rand.Text()[:8], "error", err)
		return http.StatusInsufficientStorage, v.Full.NL(none)
	}
	p.Log.Error("a page of the vault failed", "reference", rand.Text()[:8], "error", err)
	return http.StatusServiceUnavailable, v.Slow.NL(none)
}

// sentence is a reason as it begins a paragraph; in the chat it goes on one.
func sentence(reason string) string {
	first, size := utf8.DecodeRuneInString(reason)
	if size == 0 {
		return reason
	}
	return string(unicode.ToUpper(first)) + reason[size:]
}

func (p *Pages) fail(w http.ResponseWriter, err error) {
	status, said := p.said(err)
	p.show(w, status, "closed.html", map[string]any{"Said": said})
}

// plain is fail for what a script asks.
func (p *Pages) plain(w http.ResponseWriter, err error) {
	status, said := p.said(err)
	http.Error(w, said, status)
}

// ready shows the button behind a link, and uses nothing up.
func (p *Pages) ready(peek func(context.Context, string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := peek(r.Context(), r.PathValue("link")); err != nil {
			p.fail(w, err)
			return
		}
		p.show(w, http.StatusOK, "ready.html", map[string]any{"Bring": strings.HasPrefix(r.URL.Path, "/breng/")})
	}
}

// enter uses the link up and begins a session in this browser.
func (p *Pages) enter(w http.ResponseWriter, r *http.Request) {
	session, _, err := p.Service.EnterVault(r.Context(), r.PathValue("link"))
	if err != nil {
		p.fail(w, err)
		return
	}
	at := "/kluis/s/" + rand.Text() + "/" // the cookie goes to this document alone
	p.Site.Keep(w, cookie, at, session, bot.VaultReadTerm)
	http.Redirect(w, r, at, http.StatusSeeOther)
}

// read is the page with the document.
func (p *Pages) read(w http.ResponseWriter, r *http.Request) {
	session := p.Site.Kept(r, cookie)
	sheet, reading, err := p.draw(r.Context(), session, 1)
	if err != nil {
		p.fail(w, err)
		return
	}
	p.first.put(session, sheet)
	args := text.VaultPageArgs{Name: reading.Name, By: reading.By, Purpose: reading.Purpose, Until: reading.Until, Reader: reading.Reader, Pages: sheet.Pages}
	var sheets []map[string]any
	for n := 1; n <= sheet.Pages; n++ {
		args.Page = n
		sheets = append(sheets, map[string]any{"Page": n, "Said": text.VaultPage.Sheet.NL(args)})
	}
	p.show(w, http.StatusOK, "read.html", map[string]any{"Name": reading.Name, "About": text.VaultPage.About.NL(args), "Mark": text.VaultPage.Mark.NL(args),
		"Marks": make([]struct{}, 60), "Text": reading.Text, "Download": reading.Download, "IsText": sheet.Type == "text/html", "Sheets": sheets})
}

// draw makes one sheet of what the session reads.
func (p *Pages) draw(ctx context.Context, session string, n int) (render.Sheet, bot.Reading, error) {
	content, reading, err := p.Service.VaultBytes(ctx, session)
	if err != nil {
		return render.Sheet{}, reading, err
	}
	defer content.Close()
	sheet, err := p.Drawer.Draw(ctx, reading.Name, content, reading.Size, n)
	if err != nil {
		return sheet, reading, err
	}
	// What was drawn while the right to read it ended is not given out.
	_, err = p.Service.ReadVault(ctx, session)
	return sheet, reading, err
}

func (p *Pages) sheet(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("page"))
	if err != nil || n < 1 {
		http.NotFound(w, r)
		return
	}
	session := p.Site.Kept(r, cookie)
	sheet, ok := p.first.take(session)
	if ok && n == 1 {
		_, err = p.Service.ReadVault(r.Context(), session)
	} else {
		sheet, _, err = p.draw(r.Context(), session, n)
	}
	if err != nil {
		p.plain(w, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", sheet.Type)
	if sheet.Type == "text/html" {
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", render.Policy)
	}
	_, _ = w.Write(sheet.Body) // the browser went away; nobody is left to tell
}

// take gives the bytes, or a part of them, where that is allowed.
func (p *Pages) take(w http.ResponseWriter, r *http.Request) {
	content, reading, err := p.Service.TakeFromVault(r.Context(), p.Site.Kept(r, cookie))
	if err != nil {
		p.plain(w, err)
		return
	}
	defer content.Close()
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": reading.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	http.ServeContent(w, r, "", time.Time{}, content)
}

// aliveTerm is how long an answer waits when nothing happens.
const aliveTerm = 15 * time.Second

// alive answers when the document closes, or after a while that it is still open.
func (p *Pages) alive(w http.ResponseWriter, r *http.Request) {
	every := p.Look
	if every == 0 {
		every = time.Second
	}
	look, over := time.NewTicker(every), time.NewTimer(aliveTerm)
	defer look.Stop()
	defer over.Stop()
	for {
		if _, err := p.Service.ReadVault(r.Context(), p.Site.Kept(r, cookie)); err != nil {
			p.plain(w, err)
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-over.C:
			w.WriteHeader(http.StatusNoContent)
			return
		case <-look.C:
		}
	}
}

// leave closes the document in this browser.
func (p *Pages) leave(w http.ResponseWriter, r *http.Request) {
	if err := p.Service.LeaveVault(r.Context(), p.Site.Kept(r, cookie)); err != nil {
		p.fail(w, err)
		return
	}
	p.Site.Drop(w, cookie, "/kluis/s/"+url.PathEscape(r.PathValue("id"))+"/")
	p.show(w, http.StatusOK, "closed.html", map[string]any{"Said": text.VaultPage.Left.NL(text.None{})})
}
