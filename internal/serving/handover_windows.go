package serving

import (
	"context"
	"net"
)

// predecessor is never there: listeners cannot be handed over on Windows.
type predecessor struct{}

func askPredecessor(context.Context, string, string, map[string]string) (*predecessor, error) {
	return nil, flagError("--replace works on Unix only: Windows hands no listener from one process to another. End the serve that runs, by ctrl-c or, where it is a service, by \"multiaccount service uninstall\", and start this one without --replace; who asks in between is refused")
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
