package admin

import (
	_ "embed"
	"net/http"
	"time"
)

//go:embed openapi.json
var openAPI []byte

// healthBody is how the gateway is.
type healthBody struct {
	Status    string    `json:"status"`
	Version   string    `json:"version"`
	PID       int       `json:"pid"`
	StartedAt time.Time `json:"started_at"`
	// Recording is set when what is used is recorded now.
	Recording bool `json:"recording"`
}

func (a *Admin) health(w http.ResponseWriter, _ *http.Request) error {
	return send(w, http.StatusOK, healthBody{"ok", a.config.Version, a.pid, a.started, a.recording()})
}

func (a *Admin) recording() bool {
	return a.config.Usage != nil && (a.config.Recording == nil || a.config.Recording())
}

func (a *Admin) description(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(openAPI) // the client may be gone; that is its right
	return nil
}
