package account_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount/account"
)

const value = "sk-very-secret"

// holder keeps a secret where fmt cannot call its methods.
type holder struct {
	secret account.Secret
	Nested struct{ inner account.Secret }
}

// TestSecretNeverShows prints a secret in every way there is.
func TestSecretNeverShows(t *testing.T) {
	s := account.NewSecret(value)
	h := holder{secret: s}
	h.Nested.inner = s
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10.3s"} {
		for _, v := range []any{s, &s, h, &h, []account.Secret{s}, map[string]account.Secret{"k": s}} {
			_, _ = fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	encoded, err := json.Marshal(map[string]any{"s": s, "h": h, "creds": account.Credentials{AccessToken: s}})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(encoded)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("slog", "s", s, "h", h)
	slog.New(slog.NewTextHandler(&out, nil)).Info("slog", "s", s, "h", h)
	log := zerolog.New(&out)
	log.Info().Object("s", s).Interface("any", s).Interface("h", h).Stringer("str", s).Send()
	if strings.Contains(out.String(), value) || strings.Contains(out.String(), fmt.Sprintf("%x", value)) {
		t.Errorf("a secret shows:\n%s", out.String())
	}
	if s.Reveal() != value {
		t.Error("Reveal does not return the value")
	}
}

func TestSecretEquality(t *testing.T) {
	a, b := account.NewSecret(value), account.NewSecret(value)
	if !a.Equal(b) || a.Equal(account.Secret{}) || a.Fingerprint() != b.Fingerprint() {
		t.Error("equal secrets differ, or different ones do not")
	}
	var zero account.Secret
	if !zero.IsZero() || !account.NewSecret("").IsZero() || zero.Reveal() != "" || zero.String() != "" || zero.Fingerprint() != "" {
		t.Error("the zero secret is not empty")
	}
}

func TestExpired(t *testing.T) {
	now := time.Now()
	token := account.NewSecret("t")
	tests := map[string]struct {
		rec  account.Record
		want bool
	}{
		"no token":                 {account.Record{Kind: account.OAuth}, true},
		"no expiry known":          {account.Record{Credentials: account.Credentials{AccessToken: token}}, false},
		"ends in an hour":          {account.Record{Credentials: account.Credentials{AccessToken: token, ExpiresAt: now.Add(time.Hour)}}, false},
		"ends in 61 s":             {account.Record{Credentials: account.Credentials{AccessToken: token, ExpiresAt: now.Add(61 * time.Second)}}, false},
		"ends in 60 s":             {account.Record{Credentials: account.Credentials{AccessToken: token, ExpiresAt: now.Add(60 * time.Second)}}, true},
		"lives 60 s, 16 s left":    {grantedFor(now.Add(-44*time.Second), time.Minute), false},
		"lives 60 s, 15 s left":    {grantedFor(now.Add(-45*time.Second), time.Minute), true},
		"lives an hour, 61 s left": {grantedFor(now.Add(61*time.Second-time.Hour), time.Hour), false},
		"lives an hour, 60 s left": {grantedFor(now.Add(time.Minute-time.Hour), time.Hour), true},
		"an API key never does":    {account.Record{Kind: account.APIKey}, false},
		"ended a long time before": {account.Record{Credentials: account.Credentials{AccessToken: token, ExpiresAt: now.Add(-time.Hour)}}, true},
	}
	for name, test := range tests {
		if got := test.rec.Expired(now); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// grantedFor is a login with a token that was granted at that moment.
func grantedFor(at time.Time, life time.Duration) account.Record {
	return account.Record{Credentials: account.Credentials{
		AccessToken: account.NewSecret("t"), GrantedAt: at, ExpiresAt: at.Add(life),
	}}
}

// A token is not refreshed ahead of time before the second half of its life.
func TestDue(t *testing.T) {
	at := time.Now()
	for life, due := range map[time.Duration]time.Duration{
		8 * time.Hour:    8*time.Hour - 31*time.Minute, // half an hour, and the margin
		time.Hour:        time.Hour - 31*time.Minute,
		10 * time.Minute: 4 * time.Minute,
		time.Minute:      15 * time.Second,
	} {
		rec := grantedFor(at, life)
		if rec.Due(at.Add(due-1), 30*time.Minute) || !rec.Due(at.Add(due), 30*time.Minute) {
			t.Errorf("of a life of %v it is not due %v after the grant", life, due)
		}
	}
	unknown := account.Record{Credentials: account.Credentials{AccessToken: account.NewSecret("t"), ExpiresAt: at.Add(20 * time.Minute)}}
	if !unknown.Due(at, 30*time.Minute) {
		t.Error("a token that ends in 20 minutes is not due to somebody who looks 30 minutes ahead")
	}
}

func TestGrantKeepsWhatItDoesNotSay(t *testing.T) {
	rec := account.Record{
		Subject: "s", Email: "e", Plan: "p", Generation: 7, Fault: &account.Fault{}, Refusals: account.Refusals{Count: 4},
		Credentials: account.Credentials{RefreshToken: account.NewSecret("old"), Scopes: []string{"a"}},
	}
	rec.Apply(account.Grant{AccessToken: account.NewSecret("new"), Plan: "pro"})
	c := rec.Credentials
	if c.RefreshToken.Reveal() != "old" || c.AccessToken.Reveal() != "new" || len(c.Scopes) != 1 {
		t.Errorf("credentials after a grant without a refresh token: %+v", c)
	}
	if rec.Subject != "s" || rec.Email != "e" || rec.Plan != "pro" {
		t.Errorf("facts: %+v", rec)
	}
	if rec.Generation != 8 || rec.Refusals.Count != 0 || rec.Fault != nil {
		t.Errorf("generation %d, %d refusals, fault %v", rec.Generation, rec.Refusals.Count, rec.Fault)
	}
}

// That a token can be had says nothing of whether the API takes it.
func TestGrantKeepsWhatTheAPIRefused(t *testing.T) {
	fault := &account.Fault{Kind: account.FaultReauth, Disabled: true}
	rec := account.Record{Enabled: true, Generation: 7, AuthFailures: 3, RefusedToken: account.RefusedToken{Generation: 7, At: time.Now()}, Fault: fault}
	if !rec.TokenRefused() || rec.Untried() {
		t.Error("the token was not refused, or is untried")
	}
	rec.Apply(account.Grant{AccessToken: account.NewSecret("new")})
	if rec.AuthFailures != 3 || rec.Fault == nil || !rec.Untried() || rec.TokenRefused() {
		t.Errorf("after a grant: %+v", rec)
	}
	if !rec.Eligible() || !fault.Disabled {
		t.Error("the new token cannot be tried, or the fault that others hold was written to")
	}
}

// The workspace that an owner has chosen is not the one that each of the user's
// tokens names.
func TestGrantKeepsTheOrganization(t *testing.T) {
	told := account.Grant{AccessToken: account.NewSecret("new"), Subject: "s-2", Organization: "personal"}
	chosen, unknown := account.Record{Subject: "s", Organization: "team"}, account.Record{}
	chosen.Apply(told)
	unknown.Apply(told)
	if chosen.Organization != "team" || chosen.Subject != "s-2" || unknown.Organization != "personal" {
		t.Errorf("%q of %q, and %q where none was known", chosen.Organization, chosen.Subject, unknown.Organization)
	}
}

func TestParseSecret(t *testing.T) {
	for text, want := range map[string]string{"": "", "\t\r\n": "", "a": "a", "\tsk-1~!\r\n": "sk-1~!"} {
		if got, err := account.ParseSecret(text); err != nil || got.Reveal() != want {
			t.Errorf("%q: %q, %v", text, got.Reveal(), err)
		}
	}
	for _, text := range []string{"a b", "a\x00", "a\u00a0b", "\u200ba", "a\x7f", "\xff", "ключ"} {
		if got, err := account.ParseSecret(text); !errors.Is(err, account.ErrUnsendable) || !got.IsZero() {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestReplaceMakesTheAccountWorkAgain(t *testing.T) {
	rec := account.Record{
		ID: "id", Label: "mine", Generation: 3, AuthFailures: 3, Fault: &account.Fault{Disabled: true},
		RefusedToken: account.RefusedToken{Generation: 3, At: time.Now()}, Refusals: account.Refusals{Count: 1},
		Limits: []account.Limit{{Scope: account.ScopeAccount}},
	}
	rec.Replace(account.Record{Kind: account.APIKey, Credentials: account.Credentials{APIKey: account.NewSecret("k")}})
	if !rec.Eligible() || rec.AuthFailures != 0 || rec.TokenRefused() || rec.Untried() || rec.Refusals.Count != 0 || rec.Limits != nil || rec.Generation != 4 {
		t.Errorf("after a new login: %+v", rec)
	}
	if rec.ID != "id" || rec.Label != "mine" || rec.Credential().Token.Reveal() != "k" {
		t.Errorf("identity or credential: %+v", rec)
	}
}

func TestIdentity(t *testing.T) {
	a := account.Record{Organization: "one", Subject: "s"}
	b := account.Record{Organization: "two", Subject: "s"}
	if a.Identity() == b.Identity() || (&account.Record{Organization: "one"}).Identity() != "" {
		t.Error("identities do not tell accounts apart")
	}
}
