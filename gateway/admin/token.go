package admin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// TokenFile is the admin token in a file, which holds its hash and nothing else of
// it. It is safe for concurrent use, and several processes may change the file at
// the same time.
type TokenFile struct {
	path string
	// mu is held from when the file is read or written until hash says the same.
	mu sync.Mutex
	// hash is nil while there is no token.
	hash atomic.Pointer[gateway.TokenHash]
}

// storedToken is the file.
type storedToken struct {
	Version     int       `json:"version"`
	TokenSHA256 string    `json:"token_sha256"`
	AddedAt     time.Time `json:"added_at"`
}

const tokenVersion = 1

// OpenToken reads the admin token's file; where there is none, no token is right.
// The error says what to do about a file that cannot be read.
func OpenToken(path string) (*TokenFile, error) {
	f := &TokenFile{path: path}
	if err := f.read(); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *TokenFile) read() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	data, err := os.ReadFile(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.hash.Store(nil)
		return nil
	case err != nil:
		return fmt.Errorf("the admin token's file cannot be read: %w; give it its owner's rights, or move it away, and \"multiaccount admin token\" makes a new one", err)
	}
	hash, err := decodeToken(data)
	if err != nil {
		return fmt.Errorf("%s holds no admin token: %w; move it away, and \"multiaccount admin token\" makes a new one", f.path, err)
	}
	f.hash.Store(hash)
	return nil
}

func decodeToken(data []byte) (*gateway.TokenHash, error) {
	var stored storedToken
	if err := json.Unmarshal(data, &stored); err != nil {
		return nil, err
	}
	if stored.Version != tokenVersion {
		return nil, fmt.Errorf("its version is %d, and this program knows %d", stored.Version, tokenVersion)
	}
	hash, err := hex.DecodeString(stored.TokenSHA256)
	if err != nil || len(hash) != len(gateway.TokenHash{}) {
		return nil, errors.New("its token_sha256 does not have 64 digits")
	}
	known := gateway.TokenHash(hash)
	return &known, nil
}

// Exists reports whether there is a token.
func (f *TokenFile) Exists() bool { return f.hash.Load() != nil }

// Check reports whether this is the token. How long that takes does not depend on
// how much of it is right. For a wrong one the file is read again, so that a token
// which another process has just made is known at once.
func (f *TokenFile) Check(token string) bool {
	return f.is(token) || f.read() == nil && f.is(token) // why it cannot be read, Follow tells
}

func (f *TokenFile) is(token string) bool {
	hash, known := gateway.HashToken(token), f.hash.Load()
	return known != nil && subtle.ConstantTimeCompare(hash[:], known[:]) == 1
}

// Renew makes a token in place of the one before, and returns it. It is not to be
// had again. Errors are those that keep the file from being written.
func (f *TokenFile) Renew(ctx context.Context) (token string, err error) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // it never fails
	token = "maa_" + base64.RawURLEncoding.EncodeToString(secret)
	hash := gateway.HashToken(token)
	data, err := json.MarshalIndent(storedToken{tokenVersion, hex.EncodeToString(hash[:]), time.Now().UTC().Truncate(time.Second)}, "", "  ")
	if err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := persistence.EditFile(ctx, f.path, func([]byte) ([]byte, error) { return append(data, '\n'), nil }); err != nil {
		return "", err
	}
	f.hash.Store(&hash)
	return token, nil
}

// Follow takes over each change of the file, until stop is called. Without the file
// no token is right. One that cannot be read changes nothing; rejected is told why,
// by the goroutine that reads. stop waits for that.
func (f *TokenFile) Follow(rejected func(error)) (stop func()) {
	return persistence.WatchFile(f.path, func() {
		if err := f.read(); err != nil {
			rejected(err)
		}
	})
}
