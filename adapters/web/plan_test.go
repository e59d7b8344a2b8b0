package web

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

func (s service) PlanAll(_ context.Context, at time.Time) ([]bot.Due, error) {
	if at.Unix() == 13 {
		return nil, errors.New("cannot be read")
	}
	return s.due, nil
}

// Summer time ends within the calendar: a day of 25 hours is one day.
var planDayZero = time.Date(2026, 10, 7, 12, 0, 0, 0, time.UTC)

func TestThePlanAsAPageShowsEveryCasusAndCountsByTheDay(t *testing.T) {
	due := []bot.Due{
		{Ref: "C-2026-0001", Kind: bot.MDO, Status: bot.Archived, Action: "erase", DueAt: planDayZero.Add(-time.Hour)},
		{Ref: "C-2026-0002", Kind: bot.MDO, Status: bot.Closed, Action: "keep", DueAt: time.Date(2026, 10, 25, 22, 59, 0, 0, time.UTC)}, // still the 25th
		{Ref: "C-2026-0003", Kind: bot.MDO, Status: bot.Closed, Action: "keep", DueAt: time.Date(2026, 10, 25, 23, 0, 0, 0, time.UTC)},  // the 26th
		{Ref: "C-2026-0004", Kind: bot.MDO, Status: bot.Open, Action: "keep", DueAt: planDayZero.AddDate(1, 0, 0)},
		{Ref: "C-2026-0005", Kind: bot.MDO, Status: bot.Open, Action: "keep"},
	}
	var page bytes.Buffer
	if err := WritePlan(&page, due, planDayZero); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"C-2026-0005", "7 oktober 2026: 1", "25 oktober 2026: 1", "26 oktober 2026: 1", "27 oktober 2026: 0",
		">07-10-2026</th><td class=\"n\">1<", ">later dan de kalender</th><td class=\"n\">1<", ">geen moment</th><td class=\"n\">1<", "<td>vernietigen</td><td>nu</td>"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if n := strings.Count(page.String(), "<rect "); n != planWeeks*7+6 {
		t.Errorf("%d boxes, want one a day and one for each of six actions", n)
	}
	for _, never := range []string{"<script", "http:", "https:", "ZgotmplZ"} {
		if strings.Contains(page.String(), never) {
			t.Errorf("the page holds %q", never)
		}
	}
	// The drawings are well formed.
	rest := page.String()
	for n := 0; ; n++ {
		_, after, ok := strings.Cut(rest, "<svg")
		if !ok {
			if n != 2 {
				t.Errorf("%d drawings, want two", n)
			}
			break
		}
		inner, tail, _ := strings.Cut(after, "</svg>")
		d := xml.NewDecoder(strings.NewReader("<svg" + inner + "</svg>"))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("drawing %d: %v", n+1, err)
			}
		}
		rest = tail
	}
}

func TestAnEmptyPlanIsAPageToo(t *testing.T) {
	var page bytes.Buffer
	if err := WritePlan(&page, nil, planDayZero); err != nil || !strings.Contains(page.String(), "Van 0 casussen") {
		t.Errorf("%v:\n%s", err, page.String())
	}
}

func TestThePlanIsOnlyBehindTheAdminSocketAndNeverKept(t *testing.T) {
	s := service{due: []bot.Due{{Ref: "C-2026-0001", Action: "erase"}}}
	get := func(target string, public bool) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h := Admin(s)
		if public {
			h = Public(func(context.Context) Health { return Health{} })
		}
		h.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
		return w
	}
	w := get("/retention/plan?at=1791374400", false)
	if w.Code != 200 || !strings.Contains(w.Body.String(), "C-2026-0001") || w.Header().Get("Cache-Control") != "no-store" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("admin: %d %v", w.Code, w.Header())
	}
	if w := get("/retention/plan?at=1791374400", true); w.Code != 404 {
		t.Errorf("public: %d", w.Code)
	}
	for _, at := range []string{"", "soon"} {
		if w := get("/retention/plan?at="+at, false); w.Code != 400 {
			t.Errorf("the moment %q: %d", at, w.Code)
		}
	}
	if w := get("/retention/plan?at=13", false); w.Code != 500 || strings.Contains(w.Body.String(), "cannot be read") {
		t.Errorf("a store that cannot be read: %d %s", w.Code, w.Body.String())
	}
}
