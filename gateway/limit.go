package gateway

import (
	"net"
	"sync"
	"sync/atomic"
)

// maxConnections bounds what connections cost, be they idle: about 10 KB each.
const maxConnections = 8192

// Limit returns a listener that closes at once what comes beyond 8 192 open
// connections.
func Limit(l net.Listener) net.Listener { return &limitedListener{Listener: l} }

type limitedListener struct {
	net.Listener
	open atomic.Int64
}

// Accept implements [net.Listener].
func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.open.Add(1) <= maxConnections {
			return &countedConn{Conn: conn, leave: sync.OnceFunc(func() { l.open.Add(-1) })}, nil
		}
		l.open.Add(-1)
		_ = conn.Close() // nothing was promised
	}
}

// countedConn is one of the connections that count.
type countedConn struct {
	net.Conn
	leave func()
}

// Close implements [net.Conn].
func (c *countedConn) Close() error {
	c.leave()
	return c.Conn.Close()
}
