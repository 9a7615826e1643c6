package gateway

import (
	"net"
	"sync"
	"sync/atomic"
)

// MaxConnections is a limit for [Limit] that suits a machine of one person. An idle
// connection costs about 10 KB.
const MaxConnections = 8192

// Limit returns a listener that closes at once what comes beyond so many open
// connections.
func Limit(l net.Listener, connections int) net.Listener {
	return &limitedListener{Listener: l, most: int64(connections)}
}

type limitedListener struct {
	net.Listener
	most int64
	open atomic.Int64
}

// Accept implements [net.Listener].
func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.open.Add(1) <= l.most {
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
