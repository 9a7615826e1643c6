package etcd_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap"
)

// long is how long a test waits for something that must happen.
const long = 60 * time.Second

// memberConfig says what a member process runs: it listens on Client and Peer, and
// others know it as Advertised. Quota is the most that it stores in bytes; 0 is
// etcd's own.
type memberConfig struct {
	Name, Dir, Client, Peer, Advertised, Cluster string
	Quota                                        int64
}

// beMember is a member until it is killed.
func beMember(config string) error {
	var c memberConfig
	if err := json.Unmarshal([]byte(config), &c); err != nil {
		return err
	}
	cfg := embed.NewConfig()
	cfg.Name, cfg.Dir, cfg.LogLevel, cfg.LogOutputs = c.Name, c.Dir, "error", []string{"stderr"}
	client, peer, advertised := url.URL{Scheme: "http", Host: c.Client}, url.URL{Scheme: "http", Host: c.Peer}, url.URL{Scheme: "http", Host: c.Advertised}
	cfg.ListenClientUrls, cfg.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	cfg.ListenPeerUrls, cfg.AdvertisePeerUrls = []url.URL{peer}, []url.URL{advertised}
	cfg.InitialCluster, cfg.QuotaBackendBytes = c.Cluster, c.Quota
	e, err := embed.StartEtcd(cfg)
	if err != nil {
		return err
	}
	return <-e.Err()
}

// cluster is an etcd of three members, each a process.
type cluster struct {
	tb        testing.TB
	configs   []memberConfig
	processes []*exec.Cmd
	endpoints []string
	client    *clientv3.Client
	network   *network
}

func startCluster(tb testing.TB) *cluster {
	tb.Helper()
	return startClusterOf(tb, 0)
}

// startClusterOf starts a cluster whose members store quota bytes at most.
func startClusterOf(tb testing.TB, quota int64) *cluster {
	tb.Helper()
	c := &cluster{tb: tb, processes: make([]*exec.Cmd, 3)}
	var names []string
	peers := map[string]string{}
	for i := range 3 {
		name := fmt.Sprintf("m%d", i)
		m := memberConfig{
			Name: name, Dir: filepath.Join(tb.TempDir(), name), Client: free(tb), Peer: free(tb),
			Advertised: name + unresolved + ":80", Quota: quota,
		}
		names, peers[name] = append(names, name+"=http://"+m.Advertised), m.Peer
		c.configs = append(c.configs, m)
		c.endpoints = append(c.endpoints, "http://"+m.Client)
	}
	c.network = newNetwork(tb, peers)
	for i := range c.configs {
		c.configs[i].Cluster = strings.Join(names, ",")
		c.start(i)
	}
	var err error
	if c.client, err = clientv3.New(clientv3.Config{Endpoints: c.endpoints, Logger: zap.NewNop()}); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		for i := range c.processes {
			c.kill(i)
		}
		_ = c.client.Close()
	})
	c.ready()
	return c
}

// free returns an address that nobody listens on.
func free(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func (c *cluster) start(i int) {
	c.tb.Helper()
	config, err := json.Marshal(c.configs[i])
	if err != nil {
		c.tb.Fatal(err)
	}
	p := exec.Command(os.Args[0])
	p.Env = append(os.Environ(), memberVariable+"="+string(config), "HTTP_PROXY="+c.network.proxies[c.configs[i].Name])
	if err := p.Start(); err != nil {
		c.tb.Fatal(err)
	}
	c.processes[i] = p
}

func (c *cluster) kill(i int) {
	if p := c.processes[i]; p != nil {
		_ = p.Process.Kill()
		_ = p.Wait()
		c.processes[i] = nil
	}
}

// ready waits until a majority answers.
func (c *cluster) ready() {
	c.tb.Helper()
	for end := time.Now().Add(3 * long); ; {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		_, err := c.client.Get(ctx, "ready")
		cancel()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			c.tb.Fatalf("the cluster does not answer: %v", err)
		}
	}
}

// leader returns the member that leads; it waits until there is one.
func (c *cluster) leader() int {
	c.tb.Helper()
	for end := time.Now().Add(long); time.Now().Before(end); {
		for i, endpoint := range c.endpoints {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			status, err := c.client.Status(ctx, endpoint)
			cancel()
			if err == nil && status.Leader == status.Header.MemberId {
				return i
			}
		}
	}
	c.tb.Fatal("nobody leads")
	return -1
}

// freeze stops a member for a while, as one that is cut off.
func (c *cluster) freeze(i int, d time.Duration) {
	stop(c.processes[i].Process)
	<-time.After(d)
	goOn(c.processes[i].Process)
}
