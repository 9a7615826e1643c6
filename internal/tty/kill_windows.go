package tty

import "os"

// kill ends a program.
func kill(leader *os.Process) { _ = leader.Kill() } // it may have ended
