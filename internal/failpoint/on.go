//go:build failpoints

package failpoint

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// stop is the one step at which this process stops.
type stop struct {
	name string
	// left are the arrivals until then.
	left atomic.Int64
}

var planned = sync.OnceValue(func() *stop {
	name, hit, numbered := strings.Cut(os.Getenv(Variable), ":")
	s := &stop{name: name}
	s.left.Store(1)
	if numbered {
		n, err := strconv.Atoi(hit)
		if err != nil {
			panic("failpoint: " + Variable + " does not end in a number: " + err.Error())
		}
		s.left.Store(int64(n))
	}
	return s
})

// Here marks a step. It does not return when it is the one to stop at.
func Here(name string) {
	s := planned()
	if s.name != name || s.left.Add(-1) != 0 {
		return
	}
	fmt.Fprintf(os.Stdout, "{\"stopped\":%q}\n", name)
	select {}
}
