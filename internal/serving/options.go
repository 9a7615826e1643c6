package serving

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/pflag"
)

const (
	// ListenAddress is where it listens unless told otherwise.
	ListenAddress = "127.0.0.1:8383"
	// drainTime is how long requests under way are waited for.
	drainTime = 30 * time.Second
	// defaultBody and mostBody are sizes of bodies in MiB.
	defaultBody, mostBody = 64, 1 << 20
)

// Options say how to serve. [Options.AddFlags] fills them.
type Options struct {
	listening
	ending
	starter
	metrics, pprof side
	drain          time.Duration
	// accessLog is the file of the access log; empty for none.
	accessLog string
	// maxBody is [gateway.Config.MaxBody] in MiB.
	maxBody      int64
	noWebSockets bool
}

// AddFlags adds the flags of serve, with their defaults.
func (o *Options) AddFlags(f *pflag.FlagSet) {
	o.listening.add(f)
	o.ending.add(f)
	o.starter.add(f)
	o.metrics.flag = metricsFlag
	f.StringVar(&o.metrics.address, o.metrics.flag, "", "where to answer Prometheus at /metrics, as 127.0.0.1:9464, without a token")
	o.pprof.flag = pprofFlag
	f.StringVar(&o.pprof.address, o.pprof.flag, "", "where to answer \"go tool pprof\", on the loopback interface")
	f.StringVar(&o.accessLog, "access-log", "", "write a line of JSON for each request to this file")
	f.Int64Var(&o.maxBody, "max-body", defaultBody, "how large the body of a request may be, in MiB, to be kept for another try; a larger one is sent once")
	f.BoolVar(&o.noWebSockets, "no-websockets", false, "refuse WebSockets, so that clients use plain requests")
	f.DurationVar(&o.drain, "drain-timeout", drainTime, "how long requests under way are waited for at the end")
}

// At returns the default options of serve with another address.
func At(address string) Options {
	var o Options
	o.AddFlags(pflag.NewFlagSet("", pflag.ContinueOnError))
	o.address = address
	return o
}

// FlagError is a mistake in a flag: the program was called wrongly.
type FlagError struct{ text string }

func (e *FlagError) Error() string { return e.text }

func flagError(format string, about ...any) error { return &FlagError{fmt.Sprintf(format, about...)} }

// check refuses flags that contradict each other.
func (o *Options) check() error {
	if o.maxBody < 1 || o.maxBody > mostBody {
		return flagError("--max-body is a number of MiB, 1 at least; %d unless told otherwise", defaultBody)
	}
	for _, check := range []func() error{o.ending.check, o.starter.check, o.listening.check, func() error { return o.metrics.check(o.insecure) }, func() error { return o.pprof.check(false) }} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// open listens everywhere.
func (o *Options) open(ctx context.Context, from *origin) (places []place, err error) {
	err = o.metrics.open(ctx, from)
	if err == nil {
		err = o.pprof.open(ctx, from)
	}
	if err == nil {
		places, err = o.listening.open(ctx, from)
	}
	if err != nil {
		o.closeSides()
	}
	return places, err
}

func (o *Options) closeSides() {
	o.metrics.close()
	o.pprof.close()
}

// origin finds out where the listeners come from.
func (o *Options) origin(ctx context.Context, dir string) (*origin, error) {
	from := &origin{dir: dir}
	var err error
	if from.activated, err = activated(); err == nil && o.replace && len(from.activated) == 0 {
		from.before, err = askPredecessor(ctx, dir, o.address, o.wanted())
	}
	if err != nil {
		from.close()
		return nil, err
	}
	return from, nil
}

// wanted are the addresses that it may take over, by their flags.
func (o *Options) wanted() map[string]string {
	all := map[string]string{listenFlag: o.address}
	if o.socket != "" {
		all[socketFlag] = o.socket
	}
	for _, s := range []side{o.metrics, o.pprof} {
		if s.address != "" {
			all[s.flag] = s.address
		}
	}
	return all
}
