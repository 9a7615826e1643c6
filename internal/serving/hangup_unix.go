//go:build unix

package serving

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// onHangup calls reload for each SIGHUP, until stop is called. For the SIGHUP of a
// terminal that was closed it calls end, once. Under nohup there is no such SIGHUP.
func onHangup(reload, end func()) (stop func()) {
	hadTerminal := !signal.Ignored(syscall.SIGHUP) && hasTerminal()
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, syscall.SIGHUP)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-signals:
			}
			if hadTerminal && !hasTerminal() {
				end()
				continue
			}
			reload()
		}
	})
	return func() {
		signal.Stop(signals)
		close(done)
		running.Wait()
	}
}

// hasTerminal reports whether the process has a terminal that can end it.
func hasTerminal() bool {
	f, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	_ = f.Close() // nothing was written
	return true
}
