package traces

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/serving/traffic"
)

var _ traffic.Watcher = (*Traces)(nil)

// maxText is how much of a path or a model is sent: both come from the client.
const maxText = 300

type contextKey struct{}

// sent is when the latest attempt of a request began.
type sent struct{ at atomic.Pointer[time.Time] }

func (s *sent) now() {
	now := time.Now()
	s.at.Store(&now)
}

// Began implements [traffic.Watcher]. The span belongs to the client's trace, where
// that sends one.
func (t *Traces) Began(ctx context.Context, r *traffic.Request, header http.Header) context.Context {
	ctx = t.incoming.Extract(ctx, propagation.HeaderCarrier(header))
	ctx, _ = t.tracer.Start(ctx, r.Method, trace.WithTimestamp(r.Begun), trace.WithSpanKind(trace.SpanKindServer))
	s := &sent{}
	s.now()
	ctx = context.WithValue(ctx, contextKey{}, s)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GetConn: func(string) { s.now() }})
}

// Attempted implements [traffic.Watcher]. The span ends when it is known what the
// answer means for the account: a stream goes on after it.
func (t *Traces) Attempted(ctx context.Context, r *traffic.Request, a traffic.Attempt) {
	options := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindClient)}
	if s, ok := ctx.Value(contextKey{}).(*sent); ok {
		options = append(options, trace.WithTimestamp(*s.at.Load()))
	}
	_, span := t.tracer.Start(ctx, "attempt "+r.Provider, options...)
	span.SetAttributes(
		attribute.String("multiaccount.account", traffic.AccountHash(a.AccountID)), attribute.String("multiaccount.class", string(a.Class)),
		attribute.String("multiaccount.next", string(a.Next)), attribute.Int("http.response.status_code", a.Status),
	)
	if a.Class != multiaccount.AttemptSuccess && a.Class != multiaccount.AttemptCaller {
		span.SetStatus(codes.Error, string(a.Class))
	}
	span.End()
}

// Streaming implements [traffic.Watcher].
func (*Traces) Streaming(*traffic.Request) {}

// Ended implements [traffic.Watcher].
func (*Traces) Ended(ctx context.Context, r *traffic.Request) {
	span := trace.SpanFromContext(ctx)
	span.SetAttributes(
		attribute.String("http.request.method", cut(r.Method)), attribute.String("url.path", cut(r.Path)), attribute.Int("http.response.status_code", r.Status),
		attribute.Bool("multiaccount.complete", r.Complete),
	)
	if r.Provider != "" {
		span.SetName(r.Method + " " + r.Provider)
		span.SetAttributes(
			attribute.String("multiaccount.provider", r.Provider), attribute.String("multiaccount.client", r.Client),
			attribute.Int("multiaccount.attempts", r.Attempts), attribute.String("gen_ai.request.model", cut(r.Model)),
			attribute.Float64("multiaccount.first_byte_seconds", r.FirstByte.Seconds()),
		)
	}
	if r.Status >= http.StatusInternalServerError || !r.Complete {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

func cut(text string) string { return text[:min(len(text), maxText)] }
