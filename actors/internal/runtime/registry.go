package runtime

import (
	"slices"

	"github.com/asynkron/protoactor-go/actor"
)

// registryBuckets is how many buckets of 32 maps each the registry of actors
// keeps.
const registryBuckets = 8

// shrinkRegistry reduces the buckets of a new system's registry. protoactor makes
// 1 024. With ten thousand actors each of them would have a map of its own, which
// costs more than its entry in it.
func shrinkRegistry(system *actor.ActorSystem) {
	registry := system.ProcessRegistry
	few := &actor.SliceMap{LocalPIDs: slices.Clone(registry.LocalPIDs.LocalPIDs[:registryBuckets])}
	for _, id := range []string{"deadletter", "eventstream"} { // a new system has only these
		if process, ok := registry.Get(system.NewLocalPID(id)); ok {
			few.GetBucket(id).Set(id, process)
		}
	}
	registry.LocalPIDs = few
}
