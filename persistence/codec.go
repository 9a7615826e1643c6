package persistence

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
	"unique"

	"github.com/seed-810f1486/multiaccount/account"
)

// formatVersion is the newest format that this program reads, and the one it
// writes.
const formatVersion = 1

var errSecretBytes = errors.New("a token or key with bytes that are not UTF-8 cannot be stored: enter it again")

// encodeAccount returns a record as its file's content. It is the one place
// that reveals secrets to a disk.
func encodeAccount(rec *account.Record) ([]byte, error) {
	credentials, err := credentialsToWire(&rec.Credentials)
	if err != nil {
		return nil, err
	}
	wire := accountWire{
		Version: formatVersion, ID: rec.ID, Provider: rec.Provider,
		Subject: rec.Subject, Organization: rec.Organization, Email: rec.Email, Label: rec.Label, Plan: rec.Plan,
		Kind: rec.Kind, Lineage: rec.Lineage, Credentials: credentials, Generation: rec.Generation, Revision: rec.Revision,
		AddedAt: stamp(rec.AddedAt), LastUsedAt: stamp(rec.LastUsedAt),
		Enabled: rec.Enabled, Weight: rec.Weight, Priority: rec.Priority, MaxInFlight: rec.MaxInFlight, SoftQuota: rec.SoftQuotaPercent,
		AuthFailures: rec.AuthFailures, Refused: refusedWire{rec.RefusedToken.Generation, stamp(rec.RefusedToken.At)},
		Refusals: refusalsWire{rec.Refusals.Code, rec.Refusals.Count, stamp(rec.Refusals.Since)},
		Limits:   limitsToWire(rec.Limits), Freed: freedToWire(rec.Freed), Usage: usageToWire(rec.Usage),
		Poll: pollWire{UsageAt: stamp(rec.Poll.UsageAt), ProfileAt: stamp(rec.Poll.ProfileAt), RetryAt: stamp(rec.Poll.RetryAt)},
	}
	wire.Fault, wire.Lost = faultToWire(rec.Fault), faultToWire(rec.Lost)
	if o := rec.Origin; o != nil {
		wire.Origin = &originWire{Format: o.Format, Path: o.Path, Key: o.Key}
	}
	data, err := joinObject(&wire, rec.Unknown)
	return append(data, '\n'), err
}

func credentialsToWire(c *account.Credentials) (credentialsWire, error) {
	wire := credentialsWire{
		AccessToken: c.AccessToken.Reveal(), RefreshToken: c.RefreshToken.Reveal(), APIKey: c.APIKey.Reveal(),
		ExpiresAt: stamp(c.ExpiresAt), GrantedAt: stamp(c.GrantedAt), Scopes: c.Scopes,
	}
	// encoding/json would replace such bytes and so store another token.
	if !utf8.ValidString(wire.AccessToken) || !utf8.ValidString(wire.RefreshToken) || !utf8.ValidString(wire.APIKey) {
		return wire, errSecretBytes
	}
	return wire, nil
}

// decodeAccount reads the file of the account key. Its errors are ErrCorrupt
// or ErrNewerVersion, and hold nothing of the content.
func decodeAccount(key Key, data []byte) (account.Record, error) {
	wire := accountWire{Enabled: true, Weight: 1}
	unknown, err := decodeObject(data, &wire, &wire.Version)
	if err != nil {
		return account.Record{}, err
	}
	if wire.ID != key.ID || wire.Provider != key.Provider {
		return account.Record{}, corrupt(errors.New("it belongs to another account or provider than its name says"))
	}
	rec := recordFromWire(key, &wire)
	rec.Unknown = unknown
	return rec, nil
}

// decodeObject is splitObject for a whole file. The file's version decides
// whether an error counts.
func decodeObject(data []byte, into any, version *int) (map[string]json.RawMessage, error) {
	if !utf8.Valid(data) {
		return nil, corrupt(errors.New("it is not UTF-8"))
	}
	unknown, err := splitObject(data, into)
	switch {
	case *version > formatVersion:
		return nil, ErrNewerVersion
	case err != nil:
		return nil, corrupt(err)
	case *version != formatVersion:
		return nil, corrupt(errors.New("it has no version"))
	}
	for name, raw := range unknown {
		if unknown[name], err = json.Marshal(raw); err != nil {
			return nil, corrupt(err)
		}
	}
	return unknown, nil
}

// corrupt makes err an ErrCorrupt. err must not quote the file.
func corrupt(err error) error { return fmt.Errorf("%w: %w", ErrCorrupt, err) }

// shared returns a copy of a word that all accounts with it share in memory.
func shared[T ~string](word T) T { return unique.Make(word).Value() }

func recordFromWire(key Key, w *accountWire) account.Record {
	c := &w.Credentials
	rec := account.Record{
		ID: key.ID, Provider: key.Provider,
		Subject: w.Subject, Organization: w.Organization, Email: w.Email, Label: w.Label, Plan: shared(w.Plan),
		Kind: shared(w.Kind), Lineage: shared(w.Lineage), Generation: w.Generation, Revision: w.Revision,
		AddedAt: time.Time(w.AddedAt), LastUsedAt: time.Time(w.LastUsedAt),
		Enabled: w.Enabled, Weight: w.Weight, Priority: w.Priority, MaxInFlight: w.MaxInFlight, SoftQuotaPercent: w.SoftQuota,
		AuthFailures: w.AuthFailures, RefusedToken: account.RefusedToken{Generation: w.Refused.Generation, At: time.Time(w.Refused.At)},
		Refusals: account.Refusals{Code: w.Refusals.Code, Count: w.Refusals.Count, Since: time.Time(w.Refusals.Since)},
		Limits:   limitsFromWire(w.Limits), Freed: freedFromWire(w.Freed), Usage: usageFromWire(w.Usage),
		Poll: account.Poll{UsageAt: time.Time(w.Poll.UsageAt), ProfileAt: time.Time(w.Poll.ProfileAt), RetryAt: time.Time(w.Poll.RetryAt)},
		Credentials: account.Credentials{
			AccessToken: account.NewSecret(c.AccessToken), RefreshToken: account.NewSecret(c.RefreshToken),
			APIKey: account.NewSecret(c.APIKey), ExpiresAt: time.Time(c.ExpiresAt), GrantedAt: time.Time(c.GrantedAt),
		},
	}
	if len(c.Scopes) > 0 {
		rec.Credentials.Scopes = c.Scopes
		for i, scope := range c.Scopes {
			c.Scopes[i] = shared(scope)
		}
	}
	if o := w.Origin; o != nil {
		rec.Origin = &account.Origin{Format: o.Format, Path: o.Path, Key: o.Key}
	}
	rec.Fault, rec.Lost = w.Fault.fault(), w.Lost.fault()
	return rec
}
