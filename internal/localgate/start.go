package localgate

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/persistence"
)

const (
	// startTime is how long a gateway has until it serves.
	startTime = time.Minute
	// largestLog is where the log is begun anew.
	largestLog = 1 << 20
	// toldLog bounds what an error tells of the log.
	toldLog = 2 << 10
)

// Start starts the command as a process of its own, which goes on after this one and
// hears nothing of the keys that are pressed on its terminal. It prints one line of
// JSON when it serves, a [Place]; what it says on standard error goes to [LogFile],
// and is the error's text when it does not serve.
func Start(ctx context.Context, dir string, command *exec.Cmd) (p Place, err error) {
	log, size, err := persistence.OpenLog(LogFile(dir), largestLog)
	if err != nil {
		return p, err
	}
	defer func() { _ = log.Close() }() // the process has it, too
	command.Dir, command.Stderr, command.SysProcAttr = dir, log, detached()
	read, write, err := os.Pipe()
	if err != nil {
		return p, err
	}
	defer func() { _ = read.Close() }() // all that it says was read
	command.Stdout = write
	restore := withhold()
	err = command.Start()
	restore()
	if err = errors.Join(err, write.Close()); err != nil {
		return p, fmt.Errorf("the gateway cannot be started: %w", err)
	}
	if err := await(ctx, read, &p); err != nil {
		return p, notStarted(command, log, size, err)
	}
	return p, command.Process.Release()
}

// await reads the line that a gateway prints when it serves.
func await(ctx context.Context, from *os.File, p *Place) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = from.SetReadDeadline(time.Unix(1, 0)) })()
	line, err := bufio.NewReader(from).ReadBytes('\n')
	if err != nil {
		return errors.Join(ctx.Err(), err)
	}
	return json.Unmarshal(line, p)
}

// notStarted tells why, in the words of the process.
func notStarted(command *exec.Cmd, log *os.File, from int64, err error) error {
	_ = command.Process.Kill() // it may have ended
	_ = command.Wait()
	said, _ := io.ReadAll(io.NewSectionReader(log, from, toldLog)) // there may be nothing
	text := strings.TrimSpace(printable.Lines(string(said)))
	if text == "" {
		text = err.Error()
	}
	return fmt.Errorf("the gateway did not start: %s\nIts log is %s", strings.ReplaceAll(text, "multiaccount: ", ""), log.Name())
}
