package incoming

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
)

const (
	// maxBody is the largest request that is read, in bytes. Slack's own are far
	// smaller; a filled-in modal is the largest.
	maxBody = 1 << 20
	// readTerm is how long a body may take to arrive.
	readTerm = 2 * time.Second
)

// ServeHTTP takes what Slack sends over HTTP: events, interactions, options and
// commands, all at one address or each at its own. It answers 2xx only for what
// is stored or needs no storing. It must be reachable by Slack and by nobody else
// needs to be.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	// A body that trickles in is cut, whatever the server in front of us allows.
	// Not every writer can: then the server's own term holds.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(readTerm))
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxBody))
	if err != nil {
		var large *http.MaxBytesError
		status := http.StatusRequestTimeout
		if errors.As(err, &large) {
			status = http.StatusRequestEntityTooLarge
		}
		r.o.Count("request", "unread")
		w.Header().Set("Connection", "close")
		w.WriteHeader(status)
		return
	}
	if err := verify(r.o.Secrets(), req.Header, body, r.o.Now()); err != nil {
		r.o.Count("request", "unsigned")
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	kind, _, _ := mime.ParseMediaType(req.Header.Get("Content-Type"))
	var answer any
	switch kind {
	case "application/json":
		answer, err = r.event(req.Context(), body)
	case "application/x-www-form-urlencoded":
		answer, err = r.form(req, body)
	default:
		err = errMalformed
	}
	r.reply(w, answer, err)
}

// form is a request in a form: an interaction has its payload in it, a command is
// one. Only the signed body counts, never what stands in the address.
func (r *Receiver) form(req *http.Request, body []byte) (any, error) {
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, errMalformed
	}
	if payload := values.Get("payload"); payload != "" {
		return r.interaction(req.Context(), []byte(payload))
	}
	return r.command(req.Context(), commandOf(values))
}

// errMalformed is about something signed that cannot be read. Sending it again
// would not help.
var errMalformed = errors.New("not readable")

func (r *Receiver) reply(w http.ResponseWriter, answer any, err error) {
	switch {
	case errors.Is(err, errMalformed):
		w.Header().Set("X-Slack-No-Retry", "1")
		w.WriteHeader(http.StatusBadRequest)
	case err != nil:
		w.WriteHeader(http.StatusServiceUnavailable) // Slack sends it again
	case answer == nil:
		w.WriteHeader(http.StatusOK)
	default:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(answer)
	}
}

// said is a text for one person's eyes, as the answer to a command.
type said struct {
	Type string `json:"response_type"`
	Text string `json:"text"`
}

func ephemeral(m text.Message[text.None]) said { return said{"ephemeral", m.NL(text.None{})} }
