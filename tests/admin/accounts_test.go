package admin_test

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// account is what tests read of an account.
type account struct {
	ID, Provider, Label, Email, State, Reason string
	Enabled, Pinned, Claimed, Active          bool
	UsedBy                                    []int `json:"used_by"`
	Priority, Weight                          int
	NeedsOwner                                bool `json:"needs_owner"`
	SoftQuota                                 int  `json:"soft_quota"`
	Usage                                     []struct{ Name string }
}

func (s *scene) account(t *testing.T, c call) account {
	t.Helper()
	var a account
	s.want(t, http.StatusOK, c).into(t, &a)
	return a
}

// Each change does what the command of its name does.
func TestAccountChanges(t *testing.T) {
	s := play(t)
	h, id := s.owner(t, "ada@example.com")
	at := "/accounts/" + id
	if a := s.account(t, call{method: "GET", path: at}); a.ID != id || a.Email != "ada@example.com" || a.State != "ready" || a.Provider != "anthropic" {
		t.Errorf("the account is %+v", a)
	}
	if a := s.account(t, call{method: "POST", path: at + "/disable"}); a.Enabled || a.State != "disabled" {
		t.Errorf("disabled: %+v", a)
	}
	if a := s.account(t, call{method: "POST", path: at + "/enable"}); !a.Enabled || a.State != "ready" {
		t.Errorf("enabled: %+v", a)
	}
	if a := s.account(t, call{method: "POST", path: at + "/pin"}); !a.Pinned {
		t.Errorf("pinned: %+v", a)
	}
	var pools []struct {
		Provider, Strategy, Pinned string
		Accounts, Ready            int
	}
	s.want(t, http.StatusOK, call{method: "GET", path: "/pools"}).into(t, &pools)
	if len(pools) != 2 || pools[0].Provider != "anthropic" || pools[0].Pinned != id || pools[0].Ready != 1 || pools[0].Strategy == "" || pools[1].Accounts != 0 {
		t.Errorf("pools: %+v", pools)
	}
	if a := s.account(t, call{method: "POST", path: at + "/unpin"}); a.Pinned {
		t.Errorf("unpinned: %+v", a)
	}
	token := h.AccessToken()
	s.account(t, call{method: "POST", path: at + "/refresh"})
	if h.AccessToken() == token {
		t.Error("it was not refreshed")
	}
	if a := s.account(t, call{method: "POST", path: at + "/refresh-usage"}); len(a.Usage) == 0 {
		t.Errorf("usage: %+v", a)
	}
	s.account(t, call{method: "POST", path: at + "/reset"})
	if a := s.account(t, call{method: "PATCH", path: at, body: `{"label":" work ","priority":2,"weight":3,"soft_quota":80}`}); a.Label != "work" || a.Priority != 2 || a.Weight != 3 || a.SoftQuota != 80 {
		t.Errorf("changed: %+v", a)
	}
	if a := s.account(t, call{method: "PATCH", path: at, body: `{"label":""}`}); a.Label != "ada@example.com" || a.Priority != 2 {
		t.Errorf("changed again: %+v", a)
	}
	s.want(t, http.StatusNoContent, call{method: "DELETE", path: at})
	s.want(t, http.StatusNotFound, call{method: "GET", path: at})
}

// An account says which processes use it, and whether it was picked last.
func TestWhoUsesAnAccount(t *testing.T) {
	s := play(t)
	_, id := s.owner(t, "ada@example.com")
	at := call{method: "GET", path: "/accounts/" + id}
	if a := s.account(t, at); a.Claimed || a.Active || a.UsedBy != nil {
		t.Errorf("nobody uses %+v", a)
	}
	other := rig.Pool(t, s.open(t), "anthropic") // another instance, of this process
	lease, err := other.Acquire(t.Context(), multiaccount.Request{})
	rig.Must(t, err)
	defer lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	rig.Until(t, "the claim, which comes by way of its file", func() bool { return s.account(t, at).Claimed })
	if a := s.account(t, at); !slices.Equal(a.UsedBy, []int{os.Getpid()}) {
		t.Errorf("the other instance uses %+v", a)
	}
	s.serve(t, http.StatusOK, nil)
	if a := s.account(t, at); !a.Active {
		t.Errorf("it was picked: %+v", a)
	}
}

// serve has the pool pick an account, which answers so.
func (s *scene) serve(t *testing.T, status int, header http.Header) {
	t.Helper()
	lease, err := rig.Pool(t, s.engine, "anthropic").Acquire(t.Context(), multiaccount.Request{})
	rig.Must(t, err)
	lease.Done(multiaccount.Outcome{Status: status, Header: header})
}

