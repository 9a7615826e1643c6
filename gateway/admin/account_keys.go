package admin

import (
	"fmt"
	"net/http"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/providers"
)

// newKey is an account to add.
type newKey struct {
	Provider string `json:"provider"`
	APIKey   string `json:"api_key"`
	Label    string `json:"label"`
}

// keyed is an account that has a new key.
type keyed struct {
	Account accountBody `json:"account"`
	Known   bool        `json:"known"`
	// KeyChecked is set when the provider has said that the key works.
	KeyChecked bool   `json:"key_checked"`
	Unchecked  string `json:"unchecked,omitempty"`
}

func (a *Admin) addAccount(w http.ResponseWriter, r *http.Request) error {
	var wanted newKey
	if err := read(w, r, &wanted); err != nil {
		return err
	}
	p, pool, err := a.pool(wanted.Provider)
	if err != nil {
		return err
	}
	key, err := a.parseKey(p, wanted.APIKey)
	if err != nil {
		return err
	}
	saved, err := login.Save(r.Context(), pool, p, login.New{APIKey: key, Label: wanted.Label})
	if err != nil {
		return err
	}
	return a.sendKeyed(w, r, http.StatusCreated, saved.ID, keyed{Known: saved.Known}, saved.Unchecked)
}

func (a *Admin) replaceKey(w http.ResponseWriter, r *http.Request) error {
	var wanted struct {
		APIKey string `json:"api_key"`
	}
	if err := read(w, r, &wanted); err != nil {
		return err
	}
	found, err := a.account(r.Context(), r.PathValue("account"))
	if err != nil {
		return err
	}
	if found.Kind != string(account.APIKey) {
		return &problem{Status: http.StatusConflict, Code: "no_key", Detail: found.Label + " has a login, not an API key; POST " + Path + "/logins for another login"}
	}
	key, err := a.parseKey(found.provider, wanted.APIKey)
	if err != nil {
		return err
	}
	unchecked, err := login.ReplaceKey(r.Context(), found.pool, found.provider, found.ID, key)
	if err != nil {
		return err
	}
	return a.sendKeyed(w, r, http.StatusOK, found.ID, keyed{Known: true}, unchecked)
}

func (a *Admin) sendKeyed(w http.ResponseWriter, r *http.Request, status int, id string, k keyed, unchecked error) error {
	found, err := a.account(r.Context(), id)
	if err != nil {
		return err
	}
	k.Account, k.KeyChecked = found.accountBody, unchecked == nil
	if unchecked != nil {
		k.Unchecked = unchecked.Error()
	}
	return send(w, status, k)
}

// parseKey reads a key, and refuses one that another provider gave out.
func (a *Admin) parseKey(p providers.Provider, text string) (account.Secret, error) {
	key, err := login.ParseKey(text)
	if err != nil {
		return key, notAllowed(err.Error())
	}
	user, err := a.settings()
	if err != nil || user.Providers[p.Name()].BaseURL != "" { // a server of the owner's takes any key
		return key, err
	}
	return key, login.CheckForm(p, a.config.Engine.Providers(), key)
}

// pool returns a provider and its pool.
func (a *Admin) pool(name string) (providers.Provider, *multiaccount.Pool, error) {
	pool, err := a.config.Engine.Pool(name)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range a.config.Engine.Providers() {
		if p.Name() == name {
			return p, pool, nil
		}
	}
	return nil, nil, fmt.Errorf("%w: %q", multiaccount.ErrUnknownProvider, name)
}

func notAllowed(detail string) error {
	return &problem{Status: http.StatusUnprocessableEntity, Code: "not_allowed", Detail: detail}
}
