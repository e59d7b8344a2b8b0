package web

import (
	"context"
	"net/http"
	"time"
)

// readyTerm is how long the bot may take to say whether it is ready.
const readyTerm = 2 * time.Second

// Health says whether the bot can do its work now, in words of ours.
type Health struct {
	Why     string   // why it cannot: "stopping", "store", "version"; blank: it can
	Without []string // what it does its work without, such as "redis"
}

// readiness says whether the bot can do its work now: 200 or 503, with one word
// for why.
func readiness(w http.ResponseWriter, r *http.Request, now func(context.Context) Health) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTerm)
	defer cancel()
	h := now(ctx)
	if h.Why != "" {
		answer(w, http.StatusServiceUnavailable, readyState{State: "not ready", Why: h.Why})
		return
	}
	answer(w, http.StatusOK, readyState{State: "ready", Without: h.Without})
}

type readyState struct {
	State   string   `json:"state"`
	Why     string   `json:"why,omitempty"`
	Without []string `json:"without,omitempty"`
}
