package admin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func TestDecisions(t *testing.T) {
	s := play(t)
	h, id := s.owner(t, "ada@example.com")
	_, other := s.owner(t, "bob@example.com")
	h.Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
	pool := rig.Pool(t, s.engine, "anthropic")
	rig.MustAsk(t, rig.Client(t, pool), s.srv.URL)
	var all []struct{ ID, Provider, Chosen string }
	s.want(t, http.StatusOK, call{method: "GET", path: "/decisions"}).into(t, &all)
	if len(all) != 2 || all[0].Chosen != other || all[1].Chosen != id {
		t.Fatalf("decisions: %+v", all)
	}
	var explained struct {
		Headline, Circumstances, Answer string
		Accounts                        []struct {
			Label, Text string
			Chosen      bool
		}
	}
	s.want(t, http.StatusOK, call{method: "GET", path: "/decisions/anthropic/" + all[1].ID}).into(t, &explained)
	if explained.Headline != "ada@example.com" || !strings.Contains(explained.Answer, "429, limited; another account was asked") || len(explained.Accounts) != 2 {
		t.Errorf("explained: %+v", explained)
	}
	for query, want := range map[string]int{"?limit=1": 1, "?account=" + id: 2, "?account=" + other: 1, "?provider=openai": 0, "?conversation=none": 0} {
		s.want(t, http.StatusOK, call{method: "GET", path: "/decisions" + query}).into(t, &all)
		if len(all) != want {
			t.Errorf("%s: %+v", query, all)
		}
	}
	s.want(t, http.StatusNotFound, call{method: "GET", path: "/decisions/anthropic/1-99"})
	s.want(t, http.StatusNotFound, call{method: "GET", path: "/decisions/nobody/1-1"})
	s.want(t, http.StatusBadRequest, call{method: "GET", path: "/decisions?limit=0", wrong: true})
}
