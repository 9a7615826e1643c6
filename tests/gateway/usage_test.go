package gateway_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/internal/usage"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// recording is a log of usage that is wired into a gateway.
type recording struct {
	*usage.Log
	path string
}

func newRecording(t *testing.T) recording {
	t.Helper()
	path := filepath.Join(t.TempDir(), usage.FileName)
	log, err := usage.Open(t.Context(), path, nil)
	rig.Must(t, err)
	return recording{log, path}
}

func (r recording) observe(c *gateway.Config) { c.Observe = r.Observe }

// ended returns the groups of a log that it ends.
func (r recording) ended(t *testing.T, by usage.By) []string {
	t.Helper()
	rig.Must(t, r.Close())
	groups, err := usage.Report(t.Context(), r.path, by, time.Now().Add(-time.Hour))
	rig.Must(t, err)
	var all []string
	for i := range groups {
		g := &groups[i]
		all = append(all, fmt.Sprintf("%s: %d requests, %d failed, in %d, cached %d, out %d, reasoning %d",
			g.Key, g.Requests, g.Failed, g.Input, g.Cached, g.Output, g.Reasoning))
	}
	return all
}

// What each API tells is recorded, whole and streamed, by model.
func TestUsage(t *testing.T) {
	r := newRecording(t)
	s := play(t, r.observe)
	s.claude[0].Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
	for _, m := range []message{claude(claudeCode), streamed(claude(claudeCode)), gpt(codexCLI), streamed(gpt(codexCLI))} {
		if a := s.send(t, m); a.status != http.StatusOK {
			t.Fatalf("HTTP %d %s", a.status, a.body)
		}
	}
	s.claude[1].Next(providertest.CutMidBody())
	_ = s.send(t, claude(claudeCode))
	rig.Must(t, s.Drain(rig.Deadline(t)))
	got := r.ended(t, usage.ByModel)
	want := []string{
		"claude-opus-5: 3 requests, 1 failed, in 20, cached 0, out 8, reasoning 0",
		"gpt-6: 2 requests, 0 failed, in 20, cached 0, out 8, reasoning 0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("recorded\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Each turn of a WebSocket is a request.
func TestUsageOfSockets(t *testing.T) {
	r := newRecording(t)
	s := serveSockets(t, r.observe)
	c := s.connect(t)
	for range 2 {
		s.scripts["a"] = saying(created, delta, `{"type":"response.completed","response":{"id":"resp_1","usage":{"input_tokens":10,`+
			`"input_tokens_details":{"cached_tokens":8},"output_tokens":4,"output_tokens_details":{"reasoning_tokens":3}}}}`)
		_, _ = c.ask(t, "")
	}
	_ = c.conn.CloseNow()
	rig.Must(t, s.Drain(rig.Deadline(t)))
	got := r.ended(t, usage.ByClient)
	if want := []string{"laptop: 2 requests, 0 failed, in 20, cached 16, out 8, reasoning 6"}; !slices.Equal(got, want) {
		t.Errorf("recorded %q, want %q", got, want)
	}
}