// A pool tells when an account is free again only while none is ready.
func TestPoolTellsWhenItIsFree(t *testing.T) {
	s := play(t)
	_, _ = s.owner(t, "ada@example.com")
	_, spare := s.owner(t, "bob@example.com")
	var pools []struct {
		Ready, Limited int
		RetryAt        time.Time `json:"retry_at"`
	}
	ask := func() {
		pools = nil
		s.want(t, http.StatusOK, call{method: "GET", path: "/pools"}).into(t, &pools)
	}
	s.serve(t, http.StatusTooManyRequests, http.Header{"Retry-After": {"3600"}})
	if ask(); pools[0].Ready != 1 || pools[0].Limited != 1 || !pools[0].RetryAt.IsZero() {
		t.Errorf("one is ready: %+v", pools[0])
	}
	s.want(t, http.StatusOK, call{method: "POST", path: "/accounts/" + spare + "/disable"})
	if ask(); pools[0].Ready != 0 || time.Until(pools[0].RetryAt) < 50*time.Minute {
		t.Errorf("none is ready: %+v", pools[0])
	}
}

// A change that is wrong in a part changes nothing.
func TestWrongChangeChangesNothing(t *testing.T) {
	s := play(t)
	_, id := s.owner(t, "ada@example.com")
	s.want(t, http.StatusUnprocessableEntity, call{method: "PATCH", path: "/accounts/" + id, body: `{"label":"work","weight":0}`, wrong: true})
	if a := s.account(t, call{method: "GET", path: "/accounts/" + id}); a.Label != "ada@example.com" {
		t.Errorf("changed: %+v", a)
	}
	_, other := s.owner(t, "bob@example.com")
	s.want(t, http.StatusOK, call{method: "PATCH", path: "/accounts/" + id, body: `{"label":"work"}`})
	r := s.want(t, http.StatusConflict, call{method: "PATCH", path: "/accounts/" + other, body: `{"label":"work"}`})
	if !strings.Contains(r.text, "duplicate_label") {
		t.Errorf("the problem is %s", r.text)
	}
}

// A login that is refused is told with what to do.
func TestRefreshOfARefusedLogin(t *testing.T) {
	s := play(t)
	h, id := s.owner(t, "ada@example.com")
	h.Revoke()
	r := s.want(t, http.StatusConflict, call{method: "POST", path: "/accounts/" + id + "/refresh"})
	if !strings.Contains(r.text, "login_needed") {
		t.Errorf("the problem is %s", r.text)
	}
	if a := s.account(t, call{method: "GET", path: "/accounts/" + id}); !a.NeedsOwner || a.Reason == "" {
		t.Errorf("the account is %+v", a)
	}
}

// A key is added when the provider takes it, and replaced by one that it takes.
func TestKeys(t *testing.T) {
	s := play(t)
	h := s.srv.AddAccount(providertest.Account{Email: "key@example.com"})
	var added struct {
		Account    account
		Known      bool
		KeyChecked bool `json:"key_checked"`
	}
	s.want(t, http.StatusCreated, call{method: "POST", path: "/accounts", body: `{"provider":"anthropic","api_key":"` + h.APIKey() + `","label":"key"}`}).into(t, &added)
	if added.Account.Label != "key" || !added.KeyChecked || added.Known {
		t.Errorf("added: %+v", added)
	}
	for body, status := range map[string]int{
		`{"provider":"anthropic","api_key":"sk-ant-` + keyMark + `"}`: http.StatusUnprocessableEntity,
		`{"provider":"openai","api_key":"sk-ant-` + keyMark + `"}`:    http.StatusUnprocessableEntity,
		`{"provider":"anthropic","api_key":"two words"}`:              http.StatusUnprocessableEntity,
		`{"provider":"nobody","api_key":"` + keyMark + `"}`:           http.StatusNotFound,
	} {
		s.want(t, status, call{method: "POST", path: "/accounts", body: body})
	}
	at := "/accounts/" + added.Account.ID + "/key"
	s.want(t, http.StatusUnprocessableEntity, call{method: "PUT", path: at, body: `{"api_key":"sk-ant-` + keyMark + `"}`})
	other := s.srv.AddAccount(providertest.Account{Email: "other@example.com"})
	s.want(t, http.StatusOK, call{method: "PUT", path: at, body: `{"api_key":"` + other.APIKey() + `"}`})
	_, login := s.owner(t, "ada@example.com")
	s.want(t, http.StatusConflict, call{method: "PUT", path: "/accounts/" + login + "/key", body: `{"api_key":"` + other.APIKey() + `"}`})
}
