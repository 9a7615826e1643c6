package persistence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/seed-810f1486/multiaccount/account"
)

// Backup holds the accounts and pools of a state folder in plain text: anyone who
// has it has every login. A backup's file holds it as JSON, encrypted.
type Backup struct {
	Version int `json:"version"`
	// Settings is the text of the settings file; empty for none. A store neither
	// reads nor writes it.
	Settings  string                    `json:"settings,omitempty"`
	Providers map[string]ProviderBackup `json:"providers"`
}

// ProviderBackup is what is stored for one provider, in the form of its files.
type ProviderBackup struct {
	Accounts []json.RawMessage `json:"accounts"`
	Pool     json.RawMessage   `json:"pool,omitempty"`
}

// Accounts returns the number of accounts of all providers.
func (b *Backup) Accounts() int {
	n := 0
	for _, p := range b.Providers {
		n += len(p.Accounts)
	}
	return n
}

// Backup returns what is stored now. Files that could not be read are left out of
// it and returned beside it. Unknown fields are kept.
func (s *FileStore) Backup(ctx context.Context) (Backup, []Quarantined, error) {
	b := Backup{Version: formatVersion, Providers: map[string]ProviderBackup{}}
	names, err := s.providers()
	if err != nil {
		return Backup{}, nil, err
	}
	var left []Quarantined
	for _, provider := range names {
		snap, err := s.Load(ctx, provider)
		if err != nil {
			return Backup{}, nil, err
		}
		left = append(left, snap.Quarantined...)
		kept, err := backupOf(&snap)
		if err != nil {
			return Backup{}, nil, poolError(provider, err)
		}
		if len(kept.Accounts) > 0 {
			b.Providers[provider] = kept
		}
	}
	return b, left, nil
}

func backupOf(snap *Snapshot) (ProviderBackup, error) {
	kept := ProviderBackup{}
	for i := range snap.Accounts {
		data, err := encodeAccount(&snap.Accounts[i])
		if err != nil {
			return kept, err
		}
		kept.Accounts = append(kept.Accounts, bytes.TrimSpace(data))
	}
	pool, err := encodePool(&snap.Pool)
	kept.Pool = bytes.TrimSpace(pool)
	return kept, err
}

// Restored says what [FileStore.Restore] did, by the ids of the accounts.
type Restored struct {
	Stored, Kept []string
}

// Restore stores the accounts of a backup and reads each back. Accounts and pools
// that are stored already are kept unless replace is set: they may have newer
// logins. It ends at the first error; what was stored until then stays. A backup
// that cannot be read is [ErrCorrupt] or [ErrNewerVersion], and nothing of it is
// stored.
func (s *FileStore) Restore(ctx context.Context, b *Backup, replace bool) (Restored, error) {
	var done Restored
	all, err := b.decoded()
	if err != nil {
		return done, err
	}
	for _, provider := range slices.Sorted(maps.Keys(all)) {
		snap := all[provider]
		for i := range snap.Accounts {
			stored, err := s.restore(ctx, snap.Accounts[i], replace)
			if err != nil {
				return done, err
			}
			if stored {
				done.Stored = append(done.Stored, snap.Accounts[i].ID)
				continue
			}
			done.Kept = append(done.Kept, snap.Accounts[i].ID)
		}
		if err := s.restorePool(ctx, provider, &snap.Pool, replace); err != nil {
			return done, err
		}
	}
	return done, nil
}

// decoded returns a backup's records, by provider.
func (b *Backup) decoded() (map[string]Snapshot, error) {
	if b.Version > formatVersion {
		return nil, ErrNewerVersion
	}
	all := make(map[string]Snapshot, len(b.Providers))
	for provider, kept := range b.Providers {
		snap := Snapshot{}
		for _, data := range kept.Accounts {
			var named struct {
				ID string `json:"id"`
			}
			_ = json.Unmarshal(data, &named) // decodeAccount says what is wrong
			key := Key{Provider: provider, ID: named.ID}
			rec, err := decodeAccount(key, data)
			if err = errors.Join(key.check(), err); err != nil {
				return nil, accountError(key, err)
			}
			snap.Accounts = append(snap.Accounts, rec)
		}
		if len(kept.Pool) > 0 {
			pool, err := decodePool(kept.Pool)
			if err != nil {
				return nil, poolError(provider, err)
			}
			snap.Pool = pool
		}
		all[provider] = snap
	}
	return all, nil
}

// restore reports whether the record was stored. Without replace, one that exists
// is kept; an account that has the login under another id counts as it.
func (s *FileStore) restore(ctx context.Context, rec account.Record, replace bool) (bool, error) {
	err := s.Add(ctx, rec)
	known, twice := errors.AsType[*KnownLoginError](err)
	if twice {
		rec.ID = known.Holder.ID
	}
	key := Key{Provider: rec.Provider, ID: rec.ID}
	if twice || errors.Is(err, ErrExists) {
		if !replace {
			return false, nil
		}
		_, err = s.Update(ctx, key, func(stored *account.Record) {
			generation := stored.Generation
			*stored = rec
			stored.Generation = max(rec.Generation, generation) + 1 // other processes must see a new login
		})
	}
	if err != nil {
		return false, err
	}
	return true, s.confirm(ctx, key, &rec)
}

// confirm reads back what was stored.
func (s *FileStore) confirm(ctx context.Context, key Key, want *account.Record) error {
	got, err := s.Read(ctx, key)
	if err != nil {
		return err
	}
	got.Revision, got.Generation = want.Revision, want.Generation
	stored, err := encodeAccount(&got)
	wanted, failed := encodeAccount(want)
	if err = errors.Join(err, failed); err == nil && !bytes.Equal(stored, wanted) {
		err = fmt.Errorf("%w as it was stored", ErrCorrupt)
	}
	return accountError(key, err)
}

// restorePool stores the state of a pool, unless one is stored.
func (s *FileStore) restorePool(ctx context.Context, provider string, pool *PoolState, replace bool) error {
	p, err := s.poolPlace(provider)
	if err != nil {
		return poolError(provider, err)
	}
	now, err := s.peekPool(p)
	if err != nil && !errors.Is(err, ErrCorrupt) {
		return poolError(provider, err)
	}
	if !replace && (now.Active != "" || now.Pinned != "") {
		return nil
	}
	_, err = s.UpdatePool(ctx, provider, func(state *PoolState) { *state = clonePool(*pool) })
	return err
}
