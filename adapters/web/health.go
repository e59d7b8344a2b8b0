package web

import (
	"context"
	"net/http"
	"time"
)

// readyTerm is how long the bot may take to say whether it is ready.
const readyTerm = 2 * time.Second

// readiness says whether the bot can do its work now: 200 or 503, without why.
func readiness(w http.ResponseWriter, r *http.Request, ready func(context.Context) error) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTerm)
	defer cancel()
	if err := ready(ctx); err != nil {
		answer(w, http.StatusServiceUnavailable, state{"not ready"})
		return
	}
	answer(w, http.StatusOK, state{"ready"})
}
