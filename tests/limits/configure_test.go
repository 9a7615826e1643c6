package limits_test

import (
	"errors"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func number(n int) *int { return &n }

// What an owner sets for an account holds from the next request on, and after a
// restart; what is not named stays.
func TestConfigure(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		store := persistence.NewMemory()
		w := openOn(t, store, 2, rig.Settings())
		w.mustAsk(t)
		rig.Must(t, w.pool.Configure(t.Context(), w.ids[1], multiaccount.AccountConfig{Priority: number(1)}))
		w.mustAsk(t)
		rig.Must(t, w.pool.Configure(t.Context(), w.ids[1], multiaccount.AccountConfig{Weight: number(7), MaxInFlight: number(3), SoftQuotaPercent: number(80)}))
		if tokens := w.wire.Tokens(); tokens[0] != token(0) || tokens[1] != token(1) {
			t.Errorf("served by %q, want the account of the higher priority", tokens)
		}
		rig.Close(t, w.eng)
		again := openOn(t, store, 0, rig.Settings())
		s := rig.Status(t, again.pool, w.ids[1])
		if s.Priority != 1 || s.Weight != 7 || s.MaxInFlight != 3 || s.SoftQuotaPercent != 80 {
			t.Errorf("after a restart: %+v", s)
		}
	})
}

// An account's own soft quota spares it, or serves on beyond the pool's.
func TestSoftQuotaOfAnAccount(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 0, rig.Settings())
		for i, used := range []float64{60, 70} {
			a := rig.Login(name(i))
			a.Usage = []multiaccount.UsageWindow{{Name: "5h", Utilization: used, SeenAt: time.Now(), ResetAt: time.Now().Add(time.Hour)}}
			w.ids = append(w.ids, rig.Add(t, w.pool, a))
		}
		for i, quota := range []int{0, 50} {
			rig.Must(t, w.pool.Configure(t.Context(), w.ids[0], multiaccount.AccountConfig{SoftQuotaPercent: &quota}))
			w.mustAsk(t)
			if want := token(i); w.wire.Tokens()[i] != want {
				t.Errorf("with %d %%: served by %q, want %q", quota, w.wire.Tokens()[i], want)
			}
		}
	})
}

func TestConfigureRefusesWhatCannotBe(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 1, rig.Settings())
		for field, c := range map[string]multiaccount.AccountConfig{
			"Weight": {Weight: number(0)}, "MaxInFlight": {MaxInFlight: number(-1)}, "SoftQuotaPercent": {SoftQuotaPercent: number(101)},
		} {
			if wrong := failsWith[*multiaccount.InvalidAccountError](t, w.pool.Configure(t.Context(), w.ids[0], c)); wrong.Field != field {
				t.Errorf("%s: %v", field, wrong)
			}
		}
		if err := w.pool.Configure(t.Context(), "nobody", multiaccount.AccountConfig{}); !errors.Is(err, multiaccount.ErrUnknownAccount) {
			t.Errorf("an unknown account: %v", err)
		}
	})
}
