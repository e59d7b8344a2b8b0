package card

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/adapters/web/page"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/pincode"
	"github.com/convenantbot/convenantbot/bot/text"
)

// Service is what the pages need of the bot.
type Service interface {
	OpenCard(ctx context.Context, o bot.CardOpening) (bot.CardPass, error)
	ChooseCardPIN(ctx context.Context, pass, csrf, pin, again string) (bot.CardPass, error)
	LeaveCard(ctx context.Context, pass, csrf string) error
	Card(ctx context.Context, pass string) (bot.CardView, bot.CardPass, error)
	DecideCard(ctx context.Context, pass, csrf string, d bot.CardDecision) (bot.CardDone, bot.CardPass, error)
	WithdrawCard(ctx context.Context, pass, csrf, value string) (bot.CardDone, bot.CardPass, error)
	AffirmCard(ctx context.Context, pass, csrf, value string) (bot.CardPass, error)
	AskCard(ctx context.Context, pass, csrf string, kind bot.MatterKind, said string) (bot.CardPass, error)
	ObjectCard(ctx context.Context, pass, csrf, seat, said string) (bot.CardPass, error)
	SetParentsSee(ctx context.Context, pass, csrf, what string) (bot.CardPass, error)
	CardReceipt(ctx context.Context, pass, csrf, value string) (string, []byte, bot.CardPass, error)
}

// Options are what the pages are given with.
type Options struct {
	Site    page.Site
	Service Service
	// Key makes of where a try comes from a name that tells nothing. All copies of
	// the bot have the same.
	Key []byte
	// Proxies are whom we believe when they say where a request comes from.
	Proxies []netip.Prefix
	// Floor is the least time that a try takes which opens nothing.
	Floor time.Duration
	Now   func() time.Time // a clock that runs, by which that is measured
	Log   *slog.Logger
}

// Root is where the pages are.
const Root = "/kaart/"

// The cookies: the pass, and the language.
const (
	passCookie = "kaart"
	langCookie = "kaart_taal"
)

// maxBody is the largest form, in bytes: two long answers and every box.
const maxBody = 64 << 10

// policy is stricter than that of other pages of ours: nothing runs here at all.
const policy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

//go:embed stijl.css
var style []byte

type pages struct{ Options }

// Handler lists the routes.
func Handler(o Options) http.Handler {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	p := pages{o}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Root+"stijl.css", p.style)
	mux.HandleFunc("GET "+Root+"{$}", p.home)
	mux.HandleFunc("GET "+Root+"k/{code}", p.front)
	mux.HandleFunc("POST "+Root+"open", p.open)
	mux.HandleFunc("POST "+Root+"pin", p.pin)
	mux.HandleFunc("GET "+Root+"zeg/{n}", p.ask)
	mux.HandleFunc("POST "+Root+"zeg", p.decide)
	mux.HandleFunc("POST "+Root+"intrekken", p.withdraw)
	mux.HandleFunc("POST "+Root+"klopt", p.affirm)
	mux.HandleFunc("POST "+Root+"bewijs", p.receipt)
	mux.HandleFunc("GET "+Root+"bezwaar", p.objection)
	mux.HandleFunc("POST "+Root+"bezwaar", p.object)
	mux.HandleFunc("GET "+Root+"verzoek", p.request)
	mux.HandleFunc("POST "+Root+"verzoek", p.askFor)
	mux.HandleFunc("POST "+Root+"ouders", p.parents)
	mux.HandleFunc("POST "+Root+"sluit", p.leave)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cache-Control", "no-store, private")
		// Nothing of an address goes to another site. To our own it may: with less, older
		// phones send a form as if it came from nowhere, and it would be refused.
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		mux.ServeHTTP(w, r)
	})
}

func (p pages) style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(style)
}

// lang is the language of the reader: what they chose, or else what their browser
// asks for, or else Dutch. A choice is kept as long as the browser is open.
func (p pages) lang(w http.ResponseWriter, r *http.Request) text.PageLang {
	if l, ok := text.PageLangCalled(r.URL.Query().Get("taal")); ok {
		p.Site.Keep(w, langCookie, Root, l.Code, 0)
		return l
	}
	if l, ok := text.PageLangCalled(p.Site.Kept(r, langCookie)); ok {
		return l
	}
	return accepted(r.Header.Get("Accept-Language"))
}

