package web

import (
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// Service is what the routes need of the bot.
type Service interface {
	Plan(ctx context.Context, at time.Time) ([]bot.Due, error)
	PlanAll(ctx context.Context, at time.Time) ([]bot.Due, error)
	RunDue(ctx context.Context, brake int) ([]bot.Due, error)
	Export(ctx context.Context, o bot.ExportOrder) (bot.Exported, error)
	ProposePolicy(ctx context.Context, files fs.FS, by string) (bot.Proposal, error)
	RecordSetting(ctx context.Context, code string, on, done bool) error
}

// Public lists the routes of the operator's address. They tell nothing about
// anybody.
func Public(ready func(context.Context) Health) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, state{"alive"}) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { readiness(w, r, ready) })
	return mux
}

// Admin lists the routes of the admin socket. Who can open the socket, which
// only the bot's own system account can, may do what stands here.
func Admin(s Service) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /rules/propose", func(w http.ResponseWriter, r *http.Request) { rulesPropose(w, r, s) })
	mux.HandleFunc("POST /setting", func(w http.ResponseWriter, r *http.Request) { settingRecord(w, r, s) })
	mux.HandleFunc("POST /casus/export", func(w http.ResponseWriter, r *http.Request) { casusExport(w, r, s) })
	mux.HandleFunc("GET /retention/plan", func(w http.ResponseWriter, r *http.Request) { retentionPlan(w, r, s) })
	mux.HandleFunc("POST /retention/run", func(w http.ResponseWriter, r *http.Request) { retentionRun(w, r, s) })
	return mux
}

type state struct {
	State string `json:"state"`
}

// answer writes v as JSON, never to be kept by anything in between.
func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// The client may have gone; there is nobody else to tell.
	_ = json.NewEncoder(w).Encode(v)
}
