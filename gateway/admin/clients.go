package admin

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/internal/models"
)

// longestWait is how long a client can have its requests wait.
const longestWait = 365 * Day

// clientBody is a client as it is answered.
type clientBody struct {
	Name        string    `json:"name"`
	AddedAt     time.Time `json:"added_at,omitzero"`
	Providers   []string  `json:"providers"`
	Accounts    []string  `json:"accounts"`
	Models      []string  `json:"models"`
	DailyTokens int64     `json:"daily_tokens"`
	// TokensToday are those that it has used since midnight; nil when not known.
	TokensToday *int64 `json:"tokens_today,omitempty"`
	MaxInFlight int    `json:"max_in_flight"`
	MaxWaitMS   int64  `json:"max_wait_ms"`
	Priority    int    `json:"priority"`
}

func (a *Admin) clientOf(c *gateway.Client) clientBody {
	body := clientBody{
		Name: c.ID, AddedAt: c.AddedAt, Providers: list(c.Providers), Accounts: list(c.Accounts), Models: list(c.Models),
		DailyTokens: c.DailyTokens, MaxInFlight: c.MaxInFlight, MaxWaitMS: c.MaxWait.Milliseconds(), Priority: c.Priority,
	}
	if a.config.TokensToday != nil {
		used := a.config.TokensToday(c.ID)
		body.TokensToday = &used
	}
	return body
}

// list is a list that is written as one, also when it is empty.
func list(names []string) []string { return append([]string{}, names...) }

// newClient is a client that was just added.
type newClient struct {
	Client clientBody `json:"client"`
	// Token is told this once.
	Token string `json:"token"`
}

// clientChange is what a client may use. What is nil stays.
type clientChange struct {
	Providers   *[]string `json:"providers"`
	Accounts    *[]string `json:"accounts"`
	Models      *[]string `json:"models"`
	DailyTokens *int64    `json:"daily_tokens"`
	MaxInFlight *int      `json:"max_in_flight"`
	MaxWaitMS   *int64    `json:"max_wait_ms"`
	Priority    *int      `json:"priority"`
}

// apply changes a client.
func (c *clientChange) apply(to *gateway.Client) {
	set(&to.Providers, c.Providers)
	set(&to.Accounts, c.Accounts)
	set(&to.Models, c.Models)
	set(&to.DailyTokens, c.DailyTokens)
	set(&to.MaxInFlight, c.MaxInFlight)
	set(&to.Priority, c.Priority)
	if c.MaxWaitMS != nil {
		to.MaxWait = time.Duration(*c.MaxWaitMS) * time.Millisecond
	}
}

func set[T any](to, wanted *T) {
	if wanted != nil {
		*to = *wanted
	}
}

// clientToAdd is a client that is asked for.
type clientToAdd struct {
	Name string `json:"name"`
	clientChange
}

func (a *Admin) listClients(w http.ResponseWriter, _ *http.Request) error {
	shown := []clientBody{}
	for _, c := range a.config.Clients.All() {
		shown = append(shown, a.clientOf(&c))
	}
	return send(w, http.StatusOK, shown)
}

func (a *Admin) getClient(w http.ResponseWriter, r *http.Request) error {
	return a.sendClient(w, r.PathValue("client"))
}

// sendClient answers with a client as it is now.
func (a *Admin) sendClient(w http.ResponseWriter, name string) error {
	found, err := a.client(name)
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, a.clientOf(&found))
}

func (a *Admin) client(name string) (gateway.Client, error) {
	all := a.config.Clients.All()
	i := slices.IndexFunc(all, func(c gateway.Client) bool { return c.ID == name })
	if i < 0 {
		return gateway.Client{}, fmt.Errorf("%w: %q; GET %s/clients lists them", gateway.ErrUnknownClient, name, Path)
	}
	return all[i], nil
}

func (a *Admin) addClient(w http.ResponseWriter, r *http.Request) error {
	var wanted clientToAdd
	if err := read(w, r, &wanted); err != nil {
		return err
	}
	if err := a.checkClient(r, &wanted.clientChange); err != nil {
		return err
	}
	c := gateway.Client{ID: wanted.Name}
	wanted.apply(&c)
	token, err := a.config.Clients.Add(r.Context(), c)
	if err != nil {
		return err
	}
	added, err := a.client(c.ID)
	if err != nil {
		return err
	}
	return send(w, http.StatusCreated, newClient{a.clientOf(&added), token})
}

func (a *Admin) changeClient(w http.ResponseWriter, r *http.Request) error {
	var wanted clientChange
	if err := read(w, r, &wanted); err != nil {
		return err
	}
	name := r.PathValue("client")
	if _, err := a.client(name); err != nil {
		return err
	}
	if err := a.checkClient(r, &wanted); err != nil {
		return err
	}
	if err := a.config.Clients.Change(r.Context(), name, wanted.apply); err != nil {
		return err
	}
	return a.sendClient(w, name)
}

func (a *Admin) removeClient(w http.ResponseWriter, r *http.Request) error {
	if err := a.config.Clients.Remove(r.Context(), r.PathValue("client")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// checkClient refuses what would never serve as it was meant.
func (a *Admin) checkClient(r *http.Request, c *clientChange) error {
	switch {
	case c.MaxInFlight != nil && *c.MaxInFlight < 0:
		return notAllowed("max_in_flight is a number of requests, 0 for any number")
	case c.MaxWaitMS != nil && (*c.MaxWaitMS < 0 || *c.MaxWaitMS > longestWait.Milliseconds()):
		return notAllowed("max_wait_ms is a number of milliseconds, 0 for none, and no more than a year")
	case c.DailyTokens != nil && *c.DailyTokens < 0:
		return notAllowed("daily_tokens is a number of tokens, 0 for any number")
	}
	for _, pattern := range deref(c.Models) {
		if err := models.Check(pattern); err != nil {
			return notAllowed(fmt.Sprintf("models has the pattern %q, which %v", pattern, err))
		}
	}
	for _, name := range deref(c.Providers) {
		if _, _, err := a.pool(name); err != nil {
			return notAllowed(fmt.Sprintf("there is no provider %q; GET %s/pools lists them", name, Path))
		}
	}
	return a.checkAccounts(r, deref(c.Accounts))
}

// checkAccounts refuses ids that no account has.
func (a *Admin) checkAccounts(r *http.Request, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	all, err := a.accounts(r.Context(), "")
	if err != nil {
		return err
	}
	known := labels(all)
	for _, id := range ids {
		if _, ok := known[id]; !ok {
			return notAllowed(fmt.Sprintf("there is no account %q; GET %s/accounts lists them", id, Path))
		}
	}
	return nil
}

func deref(names *[]string) []string {
	if names == nil {
		return nil
	}
	return *names
}
