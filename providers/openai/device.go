package openai

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/exchange"
)

// deviceLife is how long a device code lives; OpenAI does not say.
const deviceLife = 15 * time.Minute

// StartDevice asks for a code that the owner types in at OpenAI's page. The
// account must allow device logins in its security settings.
func (p *Provider) StartDevice(ctx context.Context) (providers.DeviceLogin, error) {
	var told struct {
		ID       string          `json:"device_auth_id"`
		UserCode string          `json:"user_code"`
		OldCode  string          `json:"usercode"`
		Interval json.RawMessage `json:"interval"`
	}
	sent := time.Now().Round(0)
	err := p.deviceEndpoint("/usercode").AskJSON(ctx, map[string]string{"client_id": p.options.ClientID}, &told)
	if err != nil {
		return providers.DeviceLogin{}, err
	}
	told.UserCode = cmp.Or(told.UserCode, told.OldCode)
	page := p.onIssuer("/codex/device")
	if told.ID == "" || !exchange.IsUserCode(told.UserCode) || page == "" {
		return providers.DeviceLogin{}, &providers.LoginError{Provider: name, Status: http.StatusOK}
	}
	return providers.DeviceLogin{
		Code: account.NewSecret(told.ID), UserCode: told.UserCode, URL: page,
		Interval: exchange.Interval(told.Interval), ExpiresAt: sent.Add(deviceLife),
	}, nil
}

// PollDevice asks whether the owner has approved. What comes then is an
// authorization code with its verifier, which is spent at once.
func (p *Provider) PollDevice(ctx context.Context, d providers.DeviceLogin) (account.Grant, error) {
	var told struct {
		Code     string `json:"authorization_code"`
		Verifier string `json:"code_verifier"`
	}
	fields := map[string]string{"device_auth_id": d.Code.Reveal(), "user_code": d.UserCode}
	if err := p.deviceEndpoint("/token").AskJSON(ctx, fields, &told); err != nil {
		return account.Grant{}, waiting(err)
	}
	if told.Code == "" || told.Verifier == "" {
		return account.Grant{}, &providers.LoginError{Provider: name, Status: http.StatusOK}
	}
	return p.ExchangeCode(ctx, providers.AuthorizationCode{
		Code: account.NewSecret(told.Code), Verifier: account.NewSecret(told.Verifier),
		RedirectURI: p.onIssuer("/deviceauth/callback"),
	})
}

// waiting gives the answers to a poll that is too early their standard names:
// without a code of RFC 8628, 403 and 404 say that nobody has approved yet.
func waiting(err error) error {
	var refused *providers.LoginError
	if !errors.As(err, &refused) || isDeviceCode(refused.Code) {
		return err
	}
	again := *refused
	switch refused.Status {
	case http.StatusForbidden, http.StatusNotFound:
		again.Code = providers.AuthorizationPending
	case http.StatusTooManyRequests:
		again.Code = providers.SlowDown
	}
	return &again
}

func isDeviceCode(code string) bool {
	switch code {
	case providers.AuthorizationPending, providers.SlowDown, "access_denied", "expired_token":
		return true
	}
	return false
}

func (p *Provider) deviceEndpoint(path string) exchange.Endpoint {
	return exchange.Endpoint{Provider: name, URL: p.options.DeviceURL + path, Client: p.client}
}

// onIssuer returns a path on the server of the device login, empty when its
// address does not parse.
func (p *Provider) onIssuer(path string) string {
	at, err := url.Parse(p.options.DeviceURL)
	if err != nil || at.Host == "" {
		return ""
	}
	return at.Scheme + "://" + at.Host + path
}
