package login_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func keysOnly() providers.Provider {
	return apikey.New(apikey.Options{Name: "keys", BaseURL: "https://keys.example"})
}

func TestPasteTakesEveryForm(t *testing.T) {
	for name, form := range map[string]func(back *url.URL, code, state string) string{
		"address": func(back *url.URL, _, _ string) string { return back.String() },
		"address, broken": func(back *url.URL, _, _ string) string {
			s := back.String()
			return " " + s[:30] + "\r\n " + s[30:] + "\n"
		},
		"address, fragment": func(back *url.URL, _, _ string) string { return back.String() + "#_=_" },
		"code":              func(_ *url.URL, code, _ string) string { return "\t" + code + "\n" },
		"code and state":    func(_ *url.URL, code, state string) string { return code + "#" + state },
		"code, then state":  func(_ *url.URL, code, state string) string { return code[:9] + "\n" + code[9:] + " # " + state + " " },
		"parameters":        func(back *url.URL, _, _ string) string { return back.RawQuery },
	} {
		srv, owner := fake(t, providertest.Anthropic)
		grant, err := login.Paste(t.Context(), newAnthropic(srv), func(_ context.Context, q login.Question) (string, error) {
			if q.Problem != nil {
				return "", q.Problem
			}
			back := approve(t, q.URL)
			if !q.Shown || back.Host != "platform.claude.com" {
				t.Errorf("question %+v leads to %s", q, back.Host)
			}
			return form(back, back.Query().Get("code"), back.Query().Get("state")), nil
		})
		if err != nil || grant.AccessToken.Reveal() != owner.AccessToken() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPasteAsksAgain(t *testing.T) {
	srv, _ := fake(t, providertest.OpenAI)
	answers := []string{"", " \n", "https://claude.ai/", "code#of-another-login", "http://localhost:1455/auth/callback?code=a&state=b", ""}
	asked := 0
	grant, err := login.Paste(t.Context(), newOpenAI(srv), func(_ context.Context, q login.Question) (string, error) {
		var wrong *login.PasteError
		if (asked > 0) != errors.As(q.Problem, &wrong) {
			t.Errorf("answer %q: problem %v", answers[max(asked-1, 0)], q.Problem)
		}
		if at := redirectOf(t, q.URL).String(); at != "http://localhost:1455/auth/callback" || q.Shown {
			t.Errorf("redirect to %s, shown %v", at, q.Shown)
		}
		asked++
		if asked == len(answers) {
			return approve(t, q.URL).String(), nil
		}
		return answers[asked-1], nil
	})
	if err != nil || grant.AccessToken.IsZero() || asked != len(answers) {
		t.Errorf("%v after %d questions", err, asked)
	}
}

// A code that was mistyped, or is from yesterday, is the owner's to bring anew.
func TestPasteAsksAgainForARefusedCode(t *testing.T) {
	for flavour, p := range map[providertest.Flavour]func(*providertest.Server) providers.Provider{
		providertest.Anthropic: func(s *providertest.Server) providers.Provider { return newAnthropic(s) },
		providertest.OpenAI:    func(s *providertest.Server) providers.Provider { return newOpenAI(s) },
	} {
		srv, _ := fake(t, flavour)
		asked := 0
		grant, err := login.Paste(t.Context(), p(srv), func(_ context.Context, q login.Question) (string, error) {
			asked++
			if asked == 1 {
				return "a-code-of-yesterday", nil
			}
			var wrong *login.PasteError
			if !errors.As(q.Problem, &wrong) || !strings.Contains(wrong.Problem, "wrong, too old") {
				return "", fmt.Errorf("the problem is %w", q.Problem)
			}
			return approve(t, q.URL).String(), nil
		})
		if err != nil || grant.AccessToken.IsZero() {
			t.Errorf("%s: %v", flavour, err)
		}
	}
}

func TestPasteEndsWhenTheProviderIsInTrouble(t *testing.T) {
	srv, _ := fake(t, providertest.Anthropic)
	srv.StartOutage(providertest.Anthropic, providertest.OAuthError("invalid_client"))
	asked := 0
	_, err := login.Paste(t.Context(), newAnthropic(srv), func(context.Context, login.Question) (string, error) {
		asked++
		return "a-code", nil
	})
	var refused *providers.LoginError
	if !errors.As(err, &refused) || asked != 1 {
		t.Errorf("%v after %d questions", err, asked)
	}
}

func TestPasteOfARefusal(t *testing.T) {
	srv := providertest.New(providertest.Options{})
	defer srv.Close()
	_, err := login.Paste(t.Context(), newAnthropic(srv), func(_ context.Context, q login.Question) (string, error) {
		return approve(t, q.URL).String(), nil
	})
	var denied *login.DeniedError
	if !errors.As(err, &denied) || denied.Code != "access_denied" {
		t.Errorf("error %v", err)
	}
}

func TestPasteEndsWithItsContext(t *testing.T) {
	srv, _ := fake(t, providertest.Anthropic)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := login.Paste(ctx, newAnthropic(srv), func(context.Context, login.Question) (string, error) {
		cancel()
		return "", nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// Whatever is pasted, it is a code, a refusal or a question asked again; and
// what is told about it is fit for a terminal.
func FuzzPaste(f *testing.F) {
	for _, seed := range []string{"code#state", "?error=x&state=y", "http://localhost/callback?code=%zz", "code=a&code=b", "\x1b[31m?error=\x1b", "#", "?"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		given := errors.New("asked again")
		_, err := login.Paste(t.Context(), deaf{}, func(_ context.Context, q login.Question) (string, error) {
			if q.Problem != nil {
				return "", errors.Join(given, q.Problem)
			}
			return text, nil
		})
		var denied *login.DeniedError
		if !errors.Is(err, given) && !errors.Is(err, errDeaf) && !errors.As(err, &denied) {
			t.Errorf("%q: %v", text, err)
		}
		if strings.ContainsAny(err.Error(), "\x1b\x00") {
			t.Errorf("%q: the error is not fit for a terminal: %q", text, err)
		}
	})
}
