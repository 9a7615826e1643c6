package living

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// acme is a provider that takes API keys alone.
const acme = "acme"

// role is an account: what the provider knows of it, and how it is in the pool.
type role struct {
	providertest.Account

	provider string
	label    string
	// byKey has the account added by its API key.
	byKey bool
	// fate is what becomes of it before the demo begins.
	fate fate
	pool multiaccount.NewAccount
}

// fate is what becomes of an account.
type fate uint8

const (
	serves fate = iota
	// revoked: its owner has to log in again.
	revoked
	// switchedOff by its owner.
	switchedOff
	// absent is not in the pool: a login adds it.
	absent
)

// Windows that end within a demo.
const (
	shortWindow = 2 * time.Minute
	shortLimit  = 14
)

func cast() []role {
	return append(claudes(), others()...)
}

func claudes() []role {
	claude := func(email, plan string, f fate, windows ...providertest.Window) role {
		return role{provider: "anthropic", fate: f, Account: providertest.Account{
			Flavour: providertest.Anthropic, Email: email, Plan: plan, Organization: "workspace of " + email, Windows: windows,
		}}
	}
	return []role{
		claude("ada@example.com", "max", serves, used("5h", 2000, 680), used("7d", 8000, 4900)),
		claude("grace@example.com", "max", serves, providertest.Window{Name: "5h", Length: shortWindow, Limit: shortLimit}, used("7d", 8000, 2300)),
		claude("alan@example.com", "pro", serves, used("5h", 1000, 210), ends("7d", 1000, 1000, 52*time.Hour)),
		claude("edsger@example.com", "pro", revoked, used("5h", 1000, 0)),
		claude("barbara@example.com", "max", switchedOff, used("5h", 2000, 300), used("7d", 8000, 1100)),
		{provider: "anthropic", label: "ci key", byKey: true, pool: multiaccount.NewAccount{Priority: -1}, Account: providertest.Account{
			Flavour: providertest.Anthropic, Email: "billing@example.com",
			Windows: []providertest.Window{{Name: "requests", Limit: 50}, {Name: "tokens", Limit: 40000, Cost: 900}},
		}},
		claude("radia@example.com", "max", absent, used("5h", 2000, 40), used("7d", 8000, 40)),
	}
}

func others() []role {
	codex := func(email, plan string, f fate, windows ...providertest.Window) role {
		return role{provider: "openai", fate: f, Account: providertest.Account{
			Flavour: providertest.OpenAI, Email: email, Plan: plan, Organization: "workspace-" + email, Windows: windows,
		}}
	}
	one := codex("donald@example.com", "plus", serves, providertest.Window{Name: "primary", Length: shortWindow, Limit: shortLimit}, used("secondary", 3000, 1700))
	two := codex("frances@example.com", "pro", serves, used("primary", 4000, 900), used("secondary", 20000, 3100))
	three := codex("tony@example.com", "plus", serves, used("primary", 1500, 1310), used("secondary", 3000, 2600))
	three.pool.MaxInFlight = 2
	return []role{
		one, two, three, codex("margaret@example.com", "plus", absent, used("primary", 1500, 20)),
		{provider: acme, label: "acme key", byKey: true, Account: providertest.Account{Flavour: providertest.OpenAI, Email: "keys@example.com"}},
	}
}

func used(name string, limit, used int) providertest.Window {
	return providertest.Window{Name: name, Limit: limit, Used: used}
}

// ends is a window that is reset so long from now.
func ends(name string, limit, used int, in time.Duration) providertest.Window {
	return providertest.Window{Name: name, Limit: limit, Used: used, ResetAt: time.Now().Add(in)}
}

// client is a program that uses the gateway.
type client struct {
	gateway.Client

	// accounts are the labels of those that it may use; none means all.
	accounts []string
	does     func(*traffic, context.Context) error
	// share is its part of what was used before.
	share int
}

// user is the client whose token the demo prints.
const user = "you"

func clients() []client {
	return []client{
		{Client: gateway.Client{ID: user}},
		{Client: gateway.Client{ID: "laptop"}, does: (*traffic).claudes, share: 4},
		{Client: gateway.Client{ID: "desktop", Priority: 1}, does: (*traffic).codexes, share: 3},
		{Client: gateway.Client{ID: "editor", Models: []string{"gpt-*"}, DailyTokens: 40_000_000}, does: (*traffic).socket, share: 2},
		{Client: gateway.Client{ID: "ci", MaxInFlight: 2, MaxWait: time.Hour}, accounts: []string{"ci key", "grace@example.com"}, does: (*traffic).claudes, share: 2},
		{Client: gateway.Client{ID: "batch", Providers: []string{acme}, Priority: -1}, does: (*traffic).chats, share: 1},
	}
}

// models are what is asked for, the most frequent first.
func models(provider string) []string {
	switch provider {
	case "anthropic":
		return []string{"claude-sonnet-4-6", "claude-sonnet-4-6", "claude-opus-4-8", "claude-haiku-4-5"}
	case "openai":
		return []string{"gpt-5.4-codex", "gpt-5.4-codex", "gpt-5.4"}
	}
	return []string{"glm-5", "glm-5-air"}
}

func anyOf[T any](all []T) T {
	return all[rand.IntN(len(all))]
}

// tokens is how many an answer tells of.
func tokens() (input, output int) {
	return 400 + rand.IntN(12000), 60 + rand.IntN(1400)
}

// answer is what models say, after some thought.
func answer(providertest.Asked) providertest.Said {
	time.Sleep(time.Duration(150+rand.IntN(1200)) * time.Millisecond)
	said := providertest.Said{Text: "One of its two clocks is a minute late."}
	said.Input, said.Output = tokens()
	return said
}
