package guard_test

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/guard"
	"github.com/seed-810f1486/multiaccount/providers"
)

const secret = "what is thrown may hold a secret"

// broken panics at all that is guarded.
type broken struct{ providers.Provider }

func (broken) Name() string { return "broken" }

func (broken) Refresh(context.Context, account.Credentials) (account.Grant, error) { panic(secret) }

func (broken) Classify(providers.Answer) account.Verdict { panic(secret) }

type keeper struct{}

func (keeper) Named(*http.Request, string) []string { return nil }
func (keeper) Makes(*http.Request, string) bool     { return false }
func (keeper) Made([]byte) string                   { panic(secret) }

type reader struct{}

func (reader) ReadEvent(_, _ []byte) providers.StreamEvent { panic(secret) }

type usage struct{}

func (usage) Usage(context.Context, account.Credential) (providers.Usage, error) { panic(secret) }

type profile struct{}

func (profile) Profile(context.Context, account.Credential) (account.Grant, error) { panic(secret) }

func TestPanicsAreCaught(t *testing.T) {
	var logged bytes.Buffer
	g := guard.New(struct {
		broken
		keeper
		reader
		usage
		profile
	}{}, zerolog.New(&logged))
	_, refresh := g.Refresh(t.Context(), account.Credentials{})
	_, usage := g.Sources().(providers.UsageSource).Usage(t.Context(), account.Credential{})
	_, profile := g.Sources().(providers.ProfileSource).Profile(t.Context(), account.Credential{})
	for what, err := range map[string]error{"Refresh": refresh, "Usage": usage, "Profile": profile} {
		if err == nil || !strings.Contains(err.Error(), "broken panicked") || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if v := g.Classify(providers.Answer{Status: http.StatusTooManyRequests}); v.Class != account.ClassCaller || v.Status != http.StatusTooManyRequests {
		t.Errorf("the answer is classed %+v", v)
	}
	if made := g.Keeper.Made([]byte("{}")); made != "" {
		t.Errorf("it made %q", made)
	}
	if e := g.Stream.ReadEvent(nil, nil); e.Step != providers.StreamUnknown {
		t.Errorf("the event shows %+v", e)
	}
	if n := strings.Count(logged.String(), "the provider panicked"); n != 3 || strings.Contains(logged.String(), secret) {
		t.Errorf("logged: %s", logged.String())
	}
}

// lister is a keeper that looks at a few members of a body.
type lister struct{ keeper }

func (lister) BodyMembers() []string { return []string{"id"} }

func TestMembersOfABody(t *testing.T) {
	all := guard.New(struct {
		broken
		keeper
	}{}, zerolog.Nop())
	few := guard.New(struct {
		broken
		lister
	}{}, zerolog.Nop())
	if all.Members != nil || len(few.Members) != 1 || few.Keeper == nil {
		t.Errorf("one looks at %q, the other at %q", all.Members, few.Members)
	}
}

// A provider can do neither more nor less than it could.
func TestAbilities(t *testing.T) {
	for name, test := range map[string]struct {
		provider        providers.Provider
		figures, whose  bool
		keeper, streams bool
	}{
		"none": {provider: broken{}},
		"figures": {provider: struct {
			broken
			usage
		}{}, figures: true},
		"whose token": {provider: struct {
			broken
			profile
		}{}, whose: true},
		"both": {provider: struct {
			broken
			usage
			profile
		}{}, figures: true, whose: true},
		"resources": {provider: struct {
			broken
			keeper
		}{}, keeper: true},
		"streams": {provider: struct {
			broken
			reader
		}{}, streams: true},
	} {
		g := guard.New(test.provider, zerolog.Nop())
		_, figures := g.Sources().(providers.UsageSource)
		_, whose := g.Sources().(providers.ProfileSource)
		if figures != test.figures || whose != test.whose || (g.Keeper != nil) != test.keeper || (g.Stream != nil) != test.streams || g.Hosts != nil {
			t.Errorf("%s: figures %v, whose %v, keeper %v, streams %v, hosts %v", name, figures, whose, g.Keeper, g.Stream, g.Hosts)
		}
	}
}
