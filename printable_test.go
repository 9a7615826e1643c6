package multiaccount_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/printable/printabletest"
	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/migrate"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/settings"
)

// infest puts hostile text wherever a value has room for text or an error.
func infest(v reflect.Value) {
	switch kind := v.Kind(); {
	case v.Type() == reflect.TypeFor[time.Time]():
	case v.Type() == reflect.TypeFor[error]():
		v.Set(reflect.ValueOf(errors.New(printabletest.Text)))
	case kind == reflect.String:
		v.SetString(printabletest.Text)
	case kind == reflect.Struct:
		for i := range v.NumField() {
			infest(v.Field(i))
		}
	case kind == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		infest(v.Index(0))
	}
}

// Every typed error says what names and reasons say, and nothing that a
// terminal would obey.
func TestNoErrorHoldsWhatATerminalObeys(t *testing.T) {
	for _, err := range []error{
		&multiaccount.AllAccountsLimitedError{}, &multiaccount.ReauthRequiredError{}, &multiaccount.AccountUnavailableError{},
		&multiaccount.ProviderUnavailableError{}, &multiaccount.ForeignHostError{}, &multiaccount.DuplicateAccountError{},
		&multiaccount.InvalidAccountError{}, &messages.RefusalError{}, &providers.StatusError{}, &providers.RefreshError{}, &providers.LoginError{},
		&persistence.PermissionError{}, &persistence.StorageError{}, &settings.Error{}, &login.DeniedError{}, &login.PortTakenError{},
		&login.PasteError{}, &login.NotStoredError{},
	} {
		infest(reflect.ValueOf(err).Elem())
		printabletest.Check(t, fmt.Sprintf("%T", err), err.Error())
	}
	for _, err := range []error{
		&multiaccount.AccountUnavailableError{ByOwner: true, AccountID: printabletest.Text}, &multiaccount.AccountUnavailableError{AccountID: printabletest.Text},
		&messages.RefusalError{Detail: printabletest.Text}, &providers.RefreshError{Code: printabletest.Text}, &providers.LoginError{Code: printabletest.Text},
		&providers.RefreshError{Provider: printabletest.Text}, &providers.LoginError{Provider: printabletest.Text, Status: 200},
	} {
		printabletest.Check(t, fmt.Sprintf("%T", err), err.Error())
	}
	_, err := migrate.Read(filepath.Join(t.TempDir(), printabletest.Name))
	printabletest.Check(t, "migrate.Read", err.Error())
}

// Events show as JSON, in which the values are as they are.
func TestNoEventHoldsWhatATerminalObeys(t *testing.T) {
	for _, e := range []multiaccount.Event{
		&multiaccount.AccountJoined{}, &multiaccount.SettingsChanged{}, &multiaccount.SettingsRejected{}, &multiaccount.AccountLeft{},
		&multiaccount.AccountSwitched{}, &multiaccount.AccountCooled{}, &multiaccount.OverageBlocked{}, &multiaccount.OwnerNeeded{}, &multiaccount.PoolPaused{},
		&multiaccount.PoolResumed{}, &multiaccount.ConversationMoved{}, &multiaccount.DecisionMade{}, &multiaccount.CircuitOpened{},
		&multiaccount.CircuitClosed{}, &multiaccount.AccountQuarantined{}, &multiaccount.LoginRefreshed{}, &multiaccount.LoginRejected{},
		&multiaccount.RefreshFailed{}, &multiaccount.UsageUpdated{}, &multiaccount.VerificationRequired{}, &multiaccount.StreamFailed{},
		&multiaccount.StreamCut{}, &multiaccount.SaveFailed{}, &multiaccount.EventsDropped{},
	} {
		infest(reflect.ValueOf(e).Elem())
		value := reflect.ValueOf(e).Elem().Interface().(multiaccount.Event)
		encoded, err := multiaccount.EncodeEvent(value)
		if err != nil {
			t.Fatal(err)
		}
		for _, printed := range []string{fmt.Sprint(value), fmt.Sprintf("%v %+v %s", value, value, value), string(encoded)} {
			printabletest.Check(t, fmt.Sprintf("%T", value), printed)
		}
		var told struct{ Label string }
		if err := json.Unmarshal(encoded, &told); err != nil || told.Label != printabletest.Text {
			t.Errorf("%s tells the label as %q (%v)", encoded, told.Label, err)
		}
	}
}

// What a host is told of an account, and the errors of calls with names of its own.
func TestNoReasonHoldsWhatATerminalObeys(t *testing.T) {
	store := persistence.NewMemory()
	limit := account.Limit{Scope: account.ScopeAccount, Reason: printabletest.Text, Until: time.Now().Add(time.Hour), SeenAt: time.Now()}
	for id, change := range map[string]func(*account.Record){
		"limited": func(r *account.Record) { r.Limits = []account.Limit{limit} },
		"broken": func(r *account.Record) {
			r.Fault = &account.Fault{Kind: account.FaultReauth, Reason: printabletest.Text, Disabled: true}
		},
	} {
		r := account.Record{
			ID: id, Provider: "anthropic", Label: printabletest.Text, Kind: account.APIKey, Enabled: true, Weight: 1, Generation: 1,
			Credentials: account.Credentials{APIKey: account.NewSecret("key-" + id)},
		}
		change(&r)
		if err := store.Create(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	user := settings.Default()
	user.MaxWait = 0
	eng, err := multiaccount.Open(t.Context(), multiaccount.Config{Store: store, Settings: user, Providers: []providers.Provider{anthropic.New(anthropic.Options{})}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = eng.Close(t.Context()) }()
	pool, err := eng.Pool("anthropic")
	if err != nil {
		t.Fatal(err)
	}
	all, err := pool.Accounts(t.Context())
	if err != nil || len(all) != 2 {
		t.Fatalf("%d accounts, %v", len(all), err)
	}
	for i := range all {
		printabletest.Check(t, "a reason", all[i].Reason)
		if all[i].Label != printabletest.Text || all[i].Reason == "" {
			t.Errorf("account %+v", all[i])
		}
	}
	_, none := eng.Pool(printabletest.Text)
	_, limited := pool.Acquire(t.Context(), multiaccount.Request{Model: printabletest.Text})
	_, pinned := pool.Acquire(t.Context(), multiaccount.Request{Account: printabletest.Text})
	for what, err := range map[string]error{
		"an unknown provider": none, "a limited pool": limited, "a pin": pinned,
		"a removal": pool.Remove(t.Context(), printabletest.Text), "a refresh": pool.Refresh(t.Context(), "broken"),
		"a check": pool.CheckStored(t.Context(), printabletest.Text, multiaccount.NewAccount{APIKey: "k"}),
		"usage":   pool.RefreshUsage(t.Context(), printabletest.Text),
	} {
		if err == nil {
			t.Errorf("%s is no error", what)
			continue
		}
		printabletest.Check(t, what, err.Error())
	}
}
