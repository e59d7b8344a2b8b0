package web

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// broken fails at everything with what may be content, and counts who came so far.
type broken struct{ asked *int }

var errPersonal = errors.New("noor@example.org stands in the row")

func (b broken) Plan(context.Context, time.Time) ([]bot.Due, error) {
	*b.asked++
	return nil, errPersonal
}
func (b broken) PlanAll(context.Context, time.Time) ([]bot.Due, error) {
	*b.asked++
	return nil, errPersonal
}
func (b broken) RunDue(context.Context, int) ([]bot.Due, error) { *b.asked++; return nil, errPersonal }
func (b broken) Export(context.Context, bot.ExportOrder) (bot.Exported, error) {
	*b.asked++
	return bot.Exported{}, errPersonal
}
func (b broken) ProposePolicy(context.Context, fs.FS, string) (bot.Proposal, error) {
	*b.asked++
	return bot.Proposal{}, errPersonal
}
func (b broken) RecordSetting(context.Context, string, bool, bool) error {
	*b.asked++
	return errPersonal
}

// Every row is an order to the admin socket: one that is not whole reaches nothing, and
// of one that fails inside nothing is told but that it did.
func TestAnOrderThatIsNotWholeReachesNothingAndAFailureTellsNothing(t *testing.T) {
	for _, c := range []struct {
		method, target, body string
		want                 int
	}{
		{"POST", "/rules/propose?dir=/x&by=root", "", 422},
		{"POST", "/rules/propose?dir=/x", "", 400},
		{"POST", "/rules/propose?by=root", "", 400},
		{"POST", "/setting?code=x&on=true&done=false", "", 500},
		{"POST", "/setting?on=true&done=false", "", 400},
		{"POST", "/setting?code=x&done=false", "", 400},
		{"POST", "/setting?code=x&on=ja&done=false", "", 400},
		{"POST", "/setting?code=x&on=true", "", 400},
		{"POST", "/retention/run?brake=0", "", 500},
		{"POST", "/retention/run?brake=-1", "", 400},
		{"POST", "/retention/run", "", 400},
		{"GET", "/retention/run?brake=0", "", 405},
		{"GET", "/retention/plan?at=0", "", 500},
		{"GET", "/retention/plan", "", 400},
		{"POST", "/casus/export", `{"ref":"C-2026-0001","by":"root"}`, 500},
		{"POST", "/casus/export", `{"by":"root"}`, 400},
		{"POST", "/casus/export", `{"ref":"C-2026-0001"}`, 400},
		{"POST", "/casus/export", `{"ref":"C-2026-0001","by":"root","everything":true}`, 400},
		{"POST", "/casus/export", strings.Repeat(" ", 1<<20) + `{"ref":"C-2026-0001","by":"root"}`, 400},
	} {
		asked := 0
		w := httptest.NewRecorder()
		Admin(broken{&asked}).ServeHTTP(w, httptest.NewRequest(c.method, c.target, strings.NewReader(c.body)))
		if came := c.want != 400 && c.want != 405; w.Code != c.want || came != (asked == 1) {
			t.Errorf("%s %s with %d bytes: %d, reached the bot %d times; want %d", c.method, c.target, len(c.body), w.Code, asked, c.want)
		}
		if strings.Contains(w.Body.String(), "noor") {
			t.Errorf("%s %s tells %s", c.method, c.target, w.Body)
		}
		if c.want != 405 && w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s %s may be kept", c.method, c.target)
		}
	}
}

func TestAnOrderThatFailsIsNoOrderThatIsDone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin.sock")
	l, err := ListenAdmin(path)
	if err != nil {
		t.Fatal(err)
	}
	asked := 0 // by one after the other
	server := httptest.NewUnstartedServer(Admin(broken{&asked}))
	_ = server.Listener.Close()
	server.Listener = l
	server.Start()
	defer server.Close()
	c := Client{Socket: path}
	if err := c.RecordSetting(t.Context(), "x", true, true); err == nil {
		t.Error("a setting that was not recorded is told as recorded")
	}
	if _, err := c.RunDue(t.Context(), 0); err == nil {
		t.Error("a run that failed is told as done")
	}
	if _, err := c.ProposeRules(t.Context(), "/x", "root"); err == nil {
		t.Error("rules that do not load are told as proposed")
	}
	if _, err := c.Export(t.Context(), bot.ExportOrder{Ref: "C-2026-0001", By: "root"}); err == nil {
		t.Error("an export that failed is told as made")
	}
}

func TestASocketThatIsGoneAlreadyIsClosedWithoutAComplaint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin.sock")
	l, err := ListenAdmin(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// Who asks whether the bot is ready is told within the term, so the look has an end.
func TestALookAtReadinessHasAnEnd(t *testing.T) {
	var left time.Duration
	began := time.Now()
	h := Public(func(ctx context.Context) Health {
		if end, ok := ctx.Deadline(); ok {
			left = end.Sub(began)
		}
		return Health{}
	})
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/readyz", nil))
	if left < readyTerm || left > readyTerm+time.Minute {
		t.Errorf("it may take %v", left)
	}
}
