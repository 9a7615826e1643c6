package persistence

import "errors"

// inheritShared is not there: a process cannot become another program.
func inheritShared(string) error { return errors.ErrUnsupported }
