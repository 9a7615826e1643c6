package persistence_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMemoryIsAStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) persistence.Store { return persistence.NewMemory() }, nil)
}

func TestFileStoreIsAStore(t *testing.T) {
	dirs := make(map[persistence.Store]string)
	openAt := func(t *testing.T, dir string) persistence.Store {
		t.Helper()
		s, err := persistence.OpenFiles(dir)
		if err != nil {
			t.Fatal(err)
		}
		dirs[s] = dir
		return s
	}
	storetest.Run(t,
		func(t *testing.T) persistence.Store { t.Helper(); return openAt(t, t.TempDir()) },
		func(t *testing.T, s persistence.Store) persistence.Store { t.Helper(); return openAt(t, dirs[s]) })
}
