package gateway

import (
	"fmt"
	"testing"
	"time"
)

// Each wrong token of an address is answered later than the one before, up to a
// bound, and what happened a minute ago is forgiven.
func TestGuessesTakeLongerAndLonger(t *testing.T) {
	var g guesses
	now := time.Now()
	for _, want := range []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 8 * time.Second} {
		if got := g.delay("192.0.2.1:1234", now); got != want {
			t.Errorf("after %s, want %s", got, want)
		}
	}
	if got := g.delay("192.0.2.2:1234", now); got != firstDelay {
		t.Errorf("another address after %s", got)
	}
	if got := g.delay("192.0.2.1:9", now.Add(forgiven)); got != firstDelay {
		t.Errorf("a minute later after %s", got)
	}
}

// One network of IPv6 is one address.
func TestGuessesOfANetwork(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.1:1": "192.0.2.1", "[::ffff:192.0.2.1]:1": "192.0.2.1", "[2001:db8:1:2:3::4]:1": "2001:db8:1:2::/64", "[fe80::1%eth0]:1": "fe80::/64",
		"@": "", "": "",
	} {
		if got := networkOf(address); got != want {
			t.Errorf("%s is of %q, want %q", address, got, want)
		}
	}
}

// However many addresses guess, so many are remembered, the latest among them.
func TestGuessesAreBounded(t *testing.T) {
	var g guesses
	now := time.Now()
	for i := range 3 * maxGuessers {
		g.delay(fmt.Sprintf("10.%d.%d.1:1", i/256, i%256), now.Add(time.Duration(i)*time.Millisecond))
	}
	if len(g.all) != maxGuessers {
		t.Errorf("%d are remembered", len(g.all))
	}
	last := 3*maxGuessers - 1
	if got := g.delay(fmt.Sprintf("10.%d.%d.1:1", last/256, last%256), now.Add(time.Duration(last)*time.Millisecond)); got != 2*firstDelay {
		t.Errorf("the latest is answered after %s", got)
	}
	g.delay("192.0.2.1:1", now.Add(time.Hour))
	if len(g.all) != 1 {
		t.Errorf("%d are remembered an hour later", len(g.all))
	}
}
