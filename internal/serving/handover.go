package serving

import (
	"net"
	"path/filepath"
	"strings"
	"time"
)

// A serve hands its listeners to the one that replaces it, over a Unix socket of its
// own in the state directory. The kernel's queue of new connections stays as it is, so
// nobody is refused. With two listeners on one address (SO_REUSEPORT), the queue of the
// one that closes would be lost.
//
//	successor                           predecessor
//	request ("listen": address, …) →
//	                                  ← offer, with the listeners
//	(opens the engine, serves)
//	"serving"                         →
//	                                    (listens no more)
//	                                  ← "left"
//
// A successor that fails before it serves hangs up, and nothing has changed.

const (
	// handTime is how long each step may take, and startTime how long a successor may
	// take until it serves.
	handTime  = 10 * time.Second
	startTime = 5 * time.Minute
	// leaveTime is how long the replaced serve still answers on its connections. It
	// closes each after an answer, so a client that has just sent a request is not
	// refused.
	leaveTime = 2 * time.Second
	// lastTime is how long requests under way may take after a hand-over. Nobody waits
	// for the end of the replaced serve.
	lastTime = time.Hour
	// maxSaid bounds what one side reads of the other.
	maxSaid = 16 << 10
)

// handRequest is what a successor asks for: addresses and paths, by their flags.
type handRequest struct {
	Want map[string]string `json:"want,omitempty"`
}

// handOffer is the answer: the flags whose listeners come with it, in that order.
type handOffer struct {
	PID   int      `json:"pid"`
	Given []string `json:"given"`
}

// The words after that.
const (
	saysServing = "serving\n"
	saysLeft    = "left\n"
)

// handPath is the socket of the serve that listens on an address; empty where the
// address has no port yet.
func handPath(dir, address string) string {
	name := addressName(address)
	if name == "" {
		return ""
	}
	plain := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r == '.' {
			return r
		}
		return '-'
	}, name)
	return filepath.Join(dir, "serve-"+plain+".sock")
}

// addressName is the same for all ways to write an address.
func addressName(address string) string {
	at, err := net.ResolveTCPAddr("tcp", address)
	if err != nil || at.Port == 0 {
		return ""
	}
	if at.IP == nil || at.IP.IsUnspecified() {
		at.IP = net.IPv4zero
	}
	return at.String()
}

// isSame reports whether two addresses or paths of a flag are one.
func isSame(flag, a, b string) bool {
	if flag == socketFlag {
		return a == b
	}
	return addressName(a) != "" && addressName(a) == addressName(b)
}
