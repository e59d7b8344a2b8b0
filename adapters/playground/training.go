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

// door knows the codes and counts the wrong ones. A code lets one browser in, once:
// two people who are the same person would not know whose word is whose. Whoever
// lost their window gets another code of the trainer, and what the old one opened is
// closed. The trainer's own code is on the trainer's own screen and works again.
type door struct {
	mu    sync.Mutex
	codes []Code         // guarded by mu, likewise below
	since time.Time      // when the wrong ones were last forgotten
	wrong map[string]int // by address
	all   int
	used  map[bot.UserID]bool // with whose codes somebody came in
	turns map[bot.UserID]int  // how many codes somebody had before this one
}

func newDoor(people []Person) *door {
	d := &door{wrong: map[string]int{}, used: map[bot.UserID]bool{}, turns: map[bot.UserID]int{}}
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

// entry is how the door answers to a code.
type entry int

const (
	entryWrong entry = iota
	entryLate        // too many wrong ones came, and none is looked at now
	entryUsed        // it let somebody in before
	entryOpen
)

// open says whose code it is, and uses it up. A wrong code takes as long as a right
// one. One that was used is no guess: it came from who had it.
func (d *door) open(code, addr string, now time.Time) (found Code, how entry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now.Sub(d.since) >= guessTerm {
		d.since, d.wrong, d.all = now, map[string]int{}, 0
	}
	if host, _, err := net.SplitHostPort(addr); err == nil {
		addr = host
	}
	if d.wrong[addr] >= guessesFrom || d.all >= guessesInAll {
		return Code{}, entryLate
	}
	given := []byte(plain(code))
	for _, c := range d.codes {
		if subtle.ConstantTimeCompare([]byte(plain(c.Code)), given) == 1 {
			found, how = c, entryOpen
		}
	}
	switch {
	case how == entryWrong:
		d.wrong[addr]++
		d.all++
	case d.used[found.Person]:
		return Code{}, entryUsed
	case found.Person != "":
		d.used[found.Person] = true
	}
	return found, how
}

// renew draws another code for person. The old one, and what it opened, are over. It
// is false for who has none.
func (d *door) renew(person bot.UserID) (string, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.codes {
		if person != "" && d.codes[i].Person == person {
			d.codes[i].Code = newCode()
			d.used[person] = false
			d.turns[person]++
			return d.codes[i].Code, true
		}
	}
	return "", false
}

// turn is the number of somebody's code: their sessions end with it.
func (d *door) turn(person bot.UserID) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.turns[person]
}

// end ends the sessions of somebody who leaves. Their code stays used.
func (d *door) end(person bot.UserID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.turns[person]++
}

// in reports whether somebody came in with a person's code.
func (d *door) in(person bot.UserID) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.used[person]
}

// Codes lists the codes of a training, the trainer's first; none when anyone may
// be anyone.
func (c *Chat) Codes() []Code {
	if c.door == nil {
		return nil
	}
	c.door.mu.Lock()
	defer c.door.mu.Unlock()
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
	Notice  string
	Wrong   string
}

func (c *Chat) doorPage(w http.ResponseWriter, r *http.Request, status int, wrong string) {
	v := doorView{W: &words, Token: c.visitor(w, r), Forgets: c.forgetsLine(r.Context(), &words), Wrong: wrong}
	if r.URL.Query().Has("gewist") {
		v.Notice = words.DoorEnded
	}
	c.show(w, status, "door.html", v)
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
	code, how := c.door.open(r.PostFormValue("code"), r.RemoteAddr, c.wall())
	switch {
	case how == entryLate:
		c.doorPage(w, r, http.StatusTooManyRequests, words.DoorLate)
	case how == entryUsed:
		c.doorPage(w, r, http.StatusForbidden, words.DoorUsed)
	case how != entryOpen:
		c.doorPage(w, r, http.StatusForbidden, words.DoorWrong)
	case code.Person == "":
		nonce := newID()
		c.setCookie(w, "trainer", "/", nonce+"."+c.sign("trainer", nonce))
		http.Redirect(w, r, "/", http.StatusSeeOther)
	default:
		c.startSession(w, code.Person, false)
		http.Redirect(w, r, home(code.Person), http.StatusSeeOther)
	}
}

// renewCode gives a person another code, when the trainer says so: for who lost their
// window, or whose code went to somebody else. What the old one opened is closed. The
// code stands in this one answer, so that a screen that everybody sees shows no more.
func (c *Chat) renewCode(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4096)
	person := bot.UserID(r.PostFormValue("person"))
	if c.door == nil || !c.trains(r) || !hmac.Equal([]byte(r.PostFormValue("token")), []byte(c.visitor(nil, r))) {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	code, ok := c.door.renew(person)
	if !ok {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	c.hub.drop(person)
	c.firstOf(w, r, sprintf(words.NewCodeIs, c.people[person].Name, code))
}

// fresh forgets who came in: a training that begins anew lets everybody in again.
func (d *door) fresh() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.used)
}

// leaveAct lets go of who somebody is, such as on a machine that is shared.
func (c *Chat) leaveAct(w http.ResponseWriter, r *http.Request, s session) {
	if c.door != nil && !s.trainer {
		c.door.end(s.person.ID)
		c.hub.drop(s.person.ID)
	}
	for kind, path := range map[string]string{"als": home(s.person.ID), "trainer": "/"} {
		http.SetCookie(w, &http.Cookie{Name: c.cookieName(kind), Path: path, HttpOnly: true, Secure: c.training != nil, SameSite: http.SameSiteStrictMode, MaxAge: -1})
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
