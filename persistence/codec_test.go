package persistence

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// wholeAccount is the format on disk: what it says must be readable for ever.
const wholeAccount = `{"version":1,"id":"a","provider":"provider","subject":"s","organization":"o","email":"e@example.com",` +
	`"label":"l","plan":"Pro","kind":"oauth","lineage":"owned","origin":{"format":"codex","path":"/f","key":"k"},"credentials":{"access_token":"at","refresh_token":"rt",` +
	`"api_key":"ak","expires_at":"2026-01-02T03:04:05.000000678Z","granted_at":"2026-01-02T02:04:05Z","scopes":["one","two"]},"generation":7,` +
	`"revision":9,"added_at":"2026-01-02T03:04:05Z","last_used_at":"2026-01-02T03:04:06Z","enabled":false,"weight":2,"priority":-1,` +
	`"max_in_flight":3,"soft_quota":80,"auth_failures":1,"refused":{"generation":6,"at":"2026-01-02T03:04:05Z"},` +
	`"refusals":{"code":"invalid_request","count":2,"since":"2026-01-02T03:04:05Z"},"fault":{"kind":"reauth","reason":"invalid_grant","at":"2026-01-02T03:04:05Z",` +
	`"disabled":true,"terminal":true},"lost":{"kind":"login_lost","reason":"never saved","at":"2026-01-02T03:04:05Z","terminal":true},"limits":[{"scope":"model","model":"m","source":"header","reason":"5h","seen_at":"2026-01-02T03:04:05Z",` +
	`"until":"2026-01-02T08:04:05Z","unstated":true,"window":true,"owner":true,"paid":true}],` +
	`"freed":[{"scope":"model","model":"m","reason":"5h","at":"2026-01-02T03:04:05Z"}],"usage":[{"name":"5h","utilization":12.5,"length":"5h0m0s",` +
	`"soft":true,"partial":true,"paid":true,"reset_at":"2026-01-02T08:04:05Z","seen_at":"2026-01-02T03:04:05Z"}],` +
	`"poll":{"usage_at":"2026-01-02T03:04:05Z","profile_at":"2026-01-02T03:04:06Z","retry_at":"2026-01-02T03:05:05Z"}}` + "\n"

func wholeRecord() account.Record {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return account.Record{
		ID: "a", Provider: "provider", Subject: "s", Organization: "o", Email: "e@example.com", Label: "l", Plan: "Pro",
		Kind: account.OAuth, Lineage: account.Owned,
		Origin: &account.Origin{Format: account.FromCodex, Path: "/f", Key: "k"},
		Credentials: account.Credentials{
			AccessToken: account.NewSecret("at"), RefreshToken: account.NewSecret("rt"), APIKey: account.NewSecret("ak"),
			ExpiresAt: at.Add(678), GrantedAt: at.Add(-time.Hour), Scopes: []string{"one", "two"},
		},
		Generation: 7, Revision: 9, AddedAt: at, LastUsedAt: at.Add(time.Second), Weight: 2, Priority: -1, MaxInFlight: 3, SoftQuotaPercent: 80, AuthFailures: 1,
		RefusedToken: account.RefusedToken{Generation: 6, At: at}, Refusals: account.Refusals{Code: "invalid_request", Count: 2, Since: at},
		Fault: &account.Fault{Kind: account.FaultReauth, Reason: "invalid_grant", At: at, Disabled: true, Terminal: true},
		Lost:  &account.Fault{Kind: account.FaultLost, Reason: "never saved", At: at, Terminal: true},
		Limits: []account.Limit{{
			Scope: account.ScopeModel, Model: "m", Source: account.FromHeader, Reason: "5h", SeenAt: at, Until: at.Add(5 * time.Hour),
			Unstated: true, Window: true, Owner: true, Paid: true,
		}},
		Freed: []account.Freed{{Scope: account.ScopeModel, Model: "m", Reason: "5h", At: at}},
		Usage: []account.UsageWindow{{
			Name: "5h", Utilization: 12.5, Length: 5 * time.Hour, Soft: true, Partial: true, Paid: true, ResetAt: at.Add(5 * time.Hour), SeenAt: at,
		}},
		Poll: account.Poll{UsageAt: at, ProfileAt: at.Add(time.Second), RetryAt: at.Add(time.Minute)},
	}
}

func mustDecode(t *testing.T, text string) account.Record {
	t.Helper()
	data := []byte(text)
	rec, err := decodeAccount(keyA, data)
	if err != nil {
		t.Fatal(err)
	}
	for i := range data {
		data[i] = 'x' // a record that shared these bytes would keep them all alive
	}
	return rec
}

