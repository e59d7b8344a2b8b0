package telemetry_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	metrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	traces "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/convenantbot/convenantbot/internal/telemetry"
)

// values has a word for each label.
func values() map[string][]string {
	all := map[string][]string{}
	for _, i := range telemetry.Table() {
		for _, label := range i.Labels {
			all[label] = []string{"one", "two"}
		}
	}
	return all
}

func mustNew(t testing.TB, o telemetry.Options) *telemetry.Telemetry {
	t.Helper()
	if o.Values == nil {
		o.Values = values()
	}
	m, err := telemetry.New(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close(context.Background()) })
	return m
}

func page(t testing.TB, m *telemetry.Telemetry) string {
	t.Helper()
	var b bytes.Buffer
	if err := m.Write(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// collector is a small OpenTelemetry collector.
type collector struct {
	*httptest.Server
	mu      sync.Mutex
	names   map[string]int // of instruments and spans
	raw     bytes.Buffer   // all that came
	kinds   map[string]bool
	bearer  string
	refuses bool
}

func newCollector(t testing.TB) *collector {
	c := &collector{names: map[string]int{}, kinds: map[string]bool{}}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.refuses {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		c.raw.Write(body)
		c.kinds[r.Header.Get("Content-Type")] = true
		c.bearer = r.Header.Get("Authorization")
		switch r.URL.Path {
		case "/v1/metrics":
			var m metrics.ExportMetricsServiceRequest
			if err := proto.Unmarshal(body, &m); err != nil {
				t.Error(err)
			}
			for _, rm := range m.ResourceMetrics {
				for _, sm := range rm.ScopeMetrics {
					for _, x := range sm.Metrics {
						c.names[x.Name]++
					}
				}
			}
		case "/v1/traces":
			var m traces.ExportTraceServiceRequest
			if err := proto.Unmarshal(body, &m); err != nil {
				t.Error(err)
			}
			for _, rs := range m.ResourceSpans {
				for _, ss := range rs.ScopeSpans {
					for _, x := range ss.Spans {
						c.names[x.Name]++
					}
				}
			}
		default:
			t.Errorf("asked for %s", r.URL.Path)
		}
	}))
	t.Cleanup(c.Close)
	return c
}

func TestNumbersAndTracesArriveAtACollector(t *testing.T) {
	c := newCollector(t)
	m := mustNew(t, telemetry.Options{OTLP: c.URL, Token: func() string { return "geheim" }, Every: time.Hour, Share: 1})
	m.Count(telemetry.Uploads, "one")
	m.Took(telemetry.UploadDuration, time.Second)
	ctx, end := m.Span(context.Background(), telemetry.SpanJob, "kind", "one")
	_, inner := m.Span(ctx, telemetry.SpanUpdate, "", "")
	inner(true)
	end(false)
	if err := m.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range []string{telemetry.Uploads, telemetry.UploadDuration, telemetry.Memory, telemetry.SpanJob, telemetry.SpanUpdate} {
		if c.names[name] == 0 {
			t.Errorf("%s did not arrive: %v", name, c.names)
		}
	}
	if !c.kinds["application/x-protobuf"] || len(c.kinds) != 1 || c.bearer != "Bearer geheim" {
		t.Errorf("came as %v with %q", c.kinds, c.bearer)
	}
}

func TestACollectorThatIsAwayKeepsNobodyWaiting(t *testing.T) {
	c := newCollector(t)
	c.refuses = true
	m := mustNew(t, telemetry.Options{OTLP: c.URL, Every: time.Hour, Share: 1})
	m.Count(telemetry.Uploads, "one")
	if err := m.Flush(context.Background()); err == nil {
		t.Error("no error from a collector that refuses")
	}
	if !strings.Contains(page(t, m), `convenantbot_uploads_total{outcome="one"} 1`) {
		t.Error("the numbers are gone here as well")
	}
}