// accepted is the first language of ours that a browser asks for, in the order in
// which it names them.
func accepted(header string) text.PageLang {
	for n, part := range strings.Split(header, ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		tag, _, _ = strings.Cut(strings.ToLower(tag), "-")
		if l, ok := text.PageLangCalled(tag); ok {
			return l
		}
		if n > 20 {
			break
		}
	}
	l, _ := text.PageLangCalled("nl")
	return l
}

// front is the page on which a card is opened.
func (p pages) front(w http.ResponseWriter, r *http.Request) {
	code := r.PathValue("code")
	if plain, ok := pincode.ParseCode(code); ok {
		code = pincode.ShowCode(plain)
	} else {
		code = ""
	}
	p.show(w, r, http.StatusOK, "open", shown{Code: code})
}

// home is what the card shows, or the page on which it is opened.
func (p pages) home(w http.ResponseWriter, r *http.Request) {
	done := r.URL.Query().Get("m")
	if !slices.Contains(tellable, done) {
		done = ""
	}
	pass := p.Site.Kept(r, passCookie)
	if pass == "" {
		if done != "done.left" {
			done = ""
		}
		p.show(w, r, http.StatusOK, "open", shown{Done: done})
		return
	}
	v, next, err := p.Service.Card(r.Context(), pass)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	p.keep(w, next)
	if !v.Own {
		p.show(w, r, http.StatusOK, "pin", shown{CSRF: next.CSRF, In: true})
		return
	}
	p.show(w, r, http.StatusOK, "home", shown{View: v, CSRF: next.CSRF, In: true, Done: done})
}

// tellable are the messages that an address may ask for.
var tellable = []string{"done.pin", "done.nothing", "done.answered", "done.hidden", "done.affirmed", "done.request", "done.objection", "done.parents", "done.left"}

func (p pages) keep(w http.ResponseWriter, next bot.CardPass) {
	p.Site.Keep(w, passCookie, Root, next.Pass, bot.CardIdle)
}

// open opens a card. Whatever the reason is that it does not open, the page is the
// same, byte for byte, and it takes as long.
func (p pages) open(w http.ResponseWriter, r *http.Request) {
	began := p.Now()
	wrong := ""
	status := http.StatusForbidden
	if err := r.ParseForm(); err != nil {
		wrong = "open.wrong"
	} else {
		pass, err := p.Service.OpenCard(r.Context(), bot.CardOpening{Code: r.PostForm.Get("code"), PIN: r.PostForm.Get("pin"), From: p.from(r)})
		switch {
		case err == nil:
			p.keep(w, pass)
			http.Redirect(w, r, Root, http.StatusSeeOther)
			return
		case errors.Is(err, bot.ErrForbidden):
			wrong = "open.wrong"
		case errors.Is(err, bot.ErrBusy):
			wrong, status = "open.busy", http.StatusTooManyRequests
			w.Header().Set("Retry-After", "120")
		default:
			wrong, status = "open.away", http.StatusServiceUnavailable
			p.Log.Error("a card could not be opened", "error", err)
		}
	}
	if rest := p.Floor - p.Now().Sub(began); rest > 0 {
		select {
		case <-time.After(rest):
		case <-r.Context().Done():
		}
	}
	p.show(w, r, status, "open", shown{Wrong: wrong})
}

