package vault

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

// bringSaid is said for who brings in a file: what becomes of it is what they ask.
func (p *Pages) bringSaid(err error) (int, string) {
	status, said := p.said(err)
	switch status {
	case http.StatusInsufficientStorage:
		said = text.VaultPage.BringFull.NL(text.None{})
	case http.StatusServiceUnavailable:
		said = text.VaultPage.BringAway.NL(text.None{})
	}
	return status, said
}

func (p *Pages) failBring(w http.ResponseWriter, err error) {
	status, said := p.bringSaid(err)
	p.show(w, status, "closed.html", map[string]any{"Said": said})
}

func (p *Pages) plainBring(w http.ResponseWriter, err error) {
	status, said := p.bringSaid(err)
	http.Error(w, said, status)
}

// enterBring uses the link up and begins a session in this browser.
func (p *Pages) enterBring(w http.ResponseWriter, r *http.Request) {
	session, _, err := p.Service.EnterBring(r.Context(), r.PathValue("link"))
	if err != nil {
		p.failBring(w, err)
		return
	}
	at := "/breng/s/" + rand.Text() + "/"
	p.Site.Keep(w, bringName, at, session, bot.BringTerm)
	http.Redirect(w, r, at, http.StatusSeeOther)
}

// bring is the page on which a file is chosen.
func (p *Pages) bring(w http.ResponseWriter, r *http.Request) {
	in, err := p.Service.BringState(r.Context(), p.Site.Kept(r, bringName))
	if err != nil {
		p.failBring(w, err)
		return
	}
	args := text.VaultUploadArgs{Ref: string(in.Casus), Purpose: in.Purpose, Megabytes: bot.MaxFile >> 20}
	p.show(w, http.StatusOK, "bring.html", map[string]any{"Heading": text.VaultPage.Bring.NL(args), "About": text.VaultPage.BringText.NL(args),
		"Part": bot.BringPart, "Most": bot.MaxFile, "Large": text.VaultPage.BringLarge.NL(args)})
}

type bringState struct {
	Had  int64  `json:"had"`
	Said string `json:"said,omitempty"`
}

func (p *Pages) tell(w http.ResponseWriter, s bringState, err error) {
	if err != nil {
		p.plainBring(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(s) // the browser went away; nobody is left to tell
}

// state says where the next part begins.
func (p *Pages) state(w http.ResponseWriter, r *http.Request) {
	in, err := p.Service.BringState(r.Context(), p.Site.Kept(r, bringName))
	p.tell(w, bringState{Had: in.Had}, err)
}

// partTerm is how long one part may be under way.
const partTerm = 2 * time.Minute

// part takes in one part of the file as the body of the request.
func (p *Pages) part(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(partTerm)) // the wire's own time
	at, err := strconv.ParseInt(r.URL.Query().Get("vanaf"), 10, 64)
	if err != nil {
		// Who it is comes first, also of what makes no sense.
		if _, err = p.Service.BringState(r.Context(), p.Site.Kept(r, bringName)); err == nil {
			err = &bot.InvalidError{Field: "vanaf", Reason: "no number"}
		}
		p.plainBring(w, err)
		return
	}
	in, err := p.Service.BringPartOf(r.Context(), p.Site.Kept(r, bringName), at, http.MaxBytesReader(w, r.Body, bot.BringPart))
	p.tell(w, bringState{Had: in.Had}, err)
}

// finish puts the whole through the gate and says what comes of it.
func (p *Pages) finish(w http.ResponseWriter, r *http.Request) {
	session := p.Site.Kept(r, bringName)
	if _, err := p.Service.BringState(r.Context(), session); err != nil {
		p.plainBring(w, err)
		return
	}
	var in struct {
		Name string `json:"name"`
		Size int64  `json:"size"`
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		p.plainBring(w, &bot.InvalidError{Field: "body", Reason: "no JSON"})
		return
	}
	answer, err := p.Service.FinishBring(r.Context(), session, in.Name, in.Size)
	p.tell(w, bringState{Had: in.Size, Said: answer.Text}, err)
}
