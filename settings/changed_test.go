package settings

import (
	"slices"
	"testing"
	"time"
)

func TestChanged(t *testing.T) {
	before, after := Default(), Default()
	if got := Changed(before, after); got != nil {
		t.Errorf("%v of the same settings differ", got)
	}
	wait, event := time.Second, []string{"a"}
	after.Debug, after.MaxWait = true, 0
	before.Providers = map[string]Override{"a": {MaxWait: &wait}, "same": {BaseURL: "https://s.example"}}
	after.Providers = map[string]Override{"b": {OnEvent: &event, BaseURL: "https://b.example"}, "same": {BaseURL: "https://s.example"}}
	want := []string{"max_wait_ms", "debug", "providers.a.max_wait_ms", "providers.b.on_event", "providers.b.base_url"}
	if got := Changed(before, after); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
