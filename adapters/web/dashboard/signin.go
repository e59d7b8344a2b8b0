package dashboard

import (
	_ "embed"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/convenantbot/convenantbot/adapters/web/oidc"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

// SignIn is signing in with the account of one's organisation, beside the link that
// the bot sends.
type SignIn struct {
	Provider *oidc.Provider
	Name     string // what people call it: "log in met …"
	Platform string // of the accounts that it proves, as the directory spells it
	Home     string // where our page to sign in is found from outside
}

// Front is the page to sign in at, Return where the provider sends people back to, and
// Ended where it says that it signed somebody out.
const (
	Front  = Root + "inloggen"
	Return = Front + "/terug"
	Ended  = Front + "/uit"
)

//go:embed inloggen.html
var signInSource string

// signInRoutes lists the routes of signing in.
func (p *pages) signInRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+Front, p.signInFront)
	mux.HandleFunc("GET "+Front+"/start", p.signInStart)
	mux.HandleFunc("GET "+Return, p.signInReturn)
	mux.HandleFunc("POST "+Ended, p.signInEnded)
}

// tripCookie is the name under which a browser keeps what it needs to come back.
func (p *pages) tripCookie() string { return p.cookie() + "-inloggen" }

// keepTrip gives the browser what it needs to come back; blank takes it away. The
// provider's page leads back here, and so Strict would keep it from us.
func (p *pages) keepTrip(w http.ResponseWriter, kept string) {
	c := &http.Cookie{Name: p.tripCookie(), Value: kept, Path: "/", HttpOnly: true, Secure: p.Secure, SameSite: http.SameSiteLaxMode, MaxAge: int(oidc.TripTerm.Seconds())}
	if kept == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// front is a page of signing in.
type front struct {
	Title, Words    string
	Start, StartDo  string // where signing in begins, and what the button says
	Link            string // the other way in
	Number, NumberL string // of an account that nobody knows
	On              string // where to go on by itself
	Out, OutDo      string // where to sign out too
	Left            string
}

func (p *pages) signInPage(code, words, to string) front {
	f := front{Title: text.SignIn(code), Words: text.SignIn(words), Start: startAt(to), Link: text.SignIn("link")}
	f.StartDo = text.SignIn("again")
	return f
}

// startAt is where signing in begins for who wants to go to a view of ours.
func startAt(to string) string {
	if to == "" || to == Root {
		return Front + "/start"
	}
	return Front + "/start?" + url.Values{"naar": {to}}.Encode()
}

// otherAt is where signing in begins for who came with an account that is nobody's
// here: the provider would send them back with the same one, unless it is asked.
func otherAt(ask oidc.Ask) string {
	return Front + "/start?" + url.Values{"ander": {string(ask)}}.Encode()
}

// inside is the address of a view of ours that path names, made anew from its parts;
// anything else, such as another site, leads to the beginning.
func inside(path string) string {
	rest, ok := strings.CutPrefix(path, Root)
	parts := strings.Split(rest, "/")
	if !ok || len(parts) != 3 {
		return Root
	}
	for i, one := range parts {
		one, err := url.PathUnescape(one)
		if err != nil || one == "" || one == "." || one == ".." || len(one) > 80 ||
			strings.ContainsFunc(one, func(r rune) bool { return r <= ' ' || r == '/' || r == '\\' || r == '?' || r == '#' || r == 0x7f }) {
			return Root
		}
		parts[i] = url.PathEscape(one)
	}
	return Root + strings.Join(parts, "/")
}

// signInFront offers to sign in.
func (p *pages) signInFront(w http.ResponseWriter, r *http.Request) {
	f := p.signInPage("title", "text", inside(r.URL.Query().Get("naar")))
	f.StartDo = text.SignInWith.NL(text.SignInArgs{With: p.SignIn.Name})
	p.render(w, http.StatusOK, "inloggen", f)
}

// signInStart sends the browser to the provider. Only a page of ours leads here:
// what another site begins, somebody may not have meant.
func (p *pages) signInStart(w http.ResponseWriter, r *http.Request) {
	to := inside(r.URL.Query().Get("naar"))
	if from := r.Header.Get("Sec-Fetch-Site"); from != "" && from != "same-origin" && from != "none" {
		http.Redirect(w, r, Front, http.StatusSeeOther)
		return
	}
	address, kept, err := p.SignIn.Provider.Begin(r.Context(), oidc.Luggage{To: to, Old: p.token(r), Ask: asksOf(r.URL.Query().Get("ander"))})
	if err != nil {
		p.notSignedIn(w, r, err, to)
		return
	}
	p.keepTrip(w, kept)
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// asksOf is what somebody asks of the provider besides; what is none of it is nothing.
func asksOf(s string) oidc.Ask {
	switch ask := oidc.Ask(s); ask {
	case oidc.ToChoose, oidc.ToSignIn:
		return ask
	}
	return ""
}

// signInReturn is where the provider sends people back to. The browser came from
// elsewhere and so it shows no session and is led nowhere by us: a page of ours goes
// on, and takes the new session along.
func (p *pages) signInReturn(w http.ResponseWriter, r *http.Request) {
	kept := ""
	if c, err := r.Cookie(p.tripCookie()); err == nil {
		kept = c.Value
	}
	p.keepTrip(w, "")
	a, err := p.SignIn.Provider.Arrive(r.Context(), kept, r.URL.RawQuery)
	if err != nil {
		p.notSignedIn(w, r, err, Root)
		return
	}
	token, err := p.Service.EnterOverviewAs(r.Context(), bot.Proof{Account: bot.Account{Platform: p.SignIn.Platform, User: bot.UserID(a.Account)},
		Once: a.Once, At: a.At, Names: a.Names}, a.Old)
	switch {
	case errors.Is(err, bot.ErrConflict):
		p.notSignedIn(w, r, &oidc.Error{Kind: oidc.ErrStale, Why: "used"}, Root)
	case errors.Is(err, bot.ErrForbidden):
		p.keep(w, "")
		f := p.signInPage("nobody_title", "nobody", Root)
		f.Number, f.NumberL = a.Account, text.SignIn("number")
		f.Start, f.StartDo = otherAt(oidc.ToChoose), text.SignIn("other")
		p.render(w, http.StatusForbidden, "inloggen", f)
	case err != nil:
		p.failed(w, r, err)
	default:
		p.keep(w, token)
		to := inside(a.To)
		p.render(w, http.StatusOK, "inloggen", front{Title: text.SignIn("in_title"), Words: "", On: to, Start: to, StartDo: text.SignIn("go")})
	}
}

// signInNo is the page and the status for each kind of no.
var signInNo = map[oidc.Kind]struct {
	title, words string
	status       int
}{
	oidc.ErrAway:    {"away_title", "away", http.StatusServiceUnavailable},
	oidc.ErrBusy:    {"away_title", "busy", http.StatusServiceUnavailable},
	oidc.ErrDenied:  {"denied_title", "denied", http.StatusForbidden},
	oidc.ErrUnasked: {"denied_title", "unasked", http.StatusForbidden},
	oidc.ErrStale:   {"stale_title", "stale", http.StatusForbidden},
	oidc.ErrWeak:    {"weak_title", "weak", http.StatusForbidden},
	oidc.ErrNobody:  {"wrong_title", "wrong", http.StatusForbidden},
	oidc.ErrWrong:   {"wrong_title", "wrong", http.StatusForbidden},
}

// notSignedIn says that nobody was signed in and what to do now. What is in the log
// is a word of ours.
func (p *pages) notSignedIn(w http.ResponseWriter, r *http.Request, err error, to string) {
	kind := oidc.KindOf(err)
	if r.Context().Err() == nil {
		switch kind {
		case oidc.ErrAway, oidc.ErrWrong, oidc.ErrNobody, oidc.ErrBusy:
			p.Log.Warn("somebody could not sign in with the account of their organisation", "error", err)
		}
	}
	page := signInNo[kind]
	f := p.signInPage(page.title, page.words, to)
	if kind == oidc.ErrUnasked {
		f.Start, f.StartDo = otherAt(oidc.ToSignIn), text.SignIn("other")
	}
	p.render(w, page.status, "inloggen", f)
}

// signedOut is the page of who is signed out: by time, or since they asked. With a
// provider it offers to sign in again, and who asked to sign out may do so there too.
func (p *pages) signedOut(w http.ResponseWriter, r *http.Request, status int, asked bool) {
	if p.SignIn == nil {
		p.plain(w, status, "out_title", "out_text", "")
		return
	}
	f := front{Title: text.Dash("out_title"), Words: text.Dash("out_text"), StartDo: text.SignInWith.NL(text.SignInArgs{With: p.SignIn.Name})}
	f.Start = startAt(inside(r.URL.Path))
	if asked {
		f.Start = startAt("")
		if f.Out = p.SignIn.Provider.Leave(r.Context(), p.SignIn.Home); f.Out != "" {
			f.Left, f.OutDo = text.SignIn("left"), text.SignInLeave.NL(text.SignInArgs{With: p.SignIn.Name})
		}
	}
	p.render(w, status, "inloggen", f)
}
