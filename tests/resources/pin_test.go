package resources_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// An account that its owner has pinned serves all requests, in every process and
// after a restart, until that is taken back.
func TestOwnersPin(t *testing.T) {
	h := newHost(t)
	otherEng, other := h.open(t)
	rig.Must(t, h.pool.Pin(t.Context(), h.ids["b"]))
	served := func(pool *multiaccount.Pool) map[string]bool {
		names := map[string]bool{}
		for range 4 {
			post(t, h, pool, "/responses", `{"input":"hi"}`)
			names[h.last()] = true
		}
		return names
	}
	if names := served(h.pool); len(names) != 1 || !names["b"] {
		t.Errorf("served by %v", names)
	}
	if s := rig.Status(t, h.pool, h.ids["b"]); !s.Pinned || rig.Status(t, h.pool, h.ids["a"]).Pinned {
		t.Errorf("the status is %+v", s)
	}
	rig.Until(t, "the other engine, which notices", func() bool { return len(served(other)) == 1 })
	all, err := h.pool.Decisions(t.Context())
	rig.Must(t, err)
	last := all[len(all)-1]
	if last.PinnedBy != policy.ByOwner || !strings.Contains(last.Considered[1].Why+last.Considered[0].Why, "pinned by its owner") {
		t.Errorf("the decision: %+v", last)
	}
	rig.Close(t, h.eng)
	rig.Close(t, otherEng) // whose claims would be respected
	_, again := h.open(t)
	if names := served(again); len(names) != 1 || !names["b"] {
		t.Errorf("after a restart served by %v", names)
	}
	rig.Must(t, again.Pin(t.Context(), ""))
	if names := served(again); len(names) != 2 {
		t.Errorf("once it is taken back served by %v", names)
	}
}

// A pinned account that cannot serve lets nobody else serve; the error says how to
// end that. What a host or a resource asks for goes first.
func TestOwnersPinFailsClosed(t *testing.T) {
	h := newHost(t)
	_, made := post(t, h, h.pool, "/responses", `{"input":"hi"}`)
	owner, spare := h.last(), map[string]string{"a": "b", "b": "a"}[h.last()]
	rig.Must(t, h.pool.Pin(t.Context(), h.ids[spare]))
	if status, _ := post(t, h, h.pool, "/responses", `{"previous_response_id":"`+made+`"}`); status != http.StatusOK || h.last() != owner {
		t.Errorf("%d from %q, want who made it, %q", status, h.last(), owner)
	}
	h.limit(spare)
	if status, _ := post(t, h, h.pool, "/responses", `{"input":"hi"}`); status != http.StatusTooManyRequests || h.last() != spare {
		t.Errorf("%d from %q, want the pinned one's refusal", status, h.last())
	}
	resp, err := try(t.Context(), h, h.pool, "/responses", `{"input":"hi"}`)
	if err == nil {
		_ = resp.Body.Close()
	}
	var unavailable *multiaccount.AccountUnavailableError
	if !errors.As(err, &unavailable) || !unavailable.ByOwner || unavailable.AccountID != h.ids[spare] || !strings.Contains(err.Error(), "pin --clear") {
		t.Errorf("got %v", err)
	}
	if err = h.pool.Pin(t.Context(), "nobody"); !errors.Is(err, multiaccount.ErrUnknownAccount) {
		t.Errorf("an unknown account: %v", err)
	}
	rig.Must(t, h.pool.Remove(t.Context(), h.ids[spare]))
	rig.Until(t, "the end of the pin, which goes with its account", func() bool {
		resp, err := try(t.Context(), h, h.pool, "/responses", `{"input":"hi"}`)
		if err == nil {
			rig.Must(t, resp.Body.Close())
		}
		return err == nil
	})
}