// from is a name for where a request comes from: a keyed hash of its address, of a
// whole network where one person has a whole network.
func (p pages) from(r *http.Request) string {
	addr := clientOf(r.RemoteAddr, r.Header.Values("X-Forwarded-For"), p.Proxies)
	h := hmac.New(sha256.New, p.Key)
	h.Write([]byte(addr))
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// clientOf is the address that a request comes from. What a request says of it
// counts only for the part that a proxy of ours added.
func clientOf(remote string, forwarded []string, proxies []netip.Prefix) string {
	ours := func(a netip.Addr) bool {
		return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	ap, err := netip.ParseAddrPort(remote)
	if err != nil {
		return "unknown"
	}
	addr := ap.Addr().Unmap()
	var hops []string
	for _, line := range forwarded {
		hops = append(hops, strings.Split(line, ",")...)
	}
	for i := len(hops) - 1; i >= 0 && ours(addr); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = next.Unmap()
	}
	bits := 64
	if addr.Is4() {
		bits = 32
	}
	network, err := addr.WithZone("").Prefix(bits)
	if err != nil {
		return "unknown"
	}
	return network.String()
}

// act runs an act of a form and shows what came of it: the card again with done, or
// the form again with what is wrong.
func (p pages) act(w http.ResponseWriter, r *http.Request, f func(pass, csrf string, form url.Values) (done string, next bot.CardPass, err error)) {
	pass := p.Site.Kept(r, passCookie)
	if err := r.ParseForm(); err != nil || pass == "" {
		p.failed(w, r, bot.ErrForbidden)
		return
	}
	done, next, err := f(pass, r.PostForm.Get("csrf"), r.PostForm)
	var invalid *bot.InvalidError
	if errors.As(err, &invalid) && next.Pass != "" {
		p.keep(w, next)
		v, _, err := p.Service.Card(r.Context(), next.Pass)
		if err != nil {
			p.failed(w, r, err)
			return
		}
		name := "home"
		switch r.URL.Path {
		case Root + "bezwaar":
			name = "objection"
		case Root + "verzoek":
			name = "request"
		case Root + "pin":
			name = "pin"
		}
		p.show(w, r, http.StatusUnprocessableEntity, name, shown{View: v, CSRF: next.CSRF, In: true, Wrong: invalid.Reason, Field: invalid.Field, Form: r.PostForm})
		return
	}
	if err != nil {
		p.failed(w, r, err)
		return
	}
	p.keep(w, next)
	http.Redirect(w, r, Root+"?m="+url.QueryEscape(done), http.StatusSeeOther)
}

// failed is a page that is closed, or a bot that is away. It never says which of the
// reasons it was.
func (p pages) failed(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, bot.ErrForbidden) || errors.Is(err, bot.ErrNotFound) || errors.Is(err, bot.ErrGone) || isInvalid(err) {
		p.Site.Drop(w, passCookie, Root)
		p.show(w, r, http.StatusForbidden, "open", shown{Wrong: "closed"})
		return
	}
	if r.Context().Err() == nil {
		p.Log.Error("a card could not be shown", "error", err)
	}
	p.show(w, r, http.StatusServiceUnavailable, "open", shown{Wrong: "open.away"})
}

func isInvalid(err error) bool {
	var invalid *bot.InvalidError
	return errors.As(err, &invalid)
}

func (p pages) pin(w http.ResponseWriter, r *http.Request) {
	p.act(w, r, func(pass, csrf string, f url.Values) (string, bot.CardPass, error) {
		next, err := p.Service.ChooseCardPIN(r.Context(), pass, csrf, f.Get("pin"), f.Get("again"))
		return "done.pin", next, err
	})
}

// inside shows one page of an open card.
func (p pages) inside(w http.ResponseWriter, r *http.Request, name string, fill func(s *shown) bool) {
	v, next, err := p.Service.Card(r.Context(), p.Site.Kept(r, passCookie))
	if err != nil {
		p.failed(w, r, err)
		return
	}
	p.keep(w, next)
	s := shown{View: v, CSRF: next.CSRF, In: true}
	if !v.Own || fill != nil && !fill(&s) {
		http.Redirect(w, r, Root, http.StatusSeeOther)
		return
	}
	p.show(w, r, http.StatusOK, name, s)
}

// ask shows one thing to say yes or no to, by its number in the list.
func (p pages) ask(w http.ResponseWriter, r *http.Request) {
	p.inside(w, r, "ask", func(s *shown) bool {
		n, err := strconv.Atoi(r.PathValue("n"))
		if err != nil || n < 1 || n > len(s.View.Asks) {
			return false
		}
		s.Ask = s.View.Asks[n-1]
		return true
	})
}

