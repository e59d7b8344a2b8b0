package telemetry

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"runtime"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Options say what is measured for whom.
type Options struct {
	// Values are the values that each label may have; besides them there is "other".
	Values map[string][]string

	Version string // of the program

	// OTLP is the address of a collector, such as "https://collector:4318", without
	// a path; blank: none.
	OTLP  string
	Token func() string // its bearer token, read at each call; nil or blank: none
	Every time.Duration // how often numbers go there; 0: half a minute
	Share float64       // part of all work that is traced, from 0 to 1

	Log *slog.Logger // hears when the collector does not answer; nil: nobody
}

// Telemetry measures. Make it with New and end it with Close; it is safe for
// concurrent use, and nil measures nothing.
type Telemetry struct {
	instruments map[string]Instrument
	values      map[string]map[string]bool
	counters    map[string]metric.Int64Counter
	histograms  map[string]metric.Float64Histogram
	sets        sync.Map // of point to metric.MeasurementOption
	reader      *sdkmetric.ManualReader
	numbers     *sdkmetric.MeterProvider
	traces      *sdktrace.TracerProvider // nil: none
	tracer      trace.Tracer

	mu     sync.Mutex
	gauges map[string]func(ctx context.Context) []Reading
}

// Reading is what a gauge shows for one combination of labels.
type Reading struct {
	Value  float64
	Labels []string // in the order of the table
}

// seconds are the bounds of every histogram.
var seconds = []float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600}

// exportTerm is how long one call to a collector may take.
const exportTerm = 10 * time.Second

// New measures as o says. A collector that is away is no error.
func New(ctx context.Context, o Options) (*Telemetry, error) {
	t := &Telemetry{instruments: map[string]Instrument{}, values: map[string]map[string]bool{}, counters: map[string]metric.Int64Counter{},
		histograms: map[string]metric.Float64Histogram{}, gauges: map[string]func(context.Context) []Reading{}, reader: sdkmetric.NewManualReader()}
	for label, list := range o.Values {
		t.values[label] = map[string]bool{Other: true}
		for _, v := range list {
			t.values[label][v] = true
		}
	}
	quiet(o.Log)
	// Who this is, without the name of the machine.
	res := resource.NewSchemaless(attribute.String("service.name", "convenantbot"), attribute.String("service.version", o.Version),
		attribute.String("service.instance.id", rand.Text()))
	options := []sdkmetric.Option{sdkmetric.WithResource(res), sdkmetric.WithReader(t.reader), sdkmetric.WithExemplarFilter(noExemplars)}
	if o.OTLP != "" {
		if o.Every == 0 {
			o.Every = 30 * time.Second
		}
		to, err := otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(o.OTLP+"/v1/metrics"), otlpmetrichttp.WithHTTPClient(client(o.Token)),
			otlpmetrichttp.WithRetry(otlpmetrichttp.RetryConfig{}))
		if err != nil {
			return nil, fmt.Errorf("telemetry: %w", err)
		}
		options = append(options, sdkmetric.WithReader(sdkmetric.NewPeriodicReader(to, sdkmetric.WithInterval(o.Every), sdkmetric.WithTimeout(exportTerm))))
		if o.Share > 0 {
			to, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(o.OTLP+"/v1/traces"), otlptracehttp.WithHTTPClient(client(o.Token)),
				otlptracehttp.WithRetry(otlptracehttp.RetryConfig{}))
			if err != nil {
				return nil, fmt.Errorf("telemetry: %w", err)
			}
			t.traces = sdktrace.NewTracerProvider(sdktrace.WithResource(res), sdktrace.WithBatcher(to, sdktrace.WithExportTimeout(exportTerm)),
				sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(min(o.Share, 1)))))
			t.tracer = t.traces.Tracer("convenantbot")
		}
	}
	t.numbers = sdkmetric.NewMeterProvider(options...)
	return t, t.make(t.numbers.Meter("convenantbot"))
}