// The list is what keeps a name out of a label, whoever forgets what.
func TestAValueThatIsInNoListIsShownAsOther(t *testing.T) {
	c := newCollector(t)
	m := mustNew(t, telemetry.Options{OTLP: c.URL, Every: time.Hour, Share: 1})
	for _, name := range []string{"Jan de Vries", "C-2026-0042", "one ", "", "111222333"} {
		m.Count(telemetry.Uploads, name)
		m.Took(telemetry.JobDuration, time.Second, name)
		_, end := m.Span(context.Background(), telemetry.SpanJob, "kind", name)
		end(false)
	}
	m.Show(telemetry.Duty, func(context.Context) []telemetry.Reading {
		return []telemetry.Reading{{Value: 1, Labels: []string{"Jan de Vries"}}}
	})
	got := page(t, m)
	if err := m.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, where := range []string{got, c.raw.String()} {
		for _, name := range []string{"Jan", "C-2026", "111222333"} {
			if strings.Contains(where, name) {
				t.Errorf("%q shows", name)
			}
		}
	}
	for _, want := range []string{`convenantbot_uploads_total{outcome="other"} 5`, `convenantbot_duty_held{duty="other"} 1`, `convenantbot_telemetry_unlisted_total{label="outcome"} 5`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not on the page", want)
		}
	}
}

func TestALabelWithoutAListIsAnError(t *testing.T) {
	v := values()
	delete(v, "outcome")
	if _, err := telemetry.New(context.Background(), telemetry.Options{Values: v}); err == nil {
		t.Error("taken")
	}
}

func TestNothingIsMeasuredWithoutTelemetry(t *testing.T) {
	var m *telemetry.Telemetry
	m.Count(telemetry.Uploads, "one")
	m.Took(telemetry.UploadDuration, time.Second)
	m.Show(telemetry.Duty, nil)
	_, end := m.Span(context.Background(), telemetry.SpanJob, "kind", "one")
	end(true)
	if m.Close(context.Background()) != nil || m.Flush(context.Background()) != nil {
		t.Error("an error of nothing")
	}
}

// The text format of Prometheus, line by line.
func TestThePageIsWhatPrometheusReads(t *testing.T) {
	m := mustNew(t, telemetry.Options{})
	m.Took(telemetry.JobDuration, 30*time.Millisecond, "one")
	m.Took(telemetry.JobDuration, 2*time.Hour, "one")
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != telemetry.ContentType {
		t.Errorf("%d, %s", w.Code, w.Header())
	}
	line := regexp.MustCompile(`^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z_]+="[^"\\]*"(,[a-z_]+="[^"\\]*")*\})? [0-9.e+-]+)$`)
	for _, l := range strings.Split(strings.TrimSuffix(w.Body.String(), "\n"), "\n") {
		if !line.MatchString(l) {
			t.Errorf("no line of Prometheus: %s", l)
		}
	}
	for _, want := range []string{
		`convenantbot_job_duration_seconds_bucket{kind="one",le="0.025"} 0`, `convenantbot_job_duration_seconds_bucket{kind="one",le="0.05"} 1`,
		`convenantbot_job_duration_seconds_bucket{kind="one",le="3600"} 1`, `convenantbot_job_duration_seconds_bucket{kind="one",le="+Inf"} 2`,
		`convenantbot_job_duration_seconds_count{kind="one"} 2`, `convenantbot_job_duration_seconds_sum{kind="one"} 7200.03`,
		"# TYPE convenantbot_job_duration_seconds histogram",
	} {
		if !strings.Contains(w.Body.String(), want+"\n") {
			t.Errorf("%s is not there", want)
		}
	}
}

func TestNamesAreOnceEachAndSayTheirUnit(t *testing.T) {
	seen := map[string]bool{}
	for _, i := range telemetry.Table() {
		p := i.Prometheus()
		if seen[p] || i.Meaning == "" || i.Unit == "" || len(i.Labels) > 2 {
			t.Errorf("%+v", i)
		}
		seen[p] = true
		if i.Kind == telemetry.Histogram && !strings.HasSuffix(p, "_seconds") || i.Kind == telemetry.Counter && !strings.HasSuffix(p, "_total") {
			t.Errorf("%s is a %s", p, i.Kind)
		}
	}
}

// A count of what was counted before makes nothing to be cleaned up.
func TestACountCostsNearlyNothing(t *testing.T) {
	m := mustNew(t, telemetry.Options{})
	m.Count(telemetry.Acts, "one", "two")
	made := testing.AllocsPerRun(1000, func() { m.Count(telemetry.Acts, "one", "two") })
	if made > 3 {
		t.Errorf("a count makes %.0f allocations, at most 3", made)
	}
}

func BenchmarkCount(b *testing.B) {
	m := mustNew(b, telemetry.Options{})
	b.ReportAllocs()
	for b.Loop() {
		m.Count(telemetry.Acts, "one", "two")
	}
}
