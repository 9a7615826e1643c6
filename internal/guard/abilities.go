package guard

import (
	"context"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
)

// keeper guards a resource keeper. When it panics on an answer, the answer made
// no resource.
type keeper struct {
	providers.ResourceKeeper
	guard *Provider
}

// Made implements [providers.ResourceKeeper].
func (k keeper) Made(beginning []byte) (resource string) {
	defer func() {
		if reason := recover(); reason != nil {
			k.guard.logged("when it looked for what an answer made", reason)
		}
	}()
	return k.ResourceKeeper.Made(beginning)
}

// stream guards a stream reader. An event on which it panics says nothing.
type stream struct {
	reader providers.StreamReader
	guard  *Provider
}

// ReadEvent implements [providers.StreamReader].
func (s stream) ReadEvent(name, data []byte) (event providers.StreamEvent) {
	defer func() {
		if reason := recover(); reason != nil {
			s.guard.logged("when it read an event of a stream", reason)
			event = providers.StreamEvent{}
		}
	}()
	return s.reader.ReadEvent(name, data)
}

// asked says where a source of usage or of a profile panicked.
const asked = "when asked about an account"

// usage asks for quota figures.
type usage struct {
	source providers.UsageSource
	guard  *Provider
}

// Usage implements [providers.UsageSource].
func (u usage) Usage(ctx context.Context, cred account.Credential) (figures providers.Usage, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = u.guard.panicked(asked, reason)
		}
	}()
	return u.source.Usage(ctx, cred)
}

// profile asks whose token it is.
type profile struct {
	source providers.ProfileSource
	guard  *Provider
}

// Profile implements [providers.ProfileSource].
func (p profile) Profile(ctx context.Context, cred account.Credential) (grant account.Grant, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = p.guard.panicked(asked, reason)
		}
	}()
	return p.source.Profile(ctx, cred)
}
