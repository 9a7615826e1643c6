package persistence

import (
	"fmt"
	"strings"
)

// maxName leaves room for what the store appends within the 255 bytes that
// file systems allow.
const maxName = 128

// poolName takes the place of an account's id: locks/pool.lock.
const poolName = "pool"

// check refuses a key that would not make a unique file name on every system, or
// would leave its folder.
func (k Key) check() error {
	if err := checkProvider(k.Provider); err != nil {
		return err
	}
	if !fitID(k.ID) {
		return fmt.Errorf("account id %q: %w", k.ID, ErrName)
	}
	return nil
}

// fitID keeps account ids different from the name of the pool's lock.
func fitID(id string) bool { return fitName(id) && id != poolName }

func checkProvider(name string) error {
	if !fitName(name) {
		return fmt.Errorf("provider name %q: %w", name, ErrName)
	}
	return nil
}

// fitName allows lower case only, because some file systems do not tell "A"
// from "a", and refuses the device names of Windows.
func fitName(name string) bool {
	if name == "" || len(name) > maxName || name[0] == '.' || name[len(name)-1] == '.' {
		return false
	}
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return !isDevice(name)
}

func isDevice(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	switch stem {
	case "con", "prn", "aux", "nul":
		return true
	}
	port := len(stem) == 4 && (strings.HasPrefix(stem, "com") || strings.HasPrefix(stem, "lpt"))
	return port && stem[3] >= '0' && stem[3] <= '9'
}
