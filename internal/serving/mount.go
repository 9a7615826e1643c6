package serving

import (
	"net/http"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/gateway/admin"
	"github.com/seed-810f1486/multiaccount/gateway/dashboard"
	"github.com/seed-810f1486/multiaccount/internal/usage"
)

// Site is what the handlers beside the gateway are made from. Its parts live longer
// than the requests of the handlers.
type Site struct {
	// Dir is the state directory.
	Dir     string
	Engine  *multiaccount.Engine
	Clients *gateway.ClientFile
	Gateway *gateway.Gateway
	// Admin trusts the browsers that Dashboard has logged in.
	Admin     *admin.Admin
	Dashboard *dashboard.Dashboard
	// Usage records what is used; where the file cannot be used it only counts.
	Usage *usage.Log
	// Log is silent unless the settings ask for more.
	Log *zerolog.Logger
}

// Mount is a handler beside the gateway.
type Mount struct {
	// Pattern is one of [http.ServeMux].
	Pattern string
	Handler http.Handler
}

// mounts returns all handlers, one a line. The gateway gets every request that no other
// handler takes, and answers /healthz and /readyz. [gateway.Gateway.Guard] stands
// before each handler. Each handler checks by itself who may ask.
func (s *Site) mounts() []Mount {
	return []Mount{
		{"GET /{$}", s.Dashboard},
		{"HEAD /{$}", s.Gateway},
		{dashboard.Prefix, s.Dashboard},
		{"/", s.Gateway},
		{admin.Path + "/", s.Admin},
	}
}

func (s *Site) handler() http.Handler {
	mux := http.NewServeMux()
	for _, m := range s.mounts() {
		mux.Handle(m.Pattern, m.Handler)
	}
	return s.Gateway.Guard(mux)
}

// dropped returns how many records of usage were lost.
func (s *Site) dropped() uint64 {
	if s.Usage == nil {
		return 0
	}
	return s.Usage.Dropped()
}
