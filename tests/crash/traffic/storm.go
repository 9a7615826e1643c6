package traffic

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/tests/internal/peer"
)

// stormPatience is how long a caller of a storm waits for one step.
const stormPatience = 3 * time.Second

// Storm is traffic that all victims make on the same logins at once, some of
// which are lost. What a step comes to is told by nobody: whoever kills looks
// at what the provider was sent.
type Storm struct {
	Seed   uint64
	Logins []string
}

// storm makes traffic until ctx ends.
func storm(ctx context.Context, c *peer.Child, s Storm) (any, error) {
	var all sync.WaitGroup
	for i := range uint64(callers) {
		rng := rand.New(rand.NewPCG(s.Seed, i))
		all.Go(func() {
			for ctx.Err() == nil {
				Gust(ctx, c.Pool, rng, s.Logins)
			}
		})
	}
	all.Wait()
	return nil, nil //nolint:nilnil // there is nothing to return
}

// Gust is one step of a [Storm]: a refresh, or a use of one login or of any.
func Gust(ctx context.Context, pool *multiaccount.Pool, rng *rand.Rand, logins []string) {
	ctx, cancel := context.WithTimeout(ctx, stormPatience)
	defer cancel()
	id := logins[rng.IntN(len(logins))]
	switch rng.IntN(3) {
	case 0:
		_ = pool.Refresh(ctx, id) // a login that is lost says so
	case 1:
		_ = use(ctx, pool, id)
	default:
		_ = use(ctx, pool, "")
	}
}
