package playground

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/convenantbot/convenantbot/bot"
)

// A session is a signed cookie that says who somebody chose to be. It is sent
// under the path of that person alone, so each tab is the person in its
// address. Without a training it guards nothing secret, since anyone may choose
// anyone; it keeps other pages and other programs' forms from acting in somebody's name.

// sign returns the signature of what for a purpose.
func (c *Chat) sign(purpose, what string) string {
	mac := hmac.New(sha256.New, *c.key.Load())
	mac.Write([]byte(purpose + "\x00" + what))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (c *Chat) signed(purpose, what, signature string) bool {
	return hmac.Equal([]byte(c.sign(purpose, what)), []byte(signature))
}

// cookieName has the port in it: cookies do not keep ports of one machine apart.
func (c *Chat) cookieName(kind string) string {
	_, port, _ := net.SplitHostPort(c.listener.Addr().String())
	return "playground_" + kind + "_" + port
}

func (c *Chat) setCookie(w http.ResponseWriter, kind, path, value string) {
	http.SetCookie(w, &http.Cookie{Name: c.cookieName(kind), Path: path, Value: value, HttpOnly: true, Secure: c.training != nil, SameSite: http.SameSiteStrictMode, MaxAge: int(Memory.Seconds())})
}

// startSession lets a browser be person under /als/<person>/. A trainer's does not end
// with that person's code.
func (c *Chat) startSession(w http.ResponseWriter, person bot.UserID, trainer bool) {
	nonce := newID()
	c.setCookie(w, "als", home(person), nonce+"."+c.sign("session", c.sessionOn(person, nonce, trainer)))
}

// sessionOn is what a session is signed on: in a training also with which code of
// somebody it began, so that it ends when they get another.
func (c *Chat) sessionOn(person bot.UserID, nonce string, trainer bool) string {
	on := string(person) + "|" + nonce
	switch {
	case c.door == nil:
	case trainer:
		on += "|trainer"
	default:
		on += "|" + strconv.Itoa(c.door.turn(person))
	}
	return on
}

// session is who a request comes from, and the token that its forms must carry.
type session struct {
	person  Person
	token   string
	trainer bool // of a training, who may be anybody
}

// sessionOf returns the session of a request for person. It is false for
// nobody, for somebody else, for a session from before everything was forgotten, and
// for one whose code was replaced.
func (c *Chat) sessionOf(r *http.Request, person bot.UserID) (session, bool) {
	p, ok := c.people[person]
	cookie, err := r.Cookie(c.cookieName("als"))
	if !ok || p.Inactive || err != nil {
		return session{}, false
	}
	nonce, signature, _ := strings.Cut(cookie.Value, ".")
	trainer := c.door != nil && c.signed("session", c.sessionOn(person, nonce, true), signature)
	if !trainer && !c.signed("session", c.sessionOn(person, nonce, false), signature) {
		return session{}, false
	}
	// The token is the same in all windows of one person: a browser has one cookie for
	// them, and the second window that is opened brings a new one.
	return session{p, c.sign("form", c.sessionOn(person, "", trainer)), trainer}, true
}

// tokenHeader carries the token of requests that are no forms.
const tokenHeader = "X-Form-Token"

// tokenOf returns the token that a request carries.
func tokenOf(r *http.Request) string {
	if t := r.Header.Get(tokenHeader); t != "" {
		return t
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return r.PostFormValue("token")
	}
	return ""
}

func (s session) holds(r *http.Request) bool {
	return hmac.Equal([]byte(s.token), []byte(tokenOf(r)))
}

// visitor returns the token of the first page, where nobody is anybody yet, and
// gives the browser its cookie when it has none.
func (c *Chat) visitor(w http.ResponseWriter, r *http.Request) string {
	if cookie, err := r.Cookie(c.cookieName("start")); err == nil && len(cookie.Value) > 20 {
		return c.sign("start", cookie.Value)
	}
	nonce := newID()
	if w != nil {
		c.setCookie(w, "start", "/", nonce)
	}
	return c.sign("start", nonce)
}

func home(person bot.UserID) string { return "/als/" + string(person) + "/" }
