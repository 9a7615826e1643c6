package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/nearest"
	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/configured"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/vault"
)

// closeTime is how long a command waits at its end for what is under way.
const closeTime = 5 * time.Second

// session is an engine on the user's folder, with what it was opened with.
type session struct {
	engine *multiaccount.Engine
	// store is the engine's store, for what its pools have no call for.
	store     persistence.Store
	dir       string
	settings  settings.Settings
	providers []providers.Provider
}

// withSession opens the engine as the user's settings say, has do work with
// it, and closes it whatever came of that. Every command that changes accounts
// goes through here.
func withSession(ctx context.Context, s streams, do func(*session) error) error {
	return withStore(ctx, s, openStore, do)
}

// withReading is withSession for a command that only shows: nothing in the folder
// is made or changed.
func withReading(ctx context.Context, s streams, do func(*session) error) error {
	return withStore(ctx, s, readStore, do)
}

func withStore(ctx context.Context, s streams, open storeOpener, do func(*session) error) (err error) {
	opened, err := openSession(ctx, s, open)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.close(ctx)) }()
	return do(opened)
}

func openSession(ctx context.Context, s streams, open storeOpener) (*session, error) {
	dir, err := s.folder()
	if err != nil {
		return nil, err
	}
	user, err := settings.Load(filepath.Join(dir, settings.FileName))
	if err != nil {
		return nil, err
	}
	if user.Store.Kind == settings.StoreEtcd {
		return nil, multiaccount.ErrForeignStore
	}
	cipher, err := vault.Open(dir, passphrase(ctx, s))
	if err != nil {
		return nil, err
	}
	store, err := open(dir, cipher)
	if err != nil {
		return nil, err
	}
	all := configured.All(user)
	engine, err := multiaccount.Open(ctx, multiaccount.Config{
		Store: store, Providers: all, Settings: withoutBackground(user), Logger: logger(user, s),
	})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return &session{engine: engine, store: store, dir: dir, settings: user, providers: all}, nil
}

// storeOpener opens the store of a folder; cipher is nil for one in plain text.
type storeOpener func(dir string, cipher persistence.Cipher) (persistence.Store, error)

func readStore(dir string, cipher persistence.Cipher) (persistence.Store, error) {
	return persistence.OpenReadOnly(dir, cipher)
}

func openStore(dir string, cipher persistence.Cipher) (persistence.Store, error) {
	return openFileStore(dir, cipher)
}

func openFileStore(dir string, cipher persistence.Cipher) (*persistence.FileStore, error) {
	if cipher != nil {
		return persistence.OpenSealed(dir, cipher)
	}
	return persistence.OpenFiles(dir)
}

// close waits for closeTime even when ctx was interrupted: what is stored must
// be stored whole.
func (o *session) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
	defer cancel()
	return errors.Join(o.engine.Close(ctx), o.store.Close())
}

// provider returns a provider and its pool by the name that the user gave.
func (o *session) provider(name string) (providers.Provider, *multiaccount.Pool, error) {
	for _, p := range o.providers {
		if p.Name() == name {
			pool, err := o.engine.Pool(name)
			return p, pool, err
		}
	}
	return nil, nil, &usageError{unknownProvider(name, o.providers)}
}

// withoutBackground switches off the refreshes and polls that hosts live by: a command
// that is about to end must not begin to spend refresh tokens.
func withoutBackground(s settings.Settings) settings.Settings {
	s.ProactiveRefresh = false
	s.UsagePollInterval = 0
	s.Providers = maps.Clone(s.Providers)
	for name, override := range s.Providers {
		override.ProactiveRefresh, override.UsagePollInterval = nil, nil
		s.Providers[name] = override
	}
	return s
}

// logger is silent unless the settings ask for more.
func logger(s settings.Settings, to streams) *zerolog.Logger {
	if !s.Debug {
		return nil
	}
	log := zerolog.New(zerolog.SyncWriter(escaped{to.err})).With().Timestamp().Logger()
	return &log
}

// escaped is a log of JSON lines on what may be a terminal.
type escaped struct{ to io.Writer }

// Write implements [io.Writer] for whole lines.
func (e escaped) Write(line []byte) (int, error) {
	_, err := e.to.Write(printable.JSON(line))
	return len(line), err
}

// unknownProvider suggests what a misspelt name means.
func unknownProvider(name string, known []providers.Provider) error {
	var names []string
	for _, p := range known {
		names = append(names, p.Name())
	}
	hint := fmt.Sprintf(", only %s; another one needs providers.%s.base_url in %s", strings.Join(names, " "), printable.Text(name), settings.FileName)
	if meant := nearest.Of(name, names); meant != "" {
		hint = fmt.Sprintf("; did you mean %q?", meant)
	}
	return &codedError{codeUnknownProvider, fmt.Errorf("there is no provider %q%s", name, hint)}
}
