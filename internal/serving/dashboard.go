package serving

import (
	"context"
	"net"
	"net/url"
	"path/filepath"

	"github.com/seed-810f1486/multiaccount/gateway/dashboard"
)

// openDashboard makes the dashboard and announces its address for links, unless this
// serve ends with another process. The gateway also serves without it.
func (s *server) openDashboard(ctx context.Context) (end func()) {
	file := filepath.Join(s.site.Dir, dashboard.FileName)
	s.site.Dashboard = dashboard.New(dashboard.Config{File: file, API: s.site.Admin})
	if s.ofAnother() {
		return s.site.Dashboard.Close
	}
	if err := dashboard.Announce(ctx, file, browsed(s.places[0].url)); err != nil {
		s.tell("There are no links to the dashboard: " + err.Error())
	}
	return func() {
		s.site.Dashboard.Close()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
		defer cancel()
		_ = dashboard.Withdraw(ctx, file) // a link that leads nowhere does no harm
	}
}

// browsed is an address as a browser on this machine asks for it.
func browsed(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil && ip.IsUnspecified() {
		u.Host = net.JoinHostPort("127.0.0.1", u.Port())
	}
	return u.String()
}
