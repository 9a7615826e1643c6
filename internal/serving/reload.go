package serving

import (
	"context"
	"errors"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/settings"
)

// follow takes over what changes while it serves, and tells the user. stop ends that.
func (s *server) follow(ctx context.Context) (end context.Context, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	stops := []func(){
		s.site.Engine.Subscribe(s.tellSettings),
		s.site.Clients.Follow(s.tellBefore("The clients have changed and cannot be read; those before hold: ")),
		onHangup(s.reload, cancel),
	}
	if s.certificate != nil {
		stops = append(stops, s.certificate.follow(ctx, s.tellBefore("The certificate has changed and cannot be used; the one before holds: ")))
	}
	return ctx, func() {
		cancel()
		for _, stop := range slices.Backward(stops) {
			stop()
		}
	}
}

// reload takes over at once whatever may have changed.
func (s *server) reload() {
	notify(stateReloading())
	defer notify(stateReady)
	err := errors.Join(s.reloadSettings(), s.site.Clients.Reload())
	if s.certificate != nil {
		err = errors.Join(err, s.certificate.read())
	}
	if s.access != nil {
		err = errors.Join(err, s.access.Reopen())
	}
	if err != nil {
		s.tell("What has changed was read again, but for this, where that before holds: " + strings.ReplaceAll(err.Error(), "\n", "; "))
		return
	}
	s.tell("Settings, clients and certificate were read again.")
}

func (s *server) reloadSettings() error {
	changed, err := settings.Load(filepath.Join(s.site.Dir, settings.FileName))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	return s.site.Engine.ApplySettings(ctx, changed)
}

// tellSettings tells of settings that changed, and of those for which it has to start
// anew.
func (s *server) tellSettings(e multiaccount.Event) {
	switch e := e.(type) {
	case multiaccount.SettingsRejected:
		s.tell("The settings have changed and cannot be used; those before hold: " + e.Reason)
	case multiaccount.SettingsChanged:
		s.tell("The settings have changed: " + strings.Join(e.Keys, ", ") + ".")
		if slices.ContainsFunc(e.Keys, isForNextStart) {
			s.tell("Some of that is for the next start; \"multiaccount serve --replace\" starts without refusing anybody.")
		}
	}
}

// isForNextStart reports whether a setting is read at the start alone.
func isForNextStart(key string) bool {
	for _, pattern := range []string{"debug", "store*", "providers.*.*_url", "providers.*.client_id"} {
		if ok, _ := path.Match(pattern, key); ok {
			return true
		}
	}
	return false
}

// tellBefore returns what tells the user of an error.
func (s *server) tellBefore(text string) func(error) {
	return func(err error) { s.tell(text + err.Error()) }
}
