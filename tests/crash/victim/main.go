// Command victim is the process that the crash tests kill. They build it with
// the tag "failpoints".
package main

import (
	"fmt"
	"os"

	"github.com/seed-810f1486/multiaccount/tests/crash/traffic"
	"github.com/seed-810f1486/multiaccount/tests/internal/peer"
)

func main() {
	if err := peer.Run(traffic.Works(), os.Stdin, os.Stdout); err != nil { //nolint:forbidigo // its parent reads them
		fmt.Fprintln(os.Stderr, err) //nolint:forbidigo // it is a command
		os.Exit(1)                   //nolint:forbidigo // it is a command
	}
}
