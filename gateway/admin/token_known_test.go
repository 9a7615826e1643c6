package admin

import (
	"path/filepath"
	"testing"
)

// A token that another process has just made is right at once, and the one before is
// not any more.
func TestTokenOfAnotherProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin.json")
	served, err := OpenToken(path)
	if err != nil {
		t.Fatal(err)
	}
	other, err := OpenToken(path)
	if err != nil {
		t.Fatal(err)
	}
	before := ""
	for range 2 {
		token, err := other.Renew(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !served.Check(token) || served.Check(before) {
			t.Errorf("new: %v, before: %v", served.Check(token), served.Check(before))
		}
		before = token
	}
}
