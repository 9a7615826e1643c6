package poolview

import (
	"context"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tui"
)

// ByKey is the way to add an account that has an API key.
const ByKey login.Method = "api-key"

// Host is the engine as the screen needs it. Its methods are called from
// several goroutines, never from the one that draws; each returns soon after
// ctx has ended.
type Host interface {
	// Look returns how everything is now.
	Look(ctx context.Context) (Snapshot, error)
	// Pool returns what changes the accounts of a provider.
	Pool(provider string) (Pool, error)
	// SetStrategy stores the strategy in the settings.
	SetStrategy(ctx context.Context, s settings.Strategy) error
	// Login gets a new login and stores the account. It asks its owner through t.
	Login(ctx context.Context, l Login, t Talk) (login.Saved, error)
	// Explain returns the latest decisions about an account, in words.
	Explain(ctx context.Context, provider, id string) (string, error)
	// Examine returns what keeps accounts from working, and what to do about it.
	Examine(ctx context.Context) (string, error)
	// Import takes in the logins of other programs, or with dry only says what it
	// would take, and returns that in words.
	Import(ctx context.Context, dry bool) (string, error)
	// Subscribe has fn called with each event, until cancel.
	Subscribe(fn func(multiaccount.Event)) (cancel func())
}

// Pool changes the accounts of a provider; [*multiaccount.Pool] is one.
type Pool interface {
	Rename(ctx context.Context, id, label string) error
	SetEnabled(ctx context.Context, id string, enabled bool) error
	Remove(ctx context.Context, id string) error
	Refresh(ctx context.Context, id string) error
	RefreshUsage(ctx context.Context, id string) error
	ResetCooldown(ctx context.Context, id string) error
	Pin(ctx context.Context, id string) error
}

// Talk is how a login speaks with its owner; its methods may be called from
// any goroutine.
type Talk interface {
	// Browse shows the address of the login page; trouble says why no browser
	// shows it yet, and is empty when one does.
	Browse(url, trouble string)
	// Device shows a code to be typed in elsewhere.
	Device(d providers.DeviceLogin)
	// Paste waits for what the owner brings back from a browser.
	Paste(ctx context.Context, q login.Question) (string, error)
}

// Login says how an account is to log in.
type Login struct {
	Provider string
	Method   login.Method
	// Key and Label are those of an account that has an API key. Account, when set, is
	// the id of one whose key is replaced.
	Key     account.Secret
	Label   string
	Account string
}

// Provider is one that an account can be added to.
type Provider struct {
	Name string
	// Methods are the ways to log in, the best first.
	Methods []login.Method
}

// Account is an account of a provider's pool.
type Account struct {
	multiaccount.AccountStatus

	Provider string
}

func (a *Account) key() key { return key{a.Provider, a.ID} }

// clean makes what came from the provider, or from another program, fit to be
// shown.
func (a *Account) clean() {
	for _, text := range []*string{&a.Label, &a.Email, &a.Plan, &a.Reason, &a.LinkedTo} {
		*text = tui.Clean(*text)
	}
	a.Usage = slices.Clone(a.Usage)
	for i := range a.Usage {
		a.Usage[i].Name = tui.Clean(a.Usage[i].Name)
	}
}

// key names an account among all.
type key struct{ provider, id string }

// Snapshot is how everything is at a moment.
type Snapshot struct {
	Providers []Provider
	// Accounts are in the order of their providers.
	Accounts []Account
	Strategy settings.Strategy
	// UsageEvery is how old quota figures may get; 0 never asks for them.
	UsageEvery time.Duration
}
