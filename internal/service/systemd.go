package service

import (
	"path/filepath"
	"strconv"
	"strings"
)

const (
	serviceUnit = Name + ".service"
	socketUnit  = Name + ".socket"
)

// systemd has units of the user's own: nothing needs the superuser. The socket is open
// from the user's first login on, so that no agent is refused while serve starts or is
// replaced.
func systemd(o Options) Plan {
	units := []string{socketUnit, serviceUnit}
	control := func(args ...string) Call { return append(Call{"systemctl", "--user"}, args...) }
	journal := func(args ...string) Call {
		return append(Call{"journalctl", "--user-unit", serviceUnit, "--user-unit", socketUnit}, args...)
	}
	lines := strconv.Itoa(LogLines)
	folder := filepath.Join(o.Config, "systemd", "user")
	return Plan{
		Files: []File{
			{filepath.Join(folder, socketUnit), []byte(socketText(o))},
			{filepath.Join(folder, serviceUnit), []byte(serviceText(o))},
		},
		Check: control("show-environment"),
		Hint: "systemd does not manage services of this user here. In a container, have \"multiaccount serve\" started by what starts the container. " +
			"With su or sudo, log in as the user itself, or have an administrator call \"loginctl enable-linger\" for it",
		Stop:   control(append([]string{"stop"}, units...)...),
		Start:  []Call{control("daemon-reload"), control(append([]string{"enable", "--now"}, units...)...)},
		Leave:  []Call{control(append([]string{"disable", "--now"}, units...)...)},
		Forget: []Call{control("daemon-reload")},
		Status: control(append([]string{"status", "--no-pager", "--lines", "0"}, serviceUnit)...),
		Logs:   journal("--no-pager", "--lines", lines),
		Follow: journal("--follow", "--lines", lines),
		Notes:  []string{"It ends when you log out. \"loginctl enable-linger\" has it run from the start of the machine on."},
	}
}

func socketText(o Options) string {
	text := `[Unit]
Description=Address of the multiaccount gateway
Documentation=https://github.com/seed-810f1486/multiaccount

[Socket]
ListenStream=` + specifier(o.Listen) + "\n"
	if o.Socket != "" {
		text += "ListenStream=" + specifier(o.Socket) + "\nSocketMode=0600\nRemoveOnStop=yes\n"
	}
	return text + `
[Install]
WantedBy=sockets.target
`
}

// serviceText keeps to what works without a namespace of its own, which many systems
// refuse to users. What on_event starts is kept to the same.
func serviceText(o Options) string {
	call := []string{o.Program, "serve", "--dir", o.Dir}
	return `[Unit]
Description=multiaccount gateway
Documentation=https://github.com/seed-810f1486/multiaccount
Requires=` + socketUnit + `
After=` + socketUnit + `

[Service]
Type=notify
ExecStart=:` + words(append(call, o.Flags...)) + `
Restart=on-failure
RestartSec=2
TimeoutStopSec=45
# The token of a first client, should there be none, does not belong into the journal.
StandardOutput=null
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service

[Install]
WantedBy=default.target
`
}

// words quotes a command line for systemd, whose ":" before it leaves dollar signs alone.
func words(args []string) string {
	quoted := make([]string, len(args))
	for i, arg := range args {
		quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `%`, `%%`, "\n", `\n`, "\t", `\t`).Replace(arg) + `"`
	}
	return strings.Join(quoted, " ")
}

// specifier keeps a per cent sign from being one.
func specifier(text string) string { return strings.ReplaceAll(text, "%", "%%") }
