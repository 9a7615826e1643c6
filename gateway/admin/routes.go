package admin

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// handler answers a request, or returns why not.
type handler func(w http.ResponseWriter, r *http.Request) error

// methods are the handlers of one path.
type methods map[string]handler

// routes are the handlers, by paths below [Path].
func (a *Admin) routes() map[string]methods {
	return map[string]methods{
		"/health":       {"GET": a.health},
		"/openapi.json": {"GET": a.description},

		"/pools":                            {"GET": a.listPools},
		"/accounts":                         {"GET": a.listAccounts, "POST": a.addAccount},
		"/accounts/{account}":               {"GET": a.getAccount, "PATCH": a.changeAccount, "DELETE": a.removeAccount},
		"/accounts/{account}/enable":        {"POST": a.change(enable)},
		"/accounts/{account}/disable":       {"POST": a.change(disable)},
		"/accounts/{account}/pin":           {"POST": a.change(pin)},
		"/accounts/{account}/unpin":         {"POST": a.change(unpin)},
		"/accounts/{account}/reset":         {"POST": a.change(reset)},
		"/accounts/{account}/refresh":       {"POST": a.change(refresh)},
		"/accounts/{account}/refresh-usage": {"POST": a.change(refreshUsage)},
		"/accounts/{account}/adopt":         {"POST": a.change(adopt)},
		"/accounts/{account}/key":           {"PUT": a.replaceKey},

		"/decisions":                       {"GET": a.listDecisions},
		"/decisions/{provider}/{decision}": {"GET": a.explainDecision},
		"/events":                          {"GET": a.streamEvents},

		"/settings":          {"GET": a.getSettings, "PUT": a.putSettings, "PATCH": a.patchSetting},
		"/settings/validate": {"POST": a.validateSettings},
		"/settings/schema":   {"GET": a.settingsSchema},

		"/clients":          {"GET": a.listClients, "POST": a.addClient},
		"/clients/{client}": {"GET": a.getClient, "PATCH": a.changeClient, "DELETE": a.removeClient},

		"/usage":        {"GET": a.getUsage},
		"/usage/series": {"GET": a.getSeries},

		"/logins":                {"GET": a.listLogins, "POST": a.startLogin},
		"/logins/{login}":        {"GET": a.getLogin, "DELETE": a.cancelLogin},
		"/logins/{login}/finish": {"POST": a.finishLogin},
	}
}

func (a *Admin) newMux() *http.ServeMux {
	mux := http.NewServeMux()
	for at, all := range a.routes() {
		mux.Handle(Path+at, a.serve(all.handle))
	}
	mux.Handle("/", a.serve(nowhere))
	return mux
}

// serve answers with what went wrong, where that is not too late.
func (a *Admin) serve(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			a.fail(w, r, err)
		}
	})
}

func (m methods) handle(w http.ResponseWriter, r *http.Request) error {
	if h := m[r.Method]; h != nil {
		return h(w, r)
	}
	allowed := strings.Join(slices.Sorted(maps.Keys(m)), ", ")
	return &problem{Status: http.StatusMethodNotAllowed, Code: "wrong_method", Detail: r.Method + " cannot be done there, only " + allowed, allow: allowed}
}

func nowhere(_ http.ResponseWriter, r *http.Request) error {
	return &problem{Status: http.StatusNotFound, Code: "unknown_path", Detail: "there is no " + r.URL.Path + "; GET " + Path + "/openapi.json describes what there is"}
}

// queryOf returns the parameters of a request that may have these and no others,
// each once.
func queryOf(r *http.Request, names ...string) (map[string]string, error) {
	found := map[string]string{}
	for name, values := range r.URL.Query() {
		switch {
		case !slices.Contains(names, name):
			return nil, badRequest("there is no parameter " + name + " here, only " + strings.Join(names, ", "))
		case len(values) != 1:
			return nil, badRequest("the parameter " + name + " is there more than once")
		}
		found[name] = values[0]
	}
	return found, nil
}
