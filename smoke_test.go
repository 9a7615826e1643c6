package multiaccount_test

import (
	"testing"

	"github.com/seed-810f1486/multiaccount"
)

func TestSmoke(t *testing.T) {
	p := &plainProvider{}
	_, pool := openPlain(t, p, quiet())
	id := add(t, pool, "a")
	lease := acquire(t, pool, multiaccount.Request{})
	if lease.AccountID() != id || lease.Token() != "access-a" {
		t.Fatalf("got %s %s", lease.AccountID(), lease.Token())
	}
	lease.Done(multiaccount.Outcome{Status: 200})
}
