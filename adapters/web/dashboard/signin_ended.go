package dashboard

import (
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/convenantbot/convenantbot/adapters/web/oidc"
	"github.com/convenantbot/convenantbot/bot"
)

// signInEnded is where the provider itself, not a browser, says that it signed
// somebody out. What it says is believed by its signature alone. Whatever goes wrong
// is answered alike, so that the provider knows that the session may still be there.
func (p *pages) signInEnded(w http.ResponseWriter, r *http.Request) {
	err := p.ended(r)
	w.Header().Set("Content-Type", "application/json")
	if err == nil {
		w.WriteHeader(http.StatusOK)
		return
	}
	if r.Context().Err() == nil {
		p.Log.Warn("the provider could not sign somebody out of the overview", "error", err)
	}
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write([]byte(`{"error":"invalid_request"}`)) // whoever asked may have gone
}

// ended ends the sessions that a request of the provider is about.
func (p *pages) ended(r *http.Request) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return &oidc.Error{Kind: oidc.ErrWrong, Why: "form"}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return &oidc.Error{Kind: oidc.ErrWrong, Why: "form"}
	}
	d, err := p.SignIn.Provider.Depart(r.Context(), string(body))
	if err != nil {
		return err
	}
	var ended []bot.Ended
	for _, name := range d.Wide {
		ended = append(ended, bot.Ended{Name: name, At: d.At})
	}
	if d.Ended != "" {
		ended = append(ended, bot.Ended{Name: d.Ended})
	}
	if err := p.Service.SignOutElsewhere(r.Context(), d.Once, ended...); errors.Is(err, bot.ErrConflict) {
		return &oidc.Error{Kind: oidc.ErrStale, Why: "used"}
	} else if err != nil {
		return err
	}
	return nil
}
