package service

import (
	"encoding/binary"
	"path/filepath"
	"strings"
	"unicode/utf16"
)

// task is a task of the user's own that runs from login to logout. A service of Windows
// would need an administrator, and the user's password to reach the user's keyring.
func task(o Options) Plan {
	path := filepath.Join(o.Dir, "service.xml")
	tasks := func(args ...string) Call { return append(Call{"schtasks"}, args...) }
	return Plan{
		Files:  []File{{path, wide(taskText(o))}},
		Check:  tasks("/Query", "/FO", "LIST"),
		Hint:   "the Task Scheduler of Windows cannot be asked; start \"multiaccount serve\" yourself",
		Stop:   tasks("/End", "/TN", Name),
		Start:  []Call{tasks("/Create", "/F", "/TN", Name, "/XML", path), tasks("/Run", "/TN", Name)},
		Leave:  []Call{tasks("/End", "/TN", Name), tasks("/Delete", "/F", "/TN", Name)},
		Status: tasks("/Query", "/TN", Name, "/FO", "LIST", "/V"),
	}
}

// taskText has the program run without a window, by the console host itself.
func taskText(o Options) string {
	call := append([]string{o.Program, "service", "run", "--dir", o.Dir, "--"}, o.Flags...)
	for i, arg := range call {
		call[i] = quotedArgument(arg)
	}
	return strings.ReplaceAll(`<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>The gateway of multiaccount</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <UserId>`+escaped(o.User)+`</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>`+escaped(o.User)+`</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>255</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>conhost.exe</Command>
      <Arguments>--headless `+escaped(strings.Join(call, " "))+`</Arguments>
    </Exec>
  </Actions>
</Task>
`, "\n", "\r\n")
}

// quotedArgument quotes an argument as the C library of Windows reads it.
func quotedArgument(arg string) string {
	if arg != "" && !strings.ContainsAny(arg, " \t\"") {
		return arg
	}
	var b strings.Builder
	b.WriteByte('"')
	slashes := 0
	for _, r := range arg {
		switch r {
		case '\\':
			slashes++
		case '"':
			b.WriteString(strings.Repeat(`\`, slashes+1))
			slashes = 0
		default:
			slashes = 0
		}
		b.WriteRune(r)
	}
	b.WriteString(strings.Repeat(`\`, slashes) + `"`)
	return b.String()
}

// wideMark begins a text in UTF-16.
const wideMark = "\xff\xfe"

// wide is text as the Task Scheduler reads it: UTF-16 with a byte order mark.
func wide(text string) []byte {
	data := []byte(wideMark)
	for _, unit := range utf16.Encode([]rune(text)) {
		data = binary.LittleEndian.AppendUint16(data, unit)
	}
	return data
}
