//go:build unix

package hook

import (
	"os/exec"
	"syscall"
)

// tree is a program with all that it starts: a process group.
type tree struct{}

func newTree(c *exec.Cmd) (tree, error) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error {
		if syscall.Kill(-c.Process.Pid, syscall.SIGKILL) != nil {
			return c.Process.Kill() // which says whether it has ended already
		}
		return nil
	}
	return tree{}, nil
}

// adopt has nothing to do: the group is there from the beginning.
func (tree) adopt(*exec.Cmd) {}

func (tree) close() {}
