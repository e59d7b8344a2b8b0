package telemetry

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// ContentType is what [Telemetry.Write] writes.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// Prometheus returns the name of an instrument as Prometheus has it: with its unit
// at the end, and "_total" for what only grows.
func (i Instrument) Prometheus() string {
	name := strings.ReplaceAll(i.Name, ".", "_")
	switch i.Unit {
	case "s":
		name += "_seconds"
	case "By":
		name += "_bytes"
	}
	if i.Kind == Counter {
		name += "_total"
	}
	return name
}

// ServeHTTP shows every number, for Prometheus.
func (t *Telemetry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var page bytes.Buffer
	if err := t.Write(r.Context(), &page); err != nil {
		http.Error(w, "no numbers now", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", ContentType)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(page.Bytes()) // who asked may have gone
}

// Write writes every number in the text format of Prometheus.
func (t *Telemetry) Write(ctx context.Context, w io.Writer) error {
	var all metricdata.ResourceMetrics
	if err := t.reader.Collect(ctx, &all); err != nil {
		return fmt.Errorf("telemetry: %w", err)
	}
	var b bytes.Buffer
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			i, ok := t.instruments[m.Name]
			if !ok {
				continue
			}
			name := i.Prometheus()
			fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s %s\n", name, i.Meaning, name, i.Kind)
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range data.DataPoints {
					line(&b, name, labels(p.Attributes), strconv.FormatInt(p.Value, 10))
				}
			case metricdata.Gauge[float64]:
				for _, p := range data.DataPoints {
					line(&b, name, labels(p.Attributes), number(p.Value))
				}
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					own, sum := labels(p.Attributes), uint64(0)
					for n, bound := range p.Bounds {
						sum += p.BucketCounts[n]
						line(&b, name+"_bucket", with(own, "le", number(bound)), strconv.FormatUint(sum, 10))
					}
					line(&b, name+"_bucket", with(own, "le", "+Inf"), strconv.FormatUint(p.Count, 10))
					line(&b, name+"_sum", own, number(p.Sum))
					line(&b, name+"_count", own, strconv.FormatUint(p.Count, 10))
				}
			}
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

func line(b *bytes.Buffer, name, labels, value string) {
	b.WriteString(name)
	if labels != "" {
		b.WriteString("{" + labels + "}")
	}
	b.WriteString(" " + value + "\n")
}

// labels writes the labels of a point. Their values are words of our own lists,
// which strconv quotes as Prometheus wants them.
func labels(set attribute.Set) string {
	out := ""
	for it := set.Iter(); it.Next(); {
		out = with(out, string(it.Attribute().Key), it.Attribute().Value.AsString())
	}
	return out
}

func with(labels, key, value string) string {
	if labels != "" {
		labels += ","
	}
	return labels + key + "=" + strconv.Quote(value)
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
