package traces

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// scope is what the spans are said to come from.
const scope = "github.com/seed-810f1486/multiaccount/internal/serving/traces"

// Traces is a watcher of requests. End it with [Traces.Close].
type Traces struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
	incoming propagation.TraceContext
}

// Open returns what the environment asks for; nil when that is nothing. failed is told
// when spans cannot be sent, once until some are sent again.
func Open(ctx context.Context, failed func(error)) (*Traces, error) {
	if !wanted(os.Getenv) {
		return nil, nil //nolint:nilnil // nothing was asked for
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("traces cannot be sent as the environment says (OTEL_EXPORTER_OTLP_…): %w", err)
	}
	return newTraces(ctx, &telling{SpanExporter: exporter, failed: failed})
}

func newTraces(ctx context.Context, exporter sdk.SpanExporter) (*Traces, error) {
	from, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "multiaccount")), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES cannot be used: %w", err)
	}
	t := &Traces{provider: sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(from))}
	t.tracer = t.provider.Tracer(scope)
	return t, nil
}

// wanted reports whether an environment asks for traces.
func wanted(env func(string) string) bool {
	endpoint := env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != "" || env("OTEL_EXPORTER_OTLP_ENDPOINT") != ""
	return endpoint && !strings.EqualFold(env("OTEL_SDK_DISABLED"), "true") && env("OTEL_TRACES_EXPORTER") != "none"
}

// Close sends what waits, for as long as ctx allows.
func (t *Traces) Close(ctx context.Context) error { return t.provider.Shutdown(ctx) }

// telling is an exporter whose failures are told, and not logged by others.
type telling struct {
	sdk.SpanExporter
	failed func(error)

	mu      sync.Mutex
	failing bool
}

// ExportSpans implements [sdk.SpanExporter]. Spans that cannot be sent are lost.
func (e *telling) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	err := e.SpanExporter.ExportSpans(ctx, spans)
	e.mu.Lock()
	defer e.mu.Unlock()
	if err != nil && !e.failing {
		e.failed(err)
	}
	e.failing = err != nil
	return nil
}
