package event_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/event"
)

// names has every event under its name in JSON. It never changes but by a row
// for a new event: programs outside read these names.
func names() map[event.Name]event.Event {
	return map[event.Name]event.Event{
		"account_joined":        event.AccountJoined{},
		"account_left":          event.AccountLeft{},
		"account_switched":      event.AccountSwitched{},
		"account_cooled":        event.AccountCooled{},
		"account_quarantined":   event.AccountQuarantined{},
		"overage_blocked":       event.OverageBlocked{},
		"owner_needed":          event.OwnerNeeded{},
		"verification_required": event.VerificationRequired{},
		"save_failed":           event.SaveFailed{},
		"usage_updated":         event.UsageUpdated{},
		"login_refreshed":       event.LoginRefreshed{},
		"login_rejected":        event.LoginRejected{},
		"refresh_failed":        event.RefreshFailed{},
		"pool_paused":           event.PoolPaused{},
		"pool_resumed":          event.PoolResumed{},
		"circuit_opened":        event.CircuitOpened{},
		"circuit_closed":        event.CircuitClosed{},
		"conversation_moved":    event.ConversationMoved{},
		"decision_made":         event.DecisionMade{},
		"stream_failed":         event.StreamFailed{},
		"stream_cut":            event.StreamCut{},
		"settings_changed":      event.SettingsChanged{},
		"settings_rejected":     event.SettingsRejected{},
		"events_dropped":        event.EventsDropped{},
	}
}

func TestNamesStay(t *testing.T) {
	for want, e := range names() {
		if e.Name() != want {
			t.Errorf("%T is called %q, want %q", e, e.Name(), want)
		}
		text, err := event.Encode(e)
		var told struct{ Event event.Name }
		if err != nil || json.Unmarshal(text, &told) != nil || told.Event != want {
			t.Errorf("%T in JSON: %s, %v", e, text, err)
		}
		// fmt prints the fields of an event unescaped, unless its type says what to print.
		if printed := fmt.Sprint(e); printed != string(text) {
			t.Errorf("%T is printed as %s, want %s", e, printed, text)
		}
	}
}

// An event that is not in the table above would not be tested.
func TestEveryEventHasItsName(t *testing.T) {
	tested := map[string]bool{}
	for _, e := range names() {
		tested[strings.TrimPrefix(fmt.Sprintf("%T", e), "event.")] = true
	}
	declared, constants := declarations(t)
	if got, want := slices.Sorted(maps.Keys(tested)), slices.Sorted(slices.Values(declared)); !slices.Equal(got, want) {
		t.Errorf("the table has %q, the package %q", got, want)
	}
	for _, name := range declared {
		if !slices.Contains(constants, "Name"+name) {
			t.Errorf("%s has no constant Name%s", name, name)
		}
	}
}

// declarations returns the types that embed an Occurrence, and the constants.
func declarations(t *testing.T) (events, constants []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TypeSpec:
				if embedsOccurrence(n) {
					events = append(events, n.Name.Name)
				}
			case *ast.ValueSpec:
				constants = append(constants, n.Names[0].Name)
			}
			return true
		})
	}
	return events, constants
}

func embedsOccurrence(of *ast.TypeSpec) bool {
	body, ok := of.Type.(*ast.StructType)
	if !ok || len(body.Fields.List) == 0 {
		return false
	}
	first := body.Fields.List[0]
	embedded, ok := first.Type.(*ast.Ident)
	return ok && len(first.Names) == 0 && embedded.Name == "Occurrence"
}
