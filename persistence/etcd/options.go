package etcd

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"

	"github.com/seed-810f1486/multiaccount/persistence"
)

const (
	// DefaultPrefix is where the keys are when Options name no prefix.
	DefaultPrefix = "/multiaccount/"
	// LeaseTTL is how long the claims and locks of a dead store stay.
	LeaseTTL = 5 * time.Second
)

const (
	// callTimeout bounds one call: an answer that takes longer comes from a member
	// that is cut off, and the next call goes to another.
	callTimeout = 2 * time.Second
	// patience is how long a read or a write is tried in all; leastPatience, how long
	// when etcd has not answered for so long already.
	patience      = 8 * time.Second
	leastPatience = 500 * time.Millisecond
	// pause is the time between two tries.
	pause = 100 * time.Millisecond
	// reconnectEvery is the longest time between two tries to reach a member, and
	// connectTimeout how long one try takes.
	reconnectEvery = 2 * time.Second
	connectTimeout = 5 * time.Second
	// pingEvery is the shortest interval that members allow by default.
	pingEvery = 6 * time.Second
)

// Options say which etcd to use, and how. Endpoints and, for [Open], Cipher are
// required.
type Options struct {
	// Endpoints are the members' client addresses, such as
	// "https://etcd-1.example.com:2379".
	Endpoints []string
	// Prefix begins every key; empty is [DefaultPrefix]. A "/" is added at its end.
	Prefix string
	// TLS is how to talk to https endpoints, with a client certificate where the
	// members want one; nil is the system's roots and no certificate.
	TLS *tls.Config
	// User and Password are for an etcd with authentication; empty for none.
	User     string
	Password string
	// Cipher encrypts values before they leave the machine; see [Unlock].
	Cipher persistence.Cipher
}

func (o Options) prefix() string {
	prefix := cmp.Or(o.Prefix, DefaultPrefix)
	return strings.TrimSuffix(prefix, "/") + "/"
}

// dial returns a client, which is not connected yet.
func (o Options) dial() (*clientv3.Client, error) {
	if len(o.Endpoints) == 0 {
		return nil, errors.New("etcd: no endpoints are given")
	}
	client, err := clientv3.New(clientv3.Config{
		Endpoints: o.Endpoints, TLS: o.TLS, Username: o.User, Password: o.Password, DialTimeout: patience,
		DialKeepAliveTime: pingEvery, DialKeepAliveTimeout: callTimeout, Logger: zap.NewNop(),
		DialOptions: []grpc.DialOption{grpc.WithConnectParams(reconnecting())},
	})
	return client, storageError(o.Endpoints, err)
}

// reconnecting is how a member that is away is tried. By default the time between two
// tries becomes two minutes, so that etcd could be back for so long and not be used.
func reconnecting() grpc.ConnectParams {
	tries := backoff.DefaultConfig
	tries.MaxDelay = reconnectEvery
	return grpc.ConnectParams{Backoff: tries, MinConnectTimeout: connectTimeout}
}

// within runs do with a client that ends with it.
func (o Options) within(ctx context.Context, do func(context.Context, *clientv3.Client) error) error {
	client, err := o.dial()
	if err != nil {
		return err
	}
	trying, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return errors.Join(o.diagnose(ctx, do(trying, client)), client.Close())
}
