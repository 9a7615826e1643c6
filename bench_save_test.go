package multiaccount_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
)

// saveTurn is how many changes are made before the bare writes take a turn.
const saveTurn = 1024

// BenchmarkSave is durable changes through the engine by 64 callers, against
// bare files that are written, synced and renamed one after another.
func BenchmarkSave(b *testing.B) {
	const callers = 64
	for _, accounts := range []int{callers, 1} {
		b.Run(fmt.Sprintf("callers=%d/accounts=%d", callers, accounts), func(b *testing.B) {
			eng := open(b, multiaccount.Config{
				Dir: b.TempDir(), Providers: []providers.Provider{&plainProvider{name: "plain"}}, Settings: quiet(),
			})
			pool := poolOf(b, eng, "plain")
			ids := make([]string, accounts)
			for i := range ids {
				ids[i] = add(b, pool, fmt.Sprint(i))
			}
			var bare, saved time.Duration
			for done := 0; done < b.N; done += saveTurn {
				bare += writeInTurn(b, saveTurn/16) * 16
				began := time.Now()
				renameAll(b, pool, ids, callers)
				saved += time.Since(began)
			}
			b.ReportMetric(float64(bare)/float64(saved), "x-of-sequential")
		})
	}
}

// renameAll makes saveTurn changes.
func renameAll(b *testing.B, pool *multiaccount.Pool, ids []string, callers int) {
	b.Helper()
	var wg sync.WaitGroup
	for caller := range callers {
		wg.Go(func() {
			for i := range saveTurn / callers {
				if err := pool.Rename(context.Background(), ids[caller%len(ids)], fmt.Sprint("label ", caller, " ", i)); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// writeInTurn returns how long n durable writes take, one after another.
func writeInTurn(b *testing.B, n int) time.Duration {
	b.Helper()
	dir, err := os.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = dir.Close() }()
	data := []byte(strings.Repeat("x", 700))
	began := time.Now()
	for i := range n {
		path := filepath.Join(dir.Name(), fmt.Sprint(i%64))
		if err := writeDurably(path, data, dir); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(began)
}

func writeDurably(path string, data []byte, dir *os.File) error {
	f, err := os.Create(path + ".tmp")
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return dir.Sync()
}
