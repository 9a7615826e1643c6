package faults_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// What a user wants and the disk refuses is as it was, at once.
func TestCommandThatCannotBeStored(t *testing.T) {
	newLogin := rig.Login("a")
	newLogin.AccessToken, newLogin.RefreshToken = "access-new", "refresh-new"
	for name, command := range map[string]func(ctx context.Context, pool *multiaccount.Pool, id string) error{
		"rename": func(ctx context.Context, pool *multiaccount.Pool, id string) error {
			return pool.Rename(ctx, id, "new")
		},
		"switch off": func(ctx context.Context, pool *multiaccount.Pool, id string) error {
			return pool.SetEnabled(ctx, id, false)
		},
		"new login": func(ctx context.Context, pool *multiaccount.Pool, _ string) error {
			_, err := pool.Add(ctx, newLogin)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			rig.Bubble(t, func(t *testing.T) {
				d := newDisk(t)
				id := rig.Add(t, d.pool, rig.Login("a"))
				d.store.Fail(2, errDisk, rig.OpUpdate)
				if err := command(t.Context(), d.pool, id); !errors.Is(err, errDisk) {
					t.Errorf("error %v, want the disk's", err)
				}
				check := func() {
					t.Helper()
					if s := rig.Status(t, d.pool, id); s.Label != "a" || s.State != multiaccount.StateReady || s.Generation != 1 {
						t.Errorf("%q is %s, generation %d; want it as it was", s.Label, s.State, s.Generation)
					}
					lease := acquire(t, d.pool, multiaccount.Request{})
					lease.Done(multiaccount.Outcome{Status: http.StatusOK})
					if lease.Token() != "access-a" {
						t.Errorf("token %s, want the old one", lease.Token())
					}
				}
				check()
				time.Sleep(time.Minute)
				synctest.Wait()
				check()
				if s := rig.Status(t, d.pool, id); s.Reason != "" {
					t.Errorf("still not stored: %s", s.Reason)
				}
				rig.Must(t, command(t.Context(), d.pool, id))
			})
		})
	}
}
