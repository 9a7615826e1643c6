package service

import (
	"bytes"
	"encoding/xml"
	"path/filepath"
)

// launchd has an agent of the user's own. Its sockets can be had only by a call of a C
// library: serve opens them itself.
func launchd(o Options) Plan {
	domain := "gui/" + o.User
	path := filepath.Join(o.Home, "Library", "LaunchAgents", Name+".plist")
	return Plan{
		Files: []File{{path, []byte(agentText(o))}},
		Check: Call{"launchctl", "print", domain},
		Hint:  "launchd does not manage services of this user here: log in on the Mac's own screen first",
		Stop:  Call{"launchctl", "bootout", domain + "/" + Name},
		Start: []Call{{"launchctl", "bootstrap", domain, path}},
		Again: true,
		Leave: []Call{{"launchctl", "bootout", domain + "/" + Name}},

		Status: Call{"launchctl", "print", domain + "/" + Name},
	}
}

func agentText(o Options) string {
	arguments := ""
	for _, arg := range append([]string{o.Program, "service", "run", "--dir", o.Dir, "--"}, o.Flags...) {
		arguments += "\t\t<string>" + escaped(arg) + "</string>\n"
	}
	return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>` + Name + `</string>
	<key>ProgramArguments</key>
	<array>
` + arguments + `	</array>
	<key>RunAtLoad</key>
	<true/>
	<key>KeepAlive</key>
	<dict>
		<key>SuccessfulExit</key>
		<false/>
	</dict>
	<key>ThrottleInterval</key>
	<integer>5</integer>
	<key>ExitTimeOut</key>
	<integer>45</integer>
	<key>ProcessType</key>
	<string>Background</string>
	<key>Umask</key>
	<integer>63</integer>
	<key>StandardOutPath</key>
	<string>/dev/null</string>
	<key>StandardErrorPath</key>
	<string>/dev/null</string>
</dict>
</plist>
`
}

func escaped(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer takes everything
	return b.String()
}
