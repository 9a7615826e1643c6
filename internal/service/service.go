// Package service says how the service managers of Linux, macOS and Windows are told to
// keep the gateway running: which files, and which calls. It writes nothing and calls
// nothing itself.
//
// No file and no call holds a secret: a token is made by the command, and passphrases
// come from the keyring.
package service

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf16"
)

// Name is what the service is called everywhere.
const Name = "multiaccount"

// Options say what runs.
type Options struct {
	// Program is the absolute path of multiaccount, Dir that of the state directory.
	Program, Dir string
	// Flags are further flags of serve.
	Flags []string
	// Listen is the address, Socket the Unix socket or empty: systemd opens both.
	Listen, Socket string
	// Home is the user's folder. Config is where its programs keep their settings; used
	// on Linux.
	Home, Config string
	// User is the user's number on macOS, and the name with its domain on Windows.
	User string
}

// File is a file that the service manager reads.
type File struct {
	Path string
	Text []byte
}

// Call is a program and its arguments.
type Call []string

// Plan is how one service manager is told of the service. The zero value of a call is
// one that is not needed.
type Plan struct {
	Files []File
	// Check fails where the manager cannot be reached. Hint says what to do then.
	Check Call
	Hint  string
	// Stop ends what runs with files of before; it may fail where nothing runs.
	Stop Call
	// Start is called once the files are there, Leave before they go and Forget after.
	Start, Leave, Forget []Call
	// Again is set where the calls of Start may fail for moments after Stop.
	Again bool
	// Status succeeds while the service runs.
	Status Call
	// Logs shows the last lines, Follow those to come as well. Without them they are in
	// LogFile.
	Logs, Follow Call
	// Notes are what the user should know after the installation.
	Notes []string
}

// LogFile is where the service writes what it has to say, unless the service manager
// keeps that.
func LogFile(dir string) string { return filepath.Join(dir, "service.log") }

// LogLines is how many lines of the log are shown.
const LogLines = 200

// Readable is the text of a file as a person reads it.
func Readable(text []byte) string {
	if !bytes.HasPrefix(text, []byte(wideMark)) {
		return string(text)
	}
	units := make([]uint16, 0, len(text)/2)
	for i := len(wideMark); i+1 < len(text); i += 2 {
		units = append(units, binary.LittleEndian.Uint16(text[i:]))
	}
	return strings.ReplaceAll(string(utf16.Decode(units)), "\r\n", "\n")
}

// PlanFor returns the plan for a system, by the name that Go has for it.
func PlanFor(goos string, o Options) (Plan, error) {
	switch goos {
	case "linux":
		return systemd(o), nil
	case "darwin":
		return launchd(o), nil
	case "windows":
		return task(o), nil
	}
	return Plan{}, fmt.Errorf("no service manager of %s is known here; have \"multiaccount serve\" started by what starts services there", goos)
}
