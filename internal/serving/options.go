package serving

import (
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
	drain time.Duration
	starter
}

// AddFlags adds the flags of serve, with their defaults.
func (o *Options) AddFlags(f *pflag.FlagSet) {
	o.listening.add(f)
	o.ending.add(f)
	o.starter.add(f)
	f.DurationVar(&o.drain, "drain-timeout", drainTime, "how long requests under way are waited for at the end")
}

// FlagError is a mistake in a flag: the program was called wrongly.
type FlagError struct{ text string }

func (e *FlagError) Error() string { return e.text }
