package gateway

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"
)

// maxIdlePerHost is how many connections to one host wait for their next request.
const maxIdlePerHost = 256

// newBase returns a transport for many requests to few hosts.
func newBase() *http.Transport {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	if d, ok := http.DefaultTransport.(*http.Transport); ok {
		t = d.Clone()
	}
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 4*maxIdlePerHost, maxIdlePerHost
	t.DisableCompression = true // what the engine cannot read it cannot judge
	dialer := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second, Control: boundUnsent}
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return wideConn{conn}, nil
	}
	return t
}

// wideConn writes a body that is in memory with one system call, in place of dozens
// through a small buffer.
type wideConn struct{ net.Conn }

// ReadFrom implements [io.ReaderFrom].
func (c wideConn) ReadFrom(r io.Reader) (int64, error) {
	limited, ok := r.(*io.LimitedReader)
	if !ok {
		return io.Copy(c.Conn, r)
	}
	body, ok := limited.R.(*bufferReader)
	if !ok {
		return io.Copy(c.Conn, r)
	}
	n, err := body.writeRest(c.Conn, limited.N)
	limited.N -= n
	return n, err
}
