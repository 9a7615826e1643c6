package serving

import (
	"context"
	"net"
)

// predecessor is never there: listeners cannot be handed over on Windows.
type predecessor struct{}

func askPredecessor(context.Context, string, string, map[string]string) (*predecessor, error) {
	return nil, flagError("--replace works on Unix only; stop the serve that runs first")
}

func askWho(context.Context, string, string) int { return 0 }

func (*predecessor) take(string, string) net.Listener { return nil }
func (*predecessor) dismiss() error                   { return nil }
func (*predecessor) close()                           {}

// hand waits for nobody.
type hand struct{}

func openHand(context.Context, string, map[string]net.Listener, func()) (*hand, error) {
	return &hand{}, nil
}

func (*hand) close() {}
