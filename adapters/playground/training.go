package playground

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/subtle"
	"crypto/tls"
	"encoding/base32"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// Training lets a group in, from other machines: over TLS, each with the code
// of one of the invented people, handed out by the trainer.
type Training struct {
	TLS   *tls.Config
	Hosts []string // names and addresses under which it is reached, without a port

	door *door // made at the first opening, for all that follow
}

// doorFor returns the door of the training. It outlives a chat that begins anew: the
// codes were handed out, and guesses still count.
func (t *Training) doorFor(people []Person) *door {
	if t.door == nil {
		t.door = newDoor(people)
	}
	return t.door
}

// Code opens the chat as one person, or as the trainer, who may be anybody.
type Code struct {
	Person bot.UserID // blank: the trainer
	Code   string     // such as K7QF-9M2X
}

// How often a code may be guessed. Of eight letters out of thirty, and thirteen
// codes, one guess in fifty billion is right.
const (
	guessTerm    = 10 * time.Minute
	guessesFrom  = 10  // from one address
	guessesInAll = 200 // from all of them
)

// door knows the codes and counts the wrong ones.
type door struct {
	codes []Code

	mu    sync.Mutex
	since time.Time      // guarded by mu, likewise below
	wrong map[string]int // by address
	all   int
	used  map[bot.UserID]bool // with whose codes somebody came in
}

func newDoor(people []Person) *door {
	d := &door{wrong: map[string]int{}, used: map[bot.UserID]bool{}}
	for _, p := range append([]Person{{}}, people...) {
		d.codes = append(d.codes, Code{p.ID, newCode()})
	}
	return d
}

// codeLetters has no 0, 1, I, L, O and U: codes are read aloud.
var codeLetters = base32.NewEncoding("23456789ABCDEFGHJKMNPQRSTVWXYZ#%").WithPadding(base32.NoPadding)

// newCode draws eight letters. The two that the alphabet lacks are drawn again.
func newCode() string {
	for {
		raw := make([]byte, 5)
		rand.Read(raw)
		if code := codeLetters.EncodeToString(raw); !strings.ContainsAny(code, "#%") {
			return code[:4] + "-" + code[4:]
		}
	}
}

// plain is a code as it is compared: people write it in many ways.
func plain(code string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToUpper(strings.TrimSpace(code)))
}

// open returns whose code it is. late: too many wrong ones came, and none is
// looked at now. A wrong code takes as long as a right one.
func (d *door) open(code, addr string, now time.Time) (found Code, ok, late bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now.Sub(d.since) >= guessTerm {
		d.since, d.wrong, d.all = now, map[string]int{}, 0
	}
	if host, _, err := net.SplitHostPort(addr); err == nil {
		addr = host
	}
	if d.wrong[addr] >= guessesFrom || d.all >= guessesInAll {
		return Code{}, false, true
	}
	given := []byte(plain(code))
	for _, c := range d.codes {
		if subtle.ConstantTimeCompare([]byte(plain(c.Code)), given) == 1 {
			found, ok = c, true
		}
	}
	if !ok {
		d.wrong[addr]++
		d.all++
	}
	return found, ok, false
}

// Codes lists the codes of a training, the trainer's first; none when anyone may
// be anyone.
func (c *Chat) Codes() []Code {
	if c.door == nil {
		return nil
	}
	return append([]Code(nil), c.door.codes...)
}

// trains reports whether the browser is the trainer's; without a training
// everybody is.
func (c *Chat) trains(r *http.Request) bool {
	if c.door == nil {
		return true
	}
	cookie, err := r.Cookie(c.cookieName("trainer"))
	if err != nil {
		return false
	}
	nonce, signature, _ := strings.Cut(cookie.Value, ".")
	return c.signed("trainer", nonce, signature)
}

type doorView struct {
	W       *wordsOf
	Token   string
	Forgets string
	Wrong   string
}

func (c *Chat) doorPage(w http.ResponseWriter, r *http.Request, status int, wrong string) {
	c.show(w, status, "door.html", doorView{W: &words, Token: c.visitor(w, r), Forgets: c.forgetsLine(r.Context(), &words), Wrong: wrong})
}

// enter lets a visitor with a code in.
func (c *Chat) enter(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4096)
	if c.door == nil {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	if !hmac.Equal([]byte(r.PostFormValue("token")), []byte(c.visitor(nil, r))) {
		c.doorPage(w, r, http.StatusForbidden, words.DoorOld)
		return
	}
	if plain(r.PostFormValue("code")) == "" { // nobody guesses: it does not count
		c.doorPage(w, r, http.StatusUnprocessableEntity, words.DoorEmpty)
		return
	}
	code, ok, late := c.door.open(r.PostFormValue("code"), r.RemoteAddr, c.wall())
	switch {
	case late:
		c.doorPage(w, r, http.StatusTooManyRequests, words.DoorLate)
	case !ok:
		c.doorPage(w, r, http.StatusForbidden, words.DoorWrong)
	case code.Person == "":
		nonce := newID()
		c.setCookie(w, "trainer", "/", nonce+"."+c.sign("trainer", nonce))
		http.Redirect(w, r, "/", http.StatusSeeOther)
	default:
		c.startSession(w, code.Person)
		to := home(code.Person)
		// A code may be used again: a browser was closed, or a cookie went. Who did not
		// do so must know that two of them are one now.
		if c.door.again(code.Person) {
			to += "?" + twice
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	}
}

// twice marks the page of who comes in with a code that was used before.
const twice = "dubbel=1"

// again notes that somebody came in as person, and says whether somebody did before.
func (d *door) again(person bot.UserID) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.used[person]
	d.used[person] = true
	return before
}

// fresh forgets who came in: a training that begins anew lets everybody in again.
func (d *door) fresh() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.used)
}

// leaveAct lets go of who somebody is, such as on a machine that is shared.
func (c *Chat) leaveAct(w http.ResponseWriter, r *http.Request, s session) {
	for kind, path := range map[string]string{"als": home(s.person.ID), "trainer": "/"} {
		http.SetCookie(w, &http.Cookie{Name: c.cookieName(kind), Path: path, HttpOnly: true, Secure: c.training != nil, SameSite: http.SameSiteStrictMode, MaxAge: -1})
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