// make makes the instruments of the table.
func (t *Telemetry) make(m metric.Meter) error {
	var err error
	for _, i := range Table() {
		t.instruments[i.Name] = i
		for _, label := range i.Labels {
			if label != "label" && t.values[label] == nil {
				return fmt.Errorf("telemetry: %s: no values for label %q", i.Name, label)
			}
		}
		var one error
		switch i.Kind {
		case Counter:
			t.counters[i.Name], one = m.Int64Counter(i.Name, metric.WithUnit(i.Unit), metric.WithDescription(i.Meaning))
			if len(i.Labels) == 0 && one == nil {
				t.counters[i.Name].Add(context.Background(), 0) // so that its first rise is seen
			}
		case Histogram:
			t.histograms[i.Name], one = m.Float64Histogram(i.Name, metric.WithUnit(i.Unit), metric.WithDescription(i.Meaning), metric.WithExplicitBucketBoundaries(seconds...))
		case Gauge:
			_, one = m.Float64ObservableGauge(i.Name, metric.WithUnit(i.Unit), metric.WithDescription(i.Meaning),
				metric.WithFloat64Callback(func(ctx context.Context, o metric.Float64Observer) error {
					t.mu.Lock()
					read := t.gauges[i.Name]
					t.mu.Unlock()
					if read == nil {
						return nil
					}
					for _, r := range read(ctx) {
						if !math.IsNaN(r.Value) {
							o.Observe(r.Value, t.set(i.Name, r.Labels))
						}
					}
					return nil
				}))
		}
		err = errors.Join(err, one)
	}
	t.Show(Goroutines, func(context.Context) []Reading { return []Reading{{Value: float64(runtime.NumGoroutine())}} })
	t.Show(Memory, func(context.Context) []Reading { return []Reading{{Value: memory()}} })
	return err
}

// point is a combination of label values.
type point struct{ name, a, b string }

// set returns the labels of a point, each value from its list. Of the same point
// it is made once.
func (t *Telemetry) set(name string, values []string) metric.MeasurementOption {
	key := point{name: name}
	if len(values) > 0 {
		key.a = values[0]
	}
	if len(values) > 1 {
		key.b = values[1]
	}
	if have, ok := t.sets.Load(key); ok {
		return have.(metric.MeasurementOption)
	}
	listed := true
	labels := make([]attribute.KeyValue, 0, 2)
	for i, label := range t.instruments[name].Labels {
		v := ""
		if i < len(values) {
			v = values[i]
		}
		if label != "label" && !t.values[label][v] {
			v, listed = Other, false
			t.Count(Unlisted, label)
		}
		labels = append(labels, attribute.String(label, v))
	}
	made := metric.WithAttributeSet(attribute.NewSet(labels...))
	if listed { // what is in no list is not remembered either
		t.sets.Store(key, made)
	}
	return made
}

// Count adds one to a counter. Labels are in the order of the table.
func (t *Telemetry) Count(name string, labels ...string) {
	if t == nil {
		return
	}
	if c := t.counters[name]; c != nil {
		c.Add(context.Background(), 1, t.set(name, labels))
	}
}

// Took adds a duration to a histogram.
func (t *Telemetry) Took(name string, d time.Duration, labels ...string) {
	if t == nil {
		return
	}
	if h := t.histograms[name]; h != nil {
		h.Record(context.Background(), max(d, 0).Seconds(), t.set(name, labels))
	}
}

// Show lets a gauge be read by f whenever somebody asks; NaN is nothing to show.
func (t *Telemetry) Show(name string, f func(ctx context.Context) []Reading) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.gauges[name] = f
}

// Span begins a span, with the one label that says what kind of work it is; end
// ends it, with whether it failed and never why.
func (t *Telemetry) Span(ctx context.Context, name, label, value string) (_ context.Context, end func(failed bool)) {
	if t == nil || t.tracer == nil {
		return ctx, func(bool) {}
	}
	var options []trace.SpanStartOption
	if label != "" {
		if !t.values[label][value] {
			value = Other
		}
		options = append(options, trace.WithAttributes(attribute.String(label, value)))
	}
	ctx, span := t.tracer.Start(ctx, name, options...)
	return ctx, func(failed bool) {
		if failed {
			span.SetStatus(codes.Error, "failed")
		}
		span.End()
	}
}

// Close hands over what the collector has not had yet, and ends.
func (t *Telemetry) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	var err error
	if t.traces != nil {
		err = t.traces.Shutdown(ctx)
	}
	return errors.Join(err, t.numbers.Shutdown(ctx))
}

// Flush hands over what the collector has not had yet.
func (t *Telemetry) Flush(ctx context.Context) error {
	if t == nil {
		return nil
	}
	var err error
	if t.traces != nil {
		err = t.traces.ForceFlush(ctx)
	}
	return errors.Join(err, t.numbers.ForceFlush(ctx))
}

// noExemplars keeps single measurements, and the traces that they were made in,
// out of the numbers.
func noExemplars(context.Context) bool { return false }

// quiet gives OpenTelemetry's own complaints a place in our log, without their
// text: it may quote what was sent.
func quiet(log *slog.Logger) {
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {
		if log != nil {
			log.Warn("measurements could not be handed over; the bot goes on without")
		}
	}))
}

func memory() float64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.Sys - m.HeapReleased)
}
