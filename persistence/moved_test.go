package persistence

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
)

// While the state folder is away, or another stands in its place, no account
// counts as removed, and nothing is made anew.
func TestStateFolderIsAway(t *testing.T) {
	for name, stand := range map[string]func(t *testing.T, dir string){
		"nothing in its place": func(*testing.T, string) {},
		"another folder in its place": func(t *testing.T, dir string) {
			t.Helper()
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := withAccounts(t, "a")
			away := s.dir + "-away"
			rename(t, s.dir, away)
			stand(t, s.dir)
			for what, err := range map[string]error{
				"Read":       second(s.Read(t.Context(), keyA)),
				"Update":     second(s.Update(t.Context(), keyA, func(*account.Record) { t.Error("changed") })),
				"Lock":       second(s.Lock(t.Context(), keyA)),
				"Remove":     s.Remove(t.Context(), keyA),
				"Create":     s.Create(t.Context(), account.Record{ID: "b", Provider: keyA.Provider}),
				"UpdatePool": second(s.UpdatePool(t.Context(), keyA.Provider, func(*PoolState) {})),
			} {
				var storage *StorageError
				if !errors.As(err, &storage) || !errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrNotFound) {
					t.Errorf("%s: %v, want *StorageError of a folder that is away", what, err)
				}
			}
			if err := os.RemoveAll(s.dir); err != nil {
				t.Fatal(err)
			}
			rename(t, away, s.dir)
			if _, err := s.Read(t.Context(), keyA); err != nil {
				t.Errorf("once the folder is back: %v", err)
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}
