package localgate

import (
	"context"
	"encoding/json"
	"net"
	"strings"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// anyPort is a free port of the system's choice.
const anyPort = "127.0.0.1:0"

// Listen returns where a gateway that is started for its users is to listen: where the
// last one did, so that a program which has outlived that one goes on with the new one;
// else at any free port.
func Listen(ctx context.Context, dir string) string {
	var last Place
	text, err := persistence.ReadOwn(fileOf(dir, true))
	if err != nil || json.Unmarshal(text, &last) != nil || local(last.Address) == "" {
		return anyPort // there was none yet
	}
	host := strings.TrimPrefix(local(last.Address), "http://")
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", host)
	if err != nil || listener.Close() != nil {
		return anyPort // somebody else has it now
	}
	return host
}
