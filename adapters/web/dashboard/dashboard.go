package dashboard

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/audit"
)

// Service is what the pages need of the bot.
type Service interface {
	PeekOverview(ctx context.Context, link string) error
	EnterOverview(ctx context.Context, link, old string) (token string, err error)
	EnterOverviewAs(ctx context.Context, p bot.Proof, old string) (token string, err error)
	SignOutElsewhere(ctx context.Context, once string, ended ...bot.Ended) error
	LeaveOverview(ctx context.Context, token string) error
	Dash(ctx context.Context, q bot.DashQuery) (bot.Dash, error)
	DashHold(ctx context.Context, q bot.DashQuery, ref bot.Ref, reason string) error
	DashRelease(ctx context.Context, q bot.DashQuery, ref bot.Ref, hold, reason string) error
	DashAgree(ctx context.Context, q bot.DashQuery, ref bot.Ref, hold string) error
	DashAdvise(ctx context.Context, q bot.DashQuery, ref bot.Ref, file, advice string) error
	DashApprove(ctx context.Context, q bot.DashQuery, hash string) error
	DashAdopt(ctx context.Context, q bot.DashQuery, rule, by, on string) error
	DashProposePlan(ctx context.Context, q bot.DashQuery) (int, error)
	DashRunPlan(ctx context.Context, q bot.DashQuery, id string) (int, error)
	DashVerify(ctx context.Context, q bot.DashQuery) error
	DashProof(ctx context.Context, q bot.DashQuery, seq int64) error
}

// Ledger is the log itself, to be checked.
type Ledger interface {
	Verify(ctx context.Context, outside ...string) (audit.Report, error)
	Prove(ctx context.Context, entry int64) (audit.Proof, error)
}

// Finding is something that was found about how the bot runs, in words of its own.
type Finding struct {
	Text  string
	Level string // good, advice, broken or unknown
	Fix   string // what to do; blank: nothing
}

// Options are what the pages are given with.
type Options struct {
	Service Service
	Ledger  Ledger
	// Health is how the bot runs, for the view of the bot. Nil: nothing is known.
	Health func(ctx context.Context) []Finding
	// SignIn is the other way in besides a link; nil: there is none.
	SignIn *SignIn
	// Secure says that browsers reach us over TLS.
	Secure bool
	Log    *slog.Logger
}

// Root is where the pages are.
const Root = "/overzicht/"

// maxBody is the largest form, in bytes.
const maxBody = 16 << 10

// policy lets our own style and script load, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

var (
	//go:embed stijl.css
	style []byte
	//go:embed levend.js
	script []byte
	//go:embed overzicht.html
	source string

	templates = template.Must(template.New("overzicht").Funcs(template.FuncMap{
		"t": text.Dash, "num": strconv.Itoa, "coded": coded,
	}).Parse(source + signInSource))
)

type pages struct {
	Options
	verifying chan struct{} // of one: whoever has the log read
}

// Handler lists the routes.
func Handler(o Options) http.Handler {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	p := &pages{Options: o, verifying: make(chan struct{}, 1)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Root+"stijl.css", asset("text/css; charset=utf-8", style))
	mux.HandleFunc("GET "+Root+"levend.js", asset("text/javascript; charset=utf-8", script))
	mux.HandleFunc("GET "+Root+"in/{link}", p.front)
	mux.HandleFunc("POST "+Root+"in", p.enter)
	mux.HandleFunc("POST "+Root+"uit", p.leave)
	mux.HandleFunc("GET "+Root+"{$}", p.home)
	mux.HandleFunc("GET "+Root+"{hat}/{org}/{view}", p.show)
	mux.HandleFunc("GET "+Root+"{hat}/{org}/{view}/json", p.asJSON)
	mux.HandleFunc("GET "+Root+"{hat}/{org}/{view}/csv/{table}", p.asCSV)
	mux.HandleFunc("GET "+Root+"{hat}/{org}/{view}/doe/{act}", p.ask)
	mux.HandleFunc("POST "+Root+"{hat}/{org}/{view}/doe/{act}", p.act)
	mux.HandleFunc("POST "+Root+"{hat}/{org}/logboek/controle", p.verify)
	mux.HandleFunc("GET "+Root+"{hat}/{org}/logboek/bewijs/{seq}", p.proof)
	if p.SignIn != nil {
		p.signInRoutes(mux)
	}
	mux.HandleFunc(Root, func(w http.ResponseWriter, r *http.Request) { p.failed(w, r, bot.ErrNotFound) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cache-Control", "no-store, private")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		mux.ServeHTTP(w, r)
	})
}

func asset(kind string, data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(data) // whoever asked may have gone
	}
}

