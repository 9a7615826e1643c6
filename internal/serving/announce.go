package serving

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// announce says where it serves, and the first token.
func (s *server) announce(token string) error {
	if s.handshake {
		return s.shakeHands(token)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Serving on %s. Stop it with ctrl-c.\n", urls(s.places))
	if token != "" {
		fmt.Fprintf(&b, "The token of its first client, which is not shown again:\n%s\n", token)
	}
	_, err := io.WriteString(s.host.Out, b.String())
	return err
}

// handshake is what a program that started serve reads. Its names are stable.
type handshake struct {
	Address string `json:"address"`
	Unix    string `json:"unix,omitempty"`
	PID     int    `json:"pid"`
	// Token is that of the first client, when it was made just now.
	Token string `json:"token,omitempty"`
}

func (s *server) shakeHands(token string) error {
	line, err := json.Marshal(handshake{Address: s.places[0].url, Unix: s.socket, PID: os.Getpid(), Token: token})
	if err != nil {
		return err
	}
	_, err = s.host.Out.Write(append(line, '\n'))
	return err
}
