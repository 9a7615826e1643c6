// Package traces sends a span for each request, and one below it for each attempt, to
// a collector by OTLP over HTTP. The usual variables of the environment say where
// (OTEL_EXPORTER_OTLP_ENDPOINT and others); without them there are none. Its provider
// is its own: other code in the process sees nothing of it.
//
// No span has a query, a header or a part of a body. Accounts are hashes.
package traces
