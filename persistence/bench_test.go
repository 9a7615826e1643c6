package persistence_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/storetest"
)

// BenchmarkSave measures durable mutations, and their ratio to bare files
// that are written, synced and renamed one after another in the same run.
func BenchmarkSave(b *testing.B) {
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("different-accounts/callers=%d", callers), func(b *testing.B) {
			benchmarkSave(b, callers, callers)
		})
	}
	b.Run("one-account/callers=64", func(b *testing.B) { benchmarkSave(b, 64, 1) })
}

func benchmarkSave(b *testing.B, callers, accounts int) {
	b.Helper()
	s, err := persistence.OpenFiles(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	keys := make([]persistence.Key, accounts)
	for i := range keys {
		rec := realistic(i)
		keys[i] = persistence.Key{Provider: rec.Provider, ID: rec.ID}
		if err := s.Create(b.Context(), rec); err != nil {
			b.Fatal(err)
		}
	}
	sequential := newSequentialWriter(b)

	b.ReportAllocs()
	b.ResetTimer()
	var bare time.Duration
	for done := 0; done < b.N; done += chunk {
		b.StopTimer() // the two take turns, so that a busy machine slows both
		bare += sequential.run(b, chunk/8) * chunk
		b.StartTimer()
		saveTogether(b, s, keys, callers, min(chunk, b.N-done))
	}
	b.ReportMetric(float64(bare)/float64((b.N+chunk-1)/chunk*chunk)/(float64(b.Elapsed())/float64(b.N)), "x-of-sequential")
}

const chunk = 512

func saveTogether(b *testing.B, s persistence.Store, keys []persistence.Key, callers, n int) {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				if _, err := s.Update(b.Context(), keys[i%int64(len(keys))], touch); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func touch(r *account.Record) { r.Generation++ }

// sequentialWriter is the least that a durable write takes without a store.
type sequentialWriter struct {
	dir  string
	data []byte
}

func newSequentialWriter(b *testing.B) *sequentialWriter {
	b.Helper()
	return &sequentialWriter{dir: b.TempDir(), data: []byte(strings.Repeat("x", 1500))}
}

// run returns the time of one of n writes.
func (w *sequentialWriter) run(b *testing.B, n int) time.Duration {
	b.Helper()
	start := time.Now()
	for i := range n {
		if err := w.write(filepath.Join(w.dir, fmt.Sprint(i%64))); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start) / time.Duration(n)
}

func (w *sequentialWriter) write(path string) error {
	f, err := os.OpenFile(path+".tmp", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(w.data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		return err
	}
	dir, err := os.Open(w.dir)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// BenchmarkLoad measures reading all accounts of a provider.
func BenchmarkLoad(b *testing.B) {
	for _, accounts := range []int{10, 10_000} {
		b.Run(fmt.Sprintf("accounts=%d", accounts), func(b *testing.B) {
			s := filled(b, accounts)
			b.ReportAllocs()
			for b.Loop() {
				snap, err := s.Load(b.Context(), storetest.Provider)
				if err != nil || len(snap.Accounts) != accounts {
					b.Fatalf("%d accounts, %v", len(snap.Accounts), err)
				}
			}
		})
	}
}

// filled returns a store whose files were copied into place, which takes a
// fraction of what durable writes would.
func filled(b *testing.B, accounts int) *persistence.FileStore {
	b.Helper()
	dir := b.TempDir()
	s, err := persistence.OpenFiles(dir)
	if err != nil {
		b.Fatal(err)
	}
	first := realistic(0)
	if err := s.Create(b.Context(), first); err != nil {
		b.Fatal(err)
	}
	folder := filepath.Join(dir, storetest.Provider, "accounts")
	data, err := os.ReadFile(filepath.Join(folder, first.ID+".json"))
	if err != nil {
		b.Fatal(err)
	}
	for i := 1; i < accounts; i++ {
		id := realistic(i).ID
		text := strings.ReplaceAll(string(data), first.ID, id)
		if err := os.WriteFile(filepath.Join(folder, id+".json"), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

// realistic is an account whose tokens are as long as real ones.
func realistic(i int) account.Record {
	rec := storetest.Record(fmt.Sprintf("019b7c41-0000-7000-8000-%012d", i))
	rec.Credentials.AccessToken = account.NewSecret(strings.Repeat("a", 700))
	rec.Credentials.RefreshToken = account.NewSecret(strings.Repeat("r", 100))
	return rec
}
