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

// Server returns a server with limits that suit the gateway: a request's head must
// arrive within 10 seconds and has at most 64 KiB, and a connection may be idle for 2
// minutes. Bodies and answers have no limit in all, only for each piece.
func Server(g *Gateway) *http.Server {
	return &http.Server{
		Handler: g, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     log.New(serverLog{g}, "", 0),
	}
}

// serverLog logs what the server reports of its connections.
type serverLog struct{ gateway *Gateway }

// Write implements io.Writer.
func (l serverLog) Write(line []byte) (int, error) {
	l.gateway.log.Debug().Msg(string(line))
	return len(line), nil
}
