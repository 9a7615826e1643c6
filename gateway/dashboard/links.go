package dashboard

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// FileName is what the file of links is called, in the state directory.
const FileName = "dashboard.json"

// LinkLife is how long a link works.
const LinkLife = 5 * time.Minute

// maxLinks is how many links work at the same time; more end the oldest.
const maxLinks = 16

// ErrNotServed is returned by [NewLink] when no gateway with a dashboard runs.
var ErrNotServed = errors.New("dashboard: no gateway runs on this state directory")

// place is the file: where the dashboard is, and the links that work. It has no
// secret.
type place struct {
	Address string `json:"address,omitempty"`
	PID     int    `json:"pid,omitempty"`
	Links   []link `json:"links,omitempty"`
}

type link struct {
	SHA256    string    `json:"sha256"`
	ExpiresAt time.Time `json:"expires_at"`
}

// Announce tells [NewLink] where this process serves the dashboard, as in
// "http://127.0.0.1:8383". The file is made when it is not there.
func Announce(ctx context.Context, file, address string) error {
	return edit(ctx, file, func(p *place) error {
		*p = place{Address: address, PID: os.Getpid()}
		return nil
	})
}

// Withdraw ends what Announce told, unless another process serves by now.
func Withdraw(ctx context.Context, file string) error {
	return edit(ctx, file, func(p *place) error {
		if p.PID == os.Getpid() {
			*p = place{}
		}
		return nil
	})
}

// NewLink returns an address that logs a browser in, once, within [LinkLife].
// Errors: [ErrNotServed], and what keeps the file from being written.
func NewLink(ctx context.Context, file string) (string, error) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return "", ErrNotServed // and nothing is made
	}
	secret, address := newSecret(), ""
	err := edit(ctx, file, func(p *place) error {
		if address = p.Address; address == "" {
			return ErrNotServed
		}
		p.forget(time.Now())
		p.Links = append(p.Links, link{hashed(secret), time.Now().Add(LinkLife).UTC().Truncate(time.Second)})
		p.Links = p.Links[max(0, len(p.Links)-maxLinks):]
		return nil
	})
	if err != nil {
		return "", err
	}
	return address + "/#login=" + secret, nil
}

// errWrongLink is returned for a secret that is no link's, or not any more.
var errWrongLink = errors.New("dashboard: no such link")

// takeLink uses a link up. Errors: [errWrongLink], and what keeps the file from being
// written.
func takeLink(ctx context.Context, file, secret string) error {
	hash := hashed(secret)
	return edit(ctx, file, func(p *place) error {
		p.forget(time.Now())
		i := slices.IndexFunc(p.Links, func(l link) bool { return subtle.ConstantTimeCompare([]byte(l.SHA256), []byte(hash)) == 1 })
		if i < 0 {
			return errWrongLink
		}
		p.Links = slices.Delete(p.Links, i, i+1)
		return nil
	})
}

// forget drops the links that do not work any more.
func (p *place) forget(now time.Time) {
	p.Links = slices.DeleteFunc(p.Links, func(l link) bool { return !l.ExpiresAt.After(now) })
}

func edit(ctx context.Context, file string, change func(*place) error) error {
	return persistence.EditFile(ctx, file, func(data []byte) ([]byte, error) {
		var p place
		if len(data) > 0 {
			if err := json.Unmarshal(data, &p); err != nil {
				return nil, fmt.Errorf("%s cannot be read: %w; delete it, and start the gateway again", file, err)
			}
		}
		if err := change(&p); err != nil {
			return nil, err
		}
		return json.Marshal(&p)
	})
}

// newSecret has 256 random bits.
func newSecret() string {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // it never fails
	return base64.RawURLEncoding.EncodeToString(secret)
}

func hashed(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
