package runtime

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
)

// clockwork is an actor with a timer that does as it is told.
type clockwork struct {
	self  *Ref
	timer Timer
	told  []string
}

func (c *clockwork) Started(Context) {}
func (c *clockwork) Stopped()        { c.timer.Stop() }
func (c *clockwork) Receive(message any) {
	switch m := message.(type) {
	case func():
		m()
	case string:
		c.told = append(c.told, m)
	}
}

func onClockwork(t *testing.T, test func(c *clockwork)) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		s := New(zerolog.Nop())
		c := &clockwork{}
		c.self = s.Spawn(func(self *Ref) Behavior {
			c.self = self
			return c
		})
		test(c)
		c.self.Stop()
		<-c.self.Done()
		s.Close()
	})
}

func (c *clockwork) do(f func()) {
	c.self.Tell(f)
	synctest.Wait()
}

func TestTimerTellsOnce(t *testing.T) {
	onClockwork(t, func(c *clockwork) {
		c.do(func() { c.timer.Set(c.self, time.Second, "due") })
		time.Sleep(time.Minute)
		c.do(func() {
			if !slices.Equal(c.told, []string{"due"}) || c.timer.IsSet() || c.timer.Stop() {
				t.Errorf("told %q, still set: %v", c.told, c.timer.IsSet())
			}
		})
	})
}

// What was set again, or stopped, tells nothing of what was set before, even when
// its time was up while the actor was busy and its message waits in the mailbox.
func TestTimerThatIsSetAgainWhileItsMessageWaits(t *testing.T) {
	for name, change := range map[string]func(c *clockwork){
		"set again": func(c *clockwork) { c.timer.Set(c.self, time.Second, "second") },
		"stopped":   func(c *clockwork) { c.timer.Stop() },
	} {
		t.Run(name, func(t *testing.T) {
			onClockwork(t, func(c *clockwork) {
				c.do(func() { c.timer.Set(c.self, time.Second, "first") })
				c.do(func() {
					time.Sleep(2 * time.Second) // the actor is busy when the time is up
					change(c)
				})
				time.Sleep(time.Minute)
				c.do(func() {
					if slices.Contains(c.told, "first") {
						t.Errorf("told %q", c.told)
					}
				})
			})
		})
	}
}
