//go:build !windows

package regular

import "syscall"

// dontWait keeps a pipe without a writer from making its opener wait, and a
// terminal from becoming this process'.
const dontWait = syscall.O_NONBLOCK | syscall.O_NOCTTY