// cookie is the name under which a browser keeps its session. Over TLS the prefix
// makes the browser itself see to it that no other name, path or line set it.
func (p *pages) cookie() string {
	if p.Secure {
		return "__Host-overzicht"
	}
	return "overzicht"
}

// keep gives the browser a session; blank takes it away. It lives as long as the
// browser, or as the server says.
func (p *pages) keep(w http.ResponseWriter, token string) {
	c := &http.Cookie{Name: p.cookie(), Value: token, Path: "/", HttpOnly: true, Secure: p.Secure, SameSite: http.SameSiteStrictMode}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

func (p *pages) token(r *http.Request) string {
	c, err := r.Cookie(p.cookie())
	if err != nil {
		return ""
	}
	return c.Value
}

// csrf is what the forms of a session carry. Only who has the cookie can make it.
func csrf(token string) string {
	h := hmac.New(sha256.New, []byte(token))
	h.Write([]byte("forms of the overview"))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// ours reports whether a form was sent by a page of this session.
func (p *pages) ours(r *http.Request) bool {
	token := p.token(r)
	return token != "" && r.ParseForm() == nil && hmac.Equal([]byte(csrf(token)), []byte(r.PostForm.Get("csrf")))
}

// query is what an address asks for.
func (p *pages) query(r *http.Request) bot.DashQuery {
	q := bot.DashQuery{Token: p.token(r), View: r.PathValue("view"), After: bot.Ref(r.URL.Query().Get("na")),
		Hat: bot.Hat{Kind: bot.HatKind(r.PathValue("hat")), Organisation: bot.OrgID(r.PathValue("org"))}}
	if q.Hat.Kind == bot.HatLead {
		q.Hat.Organisation = ""
	}
	return q
}

// place is the address of a view under a hat.
func place(h bot.Hat, view string) string {
	org := string(h.Organisation)
	if h.Kind == bot.HatLead {
		org = "-"
	}
	return Root + string(h.Kind) + "/" + url.PathEscape(org) + "/" + view
}

// front is the page behind a link. It uses nothing up: programs that look behind a
// link do no harm.
func (p *pages) front(w http.ResponseWriter, r *http.Request) {
	link := r.PathValue("link")
	switch err := p.Service.PeekOverview(r.Context(), link); {
	case errors.Is(err, bot.ErrForbidden):
		p.plain(w, http.StatusForbidden, "in_title", "in_wrong", "")
	case err != nil:
		p.failed(w, r, err)
	default:
		p.render(w, http.StatusOK, "in", struct{ Link string }{link})
	}
}

func (p *pages) enter(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		p.plain(w, http.StatusForbidden, "in_title", "in_wrong", "")
		return
	}
	token, err := p.Service.EnterOverview(r.Context(), r.PostForm.Get("link"), p.token(r))
	switch {
	case errors.Is(err, bot.ErrForbidden):
		p.keep(w, "")
		p.plain(w, http.StatusForbidden, "in_title", "in_wrong", "")
	case err != nil:
		p.failed(w, r, err)
	default:
		p.keep(w, token)
		http.Redirect(w, r, Root, http.StatusSeeOther)
	}
}

func (p *pages) leave(w http.ResponseWriter, r *http.Request) {
	if !p.ours(r) {
		p.failed(w, r, bot.ErrForbidden)
		return
	}
	if err := p.Service.LeaveOverview(r.Context(), p.token(r)); err != nil {
		p.failed(w, r, err)
		return
	}
	p.keep(w, "")
	p.signedOut(w, r, http.StatusOK, true)
}

// home leads to the first view of the first hat.
func (p *pages) home(w http.ResponseWriter, r *http.Request) {
	q := p.query(r)
	q.View, q.Poll = "begin", true // the view that comes is the one that is recorded
	d, err := p.Service.Dash(r.Context(), q)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	http.Redirect(w, r, place(d.Hat, "begin"), http.StatusSeeOther)
}

// failed says that somebody is signed out, that this is not theirs, or that the bot
// is away; and never which of several reasons it was.
func (p *pages) failed(w http.ResponseWriter, r *http.Request, err error) {
	var out bot.SignedOutError
	switch {
	case errors.As(err, &out):
		p.keep(w, "")
		p.signedOut(w, r, http.StatusUnauthorized, false)
	case errors.Is(err, bot.ErrForbidden), errors.Is(err, bot.ErrNotFound), errors.Is(err, bot.ErrGone):
		p.plain(w, http.StatusForbidden, "no_title", "no_text", Root)
	default:
		if r.Context().Err() == nil {
			p.Log.Error("the overview could not be shown", "error", err)
		}
		p.plain(w, http.StatusServiceUnavailable, "away_title", "away_text", "")
	}
}

// plain is a page with one thing to say.
func (p *pages) plain(w http.ResponseWriter, status int, title, words, back string) {
	p.render(w, status, "plain", struct{ Title, Words, Back string }{text.Dash(title), text.Dash(words), back})
}

// render writes a page whole, or says that it could not.
func (p *pages) render(w http.ResponseWriter, status int, name string, v any) {
	var out strings.Builder
	if err := templates.ExecuteTemplate(&out, name, v); err != nil {
		p.Log.Error("a page of the overview could not be made", "page", name, "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(out.String())) // whoever asked may have gone
}

// show gives a view. A page that asks by itself whether anything changed gets it
// whole, or hears that nothing did; it keeps nobody signed in.
func (p *pages) show(w http.ResponseWriter, r *http.Request) {
	q := p.query(r)
	q.Poll = r.Header.Get("X-Kijk") != ""
	d, err := p.look(r.Context(), q)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	s := shown(d, csrf(q.Token))
	s.Done = doneWords(r.URL.Query().Get("gedaan"))
	w.Header().Set("ETag", s.Print)
	if q.Poll && r.Header.Get("If-None-Match") == s.Print {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	p.render(w, http.StatusOK, "view", s)
}

// look is a view, with what is known here of how the bot runs.
func (p *pages) look(ctx context.Context, q bot.DashQuery) (bot.Dash, error) {
	d, err := p.Service.Dash(ctx, q)
	if err == nil && d.View == "bot" && p.Health != nil {
		t := bot.DashTable{Code: "bevindingen", Columns: []string{"level", "found", "fix"}}
		for _, f := range p.Health(ctx) {
			t.Rows = append(t.Rows, bot.DashRow{Cells: []bot.DashCell{{Text: text.Dash("level_" + f.Level)}, {Text: f.Text}, {Text: f.Fix}}})
		}
		d.Tables = append(d.Tables, t)
	}
	return d, err
}

// doneWords says what was just done; blank for anything else that an address asks.
func doneWords(act string) string {
	if _, ok := acts[act]; !ok {
		return ""
	}
	return text.Dash("done_" + act)
}

// proof gives the proof of one entry as a file.
func (p *pages) proof(w http.ResponseWriter, r *http.Request) {
	seq, err := strconv.ParseInt(r.PathValue("seq"), 10, 64)
	q := p.query(r)
	q.View = "logboek"
	if err != nil || seq < 1 {
		err = bot.ErrNotFound
	} else {
		err = p.Service.DashProof(r.Context(), q, seq)
	}
	if err != nil {
		p.failed(w, r, err)
		return
	}
	proof, err := p.Ledger.Prove(r.Context(), seq)
	if errors.Is(err, bot.ErrNotFound) {
		p.plain(w, http.StatusConflict, "proof", "proof_wait", place(q.Hat, "logboek"))
		return
	}
	if err != nil {
		p.failed(w, r, err)
		return
	}
	p.file(w, "application/json", "bewijs-"+strconv.FormatInt(seq, 10)+".json")
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	_ = enc.Encode(proof) // whoever asked may have gone
}

// file says that what follows is a file with this name, which is ours.
func (p *pages) file(w http.ResponseWriter, kind, name string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

// verify has the log read and shows how that goes on: the page grows while it is
// read. One at a time.
func (p *pages) verify(w http.ResponseWriter, r *http.Request) {
	q := p.query(r)
	q.View = "logboek"
	if !p.ours(r) {
		p.failed(w, r, bot.ErrForbidden)
		return
	}
	select {
	case p.verifying <- struct{}{}:
		defer func() { <-p.verifying }()
	default:
		w.Header().Set("Retry-After", "30")
		p.plain(w, http.StatusTooManyRequests, "away_title", "away_text", place(q.Hat, "logboek"))
		return
	}
	if err := p.Service.DashVerify(r.Context(), q); err != nil {
		p.failed(w, r, err)
		return
	}
	type result struct {
		report audit.Report
		err    error
	}
	done := make(chan result, 1)
	go func() {
		report, err := p.Ledger.Verify(r.Context())
		done <- result{report, err}
	}()
	flush := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = templates.ExecuteTemplate(w, "verify", nil)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for n := 1; ; n++ {
		_ = flush.Flush()
		select {
		case end := <-done:
			if end.err != nil {
				p.Log.Error("the log could not be verified from the overview", "error", end.err)
			}
			_ = templates.ExecuteTemplate(w, "verified", struct {
				Report audit.Report
				Failed bool
				Back   string
			}{end.report, end.err != nil, place(q.Hat, "logboek")})
			return
		case <-tick.C:
			_, _ = w.Write([]byte(" " + strconv.Itoa(n)))
		}
	}
}
