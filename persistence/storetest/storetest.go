// Package storetest is the test suite that every [persistence.Store] must pass. A
// host with its own store runs it in that store's tests.
package storetest

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// Provider is the provider that the suite stores accounts for.
const Provider = "provider"

// Run checks a store against the contract of [persistence.Store]. open returns an
// empty store; Run closes it. reopen returns a second store over the data of a
// first one that is still open, as another process would; nil for a store that
// nobody else can open.
func Run(t *testing.T, open func(t *testing.T) persistence.Store,
	reopen func(t *testing.T, s persistence.Store) persistence.Store,
) {
	t.Helper()
	for name, check := range checks() {
		t.Run(name, func(t *testing.T) { check(trial{T: t, store: opened(t, open(t))}) })
	}
	for name, check := range sharedChecks() {
		t.Run("shared/"+name, func(t *testing.T) {
			if reopen == nil {
				t.Skip("this store cannot be opened a second time")
			}
			first := opened(t, open(t))
			check(trial{T: t, store: first, other: opened(t, reopen(t, first))})
		})
	}
}

// trial is what one check works with.
type trial struct {
	*testing.T

	store persistence.Store
	// other is over the same data; nil unless the check is about sharing.
	other persistence.Store
}

func checks() map[string]func(trial) {
	return map[string]func(trial){
		"an empty store":                    emptyStore,
		"create and load":                   createAndLoad,
		"load in the order of adding":       loadOrder,
		"create of a known id":              createTwice,
		"providers are apart":               providersApart,
		"update":                            update,
		"update of an unknown id":           updateUnknown,
		"identity stays":                    identityStays,
		"revisions tell the order":          revisionsTellTheOrder,
		"remove":                            remove,
		"unknown fields":                    unknownFields,
		"names not fit for a file":          unfitNames,
		"records are not aliased":           notAliased,
		"lock excludes":                     lockExcludes,
		"lock of an unknown id":             lockUnknown,
		"lock, update, unlock":              lockUpdateUnlock,
		"a wait that is cancelled":          cancelledWait,
		"a waiter gets the lock":            waiterGetsTheLock,
		"a lock is free after a panic":      panicUnlocks,
		"an ended context begins nothing":   endedContext,
		"other accounts are not blocked":    othersGoOn,
		"concurrent updates of one account": concurrentUpdates,
		"concurrent updates of several":     concurrentAccounts,
		"concurrent creates of one id":      concurrentCreates,
		"an intent outlives its holder":     intentOutlivesHolder,
		"an intent ends with its token":     intentEndsWithItsToken,
		"an intent goes with its account":   intentGoesWithItsAccount,
		"reads without waiting":             readsWithoutWaiting,
		"a watch tells of changes":          watchTells,
		"pool state":                        poolState,
		"concurrent pool updates":           concurrentPoolUpdates,
		"pool state is bounded":             poolIsBounded,
		"a login is added once":             addOfAKnownLogin,
		"an id is added once":               addOfAKnownID,
		"one login added by many":           addedAtOnce,
		"the pool's lock excludes":          poolLockExcludes,
		"a watch tells of the pool":         poolWatchTells,
	}
}

func sharedChecks() map[string]func(trial) {
	return map[string]func(trial){
		"an intent outlives its process":  intentOutlivesHolder,
		"a watch tells of others":         watchTells,
		"what one stores the other loads": sharedLoad,
		"a mutation sees the latest":      sharedLatest,
		"lock excludes":                   sharedLock,
		"a wait that is cancelled":        cancelledWait,
		"a waiter gets the lock":          waiterGetsTheLock,
		"concurrent updates":              sharedUpdates,
		"concurrent pool updates":         sharedPoolUpdates,
		"the pool's lock excludes":        poolLockExcludes,
		"a watch tells of the pool":       poolWatchTells,
		"a login is added once":           addOfAKnownLogin,
		"one login added by many":         addedAtOnce,
	}
}

func opened(t *testing.T, s persistence.Store) persistence.Store {
	t.Helper()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// Record returns an account in which every field is set.
func Record(id string) account.Record {
	at := time.Date(2026, 1, 2, 3, 4, 5, 678, time.UTC)
	return account.Record{
		ID: id, Provider: Provider, Subject: "subject-" + id, Organization: "organization",
		Email: id + "@example.com", Label: "label of " + id, Plan: "Pro", Kind: account.OAuth, Lineage: account.Owned,
		Credentials: account.Credentials{
			AccessToken: account.NewSecret("access-" + id), RefreshToken: account.NewSecret("refresh-" + id),
			APIKey: account.NewSecret("key-" + id), ExpiresAt: at.Add(time.Hour), GrantedAt: at, Scopes: []string{"one", "two"},
		},
		Generation: 7, Revision: 5, AddedAt: at, LastUsedAt: at.Add(time.Minute),
		Enabled: true, Weight: 2, Priority: -1, MaxInFlight: 3, SoftQuotaPercent: 80, AuthFailures: 1,
		RefusedToken: account.RefusedToken{Generation: 6, At: at}, Refusals: account.Refusals{Code: "invalid_request", Count: 2, Since: at},
		Fault: &account.Fault{Kind: account.FaultReauth, Reason: "invalid_grant", At: at, Disabled: true, Terminal: true},
		Lost:  &account.Fault{Kind: account.FaultLost, Reason: "never saved", At: at, Terminal: true},
		Limits: []account.Limit{{
			Scope: account.ScopeModel, Model: "model", Source: account.FromHeader, Reason: "5h",
			SeenAt: at, Until: at.Add(5 * time.Hour),
		}},
		Usage: []account.UsageWindow{{
			Name: "5h", Utilization: 12.5, Length: 5 * time.Hour, ResetAt: at.Add(time.Hour), SeenAt: at,
		}},
	}
}

func keyOf(rec account.Record) persistence.Key {
	return persistence.Key{Provider: rec.Provider, ID: rec.ID}
}

// stored creates an account and returns it with its key.
func stored(t *testing.T, s persistence.Store, id string) (persistence.Key, account.Record) {
	t.Helper()
	rec := Record(id)
	if err := s.Create(t.Context(), rec); err != nil {
		t.Fatalf("Create %s: %v", id, err)
	}
	return keyOf(rec), rec
}

func load(t *testing.T, s persistence.Store) persistence.Snapshot {
	t.Helper()
	snap, err := s.Load(t.Context(), Provider)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return snap
}

// only returns the single account that is stored.
func only(t *testing.T, s persistence.Store) account.Record {
	t.Helper()
	snap := load(t, s)
	if len(snap.Accounts) != 1 {
		t.Fatalf("%d accounts are stored, want 1", len(snap.Accounts))
	}
	return snap.Accounts[0]
}

// same compares records except for the Revision, which the store sets.
func same(t *testing.T, got, want account.Record) {
	t.Helper()
	got.Revision, want.Revision = 0, 0
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func mustUpdate(t *testing.T, s persistence.Store, key persistence.Key, mutate persistence.Mutation) account.Record {
	t.Helper()
	rec, err := s.Update(t.Context(), key, mutate)
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
	return rec
}

func ended(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
