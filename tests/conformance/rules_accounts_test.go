package conformance_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func accountRules() []rule {
	return []rule{
		{name: "a known identity gets the new credentials and keeps its id", holds: logins, check: replacesKnown},
		{name: "one e-mail in two organizations is two accounts", holds: logins, check: tellsOrganizationsApart},
		{name: "a token that an account holds is refused, and the account named", check: refusesHeldToken},
		{name: "removing the account in use makes the next one serve", check: replacesRemoved},
		{name: "an account that is switched off does not serve", check: keepsOffOut},
		{name: "accounts and unknown fields of their files survive a restart", check: survivesRestart},
	}
}

func replacesKnown(t *testing.T, s subject) {
	st := s.set(t)
	rig.Must(t, st.pool.SetEnabled(t.Context(), st.aliceID, false))
	st.alice.Login()
	if id := rig.Add(t, st.pool, s.login(st.alice)); id != st.aliceID {
		t.Errorf("a known identity became account %s, was %s", id, st.aliceID)
	}
	if status := st.is(st.aliceID, multiaccount.StateReady); status.Generation != 2 {
		t.Errorf("generation %d after a new login", status.Generation)
	}
}

func tellsOrganizationsApart(t *testing.T, s subject) {
	st := s.set(t)
	other := s.login(st.alice)
	other.Organization, other.AccessToken, other.RefreshToken = "org-2", "access-2", "refresh-2"
	if id := rig.Add(t, st.pool, other); id == st.aliceID {
		t.Error("two organizations share an account")
	}
}

func refusesHeldToken(t *testing.T, s subject) {
	st := s.set(t)
	again := s.login(st.alice)
	again.Subject = "" // not told, so that only the token tells
	_, err := st.pool.Add(t.Context(), again)
	var held *multiaccount.DuplicateAccountError
	if !errors.As(err, &held) || held.AccountID != st.aliceID {
		t.Errorf("error %v, want one that names %s", err, st.aliceID)
	}
}

func replacesRemoved(t *testing.T, s subject) {
	st := s.set(t)
	st.served(st.ask(), st.alice)
	rig.Must(t, st.pool.Remove(t.Context(), st.aliceID))
	st.served(st.ask(), st.bob)
}

func keepsOffOut(t *testing.T, s subject) {
	st := s.set(t)
	rig.Must(t, st.pool.SetEnabled(t.Context(), st.aliceID, false))
	st.served(st.ask(), st.bob)
	rig.Must(t, st.pool.SetEnabled(t.Context(), st.bobID, false))
	if a := st.ask(); !errors.Is(a.err, multiaccount.ErrNoAccounts) {
		t.Errorf("all switched off: error %v", a.err)
	}
}

func survivesRestart(t *testing.T, s subject) {
	st, dir := s.empty(t), t.TempDir()
	p := s.make(st.srv.Endpoints(s.flavour), nil)
	config := multiaccount.Config{Dir: dir, Providers: []providers.Provider{p}}
	first := rig.Open(t, config)
	id := rig.Add(t, rig.Pool(t, first, p.Name()), s.login(st.alice))
	rig.Close(t, first)

	path := filepath.Join(dir, p.Name(), "accounts", id+".json")
	edit(t, path, func(file map[string]any) { file["of_a_later_version"] = "kept" })
	second := rig.Open(t, config)
	st.pool = rig.Pool(t, second, p.Name())
	rig.Must(t, st.pool.Rename(t.Context(), id, "renamed"))
	st.http = rig.Client(t, st.pool)
	st.served(st.ask(), st.alice)
	edit(t, path, func(file map[string]any) {
		if file["of_a_later_version"] != "kept" || file["label"] != "renamed" {
			t.Error("an unknown field, or the new label, is not in the file")
		}
	})
}

func edit(t *testing.T, path string, change func(map[string]any)) {
	t.Helper()
	data, err := os.ReadFile(path)
	rig.Must(t, err)
	var file map[string]any
	rig.Must(t, json.Unmarshal(data, &file))
	change(file)
	data, err = json.Marshal(file)
	rig.Must(t, err)
	rig.Must(t, os.WriteFile(path, data, 0o600))
}
