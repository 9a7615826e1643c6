package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/internal/service"
	"github.com/seed-810f1486/multiaccount/persistence"
)

func newServiceStatus(s streams) *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Show how the service is; the exit status is 0 while it runs", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			o, err := newServicing(s, nil)
			if err != nil {
				return err
			}
			return o.status(c.Context())
		},
	}
}

func (o *servicing) status(ctx context.Context) error {
	if !o.isInstalled() {
		return errNoService()
	}
	err := o.show(ctx, o.plan.Status)
	if _, ended := errors.AsType[*exec.ExitError](err); ended {
		return &codedError{codeUnwell, errors.New("the service does not run; \"multiaccount service logs\" may say why")}
	}
	return err
}

func newServiceLogs(s streams) *cobra.Command {
	follow := false
	c := &cobra.Command{
		Use: "logs", Short: "Show what the service has to say", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			o, err := newServicing(s, nil)
			if err != nil {
				return err
			}
			return o.logs(c.Context(), follow)
		},
	}
	c.Flags().BoolVarP(&follow, "follow", "f", false, "show what it says from now on, too, until ctrl-c")
	return c
}

func (o *servicing) logs(ctx context.Context, follow bool) error {
	call := o.plan.Logs
	if follow {
		call = o.plan.Follow
	}
	if call != nil {
		return o.show(ctx, call)
	}
	return showLog(ctx, o.streams, service.LogFile(o.dir), follow)
}

// logPause is between two looks at a log that is followed.
const logPause = 500 * time.Millisecond

// showLog shows the last lines of a file, and with follow those to come.
func showLog(ctx context.Context, s streams, path string, follow bool) error {
	file, err := os.Open(path)
	if err != nil {
		return &codedError{codeNotInstalled, errors.New("the service has said nothing yet: there is no " + printable.Text(path))}
	}
	defer file.Close() //nolint:errcheck // read only
	text, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	if err := write(s, printable.Lines(string(lastLines(text, service.LogLines)))); err != nil || !follow {
		return err
	}
	return followLog(ctx, s, file)
}

// followLog prints what is added to a file. A file that was begun anew is read from
// its beginning.
func followLog(ctx context.Context, s streams, file *os.File) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(logPause):
		}
		at, err := file.Seek(0, io.SeekCurrent)
		if info, failed := file.Stat(); err == nil && failed == nil && info.Size() < at {
			_, err = file.Seek(0, io.SeekStart)
		}
		var text []byte
		if err == nil {
			text, err = io.ReadAll(file)
		}
		if err == nil && len(text) > 0 {
			err = write(s, printable.Lines(string(text)))
		}
		if err != nil {
			return err
		}
	}
}

func lastLines(text []byte, n int) []byte {
	rest := bytes.TrimSuffix(text, []byte("\n"))
	for ; n > 0; n-- {
		i := bytes.LastIndexByte(rest, '\n')
		if i < 0 {
			return text
		}
		rest = rest[:i]
	}
	return text[len(rest)+1:]
}

// largestLog is how large the service's own log may be when it starts.
const largestLog = 8 << 20

// newServiceRun is what a service manager calls that keeps no log.
func newServiceRun(s streams) *cobra.Command {
	return &cobra.Command{
		Use: "run", Short: "Serve, with a log in the state directory", Args: cobra.ArbitraryArgs, Hidden: true,
		RunE: func(c *cobra.Command, args []string) error { return runService(c.Context(), s, args) },
	}
}

func runService(ctx context.Context, s streams, flags []string) (err error) {
	dir, err := s.folder()
	if err != nil {
		return err
	}
	log, _, err := persistence.OpenLog(service.LogFile(dir), largestLog)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, _ = log.WriteString(printable.Lines("multiaccount: "+err.Error()) + "\n") // there is nobody else to tell
		}
		err = errors.Join(err, log.Close())
	}()
	s.out, s.err = io.Discard, log
	serve := newServe(s) //nolint:contextcheck // ExecuteContext gives it the context
	serve.SilenceErrors, serve.SilenceUsage = true, true
	serve.SetArgs(flags)
	return serve.ExecuteContext(ctx)
}
