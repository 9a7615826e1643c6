//go:build unix

package serving

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// hand waits for a successor, and hands the listeners over to it.
type hand struct {
	socket net.Listener
	// offers are the listeners, by their flags; addresses are theirs.
	offers    map[string]net.Listener
	addresses map[string]string
	// replaced is called, once, when a successor serves. It leaves the listeners.
	replaced func()
	running  sync.WaitGroup
	mu       sync.Mutex
	// conn is that of who is asking; nil without one. closed is set at the end.
	conn   *net.UnixConn
	closed bool
}

// openHand begins to wait for a successor.
func openHand(ctx context.Context, path string, offers map[string]net.Listener, replaced func()) (*hand, error) {
	socket, err := persistence.ListenUnix(ctx, path)
	if err != nil {
		return nil, err
	}
	h := &hand{socket: socket, offers: offers, addresses: map[string]string{}, replaced: replaced}
	for flag, l := range offers {
		h.addresses[flag] = l.Addr().String()
	}
	h.running.Go(h.run)
	return h, nil
}

// close ends it. A successor that does not serve yet is left alone.
func (h *hand) close() {
	_ = h.socket.Close() // nobody is to connect any more
	h.mu.Lock()
	h.closed = true
	if h.conn != nil {
		_ = h.conn.SetDeadline(time.Now()) // a socket has deadlines
	}
	h.mu.Unlock()
	h.running.Wait()
}

func (h *hand) run() {
	for {
		conn, err := h.socket.Accept()
		if err != nil {
			return
		}
		done := h.talk(conn.(*net.UnixConn)) //nolint:forcetypeassert // what a Unix socket gives
		_ = conn.Close()
		if done {
			return
		}
	}
}

// within bounds the next step of a talk.
func (h *hand) within(conn *net.UnixConn, d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.conn = conn
	if h.closed {
		d = 0
	}
	_ = conn.SetDeadline(time.Now().Add(d)) // a socket has deadlines
}

// talk reports whether a successor has taken over.
func (h *hand) talk(conn *net.UnixConn) bool {
	h.within(conn, handTime)
	r := bufio.NewReader(io.LimitReader(conn, maxSaid))
	request, err := readRequest(r)
	if err != nil || h.offer(conn, request) != nil {
		return false
	}
	h.within(conn, startTime)
	if said, _ := r.ReadString('\n'); said != saysServing {
		return false
	}
	h.keepPath(request)
	h.within(conn, handTime)
	h.replaced()
	_ = h.socket.Close() // the path is the successor's
	_, _ = io.WriteString(conn, saysLeft)
	return true
}

func readRequest(r *bufio.Reader) (request handRequest, err error) {
	line, err := r.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &request)
	}
	return request, err
}

// offer sends the listeners that are wanted.
func (h *hand) offer(conn *net.UnixConn, request handRequest) error {
	offer := handOffer{PID: os.Getpid(), Given: []string{}}
	var wanted []net.Listener
	for flag, address := range request.Want {
		if l := h.offers[flag]; l != nil && isSame(flag, h.addresses[flag], address) {
			offer.Given, wanted = append(offer.Given, flag), append(wanted, l)
		}
	}
	text, err := json.Marshal(offer)
	if err != nil {
		return err
	}
	return withDescriptors(wanted, nil, func(fds []int) error {
		_, _, err := conn.WriteMsgUnix(append(text, '\n'), syscall.UnixRights(fds...), nil)
		return err
	})
}

// withDescriptors calls do with the descriptors of listeners, which stay what they
// are: a copy as a file would have them block for both processes.
func withDescriptors(listeners []net.Listener, fds []int, do func([]int) error) error {
	if len(listeners) == 0 {
		return do(fds)
	}
	raw, ok := listeners[0].(syscall.Conn)
	if !ok {
		return errors.New("this listener has no descriptor")
	}
	conn, err := raw.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = conn.Control(func(fd uintptr) { failed = withDescriptors(listeners[1:], append(fds, int(fd)), do) })
	return errors.Join(err, failed)
}

// keepPath leaves the path of a Unix socket to the successor that has taken it.
func (h *hand) keepPath(request handRequest) {
	socket, ok := h.offers[socketFlag].(*net.UnixListener)
	if ok && isSame(socketFlag, h.addresses[socketFlag], request.Want[socketFlag]) {
		socket.SetUnlinkOnClose(false)
	}
}
