package login

// Method is a way to log in.
type Method string

// The methods, by the function that carries each out.
const (
	ByBrowser Method = "browser"
	ByDevice  Method = "device"
	ByPaste   Method = "paste"
)

// Suggest returns the methods that suit a machine, the best first. When a
// provider does not have one ([errors.ErrUnsupported]), use the next. reason
// says to the owner why no browser can be opened; empty when one can. goos is
// runtime.GOOS, getenv is os.Getenv.
func Suggest(goos string, getenv func(string) string) (methods []Method, reason string) {
	if reason = noBrowser(goos, getenv); reason == "" {
		return []Method{ByBrowser, ByDevice}, ""
	}
	return []Method{ByDevice, ByPaste}, reason
}

func noBrowser(goos string, getenv func(string) string) string {
	remote := getenv("SSH_CONNECTION") != "" || getenv("SSH_TTY") != ""
	display := getenv("DISPLAY") != "" || getenv("WAYLAND_DISPLAY") != ""
	desktop := goos == "darwin" || goos == "windows"
	switch {
	case !desktop && display:
		return ""
	case remote:
		return "this is a session over ssh, whose browser is elsewhere"
	case desktop || getenv("WSL_DISTRO_NAME") != "": // WSL opens the browser of Windows
		return ""
	}
	return "there is no display here for a browser"
}
