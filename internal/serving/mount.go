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

// Site is what handlers beside the gateway are made from. They begin with the
// gateway, and what is here outlives their requests.
type Site struct {
	// Dir is the state directory.
	Dir     string
	Engine  *multiaccount.Engine
	Clients *gateway.ClientFile
	Gateway *gateway.Gateway
	// Admin trusts whom Dashboard has logged in.
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

// mounts are all handlers, one in a line. The gateway has what no other takes; it
// answers /healthz and /readyz too. Nothing reaches a handler that the gateway
// refuses of anybody: see [gateway.Gateway.Guard]. Who may ask is each handler's to
// say.
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

// dropped is how many records of what was used were lost.
func (s *Site) dropped() uint64 {
	if s.Usage == nil {
		return 0
	}
	return s.Usage.Dropped()
}
