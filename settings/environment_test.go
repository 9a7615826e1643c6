package settings_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/settings"
)

func TestEnvironmentOverridesTheFile(t *testing.T) {
	t.Setenv("MULTIACCOUNT_MAX_WAIT_MS", "5000")
	t.Setenv("MULTIACCOUNT_ACCOUNT_SELECTION_STRATEGY", "hybrid")
	t.Setenv("MULTIACCOUNT_ON_EVENT", `["notify-send", "a b"]`)
	t.Setenv("MULTIACCOUNT_DEBUG", "true")
	t.Setenv("MULTIACCOUNT_DIR", "/elsewhere")
	t.Setenv("MULTIACCOUNT_PASSPHRASE", "no setting")
	s, err := load(t, `{"max_wait_ms": 1, "max_attempts": 4, "providers": {"openai": {"max_wait_ms": 2}}}`)
	if err != nil {
		t.Fatal(err)
	}
	if s.MaxWait != 5*time.Second || s.AccountSelectionStrategy != settings.StrategyHybrid || !s.Debug || s.MaxAttempts != 4 {
		t.Errorf("got %+v", s)
	}
	if !slices.Equal(s.OnEvent, []string{"notify-send", "a b"}) {
		t.Errorf("on_event: %q", s.OnEvent)
	}
	if wait := s.For("openai").MaxWait; wait != 2*time.Millisecond {
		t.Errorf("what the file says for one provider: %v", wait)
	}
}

func TestEnvironmentIsStrict(t *testing.T) {
	for variable, want := range map[string]string{
		"MULTIACCOUNT_MAX_WAIT_MS=soon":                   `MULTIACCOUNT_MAX_WAIT_MS: must be a whole number of milliseconds, at least 0 and no more than 100 years, not "soon"`,
		"MULTIACCOUNT_MAX_WAIT_MS=":                       `MULTIACCOUNT_MAX_WAIT_MS: must be a whole number`,
		"MULTIACCOUNT_MAX_WAIT_MS=1 2":                    `not "1 2"`,
		"MULTIACCOUNT_MAX_WAIT=1":                         "did you mean MULTIACCOUNT_MAX_WAIT_MS?",
		"MULTIACCOUNT_PASSPRHASE=x":                       "did you mean MULTIACCOUNT_PASSPHRASE?",
		"MULTIACCOUNT_BASE_URL=https://x.example":         "no such variable",
		"MULTIACCOUNT_ACCOUNT_SELECTION_STRATEGY=fastest": `"sticky", "round-robin", "hybrid" or "drain-first", not "fastest"`,
		"MULTIACCOUNT_ON_EVENT=notify-send":               "a list of a program and its arguments",
		"MULTIACCOUNT_ON_EVENT=[1]":                       "a list of a program and its arguments",
		"MULTIACCOUNT_DEBUG={":                            `must be true or false, not "{"`,
	} {
		name, value, _ := strings.Cut(variable, "=")
		t.Run(variable, func(t *testing.T) {
			t.Setenv(name, value)
			s, err := settings.Load(filepath.Join(t.TempDir(), "none"))
			found, ok := errors.AsType[*settings.Error](err)
			if !ok || len(found.Problems) != 1 || found.Problems[0].Variable != name {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(err.Error(), want) || !s.IsZero() {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

// One look shows what is wrong everywhere.
func TestProblemsOfFileAndEnvironmentAreListedTogether(t *testing.T) {
	t.Setenv("MULTIACCOUNT_DEBUG", "yes")
	_, err := load(t, `{"max_attempts": -1}`)
	found, ok := errors.AsType[*settings.Error](err)
	if !ok || len(found.Problems) != 2 || found.Problems[0].Line != 1 || found.Problems[1].Variable == "" {
		t.Errorf("got %v", err)
	}
}

func TestEffectiveTellsWhereEachValueComesFrom(t *testing.T) {
	t.Setenv("MULTIACCOUNT_MAX_ATTEMPTS", "3")
	path := filepath.Join(t.TempDir(), settings.FileName)
	content := "{\n\"max_wait_ms\": 5,\n\"max_attempts\": 9,\n\"providers\": {\"openai\": {\n\"debug\": true, \"base_url\": \"https://a.example\"}}}"
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := settings.Effective(path)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, e := range all {
		got[e.Key] = e.Value + " from " + strings.TrimPrefix(e.Origin.String(), path)
	}
	want := map[string]string{
		"max_wait_ms": "5 from :2", "max_attempts": "3 from MULTIACCOUNT_MAX_ATTEMPTS",
		"providers.openai.debug": "true from :5", "providers.openai.base_url": `"https://a.example" from :5`,
		"store.kind": `"files" from default`,
	}
	for _, k := range settings.Keys() {
		if !k.ProviderOnly && want[k.Name] == "" {
			want[k.Name] = k.Default + " from default"
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestFileThatOthersMayChangeIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), settings.FileName)
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o620); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o620 {
		t.Skipf("no such file modes here: %v, %v", info, err)
	}
	if _, err := settings.Load(path); err == nil || !strings.Contains(err.Error(), "chmod go-w") {
		t.Errorf("got %v", err)
	}
}
