package login_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/oauth2"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

var errDeaf = errors.New("deaf")

// deaf is a provider that takes every code and grants nothing.
type deaf struct{ providers.Provider }

func (deaf) Name() string { return "deaf" }

func (deaf) Callback() providers.Callback {
	return providers.Callback{Host: "127.0.0.1", Path: "/callback"}
}

func (deaf) AuthorizeURL(r providers.AuthorizationRequest) (string, error) {
	return r.RedirectURI, nil
}

func (deaf) ExchangeCode(context.Context, providers.AuthorizationCode) (account.Grant, error) {
	return account.Grant{}, errDeaf
}

// scripted answers polls in turn, the last for ever, and notes when they came.
type scripted struct {
	deaf
	life    time.Duration
	answers []error
	polls   []time.Duration
	began   time.Time
}

func (s *scripted) StartDevice(context.Context) (providers.DeviceLogin, error) {
	s.began = time.Now()
	d := providers.DeviceLogin{Code: account.NewSecret("d"), UserCode: "ABCD-EFGH", URL: "https://x.example", Interval: 5 * time.Second}
	if s.life > 0 {
		d.ExpiresAt = s.began.Add(s.life)
	}
	return d, nil
}

func (s *scripted) PollDevice(context.Context, providers.DeviceLogin) (account.Grant, error) {
	err := s.answers[min(len(s.polls), len(s.answers)-1)]
	s.polls = append(s.polls, time.Since(s.began))
	return account.Grant{AccessToken: account.NewSecret("at")}, err
}

func refusal(code string, status int) error {
	return &providers.LoginError{Provider: "deaf", Code: code, Status: status}
}

func TestDeviceKeepsThePace(t *testing.T) {
	pending, slow := refusal("authorization_pending", 400), refusal("slow_down", 400)
	silent := &providers.LoginError{Err: errors.New("no route")}
	other := refusal("invalid_client", 401)
	denied, expired := refusal("access_denied", 400), refusal("expired_token", 400)
	for name, c := range map[string]struct {
		answers []error
		life    time.Duration
		polls   []int // seconds since the beginning
		want    error
	}{
		"approved":              {[]error{pending, pending, nil}, 0, []int{5, 10, 15}, nil},
		"slow down lasts":       {[]error{slow, pending, slow, nil}, 0, []int{5, 15, 25, 40}, nil},
		"no answer backs off":   {[]error{silent, silent, silent, silent, silent, nil}, 0, []int{5, 15, 35, 75, 135, 195}, nil},
		"trouble at the server": {[]error{refusal("", 503), refusal("", 429), nil}, 0, []int{5, 15, 35}, nil},
		"refused":               {[]error{pending, denied}, 0, []int{5, 10}, &login.DeniedError{}},
		"expired by its word":   {[]error{pending, expired}, 0, []int{5, 10}, login.ErrExpired},
		"expired by the clock":  {[]error{pending}, 12 * time.Second, []int{5, 10}, login.ErrExpired},
		"another error":         {[]error{other}, 0, []int{5}, other},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, shown := &scripted{answers: c.answers, life: c.life}, 0
				grant, err := login.Device(t.Context(), s, func(providers.DeviceLogin) error { shown++; return nil })
				var denied *login.DeniedError
				same := errors.Is(err, c.want) || errors.As(c.want, &denied) && errors.As(err, &denied)
				if !same || shown != 1 || (err == nil) == grant.AccessToken.IsZero() {
					t.Errorf("error %v, shown %d times", err, shown)
				}
				if len(s.polls) != len(c.polls) {
					t.Fatalf("polls at %v, want %v", s.polls, c.polls)
				}
				for i, at := range c.polls {
					if s.polls[i] != time.Duration(at)*time.Second {
						t.Errorf("polls at %v, want %v", s.polls, c.polls)
					}
				}
			})
		})
	}
}

func TestDeviceEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late := errors.New("too late")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 7*time.Second, late)
		defer cancel()
		s := &scripted{answers: []error{refusal("authorization_pending", 400)}}
		_, err := login.Device(ctx, s, func(providers.DeviceLogin) error { return nil })
		if !errors.Is(err, late) || len(s.polls) != 1 {
			t.Errorf("error %v after %d polls", err, len(s.polls))
		}
	})
}

// Both kinds of device login, over the wire.
func TestDeviceLogsIn(t *testing.T) {
	for name, f := range map[string]providertest.Flavour{"rfc 8628": providertest.Anthropic, "openai": providertest.OpenAI} {
		t.Run(name, func(t *testing.T) {
			srv := providertest.New(providertest.Options{DeviceInterval: time.Second})
			t.Cleanup(srv.Close)
			owner := srv.AddAccount(providertest.Account{Flavour: f})
			at := srv.Endpoints(f)
			var p providers.Provider = newOpenAI(srv)
			if f == providertest.Anthropic {
				p = oauth2.New(oauth2.Options{
					Name: "acme", BaseURL: at.BaseURL, TokenURL: at.TokenURL, DeviceURL: at.DeviceURL, HTTPClient: client(),
				})
			}
			grant, err := login.Device(t.Context(), p, func(d providers.DeviceLogin) error {
				if !owner.ApproveDevice(d.UserCode) {
					t.Errorf("no login waits for %q", d.UserCode)
				}
				return nil
			})
			if err != nil || grant.AccessToken.Reveal() != owner.AccessToken() {
				t.Errorf("login: %v", err)
			}
		})
	}
}
