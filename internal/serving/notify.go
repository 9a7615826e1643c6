package serving

import (
	"net"
	"os"
)

// What the service manager is told, by sd_notify(3).
const (
	stateReady    = "READY=1"
	stateStopping = "STOPPING=1"
)

// notify tells the service manager a state, if there is one that asks for it.
func notify(state string) {
	at := os.Getenv("NOTIFY_SOCKET")
	if at == "" {
		return
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: at, Net: "unixgram"})
	if err != nil {
		return // it has its own limits of time
	}
	defer conn.Close() //nolint:errcheck // a datagram was sent or not
	_, _ = conn.Write([]byte(state))
}
