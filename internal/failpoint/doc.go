// Package failpoint names the steps of a protocol at which a crash test may
// kill the process. A binary built without the tag "failpoints" cannot be
// stopped there: [Here] is then an empty function that the compiler removes.
//
// With the tag, the environment variable [Variable] holds the name of a step
// and, after a colon, which arrival there counts, the first when it is left
// out: "store.renamed:2". The goroutine that arrives then writes one line to
// standard output, {"stopped":"store.renamed"}, and stays there for good, with
// every lock that it holds. Whoever started the process reads the line and
// kills it. The other goroutines go on meanwhile.
package failpoint

// Variable is the environment variable that says where to stop.
const Variable = "MULTIACCOUNT_FAILPOINT"
