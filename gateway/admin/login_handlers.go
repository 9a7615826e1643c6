package admin

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/login"
)

const (
	// startTime is how long an answer waits for the address of a login, and for what
	// comes of a code.
	startTime = 20 * time.Second
	// mostWait is how long a caller can have the answer wait.
	mostWait = 30
	// maxCode bounds what an owner pastes.
	maxCode = 8 << 10
)

// newLogin is a login to start.
type newLogin struct {
	Provider string       `json:"provider"`
	Method   login.Method `json:"method"`
	Label    string       `json:"label"`
	// Account is the one that is to get the new login.
	Account string `json:"account"`
}

func (a *Admin) listLogins(w http.ResponseWriter, _ *http.Request) error {
	return send(w, http.StatusOK, a.logins.list())
}

func (a *Admin) startLogin(w http.ResponseWriter, r *http.Request) error {
	var wanted newLogin
	if err := read(w, r, &wanted); err != nil {
		return err
	}
	f, err := a.flowOf(r.Context(), &wanted)
	if err != nil {
		return err
	}
	if !a.logins.start(f, wanted.Account, wanted.Method) { //nolint:contextcheck // a login outlives the request that starts it
		return &problem{Status: http.StatusTooManyRequests, Code: "too_many_logins", Detail: fmt.Sprintf("%d logins are under way; finish one, or call one off with DELETE %s/logins/{id}", mostLogins, Path)}
	}
	ctx, cancel := context.WithTimeout(r.Context(), startTime)
	defer cancel()
	body := f.await(ctx, func(s loginState) bool { return s != loginStarting })
	if body.State == loginFailed {
		a.logins.remove(body.ID)
		return f.err
	}
	if body.State == loginStarting {
		a.logins.remove(body.ID)
		return &problem{Status: http.StatusBadGateway, Code: "provider_failed", Detail: wanted.Provider + " did not answer in time; try again, or log in another way"}
	}
	return send(w, http.StatusCreated, body)
}

// flowOf checks what was asked for.
func (a *Admin) flowOf(ctx context.Context, wanted *newLogin) (*flow, error) {
	p, pool, err := a.pool(wanted.Provider)
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]login.Method{login.ByBrowser, login.ByDevice, login.ByPaste}, wanted.Method) {
		return nil, notAllowed(fmt.Sprintf("the method is %q, but has to be browser, device or paste", wanted.Method))
	}
	label := ""
	if wanted.Label != "" {
		if label, err = account.ParseLabel(wanted.Label); err != nil {
			return nil, notAllowed(err.Error())
		}
	}
	if wanted.Account != "" {
		if err := a.checkRelogin(ctx, wanted); err != nil {
			return nil, err
		}
	}
	return &flow{provider: p, pool: pool, label: label}, nil
}

// checkRelogin refuses a new login for an account that can have none.
func (a *Admin) checkRelogin(ctx context.Context, wanted *newLogin) error {
	found, err := a.account(ctx, wanted.Account)
	switch {
	case err != nil:
		return err
	case found.Provider != wanted.Provider:
		return &problem{Status: http.StatusConflict, Code: "other_provider", Detail: found.Label + " is an account of " + found.Provider + ", not of " + wanted.Provider}
	case found.Kind == string(account.APIKey):
		return &problem{Status: http.StatusConflict, Code: "no_login", Detail: found.Label + " has an API key, not a login; PUT " + Path + "/accounts/" + found.ID + "/key for another key"}
	}
	return nil
}

func (a *Admin) flow(r *http.Request) (*flow, error) {
	id := r.PathValue("login")
	if f := a.logins.find(id); f != nil {
		return f, nil
	}
	return nil, unknownLogin(id)
}

func unknownLogin(id string) error {
	return &problem{Status: http.StatusNotFound, Code: "unknown_login", Detail: fmt.Sprintf("there is no login %q, or not any more; POST %s/logins starts one", id, Path)}
}

func (a *Admin) getLogin(w http.ResponseWriter, r *http.Request) error {
	query, err := queryOf(r, "wait")
	if err != nil {
		return err
	}
	wait := 0
	if text := query["wait"]; text != "" {
		if wait, err = strconv.Atoi(text); err != nil || wait < 0 || wait > mostWait {
			return badRequest(fmt.Sprintf("wait is %q, but has to be a number of seconds from 0 to %d", text, mostWait))
		}
	}
	f, err := a.flow(r)
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, a.awaited(r, f, time.Duration(wait)*time.Second, loginState.isOver))
}

// awaited waits for so long at most, and not beyond the end of the interface.
func (a *Admin) awaited(r *http.Request, f *flow, d time.Duration, ready func(loginState) bool) loginBody {
	ctx, cancel := context.WithTimeout(r.Context(), d)
	defer cancel()
	return f.await(ctx, ready)
}

func (a *Admin) finishLogin(w http.ResponseWriter, r *http.Request) error {
	var wanted struct {
		Code string `json:"code"`
	}
	if err := read(w, r, &wanted); err != nil {
		return err
	}
	if wanted.Code == "" || len(wanted.Code) > maxCode {
		return badRequest(fmt.Sprintf("the code has to have 1 to %d bytes", maxCode))
	}
	f, err := a.flow(r)
	if err != nil {
		return err
	}
	if !f.finish(wanted.Code) {
		return &problem{Status: http.StatusConflict, Code: "not_waiting", Detail: "this login does not wait for a code; GET " + Path + "/logins/{id} says how it is"}
	}
	return send(w, http.StatusOK, a.awaited(r, f, startTime, func(s loginState) bool { return s != loginChecking }))
}

func (a *Admin) cancelLogin(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("login")
	if !a.logins.remove(id) {
		return unknownLogin(id)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
