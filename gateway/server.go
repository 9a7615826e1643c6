package gateway

import (
	"log"
	"net/http"
	"time"
)

// The limits of [Server].
const (
	headerTimeout  = 10 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 64 << 10
)

// Server returns a server for the gateway whose limits suit it: a request's head
// comes within 10 seconds and is 64 KiB at most, and a connection is idle for 2
// minutes at most. Bodies and answers may take as long as they move.
func Server(g *Gateway) *http.Server {
	return &http.Server{
		Handler: g, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     log.New(serverLog{g}, "", 0),
	}
}

// serverLog takes what the server says of its connections.
type serverLog struct{ gateway *Gateway }

// Write implements io.Writer.
func (l serverLog) Write(line []byte) (int, error) {
	l.gateway.log.Debug().Msg(string(line))
	return len(line), nil
}