// decide reads a form of boxes named "c:kind/recipient".
func (p pages) decide(w http.ResponseWriter, r *http.Request) {
	p.act(w, r, func(pass, csrf string, f url.Values) (string, bot.CardPass, error) {
		d := bot.CardDecision{Agreement: f.Get("agreement") == "true", Discloser: bot.OrgID(f.Get("discloser")), Answers: map[string]bot.Decision{}}
		for name, values := range f {
			if cell, ok := strings.CutPrefix(name, "c:"); ok && len(values) == 1 {
				d.Answers[cell] = bot.Decision(values[0])
			}
		}
		done, next, err := p.Service.DecideCard(r.Context(), pass, csrf, d)
		return doneCode(done), next, err
	})
}

func doneCode(d bot.CardDone) string {
	switch {
	case d.Hidden > 0:
		return "done.hidden"
	case d.Yes+d.No+d.Ended == 0:
		return "done.nothing"
	}
	return "done.answered"
}

func (p pages) withdraw(w http.ResponseWriter, r *http.Request) {
	p.act(w, r, func(pass, csrf string, f url.Values) (string, bot.CardPass, error) {
		done, next, err := p.Service.WithdrawCard(r.Context(), pass, csrf, f.Get("yes"))
		return doneCode(done), next, err
	})
}

func (p pages) affirm(w http.ResponseWriter, r *http.Request) {
	p.act(w, r, func(pass, csrf string, f url.Values) (string, bot.CardPass, error) {
		next, err := p.Service.AffirmCard(r.Context(), pass, csrf, f.Get("yes"))
		return "done.affirmed", next, err
	})
}

// receipt gives the paper of one answer. It is a form and no link, so that no
// address names an answer.
func (p pages) receipt(w http.ResponseWriter, r *http.Request) {
	pass := p.Site.Kept(r, passCookie)
	if err := r.ParseForm(); err != nil || pass == "" {
		p.failed(w, r, bot.ErrForbidden)
		return
	}
	name, content, next, err := p.Service.CardReceipt(r.Context(), pass, r.PostForm.Get("csrf"), r.PostForm.Get("yes"))
	if err != nil {
		p.failed(w, r, err)
		return
	}
	p.keep(w, next)
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = w.Write(content)
}

func (p pages) objection(w http.ResponseWriter, r *http.Request) {
	p.inside(w, r, "objection", nil)
}

func (p pages) object(w http.ResponseWriter, r *http.Request) {
	p.act(w, r, func(pass, csrf string, f url.Values) (string, bot.CardPass, error) {
		next, err := p.Service.ObjectCard(r.Context(), pass, csrf, f.Get("seat"), f.Get("text"))
		return "done.objection", next, err
	})
}

func (p pages) request(w http.ResponseWriter, r *http.Request) {
	p.inside(w, r, "request", nil)
}

func (p pages) askFor(w http.ResponseWriter, r *http.Request) {
	p.act(w, r, func(pass, csrf string, f url.Values) (string, bot.CardPass, error) {
		next, err := p.Service.AskCard(r.Context(), pass, csrf, bot.MatterKind(f.Get("kind")), f.Get("text"))
		return "done.request", next, err
	})
}

func (p pages) parents(w http.ResponseWriter, r *http.Request) {
	p.act(w, r, func(pass, csrf string, f url.Values) (string, bot.CardPass, error) {
		if !f.Has("see") {
			return "done.nothing", bot.CardPass{}, bot.ErrForbidden
		}
		next, err := p.Service.SetParentsSee(r.Context(), pass, csrf, f.Get("see"))
		return "done.parents", next, err
	})
}

// leave closes the card, here and for everybody who had it open.
func (p pages) leave(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err == nil {
		if err := p.Service.LeaveCard(r.Context(), p.Site.Kept(r, passCookie), r.PostForm.Get("csrf")); err != nil {
			p.failed(w, r, err)
			return
		}
	}
	p.Site.Drop(w, passCookie, Root)
	http.Redirect(w, r, Root+"?m=done.left", http.StatusSeeOther)
}
