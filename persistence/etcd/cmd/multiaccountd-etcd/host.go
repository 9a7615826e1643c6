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
		line, _, _ := strings.Cut(string(text), "\n")
		o.Password = strings.TrimSuffix(line, "\r")
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
		read := func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			pair, err := tls.LoadX509KeyPair(s.Certificate, s.Key)
			if err != nil {
				return nil, fmt.Errorf("reading store.tls.certificate and store.tls.key: %w", err)
			}
			return &pair, nil
		}
		if _, err := read(nil); err != nil {
			return nil, err
		}
		c.GetClientCertificate = read // a certificate that is renewed is used from the next connection on
	}
	return c, nil
}

// unlock finds the key of the fleet by the passphrase of the environment.
func (h *host) unlock(ctx context.Context) (err error) {
	h.options.Cipher, err = etcd.Unlock(ctx, h.options, nil)
	return err
}

// withStore opens the fleet, has do work with it, and closes it.
func withStore(ctx context.Context, do func(host, *etcd.Store) error) (err error) {
	h, err := newHost()
	if err != nil {
		return err
	}
	s, err := h.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return do(h, s)
}

func (h host) open(ctx context.Context) (*etcd.Store, error) {
	if err := h.unlock(ctx); err != nil {
		return nil, err
	}
	return etcd.Open(ctx, h.options)
}

// withView is withStore for who only looks.
func withView(ctx context.Context, do func(*etcd.View) error) (err error) {
	h, err := newHost()
	if err != nil {
		return err
	}
	if err := h.unlock(ctx); err != nil {
		return err
	}
	v, err := etcd.OpenView(ctx, h.options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	return do(v)
}
