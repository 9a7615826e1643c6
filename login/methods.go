package login

import (
	"context"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
)

// Owner is whoever logs in, as [By] reaches him.
type Owner interface {
	// Browse shows the address of the login page; see [Browser].
	Browse(url string) error
	// Device shows a code and where to type it; see [Device].
	Device(d providers.DeviceLogin) error
	// Paste asks for what the browser shows; see [Paste].
	Paste(ctx context.Context, q Question) (string, error)
}

// By logs in by a method. Errors are those of the method.
func By(ctx context.Context, m Method, p providers.Provider, o Owner) (account.Grant, error) {
	switch m {
	case ByDevice:
		return Device(ctx, p, o.Device)
	case ByPaste:
		return Paste(ctx, p, o.Paste)
	case ByBrowser:
	}
	return Browser(ctx, p, o.Browse)
}

// Methods returns the ways to log in that a provider may have. A provider that is
// described by the settings may turn out not to have one of them: [By] tells.
func Methods(p providers.Provider) []Method {
	var all []Method
	if _, ok := p.(providers.LoginSource); ok {
		all = append(all, ByBrowser)
	}
	if _, ok := p.(providers.DeviceSource); ok {
		all = append(all, ByDevice)
	}
	if _, ok := p.(providers.LoginSource); ok {
		all = append(all, ByPaste)
	}
	return all
}
