package etcd

import (
	"encoding/json"
	"fmt"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// open returns what a value holds, in plain text.
func (s *Store) open(value []byte) ([]byte, error) {
	e, err := parseEnvelope(value)
	if err != nil {
		return nil, err
	}
	plain, err := s.cipher.Open(e.sealed)
	if err != nil {
		return nil, persistence.ErrSealed
	}
	return plain, nil
}

func (s *Store) seal(plain []byte) ([]byte, error) {
	sealed, err := s.cipher.Seal(plain)
	if err != nil {
		return nil, fmt.Errorf("encrypting: %w", err)
	}
	return sealed, nil
}

func (s *Store) decodeAccount(key persistence.Key, value []byte) (account.Record, error) {
	plain, err := s.open(value)
	if err != nil {
		return account.Record{}, corrupt(err)
	}
	return persistence.DecodeAccount(key, plain)
}

func (s *Store) encodeAccount(rec *account.Record) ([]byte, error) {
	plain, err := persistence.EncodeAccount(rec)
	if err != nil {
		return nil, err
	}
	return s.seal(plain)
}

// decodePool reads a pool's value; a pool that stored nothing is the zero state.
func (s *Store) decodePool(value []byte) (persistence.PoolState, error) {
	if value == nil {
		return persistence.PoolState{}, nil
	}
	plain, err := s.open(value)
	if err == nil {
		plain, err = decompress(plain)
	}
	if err != nil {
		return persistence.PoolState{}, corrupt(err)
	}
	return persistence.DecodePool(plain)
}

func (s *Store) encodePool(state *persistence.PoolState) ([]byte, error) {
	plain, err := persistence.EncodePool(state)
	if err == nil {
		plain, err = compress(plain)
	}
	if err != nil {
		return nil, err
	}
	return s.seal(plain)
}

// Intents are encrypted too, because they show which account was refreshed, and when.

func (s *Store) decodeIntent(value []byte) (*account.Intent, error) {
	plain, err := s.open(value)
	if err != nil {
		return nil, err
	}
	var i account.Intent
	return &i, json.Unmarshal(plain, &i)
}

func (s *Store) encodeIntent(i account.Intent) ([]byte, error) {
	plain, err := json.Marshal(i)
	if err != nil {
		return nil, err
	}
	sealed, err := s.seal(plain)
	return envelope{sealed: sealed}.bytes(), err
}

// corrupt makes err an ErrCorrupt, unless a newer version has written the value.
func corrupt(err error) error {
	if err == persistence.ErrNewerVersion { //nolint:errorlint // it is never wrapped here
		return err
	}
	return fmt.Errorf("%w: %w", persistence.ErrCorrupt, err)
}
