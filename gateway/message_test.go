package gateway

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// A client is not told that its provider is away when the store of the accounts is.
func TestMessageNamesWhatIsAway(t *testing.T) {
	away := fmt.Errorf("account a of acme: %w", &persistence.StorageError{Path: "/state", Err: errors.New("no space left"), Fix: "make room"})
	if got := refusalOf("acme", away); got.kind != down || !strings.HasPrefix(got.message, "The accounts of acme cannot be read or stored: account a") {
		t.Errorf("got %q", got.message)
	}
	if got := refusalOf("acme", errors.New("no route to host")); got.message != "acme cannot be reached: no route to host" {
		t.Errorf("got %q", got.message)
	}
}
