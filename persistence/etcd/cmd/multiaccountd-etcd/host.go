package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-810f1486/multiaccount/persistence/etcd"
	"github.com/seed-810f1486/multiaccount/settings"
)

// host is this machine: its folder, and what its settings say.
type host struct {
	dir      string
	file     string
	settings settings.Settings
	options  etcd.Options
}

func newHost() (host, error) {
	dir, err := settings.DefaultDir()
	if err != nil {
		return host{}, err
	}
	h := host{dir: dir, file: filepath.Join(dir, settings.FileName)}
	if h.settings, err = settings.Load(h.file); err != nil {
		return h, err
	}
	if h.settings.Store.Kind != settings.StoreEtcd {
		return h, fmt.Errorf("%s names no etcd: add \"store\": {\"kind\": \"etcd\", \"endpoints\": [...]}", h.file)
	}
	h.options, err = optionsFrom(h.settings.Store)
	return h, err
}

// optionsFrom reads the files that the settings name.
func optionsFrom(s settings.Store) (etcd.Options, error) {
	o := etcd.Options{Endpoints: s.Endpoints, Prefix: s.Prefix, User: s.User}
	if s.PasswordFile != "" {
		text, err := os.ReadFile(s.PasswordFile)
		if err != nil {
			return o, fmt.Errorf("reading etcd's password: %w", err)
		}
		o.Password, _, _ = strings.Cut(string(text), "\n")
	}
	if s.CA == "" && s.Certificate == "" {
		return o, nil
	}
	var err error
	o.TLS, err = tlsFrom(s)
	return o, err
}

func tlsFrom(s settings.Store) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.CA != "" {
		pem, err := os.ReadFile(s.CA)
		if err != nil {
			return nil, fmt.Errorf("reading store.tls.ca: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("store.tls.ca holds no certificate")
		}
	}
	if s.Certificate != "" {
		pair, err := tls.LoadX509KeyPair(s.Certificate, s.Key)
		if err != nil {
			return nil, fmt.Errorf("reading store.tls.certificate and store.tls.key: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// open opens the fleet with the passphrase of the environment.
func (h host) open(ctx context.Context) (*etcd.Store, error) {
	var err error
	if h.options.Cipher, err = etcd.Unlock(ctx, h.options, nil); err != nil {
		return nil, err
	}
	return etcd.Open(ctx, h.options)
}