func mustEncode(t *testing.T, rec account.Record) string {
	t.Helper()
	data, err := encodeAccount(&rec)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestFormatOfAnAccount(t *testing.T) {
	if got := mustEncode(t, wholeRecord()); got != wholeAccount {
		t.Errorf("encoded  %s\nexpected %s", got, wholeAccount)
	}
	if got := mustDecode(t, wholeAccount); !reflect.DeepEqual(got, wholeRecord()) {
		t.Errorf("decoded  %+v\nexpected %+v", got, wholeRecord())
	}
}

func TestRecordHasNoFieldThatIsNotStored(t *testing.T) {
	rec := reflect.ValueOf(wholeRecord())
	for i := range rec.NumField() {
		name := rec.Type().Field(i).Name
		if rec.Field(i).IsZero() && name != "Enabled" && name != "Unknown" {
			t.Errorf("the field %s is in no test of the format", name)
		}
	}
}

func TestDefaultsOfAnAccount(t *testing.T) {
	rec := mustDecode(t, `{"version":1,"id":"a","provider":"provider"}`)
	if want := (account.Record{ID: "a", Provider: "provider", Enabled: true, Weight: 1}); !reflect.DeepEqual(rec, want) {
		t.Errorf("got %+v, want %+v", rec, want)
	}
}

func TestUnknownMembersSurvive(t *testing.T) {
	const text = `{"version":1,"x":{"deep":[1,2.50,"<&>"]},"id":"a","provider":"provider","ID":"other","Credentials":{"access_token":"stale"},
		"credentials":{"access_token":"at","token_type":"Bearer","Access_Token":"stale"}}`
	rec := mustDecode(t, text)
	if rec.ID != "a" || rec.Credentials.AccessToken.Reveal() != "at" {
		t.Errorf("a member that differs in case was taken for another: %s", rec.Credentials.AccessToken.Reveal())
	}
	rec.Credentials.AccessToken = account.NewSecret("new")

	var got map[string]json.RawMessage
	if err := json.Unmarshal([]byte(mustEncode(t, rec)), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"x": `{"deep":[1,2.50,"\u003c\u0026\u003e"]}`, "id": `"a"`, "ID": `"other"`, "Credentials": `{"access_token":"stale"}`,
		"credentials": `{"Access_Token":"stale","access_token":"new","token_type":"Bearer"}`,
	}
	for name, text := range want {
		if string(got[name]) != text {
			t.Errorf("%s is %s, want %s", name, got[name], text)
		}
	}
	if again := mustDecode(t, mustEncode(t, rec)); !reflect.DeepEqual(again, rec) {
		t.Errorf("again %+v, want %+v", again, rec)
	}
}

func TestUnknownCannotReplaceWhatIsKnown(t *testing.T) {
	rec := wholeRecord()
	rec.Unknown = map[string]json.RawMessage{
		"id": json.RawMessage(`"z"`), "fault": json.RawMessage(`null`), "credentials": json.RawMessage(`{"access_token":"z"}`),
	}
	if got := mustDecode(t, mustEncode(t, rec)); !reflect.DeepEqual(got, wholeRecord()) {
		t.Errorf("got %+v", got)
	}
}

func TestMomentsThatRFC3339CannotHold(t *testing.T) {
	rec := wholeRecord()
	rec.Credentials.ExpiresAt = time.Date(33_658, 1, 1, 0, 0, 0, 0, time.UTC)
	rec.LastUsedAt = time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)
	rec.AddedAt = time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("", 3600))
	got := mustDecode(t, mustEncode(t, rec))
	if got.Credentials.ExpiresAt.Year() != 9999 || !got.LastUsedAt.IsZero() {
		t.Errorf("stored %v and %v, want the nearest moments", got.Credentials.ExpiresAt, got.LastUsedAt)
	}
	if !got.AddedAt.Equal(rec.AddedAt) || got.AddedAt.Location() != time.UTC {
		t.Errorf("stored %v, want %v in UTC", got.AddedAt, rec.AddedAt)
	}
}

// A figure that is no number must not keep a new token from being stored.
func TestFiguresThatAreNoNumbers(t *testing.T) {
	rec := wholeRecord()
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		rec.Usage = append(rec.Usage, account.UsageWindow{Name: "odd", Utilization: x})
	}
	if got := mustDecode(t, mustEncode(t, rec)); !reflect.DeepEqual(got.Usage, wholeRecord().Usage) {
		t.Errorf("stored %+v", got.Usage)
	}
}

func TestSecretThatJSONWouldChangeIsRefused(t *testing.T) {
	for _, set := range []func(*account.Credentials, account.Secret){
		func(c *account.Credentials, s account.Secret) { c.AccessToken = s },
		func(c *account.Credentials, s account.Secret) { c.RefreshToken = s },
		func(c *account.Credentials, s account.Secret) { c.APIKey = s },
	} {
		rec := wholeRecord()
		set(&rec.Credentials, account.NewSecret("canary\xff"))
		if _, err := encodeAccount(&rec); !errors.Is(err, errSecretBytes) || strings.Contains(err.Error(), "canary") {
			t.Errorf("got %v, want a refusal that does not show it", err)
		}
	}
}

func TestFormatOfAPool(t *testing.T) {
	const text = `{"version":1,"imported_at":"2026-01-02T03:04:05Z","active":"a","bindings":{"key":{"account":"a","used_at":"2026-01-02T03:04:05Z"}},"alerts":{"a/reauth":{"generation":3,"at":"2026-01-02T03:04:05Z"}}}` + "\n"
	want := PoolState{ImportedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Active: "a", Bindings: map[string]Binding{
		"key": {Account: "a", UsedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
	}, Alerts: map[string]Alert{"a/reauth": {Generation: 3, At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}}}
	if got, err := encodePool(&want); err != nil || string(got) != text {
		t.Errorf("encoded %s (%v)\nexpected %s", got, err, text)
	}
	if got, err := decodePool([]byte(text)); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("decoded %+v (%v)\nexpected %+v", got, err, want)
	}
}
