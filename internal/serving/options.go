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
)

// Options say how to serve. [Options.AddFlags] fills them.
type Options struct {
	listening
	ending
	starter
	metrics side
	drain   time.Duration
}

// AddFlags adds the flags of serve, with their defaults.
func (o *Options) AddFlags(f *pflag.FlagSet) {
	o.listening.add(f)
	o.ending.add(f)
	o.starter.add(f)
	o.metrics.flag = "metrics-listen"
	f.StringVar(&o.metrics.address, o.metrics.flag, "", "where to answer Prometheus at /metrics, as 127.0.0.1:9464, without a token")
	f.DurationVar(&o.drain, "drain-timeout", drainTime, "how long requests under way are waited for at the end")
}

// At are the options of serve with the defaults, but for the address.
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

// check refuses what cannot be meant.
func (o *Options) check() error {
	for _, check := range []func() error{o.ending.check, o.starter.check, o.listening.check, func() error { return o.metrics.check(o.insecure) }} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// open listens everywhere.
func (o *Options) open(ctx context.Context) ([]place, error) {
	if err := o.metrics.open(ctx); err != nil {
		return nil, err
	}
	places, err := o.listening.open(ctx)
	if err != nil {
		o.metrics.close()
	}
	return places, err
}
