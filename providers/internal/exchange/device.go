package exchange

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
)

const (
	deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"
	// defaultInterval is the time between polls when a server names none (RFC
	// 8628 section 3.2); longestInterval is the longest that is accepted.
	defaultInterval = 5 * time.Second
	longestInterval = time.Minute
)

// StartDevice asks the device authorization endpoint e for a code (RFC 8628
// sections 3.1 and 3.2). Every error is a *[providers.LoginError].
func (e Endpoint) StartDevice(ctx context.Context, scopes []string) (providers.DeviceLogin, error) {
	form := url.Values{}
	if len(scopes) > 0 {
		form.Set("scope", strings.Join(scopes, " "))
	}
	var told struct {
		DeviceCode  string          `json:"device_code"`
		UserCode    string          `json:"user_code"`
		URL         string          `json:"verification_uri"`
		OldURL      string          `json:"verification_url"` // of drafts, and still in use
		CompleteURL string          `json:"verification_uri_complete"`
		ExpiresIn   json.RawMessage `json:"expires_in"`
		Interval    json.RawMessage `json:"interval"`
	}
	sent := time.Now()
	if err := e.Ask(ctx, form, &told); err != nil {
		return providers.DeviceLogin{}, err
	}
	told.URL = cmp.Or(told.URL, told.OldURL)
	if told.DeviceCode == "" || !IsUserCode(told.UserCode) || !isPage(told.URL) {
		return providers.DeviceLogin{}, &providers.LoginError{Provider: e.Provider, Status: http.StatusOK}
	}
	if !isPage(told.CompleteURL) {
		told.CompleteURL = ""
	}
	return providers.DeviceLogin{
		Code: account.NewSecret(told.DeviceCode), UserCode: told.UserCode, URL: told.URL, CompleteURL: told.CompleteURL,
		Interval: Interval(told.Interval), ExpiresAt: expiry(told.ExpiresIn, sent),
	}, nil
}

// PollDevice asks the token endpoint e for the grant of a device code
// (RFC 8628 section 3.4). It returns what [Endpoint.Login] returns.
func (e Endpoint) PollDevice(ctx context.Context, d providers.DeviceLogin) (account.Grant, []byte, error) {
	return e.Login(ctx, url.Values{"grant_type": {deviceGrant}, "device_code": {d.Code.Reveal()}})
}

// Interval reads the time between two polls, in seconds.
func Interval(raw json.RawMessage) time.Duration {
	now := time.Time{}
	life := expiry(raw, now)
	if life.IsZero() {
		return defaultInterval
	}
	return min(life.Sub(now), longestInterval)
}

// maxUserCode is far above what anybody would type.
const maxUserCode = 64

// IsUserCode reports whether a code may be shown on a terminal for the user to
// type.
func IsUserCode(code string) bool {
	unfit := func(r rune) bool { return !unicode.IsPrint(r) }
	return code != "" && len(code) <= maxUserCode && !strings.ContainsFunc(code, unfit)
}

// isPage reports whether an address may be shown to an owner: it must be a web
// page, not a file or a program of this machine.
func isPage(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}
