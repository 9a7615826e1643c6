package serving

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// announce says where it serves, and the first token.
func (s *server) announce(ctx context.Context, token string) error {
	if s.host.Announce != nil {
		return s.host.Announce(ctx, browsed(s.places[0].url))
	}
	if s.handshake {
		return s.shakeHands(token)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Serving on %s. Stop it with ctrl-c.\n", urls(s.places))
	if at := s.metrics.url("/metrics"); at != "" {
		fmt.Fprintf(&b, "Prometheus finds its metrics at %s.\n", at)
	}
	if at := s.pprof.url("/debug/pprof/"); at != "" {
		fmt.Fprintf(&b, "Profiles are at %s.\n", at)
	}
	if token != "" {
		fmt.Fprintf(&b, "The token of its first client, which is not shown again:\n%s\n", token)
	}
	_, err := io.WriteString(s.host.Out, b.String())
	return err
}
