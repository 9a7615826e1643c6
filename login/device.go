package login

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/wait"
	"github.com/seed-810f1486/multiaccount/providers"
)

const (
	// slowDown is what the server's word adds to the interval (RFC 8628
	// section 3.5).
	slowDown = 5 * time.Second
	// longestWait is how far failures of the network stretch it.
	longestWait = time.Minute
	// pollTime bounds one poll.
	pollTime = 30 * time.Second
)

// Device logs in on any other device. It calls show once, with the code and
// where to type it. An error of show ends the login. Device asks the provider,
// as often as that allows, until the owner has approved, the code ends
// ([ErrExpired]) or ctx does. Other errors: [*DeniedError], and those that
// every method has; see [Browser].
func Device(ctx context.Context, p providers.Provider, show func(providers.DeviceLogin) error) (account.Grant, error) {
	source, ok := p.(providers.DeviceSource)
	if !ok {
		return account.Grant{}, unsupported(p, "login on another device")
	}
	d, err := source.StartDevice(ctx)
	if err != nil {
		return account.Grant{}, fmt.Errorf("login: %w", err)
	}
	if err := show(d); err != nil {
		return account.Grant{}, err
	}
	wait := d.Interval
	for {
		if err := pause(ctx, wait); err != nil {
			return account.Grant{}, err
		}
		if !d.ExpiresAt.IsZero() && !time.Now().Before(d.ExpiresAt) {
			return account.Grant{}, ErrExpired
		}
		grant, err := poll(ctx, source, d)
		if err == nil {
			return grant, nil
		}
		if wait, err = nextWait(p.Name(), wait, err); err != nil {
			return account.Grant{}, err
		}
	}
}

func poll(ctx context.Context, source providers.DeviceSource, d providers.DeviceLogin) (account.Grant, error) {
	ctx, cancel := context.WithTimeout(ctx, pollTime)
	defer cancel()
	return source.PollDevice(ctx, d)
}

// nextWait returns how long to wait after a poll that gave nothing, or what
// the login ends with (RFC 8628 section 3.5).
func nextWait(provider string, wait time.Duration, err error) (time.Duration, error) {
	var failed *providers.LoginError
	if !errors.As(err, &failed) {
		return 0, fmt.Errorf("login: %w", err)
	}
	passing := failed.Err != nil || failed.Status >= http.StatusInternalServerError || failed.Status == http.StatusTooManyRequests
	switch {
	case failed.Code == providers.AuthorizationPending:
		return wait, nil
	case failed.Code == providers.SlowDown:
		return wait + slowDown, nil
	case failed.Code == "expired_token":
		return 0, ErrExpired
	case failed.Code == "access_denied":
		return 0, &DeniedError{Provider: provider, Code: failed.Code}
	case passing:
		return max(wait, min(2*wait, longestWait)), nil
	}
	return 0, fmt.Errorf("login: %w", err)
}

func pause(ctx context.Context, d time.Duration) error {
	if wait.For(ctx, d) != nil {
		return fmt.Errorf("login: nobody approved it: %w", context.Cause(ctx))
	}
	return nil
}
