package demo

import (
	"runtime"
	"strings"
	"time"
)

// goroutines are those that run at a moment, by what identifies them, with
// their stacks.
type goroutines map[string]string

// running returns the goroutines that run now, except those of package
// os/signal, which stay for good once anybody has asked for a signal.
func running() goroutines {
	all := goroutines{}
	for stack := range strings.SplitSeq(allStacks(), "\n\n") {
		name, rest, found := strings.Cut(stack, " [") // goroutine 7 [select]:
		if found && !strings.Contains(rest, "os/signal.") {
			all[name] = stack
		}
	}
	return all
}

func allStacks() string {
	for size := 1 << 16; ; size *= 2 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size {
			return string(buf[:n])
		}
	}
}

// left returns the stacks of the goroutines that run although they were not
// there before. Those that are about to end have as long as patience allows.
func (before goroutines) left(patience time.Duration) []string {
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		var stacks []string
		for name, stack := range running() {
			if _, known := before[name]; !known {
				stacks = append(stacks, stack)
			}
		}
		if len(stacks) == 0 || time.Now().After(deadline) {
			return stacks
		}
	}
}
