package traces

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/serving/traffic"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// kept are the spans of what do does, also after the end.
type kept struct {
	*tracetest.InMemoryExporter
	all tracetest.SpanStubs
}

func (k *kept) Shutdown(ctx context.Context) error {
	k.all = k.GetSpans()
	return k.InMemoryExporter.Shutdown(ctx)
}

func spans(t *testing.T, do func(*Traces)) tracetest.SpanStubs {
	t.Helper()
	k := &kept{InMemoryExporter: tracetest.NewInMemoryExporter()}
	traces, err := newTraces(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	do(traces)
	if err := traces.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	return k.all
}

// A request is a span of its client's trace, and each attempt one below it.
func TestSpans(t *testing.T) {
	const client = "4bf92f3577b34da6a3ce929d0e0e4736"
	all := spans(t, func(traces *Traces) {
		r := &traffic.Request{Begun: time.Now(), Method: http.MethodPost, Path: "/anthropic/v1/messages", Provider: "anthropic", Status: http.StatusOK, Complete: true}
		ctx := traces.Began(t.Context(), r, http.Header{"Traceparent": {"00-" + client + "-00f067aa0ba902b7-01"}, "Authorization": {"Bearer secret"}})
		for _, class := range []multiaccount.AttemptClass{multiaccount.AttemptLimited, multiaccount.AttemptSuccess} {
			httptrace.ContextClientTrace(ctx).GetConn("")
			traces.Attempted(ctx, r, traffic.Attempt{AccountID: "secret-account", Class: class})
		}
		traces.Ended(ctx, r)
	})
	if len(all) != 3 {
		t.Fatalf("%d spans", len(all))
	}
	limited, success, request := all[0], all[1], all[2]
	if request.Name != "POST anthropic" || request.SpanContext.TraceID().String() != client || request.Status.Code != 0 {
		t.Errorf("the request is %+v", request)
	}
	for _, s := range []tracetest.SpanStub{limited, success} {
		if s.Parent.SpanID() != request.SpanContext.SpanID() || s.Name != "attempt anthropic" || s.StartTime.Before(request.StartTime) {
			t.Errorf("the attempt is %+v", s)
		}
	}
	if limited.Status.Description != "limited" || success.Status.Code != 0 || success.StartTime.Before(limited.EndTime) {
		t.Errorf("the attempts are %+v and %+v", limited, success)
	}
	if text := fmt.Sprintf("%+v", all); strings.Contains(text, "secret") {
		t.Errorf("a secret is in %s", text)
	}
}

// A request that went nowhere, or was cut, is a span as well.
func TestSpansOfTrouble(t *testing.T) {
	all := spans(t, func(traces *Traces) {
		r := &traffic.Request{Method: http.MethodGet, Path: "/" + strings.Repeat("p", 1000)}
		traces.Ended(traces.Began(t.Context(), r, http.Header{}), r)
	})
	if len(all) != 1 || all[0].Name != "GET" || all[0].Status.Code == 0 || all[0].Parent.IsValid() {
		t.Errorf("spans %+v", all)
	}
}

// Only the usual variables switch it on.
func TestWanted(t *testing.T) {
	for text, want := range map[string]bool{
		"": false,
		"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318":                                     true,
		"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:4318/v1/traces":                    true,
		"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 OTEL_SDK_DISABLED=true":              false,
		"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:4318/v1 OTEL_TRACES_EXPORTER=none": false,
	} {
		got := wanted(func(name string) string {
			for _, pair := range strings.Fields(text) {
				if value, ok := strings.CutPrefix(pair, name+"="); ok {
					return value
				}
			}
			return ""
		})
		if got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// away is a collector that is not there.
type away struct{ sdk.SpanExporter }

func (away) ExportSpans(context.Context, []sdk.ReadOnlySpan) error { return errors.New("refused") }

// A collector that is away is told once.
func TestAway(t *testing.T) {
	told := 0
	e := &telling{SpanExporter: away{}, failed: func(error) { told++ }}
	for range 3 {
		if err := e.ExportSpans(t.Context(), nil); err != nil {
			t.Error(err)
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}
