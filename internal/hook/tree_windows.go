package hook

import (
	"os/exec"

	"golang.org/x/sys/windows"
)

// tree is a program with all that it starts: a job. What the program starts in
// the moment before adopt is not in it.
type tree struct{ job windows.Handle }

func newTree(c *exec.Cmd) (tree, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return tree{}, err
	}
	c.Cancel = func() error {
		err := c.Process.Kill()
		_ = windows.TerminateJobObject(job, 1) // an empty one has nothing to end
		return err
	}
	return tree{job}, nil
}

// adopt makes a program that was just started the first of its tree. One that
// has ended already has none.
func (t tree) adopt(c *exec.Cmd) {
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(c.Process.Pid))
	if err != nil {
		return
	}
	_ = windows.AssignProcessToJobObject(t.job, process)
	_ = windows.CloseHandle(process)
}

// close gives the job back; what is in it goes on.
func (t tree) close() { _ = windows.CloseHandle(t.job) }
