package agents_test

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"unsafe"
)

// isolate gives cmd a network of its own, where there is nothing but loopback, and
// says so. Where that is not permitted, proxies that refuse everything stand in.
func isolate(cmd *exec.Cmd) string {
	own := &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	probe := exec.Command("/bin/true")
	probe.SysProcAttr = own
	if err := probe.Run(); err != nil {
		return behindProxies
	}
	cmd.SysProcAttr = own
	return inNamespace
}

// raiseLoopback switches the loopback interface on, which is off in a new network.
func raiseLoopback() error {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(socket) //nolint:errcheck // nothing was written
	request := struct {
		name  [syscall.IFNAMSIZ]byte
		flags uint16
		_     [22]byte
	}{flags: syscall.IFF_UP | syscall.IFF_RUNNING}
	copy(request.name[:], "lo")
	_, _, failed := syscall.Syscall(syscall.SYS_IOCTL, uintptr(socket), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&request)))
	if failed != 0 && failed != syscall.EPERM { // not permitted where this is no network of our own
		return fmt.Errorf("the loopback interface cannot be switched on: %w", failed)
	}
	return nil
}
