package bridge

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Found by breaking it: nothing noticed when a call that is signed but not in order was
// answered. Who has the secret is believed, and no more than a call is.
func TestASignedCallThatIsNotInOrderIsRefused(t *testing.T) {
	const ja = `{"text":"ja"}`
	full := ja + strings.Repeat(" ", MaxQuestion-len(ja))
	for name, test := range map[string]struct {
		body, query, nonce, meta, before string
		status                           int
	}{
		"in order":                               {body: ja, status: http.StatusOK},
		"as large as may be":                     {body: full, status: http.StatusOK},
		"a byte too large":                       {body: full + " ", status: http.StatusUnauthorized},
		"two questions":                          {body: ja + ja, status: http.StatusUnprocessableEntity},
		"a question with more in it":             {body: `{"text":"ja","user":"fg","x":1}`, status: http.StatusUnprocessableEntity},
		"something in the address":               {body: ja, query: "user=fg", status: http.StatusNotFound},
		"a nonce of another form":                {body: ja, nonce: "kort", status: http.StatusUnauthorized},
		"no nonce":                               {body: ja, nonce: " ", status: http.StatusUnauthorized},
		"a second question in its head":          {body: ja, meta: "e30", status: http.StatusUnauthorized},
		"another signature before the right one": {body: ja, before: strings.Repeat("0", 64), status: http.StatusUnauthorized},
	} {
		e := open(t)
		h := head{ToBot, "1", http.MethodPost, BotPosting.Path(), stamp(e.now), newNonce(), test.meta}
		if test.nonce != "" {
			h.nonce = strings.TrimSpace(test.nonce)
		}
		sum := digest([]byte(test.body))
		r := httptest.NewRequest(h.method, h.path, strings.NewReader(test.body))
		r.URL.RawQuery = test.query
		for name, value := range map[string]string{headerVersion: h.version, headerTime: h.at, headerNonce: h.nonce, headerMeta: h.meta, headerBody: sum} {
			r.Header.Set(name, value)
		}
		if test.before != "" {
			r.Header.Add(headerSignature, test.before)
		}
		r.Header.Add(headerSignature, h.signature(oldSecret, sum))
		w := httptest.NewRecorder()
		e.server.ServeHTTP(w, r)
		if want := map[bool]int{true: 1}[test.status == http.StatusOK]; w.Code != test.status || e.seen != want {
			t.Errorf("%s = %d and is looked at %d times, want %d and %d", name, w.Code, e.seen, test.status, want)
		}
	}
}

func TestAnAnswerThatIsTooLargeIsNone(t *testing.T) {
	e := open(t)
	size := MaxAnswer
	Handle(e.server, BotSubmit, func(context.Context, Submission) (SubmitAnswer, error) {
		return SubmitAnswer{Text: strings.Repeat("a", size)}, nil
	})
	if _, err := BotSubmit.Do(t.Context(), e.caller, Submission{}); !errors.Is(err, ErrAway) {
		t.Errorf("Do = %v, want %v", err, ErrAway)
	}
	size = MaxAnswer / 2
	if a, err := BotSubmit.Do(t.Context(), e.caller, Submission{}); err != nil || len(a.Text) != size {
		t.Errorf("Do = %d bytes, %v: half of it fits", len(a.Text), err)
	}
}
