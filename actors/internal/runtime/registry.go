package runtime

import (
	"slices"

	"github.com/asynkron/protoactor-go/actor"
)

// registryBuckets is how many buckets the registry of actors keeps, of 32 maps
// each.
const registryBuckets = 8

// shrinkRegistry leaves out most buckets of a new system's registry. Protoactor
// makes 1 024: with ten thousand actors each has a map of its own, which costs
// more than the actor's entry in it.
func shrinkRegistry(system *actor.ActorSystem) {
	registry := system.ProcessRegistry
	few := &actor.SliceMap{LocalPIDs: slices.Clone(registry.LocalPIDs.LocalPIDs[:registryBuckets])}
	for _, id := range []string{"deadletter", "eventstream"} { // all that there is yet
		if process, ok := registry.Get(system.NewLocalPID(id)); ok {
			few.GetBucket(id).Set(id, process)
		}
	}
	registry.LocalPIDs = few
}
