package serving

import (
	"fmt"
	"io"
	"strings"
)

// announce says where it serves, and the first token.
func (s *server) announce(token string) error {
	if s.handshake {
		return s.shakeHands(token)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Serving on %s. Stop it with ctrl-c.\n", urls(s.places))
	if at := s.metrics.url("/metrics"); at != "" {
		fmt.Fprintf(&b, "Prometheus finds its metrics at %s.\n", at)
	}
	if token != "" {
		fmt.Fprintf(&b, "The token of its first client, which is not shown again:\n%s\n", token)
	}
	_, err := io.WriteString(s.host.Out, b.String())
	return err
}
