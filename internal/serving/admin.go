package serving

import (
	"path/filepath"

	"github.com/seed-810f1486/multiaccount/gateway/admin"
	"github.com/seed-810f1486/multiaccount/gateway/dashboard"
	"github.com/seed-810f1486/multiaccount/internal/usage"
)

// AdminTokenName is the file of the admin token in the state directory.
const AdminTokenName = "admin.json"

// openAdmin makes the admin interface; end ends it.
func (s *server) openAdmin() (end func(), err error) {
	token, err := admin.OpenToken(filepath.Join(s.site.Dir, AdminTokenName))
	if err != nil {
		return nil, err
	}
	c := admin.Config{
		Engine: s.site.Engine, Clients: s.site.Clients, Token: token, Authorize: dashboard.Authorized, SettingsFile: s.host.SettingsFile,
		Usage: usage.File(filepath.Join(s.site.Dir, usage.FileName)), Recording: s.site.Usage.Recording,
		TokensToday: s.site.Usage.Today, Version: s.host.Version, Logger: s.site.Log,
	}
	if s.site.Admin, err = admin.New(c); err != nil {
		return nil, err
	}
	stop := token.Follow(s.tellRejectedToken)
	return func() {
		stop()
		s.site.Admin.Close()
	}, nil
}

// tellRejectedToken tells of an admin token that cannot be taken over.
func (s *server) tellRejectedToken(err error) {
	s.tell("The admin token has changed and cannot be read; the one before holds: " + err.Error())
}
